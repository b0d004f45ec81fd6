"""Wire forms: features as GeoJSON, in the words of the reader."""

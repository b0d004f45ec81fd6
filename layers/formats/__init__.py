"""Files in and out: reading, preparing for a layer, writing."""

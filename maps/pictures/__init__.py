"""Pictures and prints by the server: data and the style table → one SVG sheet → PNG or PDF."""

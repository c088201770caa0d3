"""What the maps draw: layers as GeoJSON, vector tiles, the colours."""

"""A route on paper and in files: the route sheet, GPX, GeoJSON, XLSX."""

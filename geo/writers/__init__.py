"""Layers and tables of a city, out to files that an office opens."""

"""Files that hold a city's data: for their owner alone from their first byte, and whole or not there at all."""

from geo.private.files import create, drafted, make_folder, open_new, open_to_others, write

__all__ = ["create", "drafted", "make_folder", "open_new", "open_to_others", "write"]

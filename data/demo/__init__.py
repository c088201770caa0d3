"""The demo city: real streets, everything on them invented."""

"""The default catalogue and the demo city."""

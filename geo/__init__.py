"""Where things are, and what was found there."""

"""The statistics map: where it is bad, how sure that is, and what was found there."""

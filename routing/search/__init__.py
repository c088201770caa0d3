"""The search for short tours: part problems, warm starts, even loads, and back to the real clock."""

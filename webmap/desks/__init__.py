"""The first page of each role: planner, street office, inspection team."""

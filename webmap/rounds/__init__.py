"""The page of a round: routes, timeline, what is not served, moving stops, planning, closures."""

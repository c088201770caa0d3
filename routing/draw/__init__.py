"""The draw: exact quotas, spread over the city, recomputed by anyone, foreseen by nobody."""

"""``xundian export`` and ``xundian map``: what leaves the city as files."""

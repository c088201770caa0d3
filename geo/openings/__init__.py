"""Opening hours as text: the useful part of OSM's ``opening_hours``, and the forms that Chinese rosters use."""

from geo.openings.reading import one_span, parse, together
from geo.openings.week import DAY_S, Openings, Windows
from geo.openings.words import NO_TIME, NOT_KNOWN

__all__ = ["DAY_S", "NOT_KNOWN", "NO_TIME", "Openings", "Windows", "one_span", "parse", "together"]

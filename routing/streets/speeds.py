"""How fast a team travels: kilometres per hour by mode, street class and time of day.

These are assumptions for planning, not measurements of one city; a city that has its own passes them to
:meth:`routing.streets.network.StreetNetwork.metric`. What they rest on:

- Car, daytime: below the design speeds of the class in CJJ 37-2012 (table 3.2.1: expressway 60-100,
  arterial 40-60, secondary 30-50, branch 20-40 km/h), since a trip also waits at its junctions.
- Peaks: a share of the daytime speed, lower on the streets that carry the commute.
- E-bike: 17.1 km/h was the mean speed measured in Hangzhou (https://doi.org/10.1177/1687814015616918); the motor of a
  legal one stops at 25 km/h (GB 17761-2018).
- Walk: 1.3 m/s is a comfortable pace (Bohannon 1997, https://doi.org/10.1093/ageing/26.1.15); waiting at crossings
  brings it to 4.5 km/h.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from geo.model import Mode


class TimeSlice(StrEnum):
    """A part of the working day with its own speeds."""

    MORNING_PEAK = "morning_peak"
    DAY = "day"
    EVENING_PEAK = "evening_peak"

    @classmethod
    def at(cls, second: int) -> "TimeSlice":
        """Return the slice of a local time, in seconds from midnight: peaks are 07:00-09:00 and 17:00-19:00."""
        hour = second // 3600
        if 7 <= hour < 9:  # noqa: PLR2004 - clock hours
            return cls.MORNING_PEAK
        return cls.EVENING_PEAK if 17 <= hour < 19 else cls.DAY  # noqa: PLR2004 - clock hours


Speeds = Mapping[Mode, Mapping[str, float]]
"""Daytime km/h by mode and OSM class; the class ``""`` holds for those that are not named."""

_CAR = {
    "motorway": 80.0,
    "motorway_link": 40.0,
    "trunk": 50.0,
    "trunk_link": 35.0,
    "primary": 32.0,
    "primary_link": 28.0,
    "secondary": 28.0,
    "secondary_link": 24.0,
    "tertiary": 24.0,
    "tertiary_link": 20.0,
    "unclassified": 20.0,
    "residential": 16.0,
    "living_street": 10.0,
    "service": 10.0,
    "track": 10.0,
    "": 15.0,
}
_EBIKE = {
    "trunk": 18.0,
    "primary": 18.0,
    "secondary": 17.0,
    "tertiary": 16.0,
    "cycleway": 16.0,
    "residential": 14.0,
    "living_street": 10.0,
    "service": 10.0,
    "path": 8.0,
    "pedestrian": 5.0,
    "footway": 5.0,
    "track": 10.0,
    "": 15.0,
}
_WALK = {"steps": 2.2, "": 4.5}

SPEEDS_KMH: Speeds = MappingProxyType({Mode.CAR: _CAR, Mode.EBIKE: _EBIKE, Mode.WALK: _WALK})

_ARTERIAL = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"})
_COLLECTOR = frozenset({"secondary", "secondary_link", "tertiary", "tertiary_link"})
_PEAK_SHARE = {  # of the daytime speed: arterial, collector, any other
    (Mode.CAR, TimeSlice.MORNING_PEAK): (0.60, 0.70, 0.85),
    (Mode.CAR, TimeSlice.EVENING_PEAK): (0.55, 0.65, 0.85),
    (Mode.EBIKE, TimeSlice.MORNING_PEAK): (0.90, 0.90, 0.95),
    (Mode.EBIKE, TimeSlice.EVENING_PEAK): (0.90, 0.90, 0.95),
}


_ALL = (1.0, 1.0, 1.0)


def slowest_share(mode: Mode, time_slice: TimeSlice) -> float:
    """Return the share of the daytime speed that is left where a slice slows most."""
    return min(_PEAK_SHARE.get((mode, time_slice), _ALL))


def speed_kmh(highway: str, mode: Mode, time_slice: TimeSlice, *, speeds: Speeds = SPEEDS_KMH) -> float:
    """Return the speed on a street class, in km/h."""
    table = speeds[mode]
    base = table.get(highway, table[""])
    arterial, collector, other = _PEAK_SHARE.get((mode, time_slice), _ALL)
    if highway in _ARTERIAL:
        return base * arterial
    return base * (collector if highway in _COLLECTOR else other)

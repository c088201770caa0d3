"""Who may use a street, and in which direction, by its OSM tags.

The rules are those of the OSM wiki (Key:access, Key:oneway, Key:highway) with China's road traffic safety law
(道路交通安全法) on top: motorways and motor roads are closed to walkers and to e-bikes (§67), and an e-bike is a
non-motor vehicle (§57), so it follows the bicycle's tags and goes with the traffic.
"""

from collections.abc import Mapping
from typing import NamedTuple

from geo.model import Mode

CLOSED, ALONG, AGAINST, BOTH = 0, 1, 2, 3
"""Direction masks: along the edge from u to v is bit 1, against it is bit 2."""

_MOTOR = {
    *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
    *("tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road", "track"),
}
_MOTORWAYS = {"motorway", "motorway_link"}
_OPEN_TO = {
    Mode.CAR: frozenset(_MOTOR),
    Mode.EBIKE: frozenset((_MOTOR - _MOTORWAYS) | {"cycleway", "path"}),
    Mode.WALK: frozenset(
        (_MOTOR - _MOTORWAYS)
        | {"cycleway", "path", "footway", "pedestrian", "steps", "corridor", "bridleway", "busway"},
    ),
}
CLASSES = _OPEN_TO[Mode.CAR] | _OPEN_TO[Mode.EBIKE] | _OPEN_TO[Mode.WALK]
"""The values of ``highway`` that are streets; buildings sites, platforms and proposals are none."""

_KEYS = {  # the most particular key decides
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.EBIKE: ("electric_bicycle", "bicycle", "vehicle", "access"),
    Mode.WALK: ("foot", "access"),
}
_SHUT = {"no", "private", "agricultural", "forestry", "military", "emergency", "construction", "use_sidepath"}
_OPEN = {
    "yes",
    "designated",
    "permissive",
    "official",
    "destination",
    "customers",
    "permit",
    "delivery",
    "bus",
    "dismount",
}
TAGS = frozenset(
    {key for keys in _KEYS.values() for key in keys}
    | {"highway", "route", "area", "motorroad", "junction", "conveying"}
    | {"oneway", "oneway:bicycle", "oneway:foot", "cycleway", "cycleway:left", "cycleway:right"},
)
"""The tags that :func:`masks` reads."""


class Masks(NamedTuple):
    """Direction mask of each mode."""

    walk: int
    ebike: int
    car: int


def flip(mask: int) -> int:
    """Return the direction mask as seen from the other end."""
    return ((mask & ALONG) << 1) | ((mask & AGAINST) >> 1)


def masks(tags: Mapping[str, str], *, implied: bool = True) -> Masks:
    """Tell who may use a street.

    Parameters
    ----------
    tags
        The street's OSM tags.
    implied
        Take a motorway as one-way when it has no ``oneway`` tag, as OSM does. Edge lists that lost their tags do
        without.
    """
    highway = tags.get("highway", "")
    if highway not in CLASSES or tags.get("route") == "ferry" or tags.get("area") == "yes":
        return Masks(CLOSED, CLOSED, CLOSED)
    direction = _oneway(tags, implied=implied)
    return Masks(
        walk=(direction if tags.get("oneway:foot") == "yes" else BOTH) if _open(tags, Mode.WALK) else CLOSED,
        ebike=_bicycle_oneway(tags, direction) if _open(tags, Mode.EBIKE) else CLOSED,
        car=direction if _open(tags, Mode.CAR) else CLOSED,
    )


def _open(tags: Mapping[str, str], mode: Mode) -> bool:
    for key in _KEYS[mode]:
        value = tags.get(key)
        if value in _SHUT:
            return False
        if value in _OPEN and key != "access":
            return tags["highway"] not in _MOTORWAYS or mode is Mode.CAR
    if mode is not Mode.CAR and tags.get("motorroad") == "yes":
        return False
    return tags["highway"] in _OPEN_TO[mode]


def _oneway(tags: Mapping[str, str], *, implied: bool) -> int:
    value = tags.get("oneway", "").lower()
    if value in {"-1", "reverse"}:
        return AGAINST
    if value in {"yes", "true", "1", "reversible"}:
        return ALONG
    if value in {"no", "false", "0", "alternating"}:
        return BOTH
    if tags.get("junction") in {"roundabout", "circular"}:
        return ALONG
    return ALONG if implied and tags["highway"] == "motorway" else BOTH


def _bicycle_oneway(tags: Mapping[str, str], direction: int) -> int:
    own = tags.get("oneway:bicycle", "").lower()
    if own in {"no", "false", "0"}:
        return BOTH
    if own in {"yes", "true", "1"}:
        return ALONG if direction == BOTH else direction
    if own in {"-1", "reverse"}:
        return AGAINST
    against = any(tags.get(key, "").startswith("opposite") for key in ("cycleway", "cycleway:left", "cycleway:right"))
    return BOTH if against else direction

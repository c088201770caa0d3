"""Who may use a street, and in which direction, by its OSM tags.

The rules are those of the OSM wiki (Key:access, Key:oneway, Key:highway) with China's road traffic safety law
(道路交通安全法) on top: motorways and motor roads are closed to walkers and to e-bikes (§67), and an e-bike is a
non-motor vehicle (§57), so it follows the bicycle's tags and goes with the traffic.
"""

from collections.abc import Mapping
from functools import lru_cache
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
_SHUT = {
    *("no", "private", "agricultural", "forestry", "military", "emergency", "construction", "use_sidepath"),
    *("delivery", "residents", "employees", "restricted", "bus", "psv", "taxi", "hgv", "goods", "coach", "hov"),
}
_OPEN = {"yes", "designated", "permissive", "official", "destination", "customers", "permit", "dismount", "public"}
_GONE = ("disused", "abandoned", "proposed", "razed", "demolished", "removed")
KEYS = tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys))
"""Keys of access, most particular first for each mode."""
TAGS = frozenset(
    {f"{key}{side}" for key in KEYS for side in ("", ":forward", ":backward")}
    | {"highway", "route", "area", "motorroad", "junction", "conveying", "indoor", *_GONE}
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
    return _masks(tuple((key, tags[key]) for key in TAGS & tags.keys()), implied)


@lru_cache(maxsize=4096)
def _masks(pairs: tuple[tuple[str, str], ...], implied: bool) -> Masks:  # noqa: FBT001 - a cache's key
    """Work the masks out once for streets of the same tags."""
    tags = dict(pairs)
    highway = tags.get("highway", "")
    gone = any(tags.get(key) == "yes" for key in _GONE)
    if highway not in CLASSES or gone or tags.get("route") == "ferry" or tags.get("area") == "yes":
        return Masks(CLOSED, CLOSED, CLOSED)
    direction = _oneway(tags, implied=implied)
    return Masks(
        walk=(direction if tags.get("oneway:foot") == "yes" else BOTH) & _open(tags, Mode.WALK),
        ebike=_bicycle_oneway(tags, direction) & _open(tags, Mode.EBIKE),
        car=direction & _open(tags, Mode.CAR),
    )


def said(tags: Mapping[str, str], mode: Mode, *, side: str = "") -> bool | None:
    """Tell whether the access tags let a mode in: the most particular key that says anything decides.

    Parameters
    ----------
    tags
        Of a street or a point on it.
    mode
        Who asks.
    side
        ``:forward`` or ``:backward``: a key with it goes before the same key without.

    Returns
    -------
    bool or None
        None where no key speaks, or only a general ``access=yes``, which opens no footway to cars.
    """
    for key in _KEYS[mode]:
        values = (tags.get(key + side) or tags.get(key, "")).lower().replace(" ", "").split(";")
        if key != "access" and _OPEN.intersection(values):
            return True
        if _SHUT.intersection(values) and not _OPEN.intersection(values):
            return False
    return None


def _open(tags: Mapping[str, str], mode: Mode) -> int:
    """Return the directions in which the access tags and the class let a mode in."""
    along, against = _opens(tags, mode, ":forward"), _opens(tags, mode, ":backward")
    return (ALONG if along else CLOSED) | (AGAINST if against else CLOSED)


def _opens(tags: Mapping[str, str], mode: Mode, side: str) -> bool:
    let_in = said(tags, mode, side=side)
    if let_in is not None:
        return let_in and (tags["highway"] not in _MOTORWAYS or mode is Mode.CAR)
    indoors, motorroad = tags.get("indoor", "no") != "no", tags.get("motorroad") == "yes"
    shut = (indoors and mode is not Mode.WALK) or (motorroad and mode is not Mode.CAR)
    return tags["highway"] in _OPEN_TO[mode] and not shut


def _oneway(tags: Mapping[str, str], *, implied: bool) -> int:
    value = tags.get("oneway", "").lower()
    if value in {"-1", "reverse"}:
        return AGAINST
    if value == "reversible":  # twice a day, when the file doesn't say
        return CLOSED
    if value in {"yes", "true", "1"}:
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

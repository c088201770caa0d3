"""Turn-by-turn text in Chinese and English, by templates of our own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geo.model import Mode

_LOOK_M = 20.0  # a street's bearing at a junction is taken over this distance
_CONNECTOR_M = 30.0  # a nameless piece shorter than this belongs to the junction
_M_PER_DEGREE = 111_320.0
_SAME_PLACE_DEG = 1e-6


class Turn(StrEnum):
    """How a step is entered."""

    DEPART = "depart"
    STRAIGHT = "straight"
    SLIGHT_LEFT = "slight_left"
    LEFT = "left"
    SHARP_LEFT = "sharp_left"
    SLIGHT_RIGHT = "slight_right"
    RIGHT = "right"
    SHARP_RIGHT = "sharp_right"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of one street edge, in the direction of travel."""

    name: str
    highway: str
    length_m: float
    lonlat: npt.NDArray[np.float64]  # shape (points, 2)


@dataclass(frozen=True, slots=True)
class Step:
    """One street to follow."""

    turn: Turn  # onto it
    name: str  # empty: none
    highway: str
    length_m: float
    heading_deg: float  # from north, clockwise, over the whole step
    mode: Mode


class HasSteps(Protocol):
    """A way."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What to do on it."""


def steps(way: HasSteps, lang: str = "zh") -> tuple[str, ...]:
    """Say a way in words, one line per street.

    Parameters
    ----------
    way
        From :func:`routing.streets.ways.way`.
    lang
        ``zh`` or ``en``; a longer tag such as ``zh_CN`` counts by its first part.

    Returns
    -------
    Lines such as ``沿中山路向东步行 320 米，左转进入解放路``; none for a way of no length.
    """
    say = _english if lang.lower().startswith("en") else _chinese
    return tuple(say(step, after) for step, after in pairwise((*way.steps, None)) if step is not None)


def steps_of(legs: Sequence[Leg], mode: Mode) -> tuple[Step, ...]:
    """Join legs into steps: as long as the street keeps its name and runs on."""
    groups: list[list[Leg]] = []
    turns: list[Turn] = []
    for leg in legs:
        if not groups:
            groups.append([leg])
            turns.append(Turn.DEPART)
            continue
        turn = _turn(_bearing(groups[-1][-1].lonlat[::-1]) + 180.0, _bearing(leg.lonlat))
        if _runs_on(groups[-1], leg, turn):
            groups[-1].append(leg)
        else:
            groups.append([leg])
            turns.append(turn)
    groups, turns = _without_connectors(groups, turns)
    return tuple(_step(group, turn, mode) for group, turn in zip(groups, turns, strict=True))


def _runs_on(group: list[Leg], leg: Leg, turn: Turn) -> bool:
    last = group[-1]
    if turn is Turn.BACK:
        return False
    if leg.name:
        return leg.name == last.name and turn in {Turn.STRAIGHT, Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT}
    return not last.name and leg.highway == last.highway and turn is Turn.STRAIGHT


def _without_connectors(groups: list[list[Leg]], turns: list[Turn]) -> tuple[list[list[Leg]], list[Turn]]:
    """Join the short nameless pieces inside a junction to the street after them, and take the turn over both."""
    out, out_turns = [groups[0]] if groups else [], turns[:1]
    pending: list[Leg] = []
    for at, (group, turn) in enumerate(zip(groups[1:], turns[1:], strict=True), start=1):
        short = not group[0].name and sum(leg.length_m for leg in pending + group) < _CONNECTOR_M
        if short and at < len(groups) - 1:
            pending += group
            continue
        over = turn if not pending else _turn(_bearing(out[-1][-1].lonlat[::-1]) + 180.0, _bearing(group[0].lonlat))
        if pending and group[0].name and _runs_on(out[-1], group[0], over):
            out[-1] = out[-1] + pending + group
        else:
            out.append(pending + group)
            out_turns.append(over)
        pending = []
    return out, out_turns


def _step(group: list[Leg], turn: Turn, mode: Mode) -> Step:
    street = max(group, key=lambda leg: (bool(leg.name), leg.length_m))
    chord = np.array([group[0].lonlat[0], group[-1].lonlat[-1]])
    ends_meet = np.abs(chord[0] - chord[1]).max() < _SAME_PLACE_DEG
    heading = _bearing(group[0].lonlat) if ends_meet else _bearing(chord)
    return Step(turn, street.name, street.highway, sum(leg.length_m for leg in group), heading, mode)


def _bearing(lonlat: npt.NDArray[np.float64]) -> float:
    """Return the bearing at the start of a line, over its first metres."""
    (lon, lat), *rest = lonlat.tolist()  # plain floats: a line has few points, and a way has many lines
    shrink = math.cos(math.radians(lat)) * _M_PER_DEGREE
    east = north = 0.0
    for x, y in rest:
        east, north = (x - lon) * shrink, (y - lat) * _M_PER_DEGREE
        if math.hypot(east, north) >= _LOOK_M:
            break
    return math.degrees(math.atan2(east, north)) % 360.0


def _turn(before_deg: float, after_deg: float) -> Turn:
    angle = (after_deg - before_deg + 180.0) % 360.0 - 180.0
    size = abs(angle)
    for limit, left, right in (
        (25.0, Turn.STRAIGHT, Turn.STRAIGHT),
        (55.0, Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT),
        (125.0, Turn.LEFT, Turn.RIGHT),
        (165.0, Turn.SHARP_LEFT, Turn.SHARP_RIGHT),
    ):
        if size < limit:
            return left if angle < 0 else right
    return Turn.BACK


# --- Words ---

_NAMELESS = {  # class -> Chinese, English
    "motorway": ("高速公路", "the motorway"),
    "trunk": ("快速路", "an unnamed trunk road"),
    "primary": ("无名主干道", "an unnamed main road"),
    "secondary": ("无名次干道", "an unnamed secondary road"),
    "tertiary": ("无名支路", "an unnamed side road"),
    "unclassified": ("无名道路", "an unnamed road"),
    "residential": ("无名街道", "an unnamed street"),
    "living_street": ("无名街巷", "an unnamed lane"),
    "service": ("内部道路", "a service road"),
    "track": ("土路", "a track"),
    "pedestrian": ("步行街", "a pedestrian street"),
    "footway": ("人行道", "a footway"),
    "cycleway": ("非机动车道", "a cycleway"),
    "path": ("小路", "a path"),
    "steps": ("台阶", "steps"),
    "corridor": ("通道", "a passage"),
    "busway": ("公交专用道", "a bus road"),
}
_LINK = ("匝道", "a slip road")
_COMPASS = (
    ("北", "东北", "东", "东南", "南", "西南", "西", "西北"),
    ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
)
_VERBS = {Mode.WALK: ("步行", "Walk"), Mode.EBIKE: ("骑行", "Ride"), Mode.CAR: ("行驶", "Drive")}
_TURNS = {
    Turn.STRAIGHT: ("直行进入", "continue onto"),
    Turn.SLIGHT_LEFT: ("向左前方进入", "bear left into"),
    Turn.LEFT: ("左转进入", "turn left into"),
    Turn.SHARP_LEFT: ("向左后方转入", "turn sharp left into"),
    Turn.SLIGHT_RIGHT: ("向右前方进入", "bear right into"),
    Turn.RIGHT: ("右转进入", "turn right into"),
    Turn.SHARP_RIGHT: ("向右后方转入", "turn sharp right into"),
    Turn.BACK: ("掉头进入", "turn back into"),
}
_KM = 1000.0


def _street(step: Step, lang: int) -> str:
    if step.name:
        return step.name
    return (
        _LINK[lang]
        if step.highway.endswith("_link")
        else _NAMELESS.get(step.highway, ("无名道路", "an unnamed road"))[lang]
    )


def _distance(metres: float, kilometre: str, metre: str) -> str:
    """Round as one speaks: to 1 m below 20 m, to 10 m below 1 km, then to 100 m."""
    if metres < 20:  # noqa: PLR2004 - see the docstring
        return f"{max(round(metres), 1)} {metre}"
    tens = round(metres / 10) * 10
    return f"{tens} {metre}" if tens < _KM else f"{metres / _KM:.1f} {kilometre}"


def _compass(step: Step, lang: int) -> str:
    return _COMPASS[lang][round(step.heading_deg / 45.0) % 8]


def _chinese(step: Step, after: Step | None) -> str:
    verb, distance = _VERBS[step.mode][0], _distance(step.length_m, "公里", "米")
    line = f"沿{_street(step, 0)}向{_compass(step, 0)}{verb} {distance}"
    return f"{line}，到达目的地" if after is None else f"{line}，{_TURNS[after.turn][0]}{_street(after, 0)}"


def _english(step: Step, after: Step | None) -> str:
    verb, distance = _VERBS[step.mode][1], _distance(step.length_m, "km", "m")
    line = f"{verb} {_compass(step, 1)} along {_street(step, 1)} for {distance}"
    return f"{line}, and arrive" if after is None else f"{line}, then {_TURNS[after.turn][1]} {_street(after, 1)}"

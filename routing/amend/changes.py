"""What can happen on the day of a route, as records that a log keeps and reads back."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeAlias

import numpy as np
import shapely
from shapely.geometry import shape

from geo.errors import InputError

_MOST_MINUTES = 24 * 60
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Late:
    """A team is behind the times of its route, as they are now."""

    kind: ClassVar[str] = "late"
    team: str
    day: int  # of the round, from 1
    minutes: int
    reason: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= _MOST_MINUTES:
            raise InputError(
                "{field} is {value!r}: give whole minutes from 1 to {most}",
                field="minutes",
                value=self.minutes,
                most=_MOST_MINUTES,
            )


@dataclass(frozen=True, slots=True)
class StopClosed:
    """A stop of a team's route cannot be inspected; the nearest reserve of its category comes in."""

    kind: ClassVar[str] = "stop_closed"
    team: str
    day: int
    checkpoint: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StreetClosed:
    """Streets on a team's way are closed for the rest of the day: an area, a street by its name, or edges."""

    kind: ClassVar[str] = "street_closed"
    team: str
    day: int
    area: shapely.Geometry | None = None  # EPSG:4326; with a street: only those of its edges that it touches
    street: str = ""
    edges: frozenset[int] = frozenset()  # labels
    reason: str = ""

    def __post_init__(self) -> None:
        if self.area is None and not self.street and not self.edges:
            raise InputError("closure is {value}: give a polygon or a street's name", field="closure", value="empty")


@dataclass(frozen=True, slots=True)
class Takeover:
    """Another team, or another day, gets a stop: one of a route, or one that no route serves."""

    kind: ClassVar[str] = "takeover"
    checkpoint: str
    day: int  # on which it is now
    to_team: str
    to_day: int | None = None  # None: the same day
    reason: str = ""

    @property
    def goal(self) -> tuple[str, int]:
        """Team and day that get it."""
        return self.to_team, self.day if self.to_day is None else self.to_day


Change: TypeAlias = Late | StopClosed | StreetClosed | Takeover
KINDS: Mapping[str, type[Change]] = {kind.kind: kind for kind in (Late, StopClosed, StreetClosed, Takeover)}


def params_of(change: Change) -> dict[str, Any]:
    """Return a change as plain JSON values; :func:`change_of` reads them back."""
    values: dict[str, Any] = {each.name: getattr(change, each.name) for each in fields(change)}
    if isinstance(change, StreetClosed):
        values["area"] = None if change.area is None else shapely.to_wkt(change.area, rounding_precision=7)
        values["edges"] = sorted(change.edges)
    return values


def change_of(kind: str, params: Mapping[str, Any]) -> Change:
    """Read a change back; what it has no use for is passed over.

    Raises
    ------
    InputError
        When there is no such kind, a value is missing, or one cannot be taken.
    """
    if kind not in KINDS:
        raise InputError(
            "{field} is {value!r}: it is one of {kinds}", field="kind", value=kind, kinds=", ".join(sorted(KINDS))
        )
    wanted = fields(KINDS[kind])
    known = {each.name: params[each.name] for each in wanted if params.get(each.name) is not None}
    missing = [each.name for each in wanted if each.default is MISSING and each.name not in known]
    if missing:
        raise InputError(
            "{field} is missing: a change of the kind {kind!r} needs it", field=", ".join(missing), kind=kind
        )
    if "area" in known:
        known["area"] = _area(known["area"])
    if "edges" in known:
        known["edges"] = _labels(known["edges"])
    return KINDS[kind](**known)


def _area(value: object) -> shapely.Geometry:
    """Read a polygon: a geometry, its WKT, or GeoJSON."""
    try:
        found = value if isinstance(value, shapely.Geometry) else None
        if isinstance(value, str):
            with np.errstate(over="ignore", invalid="ignore"):  # numbers without end, which is_valid finds
                found = shapely.from_wkt(value)
        elif isinstance(value, Mapping):
            found = shape(value)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError):
        found = None
    if found is None or found.geom_type not in {"Polygon", "MultiPolygon"} or found.is_empty or not found.is_valid:
        raise InputError(
            "{field} is {value}: draw a polygon whose sides do not cross", field="area", value=str(value)[:60]
        )
    return found


def _labels(value: object) -> frozenset[int]:
    try:
        return frozenset(int(edge) for edge in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise InputError("{field} is {value!r}: give labels of street edges", field="edges", value=value) from None


def reason_of(change: Change) -> str:
    """Return the reason in one line.

    Raises
    ------
    InputError
        When there is none, or it is longer than 500 characters.
    """
    reason = " ".join(change.reason.split())
    if not reason:
        raise InputError("reason is {value!r}: say why; the list of changes shows it", field="reason", value=reason)
    if len(reason) > _LONGEST_REASON:
        raise InputError(
            "reason has {length} characters: {most} are enough",
            field="reason",
            length=len(reason),
            most=_LONGEST_REASON,
        )
    return reason

"""What can happen on the day of a route, as records that a log keeps and reads back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import shapely
import shapely.wkt

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
                field="minutes", value=self.minutes, most=_MOST_MINUTES,
            )  # fmt: skip


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
    """Give a change as plain JSON values; :func:`change_of` reads them back."""
    values: dict[str, Any] = {name: getattr(change, name) for name in change.__dataclass_fields__ if name != "kind"}
    if isinstance(change, StreetClosed):
        values["area"] = None if change.area is None else shapely.to_wkt(change.area, rounding_precision=7)
        values["edges"] = sorted(change.edges)
    return values


def change_of(kind: str, params: Mapping[str, Any]) -> Change:
    """Read a change back.

    Raises
    ------
    InputError
        When there is no such kind, or a value cannot be taken.
    """
    if kind not in KINDS:
        raise InputError(
            "{field} is {value!r}: it is one of {kinds}", field="kind", value=kind, kinds=", ".join(sorted(KINDS))
        )
    known = {name: value for name, value in params.items() if name in KINDS[kind].__dataclass_fields__}
    if KINDS[kind] is StreetClosed:
        area = known.get("area")
        known["area"] = shapely.wkt.loads(area) if isinstance(area, str) else area
        known["edges"] = frozenset(known.get("edges", ()))
    try:
        return KINDS[kind](**known)
    except TypeError:
        missing = [
            name
            for name in ("team", "day", "minutes", "checkpoint", "to_team")
            if name in KINDS[kind].__dataclass_fields__ and name not in known
        ]
        raise InputError(
            "{field} is missing: a change of the kind {kind!r} needs it", field=", ".join(missing), kind=kind
        ) from None


def reason_of(change: Change) -> str:
    """Give the reason in one line.

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

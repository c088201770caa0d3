"""Which part of the findings a planner looks at: the filters of the statistics map, as they stand in its address."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self
from zoneinfo import ZoneInfo

from geo.errors import InputError
from geo.model import Scope
from geo.results import RADII_M
from geo.store.totals import bounds

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
OPENNESS: Mapping[str, bool | None] = {"": None, "open": False, "covert": True}


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters; what is empty narrows nothing.

    Parameters
    ----------
    category, item, street
        Codes.
    round
        A round, of a special campaign or not.
    kind
        ``open`` or ``covert``.
    since, until
        Days of the city, both included.
    month
        As ``2026-06``.
    radius
        Of the windows in metres, one of those that are looked at; empty for all of them.
    """

    category: str = ""
    item: str = ""
    street: str = ""
    round: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    month: str = ""
    radius: str = ""

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            _day(name, getattr(self, name))
        if self.month and not MONTH.fullmatch(self.month):
            raise InputError("month {value!r} is no month: write 2026-06", field="month", value=self.month)
        if self.kind not in OPENNESS:
            raise InputError("kind is {value!r}: choose open, covert or neither", field="kind", value=self.kind)
        if self.radius and self.radius not in {f"{one:.0f}" for one in RADII_M}:
            known = ", ".join(f"{one:.0f}" for one in RADII_M)
            raise InputError(
                "radius is {value!r}: choose one of {known}", field="radius", value=self.radius, known=known
            )
        if self.since and self.until and self.since > self.until:
            raise InputError(
                "the time from {since} to {until} is empty: put the earlier day first",
                field="until",
                since=self.since,
                until=self.until,
            )

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        """Read the filters from the arguments of an address; others are left alone."""
        return cls(**{field.name: asked.get(field.name, "").strip() for field in fields(cls)})

    def arguments(self, **changes: str) -> dict[str, str]:
        """Return what an address needs to say for this choice, with changes."""
        given = replace(self, **changes)
        return {field.name: value for field in fields(given) if (value := getattr(given, field.name))}

    def without(self, *names: str) -> "Choice":
        """Return the choice with some of its filters lifted."""
        return replace(self, **dict.fromkeys(names, ""))

    def follow(self, name: str, value: str) -> "Choice":
        """Return the choice after a click on a bar: with another category the item is no longer the same question."""
        return replace(self, **({name: value, "item": ""} if name == "category" else {name: value}))

    @property
    def narrowed(self) -> bool:
        """Tell whether anything but the month is chosen."""
        return self.without("month") != Choice()

    @property
    def radii_m(self) -> tuple[float, ...]:
        """Return the radii of the windows in metres."""
        return (float(self.radius),) if self.radius else RADII_M

    @property
    def broad(self) -> "Choice":
        """Return the choice that holds all that is compared with this one: months, categories, streets, items."""
        return self.without("category", "item", "street", "month", "radius")

    def scope(self, zone: ZoneInfo) -> Scope:
        """Return the visits that are meant, but for the item and the month, which are not asked of the store."""
        since, until = _day("since", self.since), _day("until", self.until)
        return Scope(
            round_id=self.round or None,
            zone=self.street or None,
            categories=(self.category,) if self.category else (),
            since=None if since is None else bounds(since, zone)[0],
            until=None if until is None else bounds(until, zone)[1],
            covert=OPENNESS[self.kind],
        )


def _day(name: str, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if str(day) != text:  # days are compared as texts, and 20260612 is a day too
        raise InputError("{field} is {value!r}: write it as 2026-06-12", field=name, value=text)
    return day

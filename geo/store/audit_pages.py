"""The audit log page by page, the newest first: of somebody, of some kinds of rows, of some days.

A place in the log is a time and how many rows of that time were shown. A row's number would be shorter, and would tell
whoever may see a part of the log how much else is in it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select

from geo.audit.events import Event
from geo.errors import InputError
from geo.store import tables

_A = tables.audit
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where a page of the log ends."""

    at: dt.datetime  # of its last row, aware
    shown: int  # rows of that very time that were shown, this one too

    def __str__(self) -> str:
        """Write it for an address."""
        return f"{self.at.astimezone(dt.UTC).strftime('%Y%m%dT%H%M%S.%f')}{_BETWEEN}{self.shown}"


def place_of(text: str) -> LogPlace | None:
    """Read what ``str`` wrote; None of nothing.

    Raises
    ------
    InputError
        When it is something else.
    """
    if not text:
        return None
    at, _, shown = text.partition(_BETWEEN)
    try:
        moment = dt.datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC)
    except ValueError:
        moment = None
    if moment is None or not shown.isascii() or not shown.isdigit() or len(shown) > 9:  # noqa: PLR2004 - a billion
        raise InputError(
            "{field} is {value!r}: go back to the newest rows, and on from there", field="before", value=text[:100]
        )
    return LogPlace(moment, int(shown))


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """Which rows are asked for; of what isn't named, all."""

    who: str = ""  # what an account or a command did, and what was done to that account
    events: Collection[Event] | None = None
    about: Collection[str] = ()  # objects
    since: dt.datetime | None = None
    until: dt.datetime | None = None  # not itself
    before: LogPlace | None = None

    def statement(self, count: int) -> Select[tuple[object, ...]]:
        """Return the query of so many rows."""
        asked = select(_A).where(*self.conditions()).order_by(_A.c.at.desc(), _A.c.fid.desc()).limit(count)
        return asked.offset(self.before.shown) if self.before else asked

    def after(self, times: Collection[dt.datetime]) -> LogPlace:
        """Return where a page ends that shows rows of these times."""
        last = min(times)
        again = self.before.shown if self.before and self.before.at == last else 0
        return LogPlace(last, again + sum(one == last for one in times))

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what the rows must fulfil."""
        found: list[ColumnElement[bool]] = []
        if self.who:
            found.append(or_(_A.c.who == self.who, _A.c.object == f"account/{self.who}"))
        if self.events is not None:
            found.append(_A.c.action.in_([str(one) for one in self.events]))
        if self.about:
            found.append(_A.c.object.in_(self.about))
        if self.since is not None:
            found.append(_A.c.at >= self.since)
        if self.until is not None:
            found.append(_A.c.at < self.until)
        if self.before is not None:
            found.append(_A.c.at <= self.before.at)
        return found

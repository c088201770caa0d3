"""Sums of what was found in buckets of a day: each can be made again from the visits, and none is ever added to.

A bucket is a day of the city, a round, open or covert, and a category or a street office. Who writes visits
has the days that it touched summed up anew, in the same transaction (:func:`refresh`). ``xundian totals drift`` proves
that the sums are those of the visits, and ``rebuild`` makes all of them again.

Cells and items are no buckets: in a city of 100,000 checkpoints and 1,000,000 visits a cell of 100 m has 1.2 visits of
a category and month, and a day 1.6 deductions of an item, so their sums would be about as long as what they sum up.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Select, delete, func, insert, literal, select

from geo.clock import TIMEZONE
from geo.store import tables

_T, _V = tables.totals, tables.visits
SINCE = "0019"
"""The migration that made the table, and left it empty."""

ZONE_SETTING = "timezone"
CATEGORY, STREET = "category", "street_code"
_KEY = ("kind", "day", "round_id", "covert", "code")
_SUMS = ("visits", "points", "points_sq")
_ROUNDING = 1e-9  # of sums in another order
_FIRST, _LAST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)

Bucket = tuple[str, str, str, bool, str]
"""Kind, day, round, covert and code."""

Sums = tuple[int, float, float]
"""Visits, points, and the squares of the points of each."""


@dataclass(frozen=True, slots=True)
class DriftedBucket:
    """A bucket that is not what the visits say; None: it is missing, or there is no such visit."""

    bucket: Bucket
    kept: Sums | None
    counted: Sums | None


def city_zone(connection: Connection) -> ZoneInfo:
    """Return the zone of the city's days; where its setting names none, the usual one, until that is mended."""
    name = connection.scalar(select(tables.settings.c.value).where(tables.settings.c.key == ZONE_SETTING))
    try:
        return ZoneInfo(name or TIMEZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(TIMEZONE)


def days_of(connection: Connection, moments: Iterable[dt.datetime]) -> set[dt.date]:
    """Return the days of the city on which moments fall."""
    zone = city_zone(connection)
    return {day_of(moment, zone) for moment in moments}


def days_of_hours(connection: Connection, hours: Iterable[str]) -> set[dt.date]:
    """Return the days of the city on which hours in UTC fall, as ``2026-06-12T01``: two where midnight is within."""
    starts = [dt.datetime.fromisoformat(f"{hour}:00:00+00:00") for hour in hours]
    return days_of(connection, [*starts, *(start.replace(minute=59, second=59) for start in starts)])


def refresh(connection: Connection, days: Iterable[dt.date]) -> None:
    """Sum up anew the buckets of days, inside the transaction that changed their visits."""
    zone = city_zone(connection)
    for day in sorted(set(days)):
        connection.execute(delete(_T).where(_T.c.day == str(day)))
        _add(connection, day, zone)


def refresh_between(connection: Connection, first: dt.datetime, last: dt.datetime) -> None:
    """Sum up anew the buckets of all days between two moments."""
    zone = city_zone(connection)
    start, end = day_of(first, zone), day_of(last, zone)
    connection.execute(delete(_T).where(_T.c.day >= str(start), _T.c.day <= str(end)))
    for day in visited_days(connection, zone, start):
        if day > end:
            break
        _add(connection, day, zone)


def rebuild(connection: Connection) -> int:
    """Make every bucket again inside a transaction, and say how many there are."""
    zone = city_zone(connection)
    connection.execute(delete(_T))
    for day in visited_days(connection, zone):
        _add(connection, day, zone)
    return connection.scalar(select(func.count()).select_from(_T)) or 0


def drift(connection: Connection) -> list[DriftedBucket]:
    """Compare every bucket with the visits; a sum may differ by its rounding alone."""
    zone = city_zone(connection)
    kept_days = set(connection.scalars(select(_T.c.day).distinct()))
    days = sorted(kept_days | {str(day) for day in visited_days(connection, zone)})
    found: list[DriftedBucket] = []
    for day in days:
        kept, counted = _kept(connection, day), _counted(connection, dt.date.fromisoformat(day), zone)
        found += [
            DriftedBucket(bucket, kept.get(bucket), counted.get(bucket))
            for bucket in sorted({*kept, *counted})
            if not _same(kept.get(bucket), counted.get(bucket))
        ]
    return found


def day_of(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the day of the city on which a moment falls; at the ends of the calendar that of UTC."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.astimezone(dt.UTC).date()


def bounds(day: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return the moments in UTC at which a day of the city begins and ends."""
    return _midnight(day, zone), _LAST if day == dt.date.max else _midnight(day + dt.timedelta(1), zone)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    if day == dt.date.min:
        return _FIRST
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def visited_days(connection: Connection, zone: ZoneInfo, since: dt.date | None = None) -> Iterator[dt.date]:
    """Yield the days that have visits, in order, each found by the index."""
    at = _V.c.arrived_at
    newest = None if since is None else bounds(since, zone)[0]
    while True:
        first = select(func.min(at)) if newest is None else select(func.min(at)).where(at >= newest)
        found = connection.scalar(first)
        if found is None:
            return
        day = day_of(found, zone)
        yield day
        newest = bounds(day, zone)[1]


def _sums(day: dt.date, zone: ZoneInfo) -> Iterator[Select[Any]]:
    """Yield what sums up a day: one SELECT a kind."""
    start, end = bounds(day, zone)
    cost = _V.c.points
    for kind in (CATEGORY, STREET):
        key = (literal(kind), literal(str(day)), func.coalesce(_V.c.round_id, ""), _V.c.covert, _V.c[kind])
        sums = select(*key, func.count(), func.sum(cost), func.sum(cost * cost))
        yield sums.where(_V.c.arrived_at >= start, _V.c.arrived_at < end).group_by(
            _V.c.round_id, _V.c.covert, _V.c[kind]
        )


def _add(connection: Connection, day: dt.date, zone: ZoneInfo) -> None:
    for sums in _sums(day, zone):
        connection.execute(insert(_T).from_select([*_KEY, *_SUMS], sums))


def _kept(connection: Connection, day: str) -> Mapping[Bucket, Sums]:
    columns = (_T.c[name] for name in (*_KEY, *_SUMS))
    return _buckets(connection, select(*columns).where(_T.c.day == day))


def _counted(connection: Connection, day: dt.date, zone: ZoneInfo) -> Mapping[Bucket, Sums]:
    found: dict[Bucket, Sums] = {}
    for sums in _sums(day, zone):
        found.update(_buckets(connection, sums))
    return found


def _buckets(connection: Connection, statement: Select[Any]) -> dict[Bucket, Sums]:
    rows = connection.execute(statement).all()
    return {
        (kind, day, own, bool(covert), code): (n, cost, square)
        for kind, day, own, covert, code, n, cost, square in rows
    }


def _same(one: Sums | None, other: Sums | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(math.isclose(a, b, rel_tol=_ROUNDING, abs_tol=_ROUNDING) for a, b in zip(one, other, strict=True))

"""How many visits there were and what they cost, summed up by the database: one grouped SELECT, no visit is read.

Where the buckets of :mod:`geo.store.totals` tell what is asked, they are asked; else the visits are. The answer is the
same.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Connection, case, func, literal, or_, select

from geo.calendar import written
from geo.errors import InputError
from geo.frames import VISITS
from geo.model import Scope
from geo.store import rows, tables, totals
from geo.store.backend import Backend
from geo.store.scope import Condition, condition

_T, _V = tables.totals, tables.visits
Columns = Sequence[ColumnElement[Any]]
SUMS = ("visits", "points", "points_sq")
BY = ("category", "street_code", "round_id", "covert", "unit", "team", "month", "day")
"""What visits can be summed up by; months and days are the city's, as ``2026-06`` and ``2026-06-12``."""

_BUCKET = {"category", "street_code", "round_id", "covert", "month", "day"}
_CODE = {"category": "code", "street_code": "code"}
_BUCKET_SUMS: Columns = [func.sum(_T.c[name]) for name in SUMS]
_VISIT_SUMS: Columns = [func.count(), func.sum(_V.c.points), func.sum(_V.c.points * _V.c.points)]
_TO_THE_MONTH, _TO_THE_DAY = len("2026-06"), len("2026-06-12")


@dataclass(frozen=True, slots=True)
class FoundSums:
    """What was found, summed up."""

    visits: int
    points: float
    deductions: int


def summary(connection: Connection, scope: Scope, by: Sequence[str], backend: Backend) -> pd.DataFrame:
    """Sum up the visits of a scope by some of :data:`BY`; by nothing: one row.

    Returns
    -------
    DataFrame
        A column for each of ``by``, in its order; ``visits``, ``points``, and ``points_sq``, the sum of the squares of
        what each visit cost. A round that is none is the empty text.

    Raises
    ------
    InputError
        When visits cannot be summed up by that.
    NotFoundError
        When the scope names a zone that isn't there.
    """
    unknown = [name for name in by if name not in BY]
    if unknown:
        raise InputError(
            "by is {value!r}: choose one of {choices}", field="by", value=unknown[0], choices=", ".join(BY)
        )
    zone = totals.city_zone(connection)
    kind = _kind(scope, by, zone)
    if kind is not None:
        return _table(connection, by, ([_of_bucket(name) for name in by], _BUCKET_SUMS), _in_totals(kind, scope, zone))
    within = condition(connection, scope, _V, backend)
    if within.outline is not None:
        return _inside(rows.fetch(connection, within.narrow(rows.query(_V, VISITS)), VISITS, backend), within, by, zone)
    return _table(connection, by, ([_of_visit(connection, name, zone) for name in by], _VISIT_SUMS), within.conditions)


def _kind(scope: Scope, by: Sequence[str], zone: ZoneInfo) -> str | None:
    """Return the kind of buckets that tell what is asked; None where none does."""
    if not set(by) <= _BUCKET or any(part is not None for part in (scope.team, scope.unit, scope.zone, scope.routes)):
        return None
    if not all(_is_midnight(at, zone) for at in (scope.since, scope.until, scope.covert_until)):
        return None
    of_category, of_street = "category" in by or scope.categories, "street_code" in by or scope.street is not None
    if of_category and of_street:
        return None
    return totals.STREET if of_street else totals.CATEGORY


def _is_midnight(at: dt.datetime | None, zone: ZoneInfo) -> bool:
    return at is None or totals.bounds(totals.day_of(at, zone), zone)[0] == at


def _in_totals(kind: str, scope: Scope, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """Say which buckets of a kind a scope means."""
    since, until, told = (
        None if at is None else str(totals.day_of(at, zone)) for at in (scope.since, scope.until, scope.covert_until)
    )
    asked = {
        _T.c.round_id: scope.round_id,
        _T.c.covert: scope.covert,
        _T.c.code: scope.street,
    }
    found = [_T.c.kind == kind, *(column == value for column, value in asked.items() if value is not None)]
    found += [] if since is None else [_T.c.day >= since]
    found += [] if until is None else [_T.c.day < until]
    found += [] if told is None else [or_(~_T.c.covert, _T.c.day < told)]
    return [*found, *([_T.c.code.in_(scope.categories)] if scope.categories else [])]


def _of_bucket(name: str) -> ColumnElement[Any]:
    if name == "month":
        return func.substr(_T.c.day, 1, _TO_THE_MONTH)
    return _T.c[_CODE.get(name, name)]


def _of_visit(connection: Connection, name: str, zone: ZoneInfo) -> ColumnElement[Any]:
    """Return what a visit has of a name; its day or month is told by the moments at which those begin."""
    if name == "round_id":
        return func.coalesce(_V.c.round_id, "")
    if name not in ("month", "day"):
        return _V.c[name]
    length = _TO_THE_MONTH if name == "month" else _TO_THE_DAY
    days = {str(day)[:length]: totals.bounds(day, zone)[1] for day in totals.visited_days(connection, zone)}
    whens = [(_V.c.arrived_at < end, literal(text)) for text, end in days.items()]
    return case(*whens, else_=literal("")) if whens else literal("")


def _table(
    connection: Connection, by: Sequence[str], asked: tuple[Columns, Columns], conditions: Sequence[ColumnElement[bool]]
) -> pd.DataFrame:
    """Return the sums of what is asked for: groups, and sums of each."""
    named = [column.label(f"by_{name}") for name, column in zip(by, asked[0], strict=True)]
    grouped = select(*named, *asked[1]).where(*conditions).group_by(*named)
    table = pd.DataFrame(connection.execute(grouped).all(), columns=[*by, *SUMS])
    return table.fillna(dict.fromkeys(SUMS, 0)).astype({"visits": "int64", "points": "float64", "points_sq": "float64"})


def _inside(visits: rows.AnyFrame, within: Condition, by: Sequence[str], zone: ZoneInfo) -> pd.DataFrame:
    """Sum up what lies inside an outline, which no database of ours is asked for."""
    visits = within.pick(visits)
    at = visits["arrived_at"]
    columns = {name: visits[name] for name in by if name in visits}
    columns |= {"month": written(at, str(zone), "M")} if "month" in by else {}
    columns |= {"day": written(at, str(zone), "D")} if "day" in by else {}
    cost = visits["points"].to_numpy(float)
    table = pd.DataFrame({**columns, "visits": 1, "points": cost, "points_sq": cost**2})
    return table.groupby(list(by), as_index=False).sum() if by else table.sum().to_frame().T.astype({"visits": "int64"})

"""Visits and what they deducted."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Integer, Select, cast, func, select

from geo import frames
from geo.errors import NotFoundError
from geo.model import Changes, Photo, Scope, Visit
from geo.store import journal, photos, rows, tables, visit_journal
from geo.store.columns import utc
from geo.store.scope import InZone, in_zone

_V, _D, _C = tables.visits, tables.deductions, tables.checkpoints
_COPIED = ("geom", "category", "street_code", "community_code", "grid_code", "unit")
"""What a visit keeps of its checkpoint, which may move or change its category later."""

Row = dict[str, Any]
_NO_PHOTOS: Mapping[str, Photo] = MappingProxyType({})


class Visits(photos.Photos):
    """What the inspectors found."""

    def record_visits(
        self,
        visits: Iterable[Visit],
        *,
        brought: Mapping[str, Photo] = _NO_PHOTOS,
        import_of: str | None = None,
        who: str = "",
    ) -> Changes:
        """Record visits, all or none; on return they are on the disk.

        A visit is known by checkpoint, team and time of arrival to the millisecond. One that is there already takes in
        what is new: deductions of items it had none of, changed points and notes, photos, a round; nothing is taken
        away.

        Parameters
        ----------
        visits
            In any order.
        brought
            The photos that their deductions name, by hash; those that are in the city already may be missing. Each is
            asked for once, when it is written.
        import_of
            The file that they come from, so that its import can be undone.
        who
            The account that imports them.

        Raises
        ------
        NotFoundError
            When a visit names a checkpoint or round that isn't in the city.
        InputError
            When a time names no zone, or a photo is neither brought nor there.
        """
        given, faults, shown = _as_rows(visits)
        with self._writing() as connection:
            self._backend.lock(connection, _V)
            _check_rounds(connection, given.values())
            was = {row["id"]: row for row in _rows(connection, select(_V), _V.c.id, given)}
            had = {row["id"]: row for row in _rows(connection, select(_D), _D.c.visit, was)}
            differing = [row for key, row in faults.items() if key in had and not row.items() <= had[key].items()]
            fresh = [row for key, row in faults.items() if key not in had]
            points = _points({**had, **faults}.values())
            new = [{**row, "points": points[key]} for key, row in given.items() if key not in was]
            self._add_visits(connection, new)
            rows.add(connection, _D, fresh)
            rows.change(connection, _D, "id", differing)
            links = photos.keep(connection, shown, brought)
            touched = {row["visit"] for row in (*differing, *fresh)}
            touched |= {faults[link["deduction"]]["visit"] for link in links}
            merged = {key: _merged(was[key], given[key], points[key]) for key in was}
            changed = [row for key, row in merged.items() if key in touched or not row.items() <= was[key].items()]
            rows.change(connection, _V, "id", changed)
            changes = Changes(accepted=len(new), updated=len(changed), unchanged=len(given) - len(new) - len(changed))
            if import_of is not None:
                parts = visit_journal.before((new, changed, was), (fresh, differing, had), links)
                journal.note_rows(
                    connection, journal.Source(visit_journal.KIND, import_of, who), changes, parts.items()
                )
        return changes

    def _add_visits(self, connection: Connection, new: Sequence[Row]) -> None:
        statement = select(_C.c.id, *(_C.c[name] for name in _COPIED))
        places = {row["id"]: row for row in _rows(connection, statement, _C.c.id, {row["checkpoint"] for row in new})}
        missing = sorted({row["checkpoint"] for row in new} - set(places))
        if missing:
            raise NotFoundError(
                "{count} visited checkpoints are not in the city, {first!r} first: import them, or leave them out",
                count=len(missing),
                first=missing[0],
                missing=missing,
            )
        with self._backend.bulk(connection, _V, len(new)):
            rows.add(connection, _V, [{**places[row["checkpoint"]], **row} for row in new])
        if new:
            added = self._backend.decode([place["geom"] for place in places.values()])
            self._backend.moved(connection, _V, added)

    def visits_frame(self, scope: Scope = Scope()) -> gpd.GeoDataFrame:  # noqa: B008 - frozen
        """Return visits by time, as things were when they were recorded: a frame of :data:`geo.frames.VISITS`.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        with self._reading() as connection:
            return self._visits(connection, scope)

    def deductions_frame(self, scope: Scope = Scope()) -> pd.DataFrame:  # noqa: B008 - frozen
        """Return the deductions of the visits of :meth:`visits_frame`: a frame of :data:`geo.frames.DEDUCTIONS`.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        statement = (
            rows.query(_D, frames.DEDUCTIONS).join(_V, _V.c.id == _D.c.visit).order_by(_V.c.arrived_at, _D.c.fid)
        )
        with self._reading() as connection:
            within = in_zone(connection, scope.zone, _V, self._backend)
            found: pd.DataFrame = rows.fetch(
                connection, _narrowed(statement, scope, within), frames.DEDUCTIONS, self._backend
            )
            if within.outline is not None:
                found = found[found["visit"].isin(self._visits(connection, scope).index)]
        return found

    def visits_state(self) -> str:
        """Return letters that change when any visit or deduction does: what was made of them is kept under these."""
        held = func.count(_V.c.round_id), func.sum(cast(_V.c.covert, Integer)), func.sum(_V.c.points * _V.c.fid)
        faults = func.sum(_D.c.points * _D.c.fid), func.sum(func.length(_D.c.note) * _D.c.fid)
        with self._reading() as connection:
            state = [
                tuple(connection.execute(select(func.count(), func.max(table.c.fid), *sums)).one())
                for table, sums in ((_V, held), (_D, faults))
            ]
        return hashlib.blake2b(repr(state).encode(), digest_size=10).hexdigest()

    def _visits(self, connection: Connection, scope: Scope) -> rows.AnyFrame:
        within = in_zone(connection, scope.zone, _V, self._backend)
        statement = _narrowed(rows.query(_V, frames.VISITS).order_by(_V.c.arrived_at, _V.c.fid), scope, within)
        return within.pick(rows.fetch(connection, statement, frames.VISITS, self._backend))


def _as_rows(visits: Iterable[Visit]) -> tuple[dict[str, Row], dict[str, Row], dict[str, tuple[str, ...]]]:
    """Return the visits, the deductions and their photos by id; the same fact has the same id whenever it is sent."""
    given: dict[str, Row] = {}
    faults: dict[str, Row] = {}
    shown: dict[str, tuple[str, ...]] = {}
    for visit in visits:
        arrived_at = utc(visit.arrived_at, "arrived_at")
        key = _hash(visit.checkpoint, visit.team, arrived_at.isoformat())
        row = {
            "id": key,
            "round_id": visit.round_id or None,
            "checkpoint": visit.checkpoint,
            "team": visit.team,
            "arrived_at": arrived_at,
            "covert": visit.covert,
        }
        if key in given:
            row["round_id"] = row["round_id"] or given[key]["round_id"]
            row["covert"] = row["covert"] or given[key]["covert"]
        given[key] = row
        seen: Counter[str] = Counter()
        for deduction in visit.deductions:
            # An item that one visit deducts twice is two facts.
            fault = _hash(key, deduction.item, str(seen[deduction.item]))
            seen[deduction.item] += 1
            points = float(deduction.points)
            faults[fault] = {
                "id": fault,
                "visit": key,
                "item": deduction.item,
                "points": points,
                "note": deduction.note,
            }
            if deduction.photos:
                shown[fault] = (*shown.get(fault, ()), *deduction.photos)
    return given, faults, shown


def _merged(was: Mapping[str, Any], given: Mapping[str, Any], points: float) -> Row:
    return {
        "id": was["id"],
        "round_id": given["round_id"] or was["round_id"],
        "covert": given["covert"] or was["covert"],
        "points": points,
    }


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


def _points(faults: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    by_visit: defaultdict[str, list[float]] = defaultdict(list)
    for row in faults:
        by_visit[row["visit"]].append(row["points"])
    sums: defaultdict[str, float] = defaultdict(float)
    sums.update({visit: math.fsum(points) for visit, points in by_visit.items()})
    return sums


def _rows(connection: Connection, statement: Select[Any], column: ColumnElement[Any], keys: Iterable[str]) -> list[Row]:
    return [dict(row._mapping) for row in rows.among(connection, statement, column, list(keys))]  # noqa: SLF001 - SQLAlchemy's public name


def _check_rounds(connection: Connection, given: Iterable[Row]) -> None:
    named = {row["round_id"] for row in given} - {None}
    missing = sorted(named - set(connection.scalars(select(tables.rounds.c.id).where(tables.rounds.c.id.in_(named)))))
    if missing:
        raise NotFoundError("there is no round {round!r}: make it first", round=missing[0])


def _narrowed(statement: Select[Any], scope: Scope, within: InZone) -> Select[Any]:
    """Ask for the visits of the scope."""
    for column, value in ((_V.c.round_id, scope.round_id), (_V.c.team, scope.team), (_V.c.covert, scope.covert)):
        if value is not None:
            statement = statement.where(column == value)
    if scope.categories:
        statement = statement.where(_V.c.category.in_(scope.categories))
    if scope.since is not None:
        statement = statement.where(_V.c.arrived_at >= scope.since)
    if scope.until is not None:
        statement = statement.where(_V.c.arrived_at < scope.until)
    return within.narrow(statement)

"""Batches of visits into the city: the database itself compares them with what is there, and copies their places."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Double,
    Insert,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.expression import Executable

from geo.errors import NotFoundError
from geo.model import Changes, Photo
from geo.store import photos, rows, tables
from geo.store.backend import Backend
from geo.store.columns import Time, Whole
from geo.store.visit_batches import DEDUCTION, VISIT, VisitBatch

_V, _D, _C, _R = tables.visits, tables.deductions, tables.checkpoints, tables.rounds
_COPIED = ("geom", "category", "street_code", "community_code", "grid_code", "unit")
"""What a visit keeps of its checkpoint, which may move or change its category later."""

_TEMPORARY: dict[str, Any] = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DELETE ROWS"}
_A = Table(
    "arriving_visits",
    MetaData(),
    *(Column(name, Text()) for name in ("id", "round_id", "checkpoint", "team")),
    Column("arrived_at", Time()),
    Column("covert", Boolean()),
    Column("points", Double()),
    **_TEMPORARY,
)
_F = Table(
    "arriving_deductions",
    MetaData(),
    *(Column(name, Text()) for name in ("id", "visit", "item")),
    Column("points", Double()),
    Column("note", Text()),
    **_TEMPORARY,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch, and what it changed as that was before, by id."""

    changes: Changes
    visits: Mapping[str, Row]  # round_id, covert
    deductions: Mapping[str, Row]  # points, note


class VisitWriter:
    """Writes batches of visits in one transaction.

    Parameters
    ----------
    connection
        In a writing transaction that keeps other writers off the visits.
    backend
        Of the database.
    brought
        The photos that the deductions name, by hash.
    mark
        The import that brings them, which marks what it adds; None of no import.
    """

    def __init__(
        self, connection: Connection, backend: Backend, brought: Mapping[str, Photo], mark: int | None
    ) -> None:
        self._connection, self._backend, self._brought, self._mark = connection, backend, brought, mark
        self._newest = connection.scalar(select(func.max(_V.c.fid))) or 0
        for table in (_A, _F):
            connection.execute(CreateTable(table, if_not_exists=True))

    def write(self, batch: VisitBatch) -> Written:
        """Add what is new, and bring what is there up to date.

        Raises
        ------
        NotFoundError
            When a visit names a checkpoint or round that isn't in the city.
        InputError
            When a photo is neither brought nor there.
        """
        self._arrive(_A, VISIT, batch.visits)
        self._check_rounds()
        there = {row.id: row for row in self._run(_THERE)}
        if not there:
            return self._add(batch)
        self._arrive(_F, DEDUCTION, batch.deductions)
        differing = {row.id: row for row in self._run(_DIFFERING)}
        touched = set(self._run(_ADDED_TO).scalars())
        self._add_visits(len(batch.visits) - len(there), _new_visits(self._mark).where(_not_there(_A, _V)))
        self._run(_new_deductions(self._mark))
        now = [{"id": row.id, "points": row.points, "note": row.note} for row in differing.values()]
        rows.change(self._connection, _D, "id", now)
        links = photos.keep(self._connection, batch.photos, self._brought, self._mark)
        visit_of = {fault[0]: fault[1] for fault in batch.deductions} if differing or links else {}
        touched |= {visit_of[key] for key in (*differing, *(link["deduction"] for link in links))}
        changed = [row for row in there.values() if row.id in touched or _merged(row) != (row.round_id, row.covert)]
        self._change(changed)
        return Written(
            Changes(accepted=len(batch.visits) - len(there), updated=len(changed), unchanged=len(there) - len(changed)),
            {row.id: {"round_id": row.round_id, "covert": row.covert} for row in changed},
            {row.id: {"points": row.had_points, "note": row.had_note} for row in differing.values()},
        )

    def _add(self, batch: VisitBatch) -> Written:
        """Add a batch of which no visit is there, and so no deduction either."""
        self._add_visits(len(batch.visits), _new_visits(self._mark))
        marked = [(*fault, self._mark) for fault in batch.deductions]
        self._backend.append(self._connection, _D, (*DEDUCTION, "import_id"), marked)
        photos.keep(self._connection, batch.photos, self._brought, self._mark)
        return Written(Changes(accepted=len(batch.visits)), {}, {})

    def _add_visits(self, missing: int, arriving: Select[Any]) -> None:
        added = insert(_V).from_select([*VISIT, *_COPIED, "import_id"], arriving)
        if missing and self._run(added.execution_options(preserve_rowcount=True)).rowcount < missing:
            self._refuse_unknown()

    def _arrive(self, table: Table, names: Sequence[str], arriving: Sequence[tuple[Any, ...]]) -> None:
        self._run(delete(table))
        self._backend.append(self._connection, table, names, arriving)

    def end(self) -> None:
        """Bring what is known of the layer's extent up to date."""
        new = select(_V.c.checkpoint).where(_V.c.fid > self._newest)
        places = [place for (place,) in rows.plain(self._connection, select(_C.c.geom).where(_C.c.id.in_(new)))]
        if places:
            self._backend.moved(self._connection, _V, self._backend.decode(places))

    def _run(self, statement: Executable) -> Any:  # noqa: ANN401 - a result of SQLAlchemy
        return self._connection.execute(statement)

    def _check_rounds(self) -> None:
        unknown = self._run(_UNKNOWN_ROUNDS).scalars().first()
        if unknown is not None:
            raise NotFoundError("there is no round {round!r}: make it first", round=unknown)

    def _refuse_unknown(self) -> None:
        missing = list(self._run(_UNKNOWN_CHECKPOINTS).scalars())
        raise NotFoundError(
            "{count} visited checkpoints are not in the city, {first!r} first: import them, or leave them out",
            count=len(missing),
            first=missing[0],
            missing=missing,
        )

    def _change(self, changed: Iterable[Any]) -> None:
        merged = {row.id: _merged(row) for row in changed}
        points = sums(self._connection, merged)
        now = [
            {"id": key, "round_id": round_id, "covert": covert, "points": points[key]}
            for key, (round_id, covert) in merged.items()
        ]
        rows.change(self._connection, _V, "id", now)


def sums(connection: Connection, visits: Iterable[str]) -> dict[str, float]:
    """Sum up what visits deduct."""
    keys = list(visits)
    costs: defaultdict[str, list[float]] = defaultdict(list)
    for visit, points in rows.among(connection, select(_D.c.visit, _D.c.points), _D.c.visit, keys):
        costs[visit].append(points)
    return {key: math.fsum(costs[key]) for key in keys}


def _merged(row: Any) -> tuple[str | None, bool]:  # noqa: ANN401 - a row of _THERE
    """Return round and covert of a visit that comes again: nothing is taken away."""
    return row.new_round or row.round_id, row.new_covert or row.covert


def _new_visits(mark: int | None) -> Select[Any]:
    """Return the arriving visits, each with what it keeps of its checkpoint."""
    columns = *(_A.c[name] for name in VISIT), *(_C.c[name] for name in _COPIED), literal(mark, Whole)
    return select(*columns).join(_C, _C.c.id == _A.c.checkpoint)


def _new_deductions(mark: int | None) -> Insert:
    found = select(*(_F.c[name] for name in DEDUCTION), literal(mark, Whole)).where(_not_there(_F, _D))
    return insert(_D).from_select([*DEDUCTION, "import_id"], found)


def _not_there(arriving: Table, table: Table) -> Any:  # noqa: ANN401 - a condition
    return ~select(table.c.id).where(table.c.id == arriving.c.id).exists()


def _unknown(column: Column[Any], table: Table) -> Select[Any]:
    known = select(table.c.id).where(table.c.id == column).exists()
    return select(column).where(column.is_not(None), ~known).distinct().order_by(column)


_UNKNOWN_ROUNDS = _unknown(_A.c.round_id, _R)
_UNKNOWN_CHECKPOINTS = _unknown(_A.c.checkpoint, _C)
_THERE = select(
    _V.c.id, _V.c.round_id, _V.c.covert, _A.c.round_id.label("new_round"), _A.c.covert.label("new_covert")
).join(_A, _A.c.id == _V.c.id)
_DIFFERING = (
    select(_D.c.id, _F.c.points, _F.c.note, _D.c.points.label("had_points"), _D.c.note.label("had_note"))
    .join(_F, _F.c.id == _D.c.id)
    .where(or_(_F.c.points != _D.c.points, _F.c.note != _D.c.note))
)
_ADDED_TO = select(_F.c.visit).join(_V, _V.c.id == _F.c.visit).where(_not_there(_F, _D)).distinct()

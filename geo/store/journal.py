"""What each import changed, so that it can be undone."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, insert, select, update

from geo import frames
from geo.audit.events import Event
from geo.errors import NotFoundError, StateError
from geo.model import Changes
from geo.store import kept_frames, rows, tables, visit_journal
from geo.store.audit import Act
from geo.store.backend import Backend
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.upsert import Upserted, upsert

UNPLACED = frames.Schema("unplaced", "id", frames.CHECKPOINTS.columns)
"""A roster's rows without coordinates."""

LAYERS = {
    "checkpoints": (tables.checkpoints, frames.CHECKPOINTS),
    "unplaced": (tables.unplaced, UNPLACED),
    "zones": (tables.zones, frames.ZONES),
}
_WRITTEN = (CityPart.IMPORTS, CityPart.ZONES, CityPart.ROSTER, CityPart.VISITS)
_USES = (
    *(tables.sample.c.id, tables.reserves.c.id, tables.replacements.c.out),  # replacements.into was a reserve
    *(tables.stops.c.checkpoint, tables.unserved.c.checkpoint, tables.visits.c.checkpoint),
)
"""Where a checkpoint is held by what happened to it."""


@dataclass(frozen=True, slots=True)
class Import:
    """One file that was imported."""

    id: int
    kind: str  # checkpoints, zones or visits
    file: str
    who: str  # account; empty from the command line
    at: dt.datetime  # UTC
    changes: Changes
    undone: bool


@dataclass(frozen=True, slots=True)
class ImportSource:
    """Where an import comes from."""

    kind: str
    file: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import did."""

    removed: int  # rows that the import had added; of visits the visits alone
    restored: int  # rows that it had changed or retired
    retired: int  # checkpoints, or visits, that it had added and that are in use by now


class Imports(StorePart):
    """The imports so far."""

    def all(self) -> list[Import]:
        """Return the imports, the newest first."""
        with self._database.reading() as connection:
            found = connection.execute(select(tables.imports).order_by(tables.imports.c.fid.desc())).all()
        return [_import(row) for row in found]

    def page(self, *, before: int | None = None, limit: int) -> list[Import]:
        """Return the first ``limit`` of :meth:`all`, or of those that came before one."""
        t = tables.imports
        statement = select(t).order_by(t.c.fid.desc()).limit(limit)
        if before is not None:
            statement = statement.where(t.c.fid < before)
        with self._database.reading() as connection:
            return [_import(row) for row in connection.execute(statement)]

    def newest(self, kind: str) -> Import | None:
        """Return the newest import of a kind that is not undone: the one that :meth:`undo_last` takes back."""
        t = tables.imports
        with self._database.reading() as connection:
            found = _newest(connection, kind)
            row = None if found is None else connection.execute(select(t).where(t.c.fid == found)).one()
        return None if row is None else _import(row)

    def undo_last(self, kind: str) -> Undone:
        """Put back what the newest import of ``checkpoints``, ``zones`` or ``visits`` changed.

        Raises
        ------
        NotFoundError
            When there is none left to undo.
        """
        act = Act(Event.IMPORT_UNDONE, kind)
        with self._database.writing(act, *_WRITTEN, on=[CityPart.ROUNDS]) as connection:
            newest = _newest(connection, kind)
            if newest is None:
                raise NotFoundError("there is no import of {kind} to undo", kind=kind)
            act.detail["import"] = newest
            return _undo(connection, newest, self._database.backend)

    def undo(self, import_id: int) -> Undone:
        """Put back what an import changed.

        Raises
        ------
        NotFoundError
            When there is no such import.
        StateError
            When it is undone already, or a later import of its kind stands on it.
        """
        t = tables.imports
        act = Act(Event.IMPORT_UNDONE, detail={"import": import_id})
        with self._database.writing(act, *_WRITTEN, on=[CityPart.ROUNDS]) as connection:
            found = connection.execute(select(t).where(t.c.fid == import_id)).first()
            if found is None:
                raise NotFoundError("there is no import {id!r}", id=import_id)
            act.about = found.kind
            if found.undone:
                raise StateError("the import of {file!r} is undone already", file=found.file)
            newest = _newest(connection, found.kind)
            if newest != import_id:
                raise StateError(
                    "import {newest} came after that of {file!r}: undo it first", newest=newest, file=found.file
                )
            return _undo(connection, import_id, self._database.backend)


def note(connection: Connection, source: ImportSource, changes: Changes, parts: Sequence[tuple[str, Upserted]]) -> None:
    """Write down an import and the rows that it changed, by layer."""
    import_id = begin(connection, source)
    note_rows(connection, import_id, [(name, {**dict.fromkeys(p.added), **_plain(p.before)}) for name, p in parts])
    end(connection, import_id, changes)


def begin(connection: Connection, source: ImportSource) -> int:
    """Write down that an import begins, and give its number."""
    t = tables.imports
    row = {**asdict(source), "at": dt.datetime.now(dt.UTC), "counts": asdict(Changes()), "undone": False}
    return int(connection.execute(insert(t).returning(t.c.fid), row).scalar_one())


def end(connection: Connection, import_id: int, changes: Changes) -> None:
    """Write down what an import did."""
    t = tables.imports
    connection.execute(update(t).where(t.c.fid == import_id).values(counts=asdict(changes)))


def note_rows(
    connection: Connection, import_id: int, parts: Iterable[tuple[str, Mapping[str, Mapping[str, Any] | None]]]
) -> None:
    """Write down by layer and key each row that an import changed, as it was before; None where it was added."""
    for layer, before in parts:
        noted = [{"import_id": import_id, "layer": layer, "key": key, "before": was} for key, was in before.items()]
        rows.add(connection, tables.import_rows, noted)


def _import(row: Any) -> Import:  # noqa: ANN401 - a row of imports
    changes = Changes(**{**row.counts, "notes": tuple(row.counts["notes"])})
    return Import(row.fid, row.kind, row.file, row.who, row.at, changes, row.undone)


def _newest(connection: Connection, kind: str) -> int | None:
    t = tables.imports
    statement = select(t.c.fid).where(t.c.kind == kind, ~t.c.undone).order_by(t.c.fid.desc()).limit(1)
    return connection.scalar(statement)


def _plain(frame: rows.AnyFrame) -> dict[str, Mapping[str, Any]]:
    """Return each row as plain values, its geometry as hex WKB."""
    data = pd.DataFrame(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        data["geometry"] = shapely.to_wkb(frame.geometry.to_numpy(), hex=True)
    return dict(zip(frame.index.tolist(), data.to_dict("records"), strict=True))


def _frame(saved: Mapping[str, Mapping[str, Any]], schema: frames.Schema) -> rows.AnyFrame:
    """Return the frame that :func:`_plain` took apart."""
    data = pd.DataFrame(list(saved.values()), index=pd.Index(list(saved), name=schema.index))
    if not schema.geometry:
        return data
    shapes = shapely.from_wkb(data["geometry"].to_numpy(dtype=object))
    return gpd.GeoDataFrame(data.drop(columns="geometry"), geometry=shapes, crs=frames.WGS84)


def _undo(connection: Connection, import_id: int, backend: Backend) -> Undone:
    t = tables.imports
    kind = connection.scalar(select(t.c.kind).where(t.c.fid == import_id))
    taken = visit_journal.undo if kind == visit_journal.KIND else _undo_layers
    undone = Undone(*taken(connection, import_id, backend))
    connection.execute(update(t).where(t.c.fid == import_id).values(undone=True))
    return undone


def _undo_layers(connection: Connection, import_id: int, backend: Backend) -> tuple[int, int, int]:
    removed = restored = retired = 0
    t = tables.import_rows
    for table, _ in LAYERS.values():
        backend.lock(connection, table)
    for layer, (table, schema) in LAYERS.items():
        saved = connection.execute(
            select(t.c.key, t.c.before).where(t.c.import_id == import_id, t.c.layer == layer)
        ).all()
        before = {key: row for key, row in saved if row is not None}
        if before:
            upsert(connection, table, schema, _frame(before, schema), backend)
        added = [key for key, row in saved if row is None]
        kept = used(connection, added) if layer != "zones" else []
        rows.change(connection, tables.checkpoints, "id", [{"id": key, "retired": True} for key in kept])
        gone = sorted(set(added) - set(kept))
        rows.remove(connection, table, schema.index, gone)
        if layer == "unplaced":  # and placed by hand since
            rows.remove(connection, tables.checkpoints, "id", gone)
        restored, removed, retired = restored + len(before), removed + len(gone), retired + len(kept)
    for moved in (tables.checkpoints, tables.zones):
        backend.moved(connection, moved)
    return removed, restored, retired


def used(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Tell which checkpoints cannot go, since something happened to them."""
    happened = {row[0] for use in _USES for row in rows.among(connection, select(use).distinct(), use, ids)}
    return sorted(happened | (kept_frames.bound(connection) & set(ids)))

"""Telling what an import changes: new rows, changed ones, and those that were there already."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sqlalchemy import Connection, Table

from geo.frames import Schema
from geo.model import Changes
from geo.store import rows
from geo.store.backend import Backend


@dataclass(frozen=True, slots=True)
class Upserted:
    """What :func:`upsert` did."""

    added: list[Any]  # keys
    before: rows.AnyFrame  # the changed rows as they were
    unchanged: int

    @property
    def changes(self) -> Changes:
        """Count it."""
        return Changes(accepted=len(self.added), updated=len(self.before), unchanged=self.unchanged)


def upsert(connection: Connection, table: Table, schema: Schema, frame: pd.DataFrame, backend: Backend) -> Upserted:
    """Insert the rows whose key is new, update those that differ, leave the others untouched."""
    cleaned = rows.clean(frame, schema, table)
    backend.lock(connection, table)
    was = existing(connection, table, schema, cleaned.index, backend)
    place = was.index.get_indexer(cleaned.index)  # -1 where the key is new
    there = np.flatnonzero(place >= 0)
    old = was.iloc[place[there]]
    moved = _moved(old, cleaned.iloc[there], schema)
    differs = moved | _differing(old, cleaned.iloc[there], schema)
    added, changed = cleaned.iloc[np.flatnonzero(place < 0)], cleaned.iloc[there[differs]]
    with backend.bulk(connection, table, len(added) + len(changed)):
        rows.add(connection, table, rows.to_rows(added, schema, table, backend))
        rows.change(connection, table, schema.index, rows.to_rows(changed, schema, table, backend))
    if schema.geometry:
        backend.moved(connection, table, None if moved.any() else added.geometry.to_numpy())
    return Upserted(added.index.tolist(), old[differs], int((~differs).sum()))


def existing(
    connection: Connection, table: Table, schema: Schema, keys: "pd.Index[Any]", backend: Backend
) -> rows.AnyFrame:
    """Read the rows of these keys, perhaps with others."""
    statement = rows.query(table, schema)
    if len(keys) > rows.CHUNK:
        return rows.fetch(connection, statement, schema, backend)
    return rows.framed(rows.among(connection, statement, table.c[schema.index], keys.tolist()), schema, backend)


def _differing(old: rows.AnyFrame, now: rows.AnyFrame, schema: Schema) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(old), dtype=bool)
    for name in schema.columns:
        found |= old[name].to_numpy() != now[name].to_numpy()
    return found


def _moved(old: rows.AnyFrame, now: rows.AnyFrame, schema: Schema) -> npt.NDArray[np.bool_]:
    if not schema.geometry:
        return np.zeros(len(old), dtype=bool)
    same = shapely.equals_exact(old.geometry.to_numpy(), now.geometry.to_numpy(), tolerance=0)
    return np.asarray(~same, dtype=bool)

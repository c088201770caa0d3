"""Frames to rows and back, a column at a time."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, delete, insert, select, update

from geo.errors import InputError
from geo.frames import WGS84, Schema, check
from geo.store import geometry
from geo.store.backend import Backend

CHUNK = 10_000
"""Values of one IN clause; SQLite takes 32,766, PostgreSQL 65,535."""

AnyFrame = Any
"""A GeoDataFrame where the schema has geometry, else a DataFrame."""


def _in_utc(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if getattr(column.dtype, "tz", None) is None:
        raise InputError(
            "column {field!r} is {value}: give its times a time zone", field=column.name, value=str(column.dtype)
        )
    in_utc: pd.Series[Any] = column.dt.tz_convert("UTC").dt.floor("ms")
    return in_utc


def _texts(values: Sequence[str]) -> "pd.Series[str]":
    return pd.Series(np.array(values, dtype=object), dtype="str")  # several times faster than from a list


_CLEAN: dict[str, Callable[["pd.Series[Any]"], "pd.Series[Any]"]] = {
    "str": lambda column: column.astype(object).where(column.notna(), ""),
    "int": lambda column: column.astype("int64"),
    "float": lambda column: column.astype("float64"),
    "bool": lambda column: column.astype(bool),
    "time": _in_utc,
    "json": lambda column: column.astype(object),
}
_READ: dict[str, Callable[[Sequence[Any]], Any]] = {
    "str": lambda values: _texts(["" if value is None else value for value in values]),
    "int": lambda values: np.array(values, dtype=np.int64),
    "float": lambda values: np.array(values, dtype=np.float64),
    "bool": lambda values: np.array(values, dtype=bool),
    "time": lambda values: pd.DatetimeIndex(pd.to_datetime(list(values), utc=True)).as_unit("ms"),
    "json": lambda values: pd.Series([json.loads(value) for value in values], dtype=object),
}


def clean(frame: pd.DataFrame, schema: Schema, table: Table) -> AnyFrame:
    """Return the schema's columns as the table keeps them: no missing text, UTC milliseconds, flat geometries.

    Raises
    ------
    InputError
        When the frame is not of its schema, or a row that must have a place has none.
    """
    check(frame, schema)
    data = pd.DataFrame({name: _CLEAN[kind](frame[name]) for name, kind in schema.columns.items()}, index=frame.index)
    if not schema.geometry:
        return data
    shapes = geometry.flat(frame.geometry.to_numpy())
    bare = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if len(bare) and not table.c.geom.nullable:
        raise InputError(
            "{count} rows of {table} have no place, {first!r} first: place them or leave them out",
            count=len(bare),
            table=table.name,
            first=frame.index[bare[0]],
        )
    return gpd.GeoDataFrame(data, geometry=shapes, crs=WGS84)


def to_rows(cleaned: AnyFrame, schema: Schema, table: Table, backend: Backend) -> list[dict[str, Any]]:
    """Turn a frame from :func:`clean` into the rows of its table."""
    names = [schema.index, *schema.columns]
    columns: list[list[Any]] = [cleaned.index.tolist()]
    for name, kind in schema.columns.items():
        column = cleaned[name]
        columns.append(
            column.astype(object).where(column.notna(), None).tolist() if kind == "time" else column.tolist()
        )
    if schema.geometry:
        names.append("geom")
        columns.append(backend.encode(geometry.promoted(cleaned.geometry.to_numpy(), geometry.kind_of(table))))
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def add(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or none."""
    if rows:
        connection.execute(insert(table), rows)


def change(connection: Connection, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Update the rows that have the same ``key``."""
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != key}
        statement = update(table).where(table.c[key] == bindparam("_key")).values(columns)
        connection.execute(statement, [{**row, "_key": row[key]} for row in rows])


def replace(connection: Connection, table: Table, schema: Schema, frame: pd.DataFrame, backend: Backend) -> None:
    """Put the frame in the place of everything in the table."""
    cleaned = clean(frame, schema, table)
    backend.lock(connection, table)
    with backend.bulk(connection, table, len(cleaned)):
        connection.execute(delete(table))
        add(connection, table, to_rows(cleaned, schema, table, backend))
    if schema.geometry:
        backend.moved(connection, table)


def remove(connection: Connection, table: Table, key: str, values: Sequence[Any]) -> None:
    """Delete the rows that have one of the values as their ``key``."""
    for start in range(0, len(values), CHUNK):
        connection.execute(delete(table).where(table.c[key].in_(values[start : start + CHUNK])))


def query(table: Table, schema: Schema) -> Select[Any]:
    """Select what a frame of the schema is made of."""
    names = [schema.index, *schema.columns, *(["geom"] if schema.geometry else [])]
    return select(*(table.c[name] for name in names))


def plain(connection: Connection, statement: Select[Any]) -> Sequence[Any]:
    """Run a statement and give its rows as the driver does: text and numbers need no more."""
    with closing(connection.execute(statement)) as result:
        return result.cursor.fetchall() if result.cursor else []


def fetch(connection: Connection, statement: Select[Any], schema: Schema, backend: Backend) -> AnyFrame:
    """Run a statement made by :func:`query` and give the frame."""
    # Straight from the driver: _READ turns whole columns, SQLAlchemy would turn each value.
    return framed(plain(connection, statement), schema, backend)


def framed(rows: Sequence[Any], schema: Schema, backend: Backend) -> AnyFrame:
    """Turn rows with the columns of :func:`query` into a frame."""
    names = [schema.index, *schema.columns, *(["geom"] if schema.geometry else [])]
    columns: dict[str, Sequence[Any]] = dict(
        zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)
    )
    data = pd.DataFrame({name: _READ[kind](columns[name]) for name, kind in schema.columns.items()})
    data.index = pd.Index(columns[schema.index], name=schema.index, dtype=None if rows else object)
    if not schema.geometry:
        return data
    return gpd.GeoDataFrame(data, geometry=backend.decode(columns["geom"]), crs=WGS84)


def among(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], values: Sequence[Any]
) -> list[Any]:
    """Fetch the rows of a statement whose column is among many values."""
    rows: list[Any] = []
    for start in range(0, len(values), CHUNK):
        rows += connection.execute(statement.where(column.in_(values[start : start + CHUNK]))).fetchall()
    return rows

"""Whether the file of a city is whole: its pages, its indexes, its map indexes, its geometries, its references."""

import sqlite3
from collections.abc import Callable, Iterator

import shapely

from geo.notes import Note, Sentences
from geo.store import geometry

_MOST = 20  # faults that are named
_PART = 20_000  # rows in the memory at once
_OURS = {"alembic_version", "gpkg_contents", "gpkg_geometry_columns", "settings"}
_TREES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%rtree%'"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
_PLACES = "SELECT table_name, column_name FROM gpkg_geometry_columns ORDER BY table_name"
_UNINDEXED = """SELECT count(*) FROM "{table}" WHERE "{column}" NOTNULL AND NOT ST_IsEmpty("{column}")
AND fid NOT IN (SELECT id FROM "rtree_{table}_{column}")"""
_ASTRAY = 'SELECT count(*) FROM "rtree_{table}_{column}" WHERE id NOT IN (SELECT fid FROM "{table}")'
Faults = Iterator[Note]


def faults(connection: sqlite3.Connection) -> Sentences:
    """Return what is damaged in the file of a city, at most some twenty lines; nothing when it is whole.

    Parameters
    ----------
    connection
        To the file, with the functions of our R-tree triggers.
    """
    found: list[Note] = []
    checks: tuple[Callable[[sqlite3.Connection], Faults], ...] = (_pages, _ours, _trees, _geometries, _references)
    for check in checks:
        try:
            for fault in check(connection):
                found.append(fault)
                if len(found) == _MOST:
                    return Sentences(found)
        except (sqlite3.Error, shapely.errors.ShapelyError) as error:
            found.append(Note("the file: {reason}", {"reason": _line(str(error))}))
        if found and check is _pages:  # what else would be read from broken pages says nothing new
            break
    return Sentences(found)


def _pages(connection: sqlite3.Connection) -> Faults:
    """Check pages, the list of free pages, rows against indexes, and the rules of the columns."""
    whole = _lines(connection, "PRAGMA integrity_check")
    if not whole:
        return
    named = False
    for (table,) in connection.execute(_TABLES).fetchall():
        for reason in _lines(connection, f'PRAGMA integrity_check("{table}")')[:1]:
            named = True
            yield Note("the table {table}: {reason}", {"table": table, "reason": reason})
    if not named:
        yield Note("the file: {reason}", {"reason": whole[0]})


def _ours(connection: sqlite3.Connection) -> Faults:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if lacking := _OURS - tables:
        yield Note("the table {table} is missing", {"table": min(lacking)})
    elif connection.execute("SELECT count(*) FROM alembic_version").fetchone() != (1,):
        yield Note("the file does not say which version made it", {})


def _trees(connection: sqlite3.Connection) -> Faults:
    """Check the map indexes, which SQLite's own check passes over."""
    for (tree,) in connection.execute(_TREES).fetchall():
        (said,) = connection.execute("SELECT rtreecheck(?)", (tree,)).fetchone()
        if said != "ok":
            yield Note("the map index {table}: {reason}", {"table": tree, "reason": _line(said)})
    for table, column in connection.execute(_PLACES).fetchall():
        for query in (_UNINDEXED, _ASTRAY):
            (count,) = connection.execute(query.format(table=table, column=column)).fetchone()
            if count:
                reason = Sentences([Note("{count} rows are not as its table has them", {"count": count})])
                yield Note("the map index {table}: {reason}", {"table": f"rtree_{table}_{column}", "reason": reason})


def _geometries(connection: sqlite3.Connection) -> Faults:
    """Read every geometry: a page that was written by half may look whole to SQLite."""
    for table, column in connection.execute(_PLACES).fetchall():
        rows = connection.execute(f'SELECT fid, "{column}" FROM "{table}" WHERE "{column}" NOTNULL')  # noqa: S608 - our own names
        while part := rows.fetchmany(_PART):
            bad = [fid for fid, blob in part if not _readable(blob)] if not _all_readable(part) else []
            if bad:
                yield Note(
                    "the table {table}: the geometry of row {row} cannot be read", {"table": table, "row": bad[0]}
                )
                break


def _references(connection: sqlite3.Connection) -> Faults:
    counts: dict[str, int] = {}
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        counts[table] = counts.get(table, 0) + 1
    for table, count in counts.items():
        yield Note("{count} rows of {table} belong to nothing that is there", {"count": count, "table": table})


def _all_readable(part: list[tuple[int, bytes]]) -> bool:
    try:
        geometry.from_blobs([blob for _, blob in part])
    except (shapely.errors.ShapelyError, LookupError, TypeError, ValueError):
        return False
    return all(blob[:2] == b"GP" for _, blob in part)


def _readable(blob: bytes) -> bool:
    return _all_readable([(0, blob)])


def _lines(connection: sqlite3.Connection, pragma: str) -> list[str]:
    """Return what a check says; nothing when all is well."""
    try:
        said = [str(row[0]) for row in connection.execute(pragma)]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    return [] if said == ["ok"] else [_line(each) for each in said]


def _line(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return next((line for line in lines if line and not line.startswith("***")), "damaged")

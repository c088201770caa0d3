"""A city in one GeoPackage file (OGC 12-128r18), which GDAL and QGIS open as it is, also while we write.

Other processes may do so. Within a process that has the city open nothing else may open the file, pyogrio and geopandas
least of all: they bring their own copy of SQLite, and POSIX locks do not hold between two copies in one process, so
the second copy deletes the write-ahead log under the first (https://sqlite.org/howtocorrupt.html, section 2.2.1).
"""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import (
    URL,
    Connection,
    Double,
    Engine,
    Integer,
    Table,
    and_,
    cast,
    column,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy import table as lightweight
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from geo import private
from geo.errors import StoreError, XundianError
from geo.failures import reason_of
from geo.store import copying, geometry, opening, rtree, telling
from geo.store.geometry import Shapes
from geo.store.places import Bounds, Box, Placed

_APPLICATION_ID = 0x47504B47  # "GPKG"
_USER_VERSION = 10300  # 1.3: the newest that GDAL 3.6 of Debian 12 reads without a warning
_OURS = {"alembic_version", "gpkg_contents"}
_MANY = 2_000  # rows; below, a new tree is not worth it
_TREE_FROM, _INDEXES_FROM = 0.05, 10  # of the rows that are there
_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name LIKE ?"
_PLAIN_INDEXES = """SELECT name, sql FROM sqlite_master
WHERE type = 'index' AND tbl_name = ? AND sql LIKE 'CREATE INDEX%'"""
_NEW_TREE = (
    'DROP TABLE "{tree}"',
    'CREATE VIRTUAL TABLE "{tree}" USING rtree(id, minx, maxx, miny, maxy)',
)
_PART = 50_000  # rows in the memory at once
_BULK_CACHE_KB, _USUAL_CACHE_KB = 64 * 1024, 2000
_ATTRIBUTES = "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)"
_EXTENT = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?"
_SET_EXTENT = """UPDATE gpkg_contents SET last_change = :now,
    min_x = :min_x, min_y = :min_y, max_x = :max_x, max_y = :max_y WHERE table_name = :name"""
_WIDEN_EXTENT = """UPDATE gpkg_contents SET last_change = :now,
    min_x = min(coalesce(min_x, :min_x), coalesce(:min_x, min_x)),
    min_y = min(coalesce(min_y, :min_y), coalesce(:min_y, min_y)),
    max_x = max(coalesce(max_x, :max_x), coalesce(:max_x, max_x)),
    max_y = max(coalesce(max_y, :max_y), coalesce(:max_y, max_y)) WHERE table_name = :name"""
_CONTAINER = (resources.files("geo.store") / "container.sql").read_text(encoding="utf-8")
_LAYER = (resources.files("geo.store") / "layer.sql").read_text(encoding="utf-8")


def _bound(place: int) -> Callable[[bytes | None], float | None]:
    def bound(blob: bytes | None) -> float | None:
        found = geometry.envelope(blob)
        return None if found is None else found[place]

    return bound


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else int(geometry.envelope(blob) is None)


_FUNCTIONS: dict[str, Callable[[bytes | None], float | None]] = {
    "ST_MinX": _bound(0),
    "ST_MaxX": _bound(1),
    "ST_MinY": _bound(2),
    "ST_MaxY": _bound(3),
    "ST_IsEmpty": _is_empty,
}


def functions(connection: sqlite3.Connection) -> None:
    """Let the R-tree triggers call our functions."""
    for name, function in _FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)


def _connected(connection: opening.Opened, _record: object) -> None:
    """Set up one connection."""
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    functions(connection)
    if connection.way is opening.OpenMode.USUAL:
        opening.use_log(connection)
    # FULL: an acknowledged write outlives a power cut, not only a crash of the program.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _taken(connection: opening.Opened, _record: object, _proxy: object) -> None:
    """Open a city anew that could only be read: meanwhile it may be written, or another file."""
    if connection.is_stale():
        raise DisconnectionError
    connection.used = True


def _begin(connection: Connection) -> None:
    """Take the write lock at the start: a reader that turns writer midway can be refused, whatever the timeout.

    A writer waits a while for another one. A reader waits for nobody but who has the file for itself alone.
    """
    options = connection.get_execution_options()
    writing = options.get("writing")
    wait_ms = 0 if options.get("at_once") else opening.WRITE_MS if writing else opening.READ_MS
    connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class GeoPackage:
    """A GeoPackage file.

    Parameters
    ----------
    path
        The file, which need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path.absolute(), str(path)
        self.url = str(self.path)
        self.reader: Engine = create_engine(URL.create("sqlite", database=self.url))
        event.listen(self.reader, "do_connect", self._open)
        event.listen(self.reader, "connect", _connected)
        event.listen(self.reader, "checkout", _taken)
        event.listen(self.reader, "begin", _begin)
        event.listen(self.reader, "commit", self._check)
        self.writer: Engine = self.reader.execution_options(writing=True)

    @property
    def cache_dir(self) -> Path:
        """The folder beside the file."""
        return self.path.with_suffix(".cache")

    def revision(self) -> str | None:
        """Return the migration that the file stands at, None when there is no city in it."""
        try:
            if not self.path.exists() or self.path.stat().st_size == 0:
                return None
            # Ask before the first real connection, which would turn a stranger's file to WAL.
            with closing(opening.connect(self.path)) as plain:
                tables = {name for (name,) in plain.execute("SELECT name FROM sqlite_master")}
                rows = plain.execute("SELECT version_num FROM alembic_version").fetchall() if tables >= _OURS else []
        except OSError as error:
            raise StoreError("{city} cannot be read: {reason}", city=self.name, reason=reason_of(error)) from error
        except sqlite3.Error as error:
            raise self.told(error) from error
        if rows:
            return str(rows[0][0])
        if tables:
            raise StoreError("{city} is a database, but not a city of ours: choose another file", city=self.name)
        return None

    def create(self) -> None:
        """Make the file, for its owner alone; what SQLite writes beside it gets the same rights."""
        try:
            private.create(self.path)
        except FileExistsError:
            pass  # empty, or made by another process meanwhile
        except OSError as error:
            raise StoreError("{city} cannot be made: {reason}", city=self.name, reason=reason_of(error)) from error

    def told(self, error: BaseException) -> XundianError:
        """Say in words what SQLite refused."""
        return telling.of_file(error, self.name, self.path)

    def open_to_others(self) -> bool:
        """Tell whether other accounts of this machine may read or write the file."""
        return self.path.exists() and private.open_to_others(self.path)

    def prepare(self, connection: Connection) -> None:
        """Write the GeoPackage's own tables; the transaction that writes already keeps others out."""
        if connection.exec_driver_sql("PRAGMA application_id").scalar() == _APPLICATION_ID:
            return
        connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {_USER_VERSION}")
        _run(connection, _CONTAINER)

    def flush_log(self) -> None:
        """Move what was written from the log into the file: whoever copies the file alone then has it.

        It waits for nobody: while somebody reads an older state, the rest stays in the log, where it is safe.
        """
        with suppress(OSError, sqlite3.Error):
            if opening.log_of(self.path):
                with closing(opening.connect(self.path, timeout_ms=0)) as plain:
                    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, path: Path) -> None:
        """Copy the file and its log into one file that needs none, when all of it is sound."""
        copying.copy(self.path, path, self.name, functions)

    def _open(self, _dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> opening.Opened:
        return opening.connect(self.path, check_same_thread=bool(options.get("check_same_thread")))

    def _check(self, connection: Connection) -> None:
        """Make sure that what was read without locks was one state of the city."""
        opened = connection.connection.dbapi_connection
        if isinstance(opened, opening.Opened):
            opening.require_still(opened, self.name)

    def register(self, connection: Connection, table: str, kind: str | None) -> None:
        """List the table in ``gpkg_contents``; a layer gets its R-tree with the standard's triggers."""
        if kind is None:
            connection.exec_driver_sql(_ATTRIBUTES, (table, table))
        else:
            _run(connection, _LAYER.replace("{table}", table).replace("{kind}", kind))

    @contextmanager
    def bulk(self, connection: Connection, table: Table, count: int) -> Iterator[None]:
        """Put what indexes the rows one by one aside when many change: building it anew at the end is much faster."""
        ask = connection.exec_driver_sql
        total = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if count < _MANY or count < total * _TREE_FROM:
            yield
            return
        names = {"tree": f"rtree_{table.name}_geom", "table": table.name}
        aside = [] if "geom" not in table.c else ask(_TRIGGERS, (table.name, names["tree"] + "%")).all()
        for name, _ in aside:
            ask(f'DROP TRIGGER "{name}"')
        indexes = ask(_PLAIN_INDEXES, (table.name,)).all() if count >= total * _INDEXES_FROM else []
        for name, _ in indexes:
            ask(f'DROP INDEX "{name}"')
        ask(f"PRAGMA cache_size = -{_BULK_CACHE_KB}")
        yield
        if "geom" in table.c:
            for statement in _NEW_TREE:
                ask(statement.format(**names))
            rtree.write(connection, names["tree"], *_bounds(connection, table))
        for _, made in (*indexes, *aside):
            ask(made)
        ask(f"PRAGMA cache_size = -{_USUAL_CACHE_KB}")

    def append(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Add rows as the driver takes them."""
        if rows:
            places = ", ".join("?" * len(names))
            statement = f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({places})'  # noqa: S608 - our own table
            connection.exec_driver_sql(statement, list(rows))

    def lock(self, connection: Connection, table: Table) -> None:
        """Do nothing: a writing transaction has the whole file."""

    def be_patient(self, connection: Connection) -> None:
        """Do nothing: a writing transaction has the whole file already."""

    def write_if_free(self, work: Callable[[Connection], object]) -> bool:
        """Give up at once while anybody else writes, or where the file cannot be written."""
        with suppress(SQLAlchemyError, StoreError), self.writer.execution_options(at_once=True).begin() as connection:
            work(connection)
            return True
        return False

    def encode(self, shapes: Shapes) -> list[bytes | None]:
        """Write GeoPackage blobs."""
        return geometry.to_blobs(shapes)

    def decode(self, values: Sequence[Any]) -> Shapes:
        """Read GeoPackage blobs."""
        return geometry.from_blobs(values)

    def placed(self, table: Table, box: Box) -> Placed:
        """Ask the layer's R-tree."""
        names = ("minx", "maxx", "miny", "maxy")
        tree = lightweight(f"rtree_{table.name}_geom", column("id", Integer), *(column(one, Double) for one in names))
        edges = tree.c
        near = and_(edges.minx <= box.east, edges.maxx >= box.west, edges.miny <= box.north, edges.maxy >= box.south)
        x, y = (edges.minx + edges.maxx) / 2, (edges.miny + edges.maxy) / 2
        return Placed(tree.join(table, table.c.fid == edges.id), x, y, near, lambda number: cast(number, Integer))

    def extent(self, connection: Connection, table: Table) -> Bounds | None:
        """Read what ``gpkg_contents`` says."""
        row = connection.exec_driver_sql(_EXTENT, (table.name,)).one()
        return None if row[0] is None else (row[0], row[1], row[2], row[3])

    def moved(self, connection: Connection, table: Table, added: Shapes | None = None) -> None:
        """Write the layer's extent and time of change into ``gpkg_contents``."""
        if added is None:
            blobs = connection.exec_driver_sql(f'SELECT geom FROM "{table.name}"').scalars().all()  # noqa: S608 - our own table
            statement, shapes = _SET_EXTENT, geometry.from_blobs(blobs)
        else:
            statement, shapes = _WIDEN_EXTENT, added
        here = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        bounds = shapely.total_bounds(here).tolist() if len(here) else [None] * 4
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        edges = dict(zip(("min_x", "min_y", "max_x", "max_y"), bounds, strict=True))
        connection.execute(text(statement), {"name": table.name, "now": now, **edges})


def _bounds(connection: Connection, table: Table) -> tuple[npt.NDArray[np.int64], rtree.Bounds]:
    """Return the keys and bounds of the rows that have a place."""
    found = connection.exec_driver_sql(f'SELECT fid, geom FROM "{table.name}" WHERE geom NOTNULL').cursor  # noqa: S608 - our own table
    fids, bounds = [np.zeros(0, np.int64)], [np.zeros((0, 4), np.float32)]
    while found is not None and (part := found.fetchmany(_PART)):
        keys, blobs = zip(*part, strict=True)
        own = geometry.blob_bounds(blobs)
        there = ~np.isnan(own[:, 0])
        fids.append(np.array(keys, np.int64)[there])
        bounds.append(rtree.outwards(own[there]))
    return np.concatenate(fids), np.concatenate(bounds)


def _run(connection: Connection, script: str) -> None:
    """Run the statements of a script inside the transaction, which sqlite3's executescript would end."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.exec_driver_sql(statement)
            statement = ""

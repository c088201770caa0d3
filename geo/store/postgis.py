"""A city in a PostgreSQL database with PostGIS: the same tables, with GiST indexes in place of R-trees."""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    inspect,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from geo.errors import StateError, XundianError
from geo.store import geometry, telling
from geo.store.geometry import Shapes
from geo.store.opening import READ_MS, WRITE_MS
from geo.store.places import Bounds, Box, Placed

_CONNECT_S = 10
_PATIENCE_MS = 600_000
_HOLDERS = """
SELECT application_name, activity.pid FROM pg_locks JOIN pg_stat_activity activity USING (pid)
WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted
  AND activity.pid <> pg_backend_pid() AND state <> 'idle'
  AND (locktype = 'advisory' OR mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock'))
ORDER BY mode = 'AccessExclusiveLock' DESC, pid LIMIT 1
"""
_EXTENT = """
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(geom) AS e FROM "{table}") AS whole
"""
_MIGRATION_LOCK = 0x5875_6E64_6961_6E  # "Xundian": one migration at a time in a database


def _begin(connection: Connection) -> None:
    """Bound the wait for locks: a reader meets one only where tables are rebuilt (ALTER TABLE, VACUUM FULL)."""
    writing = connection.get_execution_options().get("isolation_level") == "READ COMMITTED"
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {WRITE_MS if writing else READ_MS}")


class PostGIS:
    """A database of a PostgreSQL server; the city lives in the first schema of its search path.

    Parameters
    ----------
    url
        ``postgresql+psycopg://user@host/database``.
    """

    def __init__(self, url: URL) -> None:
        url = url.set(drivername="postgresql+psycopg")
        self.url = url.render_as_string(hide_password=False)
        self.name = url.render_as_string(hide_password=True)
        self.reader: Engine = create_engine(
            url,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            connect_args={} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_S},
        )
        event.listen(self.reader, "begin", _begin)
        self.writer: Engine = self.reader.execution_options(isolation_level="READ COMMITTED")

    @property
    def cache_dir(self) -> Path:
        """A folder of this city in ``XUNDIAN_HOME``, or in ``.xundian`` of the user's home."""
        home = os.environ.get("XUNDIAN_HOME")
        folder = re.sub(r"[^\w.-]+", "_", self.name.partition("@")[2] or self.name.partition("//")[2])
        return (Path(home) if home else Path.home() / ".xundian") / f"{folder}.cache"

    def revision(self) -> str | None:
        """Return the migration that the schema stands at, None when there is no city in it."""
        try:
            with self.reader.connect() as connection:
                schema = connection.dialect.default_schema_name
                if not inspect(connection).has_table("alembic_version", schema=schema):
                    return None
                found = connection.scalar(text(f'SELECT version_num FROM "{schema}".alembic_version'))  # noqa: S608 - the server's own name
                return None if found is None else str(found)
        except DBAPIError as error:
            raise self.told(error.orig or error) from error

    def create(self) -> None:
        """Do nothing: the database is there, or its server's to make."""

    def told(self, error: BaseException) -> XundianError:
        """Say in words what the server refused."""
        return telling.of_server(error, self.name, self._holder)

    def open_to_others(self) -> bool:
        """Tell nothing: who may read the database is the server's business."""
        return False

    def prepare(self, connection: Connection) -> None:
        """Wait for other migrations, and add PostGIS where it is missing."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))

    def flush_log(self) -> None:
        """Do nothing: nobody else reads the server's files."""

    def copy_to(self, path: Path) -> None:
        """Refuse: the server has its own way, with its own rights."""
        raise StateError(
            "{city} lies in PostgreSQL: back it up with pg_dump, not into {path}", city=self.name, path=path
        )

    def _holder(self) -> tuple[str, int] | None:
        """Name who holds a lock that keeps writers out."""
        try:
            with self.reader.connect() as connection:
                row = connection.execute(text(_HOLDERS)).first()
        except SQLAlchemyError:  # not the failure that is being told
            return None
        return None if row is None else (str(row[0]), int(row[1]))

    def register(self, connection: Connection, table: str, kind: str | None) -> None:
        """Index a layer; PostGIS lists it by itself."""
        if kind is not None:
            connection.execute(text(f'CREATE INDEX "ix_{table}_geom" ON "{table}" USING gist (geom)'))

    def bulk(self, connection: Connection, table: Table, count: int) -> AbstractContextManager[None]:  # noqa: ARG002 - the server needs nothing
        """Do nothing."""
        return nullcontext()

    def append(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Copy the rows to the server in one stream."""
        driver: Any = connection.connection
        into = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
        with driver.cursor() as cursor, cursor.copy(into) as stream:
            for row in rows:
                stream.write_row(row)

    def lock(self, connection: Connection, table: Table) -> None:
        """Keep other writers off the table; readers go on."""
        connection.execute(text(f'LOCK TABLE "{table.name}" IN SHARE ROW EXCLUSIVE MODE'))

    def be_patient(self, connection: Connection) -> None:
        """Wait up to ten minutes for each lock."""
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")

    def write_if_free(self, work: Callable[[Connection], object]) -> bool:
        """Give up where a row is locked for longer than a moment."""
        with suppress(SQLAlchemyError, XundianError), self.writer.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
            work(connection)
            return True
        return False

    def encode(self, shapes: Shapes) -> list[bytes | None]:
        """Write EWKB."""
        return geometry.to_ewkb(shapes)

    def decode(self, values: Sequence[Any]) -> Shapes:
        """Read EWKB."""
        return geometry.from_ewkb(values)

    def placed(self, table: Table, box: Box) -> Placed:
        """Ask the layer's GiST index."""
        envelope = func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, geometry.SRID)
        shape = table.c.geom
        return Placed(table, func.ST_X(shape), func.ST_Y(shape), table.c.geom.bool_op("&&")(envelope), func.floor)

    def extent(self, connection: Connection, table: Table) -> Bounds | None:
        """Add up the rows: the server keeps no exact extent."""
        row = connection.exec_driver_sql(_EXTENT.format(table=table.name)).one()
        return None if row[0] is None else (row[0], row[1], row[2], row[3])

    def moved(self, connection: Connection, table: Table, added: Shapes | None = None) -> None:
        """Do nothing: the index knows the extent."""

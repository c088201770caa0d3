"""How the file of a city is opened: to read and write where that goes, to read alone where nothing else does.

Nothing here waits for a lock that a reader does not need. SQLite's log (WAL) wants a small file of shared memory beside
the city, which a read-only or full disk cannot give; there the city is read as it lies, and every transaction makes
sure that it is still the same file.
"""

import os
import sqlite3
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from geo.errors import StoreError

READ_MS = 1_000  # only a program that has the file for itself alone makes a reader wait
WRITE_MS = 10_000  # behind another writer
_NO_LOCKS = "unix-none" if os.name == "posix" else "win32-none"
_CANNOT_BE_HERE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
Stamp = tuple[tuple[int, int, int], ...]


class OpenMode(Enum):
    """How a file is open."""

    USUAL = "mode=rw"  # SQLite falls back to reading where the system forbids writing
    LOGGED = f"mode=ro&vfs={_NO_LOCKS}"  # with the log's index in this connection's memory
    STILL = "mode=ro&immutable=1"  # without any log


class Opened(sqlite3.Connection):
    """A connection that knows how its file was opened."""

    way: OpenMode = OpenMode.USUAL
    stamp: Stamp = ()
    path: Path = Path()
    used: bool = False

    def is_still(self) -> bool:
        """Tell whether the file is what it was; a file that is open in the usual way may change."""
        return self.way is OpenMode.USUAL or self.stamp == stamp_of(self.path)

    def is_stale(self) -> bool:
        """Tell whether another look is due at how the file can be opened: the disk may have room again by now."""
        return self.way is not OpenMode.USUAL and (self.used or not self.is_still())


def connect(path: Path, *, timeout_ms: int = READ_MS, **options: Any) -> Opened:  # noqa: ANN401 - the driver's own
    """Open a file that is there, by the first way that leads in.

    Raises
    ------
    sqlite3.Error
        When none does.
    """
    ways = (OpenMode.USUAL, OpenMode.LOGGED if log_of(path) else OpenMode.STILL)
    for way in ways:
        try:
            return _opened(path, way, timeout_ms, options)
        except sqlite3.OperationalError as error:
            if way is ways[-1] or (error.sqlite_errorcode & 0xFF) not in _CANNOT_BE_HERE or not path.is_file():
                raise
    raise AssertionError


def log_of(path: Path) -> int:
    """Return how many bytes wait in the log of a file."""
    try:
        return Path(f"{path}-wal").stat().st_size
    except OSError:
        return 0


def stamp_of(path: Path) -> Stamp:
    """Return what tells one state of a file and its log from another."""
    found = []
    for each in (path, Path(f"{path}-wal")):
        try:
            here = each.stat()
            found.append((here.st_ino, here.st_size, here.st_mtime_ns))
        except OSError:
            found.append((0, 0, 0))
    return tuple(found)


def use_log(connection: sqlite3.Connection) -> None:
    """Have a file keep a log, unless somebody uses it just now who would have to stop for that."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA busy_timeout=0")
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:  # it works without, only slower; the next connection tries again
            pass
        finally:
            connection.execute(f"PRAGMA busy_timeout={READ_MS}")


def require_still(connection: Opened, city: str) -> None:
    """Refuse what was read while somebody changed the file.

    Raises
    ------
    StoreError
        When it changed.
    """
    if not connection.is_still():
        raise StoreError("{city} was changed while it was read: try again", city=city)


def _opened(path: Path, way: OpenMode, timeout_ms: int, options: Mapping[str, Any]) -> Opened:
    stamp = stamp_of(path)
    address = f"{path.absolute().as_uri()}?{way.value}"
    connection = sqlite3.connect(address, uri=True, timeout=timeout_ms / 1000, factory=Opened, **options)
    try:
        if way is not OpenMode.USUAL:
            connection.execute("PRAGMA temp_store=MEMORY")
        if way is OpenMode.LOGGED:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # of locks that are none
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except BaseException:
        connection.close()
        raise
    connection.way, connection.stamp, connection.path = way, stamp, path
    return connection

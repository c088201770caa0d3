"""What a database refused, as an error in words with its remedy."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from geo.errors import StoreError, XundianError
from geo.failures import without_paths
from geo.store.holders import holder_of

HELD = (
    "{city} is held by {program} (process {process}): nothing was changed. Wait until it is done or close it there, "
    "then try again"
)
IN_USE = (
    "{city} is held by another program, as an import or a QGIS with unsaved edits: nothing was changed. Wait until it "
    "is done or close it there, then try again"
)
FULL = "the disk on which {city} lies is full: nothing was changed. Make room, then try again"
READ_ONLY = (
    "{city} can only be read where it lies: nothing was changed. Copy it to where it may be written, or have the "
    "rights of its file, its folder and its disk changed"
)
DAMAGED = "{city} is damaged ({reason}): stop what uses it, keep the file aside, and put its newest backup in its place"
DISK = "the disk of {city} failed ({reason}): nothing was changed. Look after the disk, and after the newest backup"
CLOSED = "{city} cannot be opened ({reason}): look whether it is a file, and whether its folder may be entered"
AWAY = "{city} cannot be read: {reason}"
OTHER = "{city} refused: {reason}"
_TEMPLATES = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_IOERR: DISK,
    sqlite3.SQLITE_CANTOPEN: CLOSED,
}
_LITTLE = 128 * 1024  # bytes; the index of a log alone takes 32 KB
_WAITED_FOR = "55P03"  # lock_not_available
_SERVER_FULL = ("53100", "53200")
_SERVER_READS = ("25006",)
_SERVER_DAMAGED = ("XX001", "XX002")


def of_file(error: BaseException, city: str, path: Path) -> XundianError:
    """Say what SQLite refused."""
    if isinstance(error, XundianError):  # a value that a column type refused
        return error
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _held(city, holder_of(path))
    template = _TEMPLATES.get(code, OTHER)
    if template in (READ_ONLY, DISK) and _no_room(path):  # a log cannot begin on a full disk either
        template = FULL
    return _error(template, city, error)


def of_server(error: BaseException, city: str, holder: Callable[[], tuple[str, int] | None]) -> XundianError:
    """Say what PostgreSQL refused; ``holder`` asks it who holds a lock."""
    if isinstance(error, XundianError):
        return error
    state = str(getattr(error, "sqlstate", None) or "")
    if state == _WAITED_FOR:
        return _held(city, holder())
    kinds = ((_SERVER_FULL, FULL), (_SERVER_READS, READ_ONLY), (_SERVER_DAMAGED, DAMAGED))
    template = next((words for states, words in kinds if state in states), OTHER)
    away = state.startswith("08") or (not state and type(error).__name__ == "OperationalError")
    return _error(AWAY if away else template, city, error)


def _held(city: str, holder: tuple[str, int] | None) -> StoreError:
    if holder is None:
        return StoreError(IN_USE, city=city)
    return StoreError(HELD, city=city, program=holder[0] or "?", process=holder[1])


def _no_room(path: Path) -> bool:
    with suppress(OSError):
        return os.access(path.parent, os.W_OK) and shutil.disk_usage(path.parent).free < _LITTLE
    return False


def _error(template: str, city: str, error: BaseException) -> StoreError:
    reason = without_paths(" ".join(str(error).split())) or type(error).__name__
    return StoreError(template, city=city, **({"reason": reason} if "{reason}" in template else {}))

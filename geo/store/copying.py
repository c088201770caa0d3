"""A whole city from one file into another: only what is sound is kept, and the older copy stays until then."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from geo import private
from geo.errors import InputError, StoreError
from geo.failures import reason_of
from geo.notes import Sentences
from geo.store import opening, soundness, telling

UNWRITTEN = "{path} cannot be written: {reason}"
_WITHOUT_WORK = "DELETE FROM job_files; DELETE FROM jobs;"  # what was under way does not begin in a copy
Prepare = Callable[[sqlite3.Connection], None]
"""Gives a connection the functions of our R-tree triggers."""


def copy(source: Path, target: Path, city: str, prepare: Prepare) -> None:
    """Copy a city as it stands, the log included, while others read and write it.

    The pages are copied in one transaction of a reader, so no writer makes the copy begin again. The copy is checked,
    not the city: a damage of the city comes with its pages, and one of the way is found as well.

    Raises
    ------
    InputError
        When the target is the city itself, or in use.
    StoreError
        When the city is damaged, or the copy cannot be written; what was at the target stays.
    """
    if target.exists() and target.samefile(source):
        raise InputError("{path} is the city itself: name another file", path=target)
    if Path(f"{target}-wal").exists():
        raise InputError("{path} is in use: stop what uses it, or name another file", path=target)
    try:
        with private.drafted(target) as draft:
            _copied(source, draft, target, city)
            if _faults(draft, prepare):
                raise _damaged(source, target, city, prepare)
    except OSError as error:
        raise StoreError(UNWRITTEN, path=target, reason=reason_of(error)) from error


def _copied(source: Path, draft: Path, target: Path, city: str) -> None:
    """Write the copy: one file that needs no log."""
    private.create(draft)
    try:
        plain = opening.connect(source)
    except sqlite3.Error as error:
        raise telling.of_file(error, city, source) from error
    with closing(plain), closing(sqlite3.connect(draft)) as copied:
        plain.isolation_level = None
        copied.execute("PRAGMA synchronous=OFF")  # it is flushed once, when it is whole
        try:
            plain.execute("BEGIN")
            plain.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # from here on it is this state
        except sqlite3.Error as error:
            raise telling.of_file(error, city, source) from error
        try:
            plain.backup(copied)
            copied.execute("PRAGMA journal_mode=DELETE")
            copied.executescript(_WITHOUT_WORK)
        except sqlite3.Error as error:
            if _broken(error):
                raise telling.of_file(error, city, source) from error
            raise StoreError(UNWRITTEN, path=target, reason=reason_of(error)) from error
        opening.require_still(plain, city)


def _broken(error: sqlite3.Error) -> bool:
    """Tell whether it is the city whose pages don't hang together."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _faults(path: Path, prepare: Prepare) -> Sentences:
    with closing(opening.connect(path)) as plain:
        prepare(plain)
        return soundness.faults(plain)


def _damaged(source: Path, target: Path, city: str, prepare: Prepare) -> StoreError:
    own = _faults(source, prepare)
    if not own:
        return StoreError("the disk of {path} did not keep what was written: use another disk", path=target)
    return StoreError(
        "{city} is damaged, so no backup was made and {path} is as it was. Damaged: {faults}. Stop what uses the city, "
        "keep this file aside, and put the newest backup in its place",
        city=city,
        path=target,
        faults=own,
    )

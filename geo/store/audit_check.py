"""Whether the audit log holds: every row is what its hash says, none is missing, the tree over them is the one kept."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from geo.audit.entry import entry_hash
from geo.audit.events import Event
from geo.audit.tree import EMPTY, Frontier
from geo.errors import StoreError
from geo.notes import Note
from geo.store import tables
from geo.store.audit import entry_of, frontier_of

_A = tables.audit
PART = 5_000

MISSING = "row {row} of the audit log is missing"
CHANGED = "row {row} of the audit log was changed: it is not what its hash says"
REPLACED = "row {row} of the audit log was written anew, with its hash: the tree over the rows is another"
BLANKED = "row {row} of the audit log was emptied, and no row says that a name was erased there"
CUT = "the audit log was cut: row {row} and what came after it are missing"
ADDED = "row {row} of the audit log was put behind its end by another program"
ANEW = "the audit log is not the one whose {row} rows had the head {head}: a row up to {row} was changed"
UNKNOWN = "the audit log never had the head {head}: it was written anew, or the head is another city's"


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What looking at the whole log found."""

    count: int  # rows that hold
    head: str  # of these
    erased: int  # rows of them in which a name was erased
    fault: Note | None = None  # why the log doesn't hold
    row: int | None = None  # where


class _Broken(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, template: str, row: int | None, **values: object) -> None:
        super().__init__(template)
        self.row, self.note = row, Note(template, {"row": row, **values} if row is not None else values)


@dataclass(slots=True)
class _Walk:
    """How far the look at the log is."""

    tree: Frontier
    erased: list[int]
    allowed: list[tuple[int, int]]  # rows that were erased by the book
    seen: bool  # the head that was kept


def check(connection: Connection, head: str, count: int | None) -> LogCheck:
    """Look at the log in parts, in one state of the city.

    Parameters
    ----------
    head
        A head that somebody kept, in hexadecimal; empty: none.
    count
        Of how many rows; None: of any.
    """
    kept = head.lower()
    walk = _Walk(Frontier(), [], [], seen=not kept or (count in (None, 0) and kept == EMPTY.hex()))
    note, row = None, None
    try:
        for number, found in _rows(connection):
            _step(walk, number, found)
            if kept and count in (None, walk.tree.count):
                _compare(walk, kept, count)
        _close(connection, walk)
        if not walk.seen:
            _refuse_unseen(walk, kept, count)
    except _Broken as broken:
        note, row = broken.note, broken.row
    return LogCheck(walk.tree.count, walk.tree.head().hex(), len(walk.erased), note, row)


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return growing numbers as ranges, first and last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _step(walk: _Walk, number: int, row: RowMapping | None) -> None:
    expected = walk.tree.count + 1
    if number > expected:
        raise _Broken(MISSING, expected)
    try:
        if row is None or number < expected:
            raise _Broken(CHANGED, number)
        leaf = entry_hash(entry_of(dict(row)))
    except (AttributeError, TypeError, ValueError) as error:
        raise _Broken(CHANGED, number) from error
    if leaf.hex() != row["hash"]:
        raise _Broken(CHANGED, number)
    ahead = Frontier(walk.tree.count, walk.tree.peaks)
    ahead.append(leaf)
    if ahead.head().hex() != row["head"]:
        raise _Broken(REPLACED, number)
    walk.tree = ahead
    if row["erased"]:
        walk.erased.append(number)
    if row["action"] == Event.ERASED:
        walk.allowed += [(first, last) for first, last in json.loads(row["detail"] or "{}").get("rows", [])]


def _compare(walk: _Walk, kept: str, count: int | None) -> None:
    """Look whether this is the head that was kept, or should be."""
    if walk.tree.head().hex() == kept:
        walk.seen = True
    elif count is not None:
        raise _Broken(ANEW, count, head=kept)


def _refuse_unseen(walk: _Walk, kept: str, count: int | None) -> None:
    if (count or 0) > walk.tree.count:
        raise _Broken(CUT, walk.tree.count + 1)
    raise _Broken(UNKNOWN, None, head=kept)


def _close(connection: Connection, walk: _Walk) -> None:
    """Compare with what the log goes on from, and the erased rows with those that were erased by the book."""
    for number in walk.erased:
        if not any(first <= number <= last for first, last in walk.allowed):
            raise _Broken(BLANKED, number)
    try:
        kept = frontier_of(connection)
    except StoreError as error:
        raise _Broken(REPLACED, walk.tree.count) from error
    if kept.count > walk.tree.count:
        raise _Broken(CUT, walk.tree.count + 1)
    if kept.count < walk.tree.count:
        raise _Broken(ADDED, kept.count + 1)
    if kept.head() != walk.tree.head():
        raise _Broken(REPLACED, walk.tree.count)


def _rows(connection: Connection) -> Iterator[tuple[int, RowMapping | None]]:
    """Return the rows in their order, each with its number; None for one that cannot be read."""
    last = -1
    while True:
        try:
            part = _part(connection, last, PART)
        except (TypeError, ValueError):  # a time or JSON that is none: which row is it?
            part = None
        if part is None:
            yield from _one_by_one(connection, last)
            return
        for row in part:
            yield row["fid"], row
        if len(part) < PART:
            return
        last = part[-1]["fid"]


def _one_by_one(connection: Connection, last: int) -> Iterator[tuple[int, RowMapping | None]]:
    numbers = connection.scalars(select(_A.c.fid).where(_A.c.fid > last).order_by(_A.c.fid)).all()
    for number in numbers:
        try:
            yield number, _part(connection, number - 1, 1)[0]
        except (TypeError, ValueError):
            yield number, None


def _part(connection: Connection, last: int, count: int) -> Sequence[Any]:
    return connection.execute(select(_A).where(_A.c.fid > last).order_by(_A.c.fid).limit(count)).mappings().all()

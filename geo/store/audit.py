"""The rows of the audit log, each written in the transaction of what it tells."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from geo.acting import actor
from geo.audit.entry import SALT_BYTES, SEALED, Entry, entry_hash, seal
from geo.audit.events import Event
from geo.audit.tree import Frontier
from geo.errors import StoreError
from geo.store import tables
from geo.store.backend import Backend
from geo.store.columns import utc

_A, _F = tables.audit, tables.audit_frontier
OBJECT_LENGTH = 200
MS = 1000  # microseconds


@dataclass(slots=True)
class Act:
    """What a transaction does, completed while it does it: the row that it leaves in the log.

    Without versions the log counts them itself: the changes of this object so far, and one more.
    """

    event: Event
    about: str = ""  # the column object
    from_version: str | None = None
    to_version: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)  # plain values; nothing that is secret
    who: str = field(default_factory=actor)
    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def versions(self, before: object, after: object) -> None:
        """Say from which version to which the object went, which has versions of its own."""
        self.from_version, self.to_version = str(before), str(after)


def happening(event: Event, about: str = "", **detail: object) -> Act:
    """Make the row of what changes nothing: a login, a look, an export."""
    return Act(event, about, "", "", detail)


def append(connection: Connection, backend: Backend, acts: Sequence[Act]) -> None:
    """Write rows at the end of the log, as the last thing of a transaction.

    The log is locked last, and until the transaction ends: whoever waits for it holds nothing that its holder needs.

    Raises
    ------
    StoreError
        When what is kept to go on from is not of this log.
    """
    if not acts:
        return
    backend.lock(connection, _A)
    frontier = frontier_of(connection)
    for act in acts:
        row = _row(connection, frontier.count + 1, act)
        leaf = entry_hash(entry_of(row))
        frontier.append(leaf)
        connection.execute(insert(_A).values({**row, "hash": leaf.hex(), "head": frontier.head().hex()}))
    connection.execute(delete(_F))
    peaks = [peak.hex() for peak in frontier.peaks]
    connection.execute(insert(_F).values(count=frontier.count, peaks=peaks))


def frontier_of(connection: Connection) -> Frontier:
    """Return the tree over the log as it was kept.

    Raises
    ------
    StoreError
        When it is of no log.
    """
    kept = connection.execute(select(_F.c.count, _F.c.peaks)).first()
    if kept is None and connection.scalar(select(_A.c.fid).limit(1)) is None:
        return Frontier()
    try:
        count, peaks = (0, [""]) if kept is None else kept  # no kept row over a log is one that was changed
        return Frontier(count, [bytes.fromhex(peak) for peak in peaks])
    except (TypeError, ValueError) as error:
        raise StoreError(
            "the audit log cannot go on: its table audit_frontier was changed; put a backup of the city in its place"
        ) from error


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return what a row of the log says; of what was erased, what stayed.

    Raises
    ------
    ValueError
        When salts or what stayed are not what this product writes, a text stands where one was erased, or a time is
        finer than the milliseconds that are hashed.
    """
    if row["at"].microsecond % MS:
        raise ValueError("at is finer than a millisecond")
    erased = row["erased"] or {}
    for name in erased:
        if name not in SEALED or row[name] or row[f"{name}_salt"]:
            raise ValueError(f"{name} was erased and is there")
    sealed = {
        name: bytes.fromhex(erased[name]) if name in erased else seal(row[name], bytes.fromhex(row[f"{name}_salt"]))
        for name in SEALED
    }
    return Entry(row["fid"], row["at"], row["action"], row["from_version"], row["to_version"], **sealed)


def _row(connection: Connection, number: int, act: Act) -> dict[str, Any]:
    about, at = act.about[:OBJECT_LENGTH], utc(act.at, "at")
    if act.to_version is None:
        act.from_version, act.to_version = _counted(connection, about)
    return {
        "fid": number,
        "who": act.who,
        "at": at.replace(microsecond=at.microsecond // MS * MS),
        "action": str(act.event),
        "object": about,
        "from_version": act.from_version or "",
        "to_version": act.to_version,
        "detail": json.dumps(act.detail, ensure_ascii=False, sort_keys=True, default=str) if act.detail else "",
        **{f"{name}_salt": secrets.token_hex(SALT_BYTES) for name in SEALED},
        "erased": None,
    }


def _counted(connection: Connection, about: str) -> tuple[str, str]:
    """Return the versions of an object that has none of its own: how often it was changed."""
    before = select(_A.c.to_version).where(_A.c.object == about, _A.c.to_version != "").order_by(_A.c.fid.desc())
    last = connection.scalar(before.limit(1)) or "0"
    return last, str(int(last) + 1) if last.isdecimal() else "1"

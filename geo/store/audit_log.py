"""The audit log as it is read: page by page, its head, and whom it forgets."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update

from geo.audit import tree
from geo.audit.checkpoint import Checkpoint
from geo.audit.entry import SEALED, entry_hash, seal
from geo.audit.events import Event
from geo.audit.proofs import GrowthProof, RowProof
from geo.errors import NotFoundError, StoreError
from geo.store import audit_check, tables
from geo.store.audit import Act, entry_of, frontier_of, happening
from geo.store.audit_check import LogCheck
from geo.store.audit_pages import LogPlace, LogQuestion
from geo.store.locks import CityPart
from geo.store.part import StorePart

_A = tables.audit
PAGE = 100
BROKEN = "the audit log does not hold, so nothing of it can be proved: 'xundian audit verify' names the row"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of the log."""

    number: int
    at: dt.datetime  # UTC
    who: str  # account, ``command:`` and a user of the operating system, or ``-``; empty: erased
    action: str
    object: str
    from_version: str
    to_version: str
    detail: Mapping[str, Any]
    hash: str


class AuditLog(StorePart):
    """Who did what to what. Every change writes its own row; see :meth:`geo.store.database.Database.writing`."""

    def note(self, act: Act) -> None:
        """Write down what changed nothing: a look, an export."""
        self._database.note(act)

    def head(self) -> Checkpoint:
        """Return the head to keep: with it a later log can be shown to contain this one."""
        with self._database.reading() as connection:
            frontier = frontier_of(connection)
        return Checkpoint(frontier.count, frontier.head().hex())

    def page(
        self,
        asked: LogQuestion = LogQuestion(),  # noqa: B008 - frozen
        *,
        before: int | None = None,
        count: int = PAGE,
    ) -> list[AuditRow]:
        """Return the last rows that were entered, or the last of those before a row."""
        statement = select(_A).where(*asked.conditions()).order_by(_A.c.fid.desc()).limit(count)
        if before is not None:
            statement = statement.where(_A.c.fid < before)
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(statement).mappings()]

    def find(self, asked: LogQuestion, count: int) -> tuple[list[AuditRow], LogPlace | None]:
        """Return so many of the rows that are asked for, the newest first, and where to go on; None at the end."""
        with self._database.reading() as connection:
            found = [_read(row) for row in connection.execute(asked.statement(count + 1)).mappings()]
        shown = found[:count]
        return shown, asked.after([row.at for row in shown]) if len(found) > count else None

    def verify(self, head: str = "", count: int | None = None) -> LogCheck:
        """Look at every row, and whether the log still contains a head that somebody kept.

        Parameters
        ----------
        head
            What was kept; empty: only the log itself is looked at.
        count
            Of how many rows it was; None: of any.
        """
        with self._database.reading() as connection:
            return audit_check.check(connection, head, count)

    def prove(self, number: int) -> RowProof:
        """Return what leads from a row to the head of the log; with it goes what was not erased of its texts.

        Raises
        ------
        NotFoundError
            When there is no such row.
        StoreError
            When the log doesn't hold.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(_A).where(_A.c.fid == number)).mappings().first()
            if row is None:
                raise NotFoundError("the audit log has no row {row}: see 'xundian audit list'", row=number)
            leaves, log = _leaves(connection)
        try:
            entry = entry_of(dict(row))
        except (TypeError, ValueError) as error:
            raise StoreError(BROKEN) from error
        if entry_hash(entry) != leaves[number - 1]:
            raise StoreError(BROKEN)
        told = {name: (row[name], bytes.fromhex(row[f"{name}_salt"])) for name in SEALED if row[f"{name}_salt"]}
        return RowProof(entry, told, log, tree.inclusion(leaves, number - 1))

    def growth(self, count: int) -> GrowthProof:
        """Return what leads from the head of the first rows to that of the log.

        Raises
        ------
        InputError
            When the log is shorter.
        StoreError
            When the log doesn't hold.
        """
        with self._database.reading() as connection:
            leaves, log = _leaves(connection)
        path = tree.consistency(leaves, count)
        return GrowthProof(Checkpoint(count, tree.head(leaves[:count]).hex()), log, path)

    def erase(self, account: str) -> int:
        """Take a name out of the log, which holds all the same, and say out of how many rows.

        Of the rows of an account its name goes, and with what it did where it came from; of the rows about it, its
        name. That it was done, and in which rows, is a row of its own.

        Raises
        ------
        NotFoundError
            When no row names it.
        """
        act = Act(Event.ERASED, "audit", "", "")
        with self._database.writing(act, CityPart.AUDIT) as connection:
            self._database.backend.lock(connection, _A)
            about = f"account/{account}"
            named = or_(_A.c.who == account, _A.c.object == about)
            found = connection.execute(select(_A).where(named).order_by(_A.c.fid)).mappings().all()
            if not found:
                raise NotFoundError("no row of the audit log names {name!r}", name=account)
            for row in found:
                own = row["who"] == account
                gone = {"who": own, "object": row["object"] == about, "detail": own and row["action"] != Event.ERASED}
                _blank(connection, row, [name for name in SEALED if gone[name]])
            act.detail["rows"] = audit_check.ranges(row["fid"] for row in found)
        return len(found)


def _leaves(connection: Connection) -> tuple[list[bytes], Checkpoint]:
    """Return the hashes of all rows in their order, and the head that they have.

    Raises
    ------
    StoreError
        When they are not those over which the log's tree was kept.
    """
    kept = frontier_of(connection)
    try:
        leaves = [bytes.fromhex(leaf) for leaf in connection.scalars(select(_A.c.hash).order_by(_A.c.fid))]
    except ValueError as error:
        raise StoreError(BROKEN) from error
    if (len(leaves), tree.head(leaves)) != (kept.count, kept.head()):
        raise StoreError(BROKEN)
    return leaves, Checkpoint(kept.count, kept.head().hex())


def _blank(connection: Connection, row: RowMapping, names: list[str]) -> None:
    kept: dict[str, str] = dict(row["erased"] or {})
    for name in names:
        if name not in kept:
            kept[name] = seal(row[name], bytes.fromhex(row[f"{name}_salt"])).hex()
    empty = {column: "" for name in names for column in (name, f"{name}_salt")}
    connection.execute(update(_A).where(_A.c.fid == row["fid"]).values(erased=kept, **empty))


def _read(row: RowMapping) -> AuditRow:
    values = {name: row[name] for name in ("at", "who", "action", "object", "from_version", "to_version", "hash")}
    return AuditRow(row["fid"], detail=json.loads(row["detail"] or "{}"), **values)


__all__ = ["Act", "AuditLog", "AuditRow", "Event", "LogCheck", "happening"]

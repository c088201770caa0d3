"""The accounts of a city."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from geo.audit.events import Event
from geo.errors import NotFoundError, StateError
from geo.model import Role, User
from geo.store import tables
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart

_U, _S, _N = tables.users, tables.sessions, tables.planner_notices
NOTICES_SHOWN = 50


class NoticeKind(StrEnum):
    """What happened to the account of a planner."""

    MADE = "made"
    PASSWORD = "password"  # noqa: S105 - a word for it
    ENABLED = "enabled"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class PlannerNotice:
    """What all planners are told: somebody became one, got a new password, or may log in again or no more."""

    at: dt.datetime  # UTC
    who: str  # account that did it; empty: a command on the server
    account: str
    what: NoticeKind


class Accounts(StorePart):
    """Who may log in, as what."""

    def save(self, user: User, *, who: str = "") -> None:
        """Add an account, or change the one of this name; all its sessions end.

        Parameters
        ----------
        who
            The account that does it; of a planner all planners are told.
        """
        row = {**asdict(user), "role": str(user.role)}
        act = Act(Event.ACCOUNT_MADE, f"account/{user.name}", detail={"role": str(user.role)})
        with self._database.writing(act, CityPart.OFFICE, CityPart.SESSIONS) as connection:
            self._database.backend.lock(connection, _U)
            old = _found(connection, user.name)
            if old is None:
                connection.execute(insert(_U).values(row))
            else:
                act.event = Event.ACCOUNT_CHANGED
                act.detail["was"] = str(old.role)
                connection.execute(update(_U).where(_U.c.name == user.name).values(row))
                connection.execute(delete(_S).where(_S.c.account == user.name))
            if user.role is Role.PLANNER:
                again = old is not None and old.role is Role.PLANNER
                _tell(connection, who, user.name, NoticeKind.PASSWORD if again else NoticeKind.MADE)

    def set_password(self, old: User, password_hash: str, *, keep: int | None = None, renewed: bool = False) -> None:
        """Set the own password of an account; its other sessions end.

        Parameters
        ----------
        old
            The account as it was when the old password was checked.
        keep
            The session that goes on.
        renewed
            It is the same password in a better hash: no session ends.

        Raises
        ------
        StateError
            When the password was changed meanwhile.
        """
        with self._database.writing(
            Act(Event.ACCOUNT_PASSWORD, f"account/{old.name}", detail={"same": renewed}),
            CityPart.OFFICE,
            CityPart.SESSIONS,
        ) as connection:
            this = (_U.c.name == old.name, _U.c.password_hash == old.password_hash)
            if not connection.execute(update(_U).where(*this).values(password_hash=password_hash)).rowcount:
                raise StateError("the password of {name} was changed meanwhile: log in again", name=old.name)
            if not renewed:
                connection.execute(delete(_S).where(_S.c.account == old.name, _S.c.fid != (keep or 0)))

    def disable(self, name: str, *, disabled: bool = True, who: str = "") -> None:
        """Let nobody log in to an account any more, and end its sessions; or let it in again.

        Raises
        ------
        NotFoundError
            When there is no such account.
        StateError
            When nobody else could manage accounts any more.
        """
        event = Event.ACCOUNT_DISABLED if disabled else Event.ACCOUNT_ENABLED
        with self._database.writing(Act(event, f"account/{name}"), CityPart.OFFICE, CityPart.SESSIONS) as connection:
            self._database.backend.lock(connection, _U)
            old = _found(connection, name)
            if old is None:
                raise NotFoundError("there is no account {name!r}: see the list of them", name=name)
            if disabled and old.name == who:
                raise StateError("{name} is your own account: another administrator may disable it", name=name)
            connection.execute(update(_U).where(_U.c.name == name).values(disabled=disabled))
            if disabled:
                connection.execute(delete(_S).where(_S.c.account == name))
            if old.role is Role.PLANNER and old.disabled != disabled:
                _tell(connection, who, name, NoticeKind.DISABLED if disabled else NoticeKind.ENABLED)

    def get(self, name: str) -> User | None:
        """Return the account of this name, if there is one."""
        with self._database.reading() as connection:
            return _found(connection, name)

    def all(self, roles: Collection[Role] = tuple(Role)) -> list[User]:
        """Return the accounts of these roles by name."""
        statement = select(_U).where(_U.c.role.in_([str(role) for role in roles])).order_by(_U.c.name)
        with self._database.reading() as connection:
            return [user_of(row) for row in connection.execute(statement)]

    def planner_notices(self, since: dt.datetime | None = None) -> list[PlannerNotice]:
        """Return what happened to planners' accounts, the newest first."""
        statement = select(_N.c.at, _N.c.who, _N.c.account, _N.c.what).order_by(_N.c.fid.desc()).limit(NOTICES_SHOWN)
        if since is not None:
            statement = statement.where(_N.c.at >= since)
        with self._database.reading() as connection:
            return [
                PlannerNotice(row.at, row.who, row.account, NoticeKind(row.what))
                for row in connection.execute(statement)
            ]


def user_of(row: Row[Any]) -> User:
    """Read an account from a row that has its columns."""
    values = {name: getattr(row, name) for name in User.__slots__}
    return User(**{**values, "role": Role(row.role)})


def _found(connection: Connection, name: str) -> User | None:
    row = connection.execute(select(_U).where(_U.c.name == name)).first()
    return None if row is None else user_of(row)


def _tell(connection: Connection, who: str, account: str, what: NoticeKind) -> None:
    at = dt.datetime.now(dt.UTC)
    connection.execute(insert(_N).values(at=at, who=who, account=account, what=str(what)))

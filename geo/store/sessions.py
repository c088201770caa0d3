"""Who is logged in where: the token is with the browser alone, its hash is here."""

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Row, and_, delete, insert, or_, select, update

from geo.acting import NOBODY
from geo.audit.events import Event
from geo.errors import InputError, NotFoundError
from geo.model import LoginSession, Role, User
from geo.store import tables
from geo.store.accounts import user_of
from geo.store.audit import Act, happening
from geo.store.database import Database
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.settings import put_setting

_S, _U = tables.sessions, tables.users
SEEN_EVERY = dt.timedelta(minutes=1)
AGENT_LENGTH = 200
MOST_H = 24 * 30
MOST_WAITING = 1000


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """When a session ends by itself."""

    idle_h: int = 8  # after the last page
    session_h: int = 16  # after the login

    def __post_init__(self) -> None:
        """Refuse what is no limit.

        Raises
        ------
        InputError
            When one is below an hour or above thirty days.
        """
        for one in fields(self):
            value = getattr(self, one.name)
            if not 1 <= value <= MOST_H:
                raise InputError(
                    "{field} is {value!r}: write whole hours from 1 to {most}",
                    field=one.name,
                    value=value,
                    most=MOST_H,
                )

    def hold(self, one: LoginSession, now: dt.datetime) -> bool:
        """Tell whether a session goes on."""
        idle, whole = dt.timedelta(hours=self.idle_h), dt.timedelta(hours=self.session_h)
        return now - one.seen_at < idle and now - one.begun_at < whole


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A session that could not be written yet."""

    session: LoginSession
    password_hash: str  # as it was at the login


class Sessions(StorePart):
    """The sessions of all accounts.

    A login neither waits nor fails where somebody else writes to the city, or nobody can: its session stands in this
    process's memory then, and goes into the database as soon as that is free.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._waiting: dict[str, _Waiting] = {}
        self._lock = threading.Lock()

    def begin(self, user: User, token: str, seen: LoginSession, *, instead_of: str = "") -> None:
        """Keep a session that begins, and let go of all that are over.

        Parameters
        ----------
        token
            As random as a key; only its hash is kept.
        seen
            When, from where and with which browser; its id does not count.
        instead_of
            The token of the session that the same browser had before.
        """
        seen = replace(seen, agent=seen.agent[:AGENT_LENGTH])
        self._forget(lambda digest, _: digest == _hash(instead_of))
        over = ~_alive(self.limits(), seen.begun_at)
        self._write(delete(_S).where(or_(over, _S.c.token_sha256 == _hash(instead_of))))
        act = replace(happening(Event.LOGIN, f"account/{user.name}", address=seen.address), who=user.name)
        if self._write(insert(_S).values(_row(_hash(token), seen)), act):
            return
        self._database.note(act)
        with self._lock:
            while len(self._waiting) >= MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            number = min([0, *(one.session.id for one in self._waiting.values())]) - 1
            self._waiting[_hash(token)] = _Waiting(replace(seen, id=number), user.password_hash)

    def find(self, token: str, now: dt.datetime) -> tuple[User, LoginSession] | None:
        """Return whose a token is, None when its session is over or its account disabled.

        That it was seen is written at most once a minute, and only when nobody would wait for that.
        """
        digest = _hash(token)
        with self._database.reading() as connection:
            limits = _limits(connection)
            alive = and_(_S.c.token_sha256 == digest, _alive(limits, now), ~_U.c.disabled)
            row = connection.execute(select(_S, _U).join(_U, _U.c.name == _S.c.account).where(alive)).first()
            waiting = None if row else self._find_waiting(connection, digest, limits, now)
        if row is None:
            if waiting is not None and now - waiting[1].seen_at >= SEEN_EVERY:
                self._write_waiting(digest, now)
            return waiting
        found = _session(row)
        if now - found.seen_at >= SEEN_EVERY:
            self._write(update(_S).where(_S.c.fid == found.id).values(seen_at=now))
        return user_of(row), found

    def of(self, roles: Collection[Role], now: dt.datetime, user: str | None = None) -> list[LoginSession]:
        """List the sessions of these roles, or of one account among them, that are not over: the newest first."""
        wanted: list[ColumnElement[bool]] = [_U.c.role.in_([str(role) for role in roles])]
        if user is not None:
            wanted.append(_U.c.name == user)
        with self._database.reading() as connection:
            statement = select(_S).join(_U, _U.c.name == _S.c.account).where(*wanted, _alive(_limits(connection), now))
            kept = [_session(row) for row in connection.execute(statement.order_by(_S.c.seen_at.desc(), _S.c.fid))]
            mine = select(_U.c.name).where(*wanted)
            names, limits = set(connection.scalars(mine)), _limits(connection)
        with self._lock:
            waiting = [one.session for one in self._waiting.values() if limits.hold(one.session, now)]
        return [one for one in waiting if one.account in names] + kept

    def refuse(self, account: str, address: str, why: str) -> None:
        """Write down that somebody was not logged in; what was typed for a name is not kept unless it is one."""
        with self._database.reading() as connection:
            known = connection.scalar(select(_U.c.name).where(_U.c.name == account)) or ""
        self._database.note(
            replace(happening(Event.LOGIN_REFUSED, f"account/{known}", address=address, why=why), who=NOBODY)
        )

    def end(self, token: str) -> None:
        """End the session of a token, if there is one."""
        digest = _hash(token)
        if not self._forget(lambda each, _: each == digest):
            self._end(Event.LOGOUT, _S.c.token_sha256 == digest)

    def end_one(self, user: str, session_id: int) -> None:
        """End one session of an account.

        Raises
        ------
        NotFoundError
            When the account has no such session.
        """
        if self._forget(lambda _, one: (one.session.account, one.session.id) == (user, session_id)):
            return
        if not self._end(Event.SESSION_ENDED, _S.c.account == user, _S.c.fid == session_id):
            raise NotFoundError("this session is over already: reload the page")

    def end_all(self, user: str, roles: Collection[Role] = tuple(Role)) -> int:
        """End all sessions of an account, when it has one of these roles, and say how many there were.

        Raises
        ------
        NotFoundError
            When there is no such account.
        """
        known = select(_U.c.name).where(_U.c.name == user, _U.c.role.in_([str(role) for role in roles]))
        with self._database.reading() as connection:
            if connection.scalar(known) is None:
                raise NotFoundError("there is no account {name!r}: see the list of them", name=user)
        forgotten = self._forget(lambda _, one: one.session.account == user)
        return forgotten + self._end(Event.SESSION_ENDED, _S.c.account == user)

    def limits(self) -> SessionLimits:
        """Return when sessions end by themselves."""
        with self._database.reading() as connection:
            return _limits(connection)

    def set_limits(self, limits: SessionLimits) -> None:
        """Let sessions end sooner or later, those that have begun too."""
        act = Act(Event.SESSION_LIMITS, "sessions", detail=asdict(limits))
        with self._database.writing(act, CityPart.OFFICE) as connection:
            self._database.backend.lock(connection, tables.settings)
            for one in fields(limits):
                put_setting(connection, one.name, str(getattr(limits, one.name)))

    def _find_waiting(
        self, connection: Connection, digest: str, limits: SessionLimits, now: dt.datetime
    ) -> tuple[User, LoginSession] | None:
        """Return whose a token is that waits to be written; a new password or a disabled account ends it."""
        one = self._waiting.get(digest)
        if one is None or not limits.hold(one.session, now):
            return None
        row = connection.execute(select(_U).where(_U.c.name == one.session.account, ~_U.c.disabled)).first()
        if row is None or row.password_hash != one.password_hash:
            return None
        return user_of(row), one.session

    def _write_waiting(self, digest: str, now: dt.datetime) -> None:
        """Try again to write a session that waits; ended meanwhile, it is not written."""
        with self._lock:
            one = self._waiting.get(digest)
            if one is None:
                return
            one = replace(one, session=replace(one.session, seen_at=now))
            self._waiting[digest] = one
            if self._write(insert(_S).values(_row(digest, one.session))):
                del self._waiting[digest]

    def _forget(self, which: Callable[[str, _Waiting], bool]) -> int:
        with self._lock:
            gone = {digest: one for digest, one in self._waiting.items() if which(digest, one)}
            for digest in gone:
                del self._waiting[digest]
        for one in gone.values():
            self._database.note(_ended(Event.SESSION_ENDED, one.session.account, 1))
        return len(gone)

    def _end(self, event: Event, *which: ColumnElement[bool]) -> int:
        with self._database.reading() as connection:
            account = connection.scalar(select(_S.c.account).where(*which).limit(1))
        if account is None:
            return 0
        act = _ended(event, account, 0)
        with self._database.writing(act, CityPart.SESSIONS) as connection:
            act.detail["sessions"] = connection.execute(delete(_S).where(*which)).rowcount
        return int(act.detail["sessions"])

    def _write(self, statement: Executable, act: Act | None = None) -> bool:
        return self._database.write_if_free(lambda connection: connection.execute(statement), act)


def _ended(event: Event, account: str, sessions: int) -> Act:
    """Make the row of sessions that end; who logs out is who was logged in."""
    act = happening(event, f"account/{account}", sessions=sessions)
    return replace(act, who=account) if event is Event.LOGOUT else act


def _row(digest: str, one: LoginSession) -> dict[str, Any]:
    return {
        "token_sha256": digest,
        "account": one.account,
        "begun_at": one.begun_at,
        "seen_at": one.seen_at,
        "address": one.address,
        "agent": one.agent,
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _limits(connection: Connection) -> SessionLimits:
    t = tables.settings.c
    names = [one.name for one in fields(SessionLimits)]
    kept = connection.execute(select(t.key, t.value).where(t.key.in_(names)))
    return SessionLimits(**{row.key: int(row.value) for row in kept if row.value.isdecimal()})


def _alive(limits: SessionLimits, now: dt.datetime) -> ColumnElement[bool]:
    idle, begun = (now - dt.timedelta(hours=hours) for hours in (limits.idle_h, limits.session_h))
    return and_(_S.c.seen_at > idle, _S.c.begun_at > begun)


def _session(row: Row[Any]) -> LoginSession:
    return LoginSession(row.fid, row.account, row.begun_at, row.seen_at, row.address, row.agent)

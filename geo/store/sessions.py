"""Who is logged in where: the token is with the browser alone, its hash is here."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update

from geo.errors import InputError, NotFoundError
from geo.model import LoginSession, Role, User
from geo.store import tables
from geo.store.accounts import user_of
from geo.store.part import Part
from geo.store.settings import put_setting

_S, _U = tables.sessions, tables.users
SEEN_EVERY = dt.timedelta(minutes=1)
AGENT_LENGTH = 200
MOST_H = 24 * 30


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


class Sessions(Part):
    """The sessions of all accounts."""

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
        row = {
            "token_sha256": _hash(token),
            "account": user.name,
            "begun_at": seen.begun_at,
            "seen_at": seen.seen_at,
            "address": seen.address,
            "agent": seen.agent[:AGENT_LENGTH],
        }
        with self._database.writing() as connection:
            over = ~_alive(_limits(connection), seen.begun_at)
            connection.execute(delete(_S).where(or_(over, _S.c.token_sha256 == _hash(instead_of))))
            connection.execute(insert(_S).values(row))

    def find(self, token: str, now: dt.datetime) -> tuple[User, LoginSession] | None:
        """Return whose a token is, None when its session is over or its account disabled.

        That it was seen is written at most once a minute, and only when nobody would wait for that.
        """
        with self._database.reading() as connection:
            alive = and_(_S.c.token_sha256 == _hash(token), _alive(_limits(connection), now), ~_U.c.disabled)
            row = connection.execute(select(_S, _U).join(_U, _U.c.name == _S.c.account).where(alive)).first()
        if row is None:
            return None
        found = _session(row)
        if now - found.seen_at >= SEEN_EVERY:
            self._database.write_if_free(update(_S).where(_S.c.fid == found.id).values(seen_at=now))
        return user_of(row), found

    def of(self, roles: Collection[Role], now: dt.datetime, user: str | None = None) -> list[LoginSession]:
        """List the sessions of these roles, or of one account among them, that are not over: the newest first."""
        wanted: list[ColumnElement[bool]] = [_U.c.role.in_([str(role) for role in roles])]
        if user is not None:
            wanted.append(_U.c.name == user)
        with self._database.reading() as connection:
            statement = select(_S).join(_U, _U.c.name == _S.c.account).where(*wanted, _alive(_limits(connection), now))
            return [_session(row) for row in connection.execute(statement.order_by(_S.c.seen_at.desc(), _S.c.fid))]

    def end(self, token: str) -> None:
        """End the session of a token, if there is one."""
        self._end(_S.c.token_sha256 == _hash(token))

    def end_one(self, user: str, session_id: int) -> None:
        """End one session of an account.

        Raises
        ------
        NotFoundError
            When the account has no such session.
        """
        if not self._end(_S.c.account == user, _S.c.fid == session_id):
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
        return self._end(_S.c.account == user)

    def limits(self) -> SessionLimits:
        """Return when sessions end by themselves."""
        with self._database.reading() as connection:
            return _limits(connection)

    def set_limits(self, limits: SessionLimits) -> None:
        """Let sessions end sooner or later, those that have begun too."""
        with self._database.writing() as connection:
            self._database.backend.lock(connection, tables.settings)
            for one in fields(limits):
                put_setting(connection, one.name, str(getattr(limits, one.name)))

    def _end(self, *which: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            return int(connection.execute(delete(_S).where(*which)).rowcount)


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

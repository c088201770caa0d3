"""Accounts and settings."""

from dataclasses import asdict
from typing import overload

from sqlalchemy import Connection, delete, insert, select

from geo.model import Role, User
from geo.store import tables
from geo.store.database import Database


class Accounts(Database):
    """Who may log in, and what the city has set."""

    def save_user(self, user: User) -> None:
        """Add an account, or change the one of this name."""
        row = {**asdict(user), "role": str(user.role)}
        with self._writing() as connection:
            self._backend.lock(connection, tables.users)
            connection.execute(delete(tables.users).where(tables.users.c.name == user.name))
            connection.execute(insert(tables.users).values(row))

    def user(self, name: str) -> User | None:
        """Return the account of this name, if there is one."""
        with self._reading() as connection:
            row = connection.execute(select(tables.users).where(tables.users.c.name == name)).mappings().first()
        return None if row is None else User(**{**row, "role": Role(row["role"])})

    def users(self) -> list[User]:
        """Return all accounts by name."""
        with self._reading() as connection:
            found = connection.execute(select(tables.users).order_by(tables.users.c.name)).mappings().all()
        return [User(**{**row, "role": Role(row["role"])}) for row in found]

    @overload
    def setting(self, key: str) -> str | None: ...
    @overload
    def setting(self, key: str, default: str) -> str: ...
    def setting(self, key: str, default: str | None = None) -> str | None:
        """Return the text set under ``key``, or ``default``."""
        with self._reading() as connection:
            value = connection.scalar(select(tables.settings.c.value).where(tables.settings.c.key == key))
        return default if value is None else value

    def set_setting(self, key: str, value: str) -> None:
        """Set the text under ``key``."""
        with self._writing() as connection:
            self._backend.lock(connection, tables.settings)
            put_setting(connection, key, value)


def put_setting(connection: Connection, key: str, value: str) -> None:
    """Set the text under ``key`` as part of a larger change."""
    connection.execute(delete(tables.settings).where(tables.settings.c.key == key))
    connection.execute(insert(tables.settings).values(key=key, value=value))

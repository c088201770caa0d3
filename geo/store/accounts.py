"""The accounts of a city."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select

from geo.model import Role, User
from geo.store import tables
from geo.store.locks import CityPart
from geo.store.part import StorePart


class Accounts(StorePart):
    """Who may log in, as what."""

    def save(self, user: User) -> None:
        """Add an account, or change the one of this name."""
        row = {**asdict(user), "role": str(user.role)}
        with self._database.writing(CityPart.OFFICE) as connection:
            self._database.backend.lock(connection, tables.users)
            connection.execute(delete(tables.users).where(tables.users.c.name == user.name))
            connection.execute(insert(tables.users).values(row))

    def get(self, name: str) -> User | None:
        """Return the account of this name, if there is one."""
        with self._database.reading() as connection:
            row = connection.execute(select(tables.users).where(tables.users.c.name == name)).mappings().first()
        return None if row is None else User(**{**row, "role": Role(row["role"])})

    def all(self) -> list[User]:
        """Return all accounts by name."""
        with self._database.reading() as connection:
            found = connection.execute(select(tables.users).order_by(tables.users.c.name)).mappings().all()
        return [User(**{**row, "role": Role(row["role"])}) for row in found]

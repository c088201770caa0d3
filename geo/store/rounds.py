"""The rounds of inspection."""

from dataclasses import fields

from sqlalchemy import Connection, delete, func, insert, select, update

from geo.audit.events import Event
from geo.errors import NotFoundError, StateError
from geo.model import Round
from geo.store import tables
from geo.store.audit import Act
from geo.store.catalogues import keep_edition
from geo.store.locks import CityPart
from geo.store.part import StorePart

WAS_COMMITTED = "round {round!r} was committed to, which is public and counted: it stays; make another round"
IS_DRAWN = "round {round!r} is drawn and stays, else it could be drawn again until it suits: make another round"
HAS_VISITS = "round {round!r} has visits, which belong to it as it is: make another round"


class Rounds(StorePart):
    """When is inspected, and by which catalogue."""

    def create(self, round_: Round) -> None:
        """Add a round.

        Raises
        ------
        StateError
            When there is one of this id.
        """
        row = {field.name: getattr(round_, field.name) for field in fields(round_)}
        with self._database.writing(
            Act(Event.ROUND_MADE, f"round/{round_.id}"), CityPart.ROUNDS, CityPart.OFFICE
        ) as connection:
            self._database.backend.lock(connection, tables.rounds)
            if connection.scalar(select(tables.rounds.c.fid).where(tables.rounds.c.id == round_.id)) is not None:
                raise StateError("there is a round {round!r} already: choose another id", round=round_.id)
            keep_edition(connection, round_.edition)
            connection.execute(insert(tables.rounds).values(row))

    def change(self, round_: Round) -> None:
        """Put a round in the place of the one of its id.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        StateError
            When it is drawn or committed to, or has visits.
        """
        row = {field.name: getattr(round_, field.name) for field in fields(round_)}
        with self._database.writing(
            Act(Event.ROUND_CHANGED, f"round/{round_.id}"), CityPart.ROUNDS, on=[CityPart.VISITS]
        ) as connection:
            self._ensure_unused(connection, round_.id)
            connection.execute(update(tables.rounds).where(tables.rounds.c.id == round_.id).values(row))

    def remove(self, round_id: str) -> None:
        """Remove a round that nothing hangs on yet.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        StateError
            When it is drawn or committed to, or has visits.
        """
        with self._database.writing(
            Act(Event.ROUND_REMOVED, f"round/{round_id}"), CityPart.ROUNDS, on=[CityPart.VISITS]
        ) as connection:
            self._ensure_unused(connection, round_id)
            connection.execute(delete(tables.rounds).where(tables.rounds.c.id == round_id))

    def _ensure_unused(self, connection: Connection, round_id: str) -> None:
        round_of(connection, round_id)
        t = tables
        for table in (t.rounds, t.draws, t.commitments):
            self._database.backend.lock(connection, table)
        for table, why in ((t.commitments, WAS_COMMITTED), (t.draws, IS_DRAWN), (t.visits, HAS_VISITS)):
            if connection.scalar(select(func.count()).where(table.c.round_id == round_id)):
                raise StateError(why, round=round_id)

    def get(self, round_id: str) -> Round:
        """Return a round.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        """
        with self._database.reading() as connection:
            return round_of(connection, round_id)

    def all(self) -> list[Round]:
        """Return all rounds, the oldest first."""
        statement = select(tables.rounds).order_by(tables.rounds.c.start, tables.rounds.c.fid)
        with self._database.reading() as connection:
            return [_round(row) for row in connection.execute(statement).mappings()]


def round_of(connection: Connection, round_id: str) -> Round:
    """Return a round, or raise NotFoundError."""
    row = connection.execute(select(tables.rounds).where(tables.rounds.c.id == round_id)).mappings().first()
    if row is None:
        raise NotFoundError("there is no round {round!r}: make it first", round=round_id)
    return _round(row)


def _round(row: object) -> Round:
    return Round(**{field.name: row[field.name] for field in fields(Round)})  # type: ignore[index]

"""The editions of the catalogue that the city has used: a round keeps the one that it was made under."""

import datetime as dt
from functools import lru_cache

from sqlalchemy import Connection, delete, insert, select

from geo.audit.events import Event
from geo.catalogue import Catalogue, from_toml, load, to_toml
from geo.errors import NotFoundError, StateError
from geo.store import tables
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.settings import put_setting

_CURRENT = "catalogue"
"""The setting that names the edition for new imports and rounds; unset, it is the one that ships with the product."""


class Catalogues(StorePart):
    """Categories of checkpoints and their items, edition by edition."""

    def get(self, edition: str | None = None) -> Catalogue:
        """Return an edition of the catalogue; without a name the current one.

        Raises
        ------
        NotFoundError
            When the city never had that edition.
        """
        with self._database.reading() as connection:
            wanted = edition or current_edition(connection)
            content = _content(connection, wanted)
        if content is not None:
            return _parsed(content)
        if wanted == _shipped().edition:
            return _shipped()
        raise NotFoundError("there is no edition {edition!r} of the catalogue: import it first", edition=wanted)

    def editions(self) -> list[str]:
        """Name the editions that can be asked for, the current one first."""
        t = tables.catalogues
        with self._database.reading() as connection:
            current = current_edition(connection)
            kept = connection.scalars(select(t.c.edition).order_by(t.c.fid.desc())).all()
        return list(dict.fromkeys([current, *kept, _shipped().edition]))

    def save(self, catalogue: Catalogue) -> None:
        """Keep an edition and make it the current one.

        Raises
        ------
        StateError
            When another catalogue has this edition already, and the product ships it or a round was made under it.
        """
        content, edition = to_toml(catalogue), catalogue.edition
        act = Act(Event.CATALOGUE, "catalogue")
        with self._database.writing(act, CityPart.OFFICE, on=[CityPart.ROUNDS]) as connection:
            self._database.backend.lock(connection, tables.catalogues)
            act.versions(current_edition(connection), edition)
            known = _content(connection, edition)
            if known is None and edition == _shipped().edition:
                known = to_toml(_shipped())
            if known is not None and known != content:
                _refuse_change(connection, edition)
            connection.execute(delete(tables.catalogues).where(tables.catalogues.c.edition == edition))
            _insert(connection, edition, content)
            put_setting(connection, _CURRENT, edition)


def current_edition(connection: Connection) -> str:
    """Name the edition for new imports and rounds."""
    named = connection.scalar(select(tables.settings.c.value).where(tables.settings.c.key == _CURRENT))
    return named or _shipped().edition


def keep_edition(connection: Connection, edition: str) -> None:
    """Keep the shipped edition when a round is made under it: a later product may ship another."""
    if edition == _shipped().edition and _content(connection, edition) is None:
        _insert(connection, edition, to_toml(_shipped()))


def _refuse_change(connection: Connection, edition: str) -> None:
    rounds = connection.scalars(select(tables.rounds.c.id).where(tables.rounds.c.edition == edition)).all()
    if rounds:
        raise StateError(
            "edition {edition!r} is in use by round {round}, and this catalogue differs: give it an edition of its own",
            edition=edition,
            round=", ".join(rounds),
        )
    if edition == _shipped().edition:
        raise StateError(
            "edition {edition!r} is that of the product, and this catalogue differs: give it an edition of its own",
            edition=edition,
        )


def _content(connection: Connection, edition: str) -> str | None:
    t = tables.catalogues
    return connection.scalar(select(t.c.content).where(t.c.edition == edition))


def _insert(connection: Connection, edition: str, content: str) -> None:
    row = {"edition": edition, "content": content, "kept_at": dt.datetime.now(dt.UTC)}
    connection.execute(insert(tables.catalogues).values(row))


@lru_cache(maxsize=8)
def _parsed(content: str) -> Catalogue:
    return from_toml(content)


@lru_cache(maxsize=1)
def _shipped() -> Catalogue:
    return load()

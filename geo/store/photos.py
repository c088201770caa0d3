"""Photos of deductions, in the database itself: a city is one file, which an office copies and keeps as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from geo import frames
from geo.errors import InputError, NotFoundError
from geo.model import Photo, Scope
from geo.store import rows, tables
from geo.store.part import StorePart
from geo.store.scope import condition

_P, _L = tables.photos, tables.deduction_photos
_D, _V = tables.deductions, tables.visits


class Photos(StorePart):
    """The photos that came with visits; :meth:`geo.store.visits.Visits.record` brings them."""

    def get(self, sha256: str) -> Photo:
        """Return a photo.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        columns = (_P.c.sha256, _P.c.width, _P.c.height, _P.c.content, _P.c.thumbnail, _P.c.media_type)
        with self._database.reading() as connection:
            found = connection.execute(select(*columns).where(_P.c.sha256 == sha256)).first()
        if found is None:
            raise NotFoundError("there is no such photo")
        return Photo(*found)

    def frame(self, deductions: Iterable[str]) -> pd.DataFrame:
        """Tell which photos show these deductions, first come first: a frame of :data:`geo.frames.PHOTOS`."""
        statement = select(_L.c.fid, _L.c.deduction, _L.c.photo, _P.c.width, _P.c.height)
        statement = statement.join(_P, _P.c.sha256 == _L.c.photo).order_by(_L.c.fid)
        with self._database.reading() as connection:
            found = rows.among(connection, statement, _L.c.deduction, list(deductions))
        shown: pd.DataFrame = rows.framed(found, frames.PHOTOS, self._database.backend)
        return shown

    def deductions(self, sha256: str) -> list[str]:
        """Return the ids of the deductions that a photo shows."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(_L.c.deduction).where(_L.c.photo == sha256)))

    def within(self, deductions: Iterable[str], scope: Scope) -> list[str]:
        """Keep of these deductions those whose visits a scope means.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        wanted, backend = list(deductions), self._database.backend
        with self._database.reading() as connection:
            limits = condition(connection, scope, _V, backend)
            statement = limits.narrow(select(_D.c.id, _D.c.visit).join(_V, _V.c.id == _D.c.visit))
            visit_of = dict(map(tuple, rows.among(connection, statement, _D.c.id, wanted)))
            if limits.outline is not None:
                asked = rows.query(_V, frames.VISITS).where(_V.c.id.in_(set(visit_of.values())))
                inside = limits.pick(rows.fetch(connection, asked, frames.VISITS, backend)).index
                visit_of = {one: visit for one, visit in visit_of.items() if visit in inside}
        return [one for one in wanted if one in visit_of]


def keep(
    connection: Connection, shown: Mapping[str, Sequence[str]], brought: Mapping[str, Photo], mark: int | None = None
) -> list[dict[str, Any]]:
    """Link deductions to the photos that show them, and give the links that are new; none is taken away.

    New links carry the ``mark`` of their import.

    Raises
    ------
    InputError
        When a photo is neither there nor among those that were brought.
    """
    named = list(shown)
    there = {tuple(row) for row in rows.among(connection, select(_L.c.deduction, _L.c.photo), _L.c.deduction, named)}
    fresh = [
        {"deduction": deduction, "photo": photo, "import_id": mark}
        for deduction, photos in shown.items()
        for photo in dict.fromkeys(photos)
        if (deduction, photo) not in there
    ]
    wanted = list(dict.fromkeys(str(link["photo"]) for link in fresh))
    known = {row[0] for row in rows.among(connection, select(_P.c.sha256), _P.c.sha256, wanted)}
    for sha256 in wanted:
        if sha256 in known:
            continue
        if sha256 not in brought:
            raise InputError("photo {value!r} was not brought: hand it over with its visit", value=sha256)
        photo = brought[sha256]  # one at a time: all of them might not fit into the memory
        content = {name: getattr(photo, name) for name in ("media_type", "width", "height", "content", "thumbnail")}
        connection.execute(insert(_P).values(sha256=sha256, **content))
    rows.add(connection, _L, fresh)
    return fresh


def drop_unnamed(connection: Connection) -> None:
    """Take away the photos that no deduction names any more."""
    connection.execute(delete(_P).where(_P.c.sha256.not_in(select(_L.c.photo))))

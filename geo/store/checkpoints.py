"""The roster of checkpoints."""

from collections.abc import Iterable

import geopandas as gpd
from sqlalchemy import select

from geo import frames
from geo.model import Changes
from geo.store import rows, tables
from geo.store.database import Database
from geo.store.scope import in_zone
from geo.store.upsert import upsert

_T = tables.checkpoints


class Checkpoints(Database):
    """Every place that can be drawn. None is ever deleted: past visits keep their checkpoint."""

    def upsert_checkpoints(self, frame: gpd.GeoDataFrame) -> Changes:
        """Add checkpoints, a frame of :data:`geo.frames.CHECKPOINTS`, and bring those that are there up to date."""
        with self._writing() as connection:
            return upsert(connection, _T, frames.CHECKPOINTS, frame, self._backend).changes

    def retire_checkpoints(self, ids: Iterable[str]) -> int:
        """Take checkpoints out of the roster, and say how many were in it."""
        keys = list(ids)
        with self._writing() as connection:
            self._backend.lock(connection, _T)
            statement = select(_T.c.id).where(~_T.c.retired)
            found = [row.id for row in rows.among(connection, statement, _T.c.id, keys)]
            rows.change(connection, _T, "id", [{"id": key, "retired": True} for key in found])
        return len(found)

    def checkpoints(self, *, include_retired: bool = False, zone: str | None = None) -> gpd.GeoDataFrame:
        """Give the roster by id: a frame of :data:`geo.frames.CHECKPOINTS`.

        Parameters
        ----------
        include_retired
            Give those too that are no longer in the roster.
        zone
            Code of a zone of any level; None for the whole city.

        Raises
        ------
        NotFoundError
            When there is no such zone.
        """
        statement = rows.query(_T, frames.CHECKPOINTS).order_by(_T.c.id)
        if not include_retired:
            statement = statement.where(~_T.c.retired)
        with self._reading() as connection:
            within = in_zone(connection, zone, _T, self._backend)
            return within.pick(rows.fetch(connection, within.narrow(statement), frames.CHECKPOINTS, self._backend))

"""The street network as imported."""

import geopandas as gpd
import pandas as pd
from sqlalchemy import select

from geo import frames
from geo.store import rows, tables
from geo.store.accounts import put_setting
from geo.store.database import Database

_SOURCE = "streets_sha256"


class Streets(Database):
    """Street edges and turn bans, replaced as a whole."""

    def replace_streets(self, edges: gpd.GeoDataFrame, *, turn_bans: pd.DataFrame, source_sha256: str) -> None:
        """Put these streets in the place of all that were there.

        Parameters
        ----------
        edges, turn_bans
            Frames of :data:`geo.frames.STREETS` and :data:`geo.frames.TURN_BANS`.
        source_sha256
            Of the file they were read from: caches made from the same are good.
        """
        with self._writing() as connection:
            rows.replace(connection, tables.streets, frames.STREETS, edges, self._backend)
            rows.replace(connection, tables.turn_bans, frames.TURN_BANS, turn_bans, self._backend)
            put_setting(connection, _SOURCE, source_sha256)

    def streets(self) -> gpd.GeoDataFrame:
        """Return all street edges: a frame of :data:`geo.frames.STREETS`."""
        statement = rows.query(tables.streets, frames.STREETS).order_by(tables.streets.c.fid)
        with self._reading() as connection:
            return rows.fetch(connection, statement, frames.STREETS, self._backend)

    def turn_bans(self) -> pd.DataFrame:
        """Return all turn bans: a frame of :data:`geo.frames.TURN_BANS`."""
        statement = rows.query(tables.turn_bans, frames.TURN_BANS).order_by(tables.turn_bans.c.fid)
        with self._reading() as connection:
            bans: pd.DataFrame = rows.fetch(connection, statement, frames.TURN_BANS, self._backend)
        return bans

    def streets_sha256(self) -> str | None:
        """Return the hash of the file that the streets were read from, None before the first import."""
        settings = tables.settings
        with self._reading() as connection:
            return connection.scalar(select(settings.c.value).where(settings.c.key == _SOURCE))

"""The street network as imported."""

import geopandas as gpd
import pandas as pd

from geo import frames
from geo.audit.events import Event
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.places import Bounds
from geo.store.settings import put_setting, setting

_SOURCE = "streets_sha256"


class KeptStreets(StorePart):
    """Street edges and turn bans, replaced as a whole."""

    def replace(
        self,
        edges: gpd.GeoDataFrame,
        *,
        turn_bans: pd.DataFrame,
        source_sha256: str,
        street_hours: pd.DataFrame | None = None,
        turn_hours: pd.DataFrame | None = None,
    ) -> None:
        """Put these streets in the place of all that were there.

        Parameters
        ----------
        edges, turn_bans
            Frames of :data:`geo.frames.STREETS` and :data:`geo.frames.TURN_BANS`.
        source_sha256
            Of the file they were read from: caches made from the same are good.
        street_hours, turn_hours
            What holds at some hours only: frames of :data:`geo.frames.STREET_HOURS` and :data:`geo.frames.TURN_HOURS`.
        """
        street_hours = frames.empty(frames.STREET_HOURS) if street_hours is None else street_hours
        turn_hours = frames.empty(frames.TURN_HOURS) if turn_hours is None else turn_hours
        act = Act(Event.STREETS, "streets", detail={"edges": len(edges)})
        with self._database.writing(act, CityPart.STREETS, CityPart.OFFICE) as connection:
            rows.replace(connection, tables.streets, frames.STREETS, edges, self._database.backend)
            rows.replace(connection, tables.turn_bans, frames.TURN_BANS, turn_bans, self._database.backend)
            rows.replace(connection, tables.street_hours, frames.STREET_HOURS, street_hours, self._database.backend)
            rows.replace(connection, tables.turn_hours, frames.TURN_HOURS, turn_hours, self._database.backend)
            act.versions(setting(connection, _SOURCE) or "", source_sha256)
            put_setting(connection, _SOURCE, source_sha256)

    def frame(self) -> gpd.GeoDataFrame:
        """Return all street edges: a frame of :data:`geo.frames.STREETS`."""
        statement = rows.query(tables.streets, frames.STREETS).order_by(tables.streets.c.fid)
        with self._database.reading() as connection:
            return rows.fetch(connection, statement, frames.STREETS, self._database.backend)

    def turn_bans(self) -> pd.DataFrame:
        """Return all turn bans: a frame of :data:`geo.frames.TURN_BANS`."""
        statement = rows.query(tables.turn_bans, frames.TURN_BANS).order_by(tables.turn_bans.c.fid)
        with self._database.reading() as connection:
            bans: pd.DataFrame = rows.fetch(connection, statement, frames.TURN_BANS, self._database.backend)
        return bans

    def hours(self) -> pd.DataFrame:
        """Return the masks that edges have at some hours only: a frame of :data:`geo.frames.STREET_HOURS`."""
        statement = rows.query(tables.street_hours, frames.STREET_HOURS).order_by(tables.street_hours.c.fid)
        with self._database.reading() as connection:
            hours: pd.DataFrame = rows.fetch(connection, statement, frames.STREET_HOURS, self._database.backend)
        return hours

    def turn_hours(self) -> pd.DataFrame:
        """Return the turn bans that hold at some hours only: a frame of :data:`geo.frames.TURN_HOURS`."""
        statement = rows.query(tables.turn_hours, frames.TURN_HOURS).order_by(tables.turn_hours.c.fid)
        with self._database.reading() as connection:
            hours: pd.DataFrame = rows.fetch(connection, statement, frames.TURN_HOURS, self._database.backend)
        return hours

    def extent(self) -> Bounds | None:
        """Return how far the streets reach, None before the first import."""
        with self._database.reading() as connection:
            return self._database.backend.extent(connection, tables.streets)

    def sha256(self) -> str | None:
        """Return the hash of the file that the streets were read from, None before the first import."""
        with self._database.reading() as connection:
            return setting(connection, _SOURCE)

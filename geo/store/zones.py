"""Responsibility zones and unit grid cells."""

import geopandas as gpd
from sqlalchemy import func, select

from geo import frames
from geo.audit.content import frame_sha256
from geo.audit.events import Event
from geo.model import Changes, Level, Scope
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.journal import ImportSource, note
from geo.store.locks import CityPart, counted
from geo.store.part import StorePart
from geo.store.scope import condition
from geo.store.upsert import upsert


class Zones(StorePart):
    """The zone tree and the cells."""

    def upsert(self, frame: gpd.GeoDataFrame, *, import_of: str | None = None, who: str = "") -> Changes:
        """Add zones, and bring those that are there up to date.

        Parameters
        ----------
        frame
            A frame of :data:`geo.frames.ZONES`.
        import_of
            Name of the file that they come from: then it can be undone.
        who
            The account that imports.
        """
        act = Act(Event.ZONES, "zones", detail={"sha256": frame_sha256(frame), "rows": len(frame)})
        with self._database.writing(act, CityPart.IMPORTS, CityPart.ZONES) as connection:
            done = upsert(connection, tables.zones, frames.ZONES, frame, self._database.backend)
            if import_of is not None:
                act.detail["file"] = import_of
                note(connection, ImportSource("zones", import_of, who), done.changes, [("zones", done)])
            return done.changes

    def frame(self, level: Level | str | None = None, scope: Scope = Scope()) -> gpd.GeoDataFrame:  # noqa: B008 - frozen
        """Return the zones of a level, or all, by code; of a scope's zone, it and what lies below it.

        A frame of :data:`geo.frames.ZONES`.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        statement = rows.query(tables.zones, frames.ZONES).order_by(tables.zones.c.code)
        if level is not None:
            statement = statement.where(tables.zones.c.level == str(level))
        with self._database.reading() as connection:
            statement = condition(connection, scope, tables.zones, self._database.backend).narrow(statement)
            return rows.fetch(connection, statement, frames.ZONES, self._database.backend)

    def counts(self) -> dict[str, int]:
        """Count the zones of each level that has any."""
        level = tables.zones.c.level
        with self._database.reading() as connection:
            found = connection.execute(select(level, func.count()).group_by(level).order_by(level))
            return {str(name): int(number) for name, number in found}

    def state(self) -> str:
        """Return letters that change with every write of zones and cells: what was made of them is kept under these."""
        with self._database.reading() as connection:
            return f"zones-{counted(connection, CityPart.ZONES)}"

    def cell_count(self) -> int:
        """Count the unit grid cells."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(tables.cells)) or 0

    def replace_cells(self, frame: gpd.GeoDataFrame) -> None:
        """Put these unit grid cells, a frame of :data:`geo.frames.CELLS`, in the place of all that were there."""
        with self._database.writing(
            Act(Event.CELLS, "cells", detail={"sha256": frame_sha256(frame), "rows": len(frame)}), CityPart.ZONES
        ) as connection:
            rows.replace(connection, tables.cells, frames.CELLS, frame, self._database.backend)

    def cells(self) -> gpd.GeoDataFrame:
        """Return all unit grid cells in the order they were saved: a frame of :data:`geo.frames.CELLS`."""
        statement = rows.query(tables.cells, frames.CELLS).order_by(tables.cells.c.fid)
        with self._database.reading() as connection:
            return rows.fetch(connection, statement, frames.CELLS, self._database.backend)

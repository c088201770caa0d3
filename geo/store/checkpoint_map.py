"""The roster as a map shows it: one by one where few are near each other, counted where many are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, func, select

from geo import frames
from geo.model import Scope
from geo.store import rows, tables
from geo.store.locks import CityPart, counted
from geo.store.part import StorePart
from geo.store.places import Box
from geo.store.scope import Condition, condition

_T = tables.checkpoints
_Row = tuple[int, int, int, float, float, str]  # column, row, count, mean longitude and latitude, lowest id


@dataclass(frozen=True, slots=True)
class Crowd:
    """Checkpoints that lie too near each other to be told apart."""

    lon: float  # their middle
    lat: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What of the roster lies in a part of the map."""

    alone: gpd.GeoDataFrame
    crowds: tuple[Crowd, ...]


class CheckpointMap(StorePart):
    """Where the checkpoints are."""

    def look(self, box: Box, scope: Scope, *, most: int, cells: int) -> Look:
        """Return the checkpoints in a box: each when there are at most ``most``, else those of each cell counted.

        Parameters
        ----------
        box
            The part of the map; each checkpoint is in one of the boxes that share its borders.
        scope
            Of which zone, unit or routes.
        most
            How many are shown one by one.
        cells
            Otherwise the box is cut into ``cells`` by ``cells``; who is alone in a cell is still shown.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        with self._database.reading() as connection:
            within = condition(connection, scope, _T, self._database.backend)
            some = self._some(connection, within, box, None if within.outline is not None else most + 1)
            if len(some) <= most:
                return Look(some.sort_index(), ())
            if within.outline is None:
                found = self._counted(connection, within, box, cells)
            else:
                found = _grouped(some, box, cells)
            single = [row[5] for row in found if row[2] == 1]
            crowds = tuple(Crowd(lon, lat, count) for _, _, count, lon, lat, _ in found if count > 1)
            alone = rows.among(connection, rows.query(_T, frames.CHECKPOINTS), _T.c.id, single)
            return Look(rows.framed(alone, frames.CHECKPOINTS, self._database.backend).sort_index(), crowds)

    def state(self, scope: Scope) -> str:
        """Return letters that change with every write that may change what a scope shows, and with no other."""
        parts = [CityPart.ROSTER]
        parts += [CityPart.ZONES] if scope.zone is not None else []
        parts += [CityPart.ROUNDS] if scope.routes is not None else []
        with self._database.reading() as connection:
            return "-".join(f"{part.name.lower()}{counted(connection, part)}" for part in parts)

    def _some(self, connection: Connection, within: Condition, box: Box, limit: int | None) -> gpd.GeoDataFrame:
        placed = self._database.backend.placed(_T, box)
        statement: Select[Any] = rows.query(_T, frames.CHECKPOINTS).select_from(placed.source)
        statement = within.narrow(statement).where(*placed.within(box), ~_T.c.retired)
        if limit is not None:
            statement = statement.limit(limit)
        return within.pick(rows.fetch(connection, statement, frames.CHECKPOINTS, self._database.backend))

    def _counted(self, connection: Connection, within: Condition, box: Box, cells: int) -> Sequence[_Row]:
        placed = self._database.backend.placed(_T, box)
        cell = [part.label(name) for part, name in zip(placed.cell(box, cells), ("across", "up"), strict=True)]
        means = (func.avg(placed.x), func.avg(placed.y))
        statement: Select[Any] = select(*cell, func.count(), *means, func.min(_T.c.id)).select_from(placed.source)
        statement = within.narrow(statement).where(*placed.within(box), ~_T.c.retired)
        return rows.plain(connection, statement.group_by(*cell).order_by(*cell))


def _grouped(frame: gpd.GeoDataFrame, box: Box, cells: int) -> Sequence[_Row]:
    """Count what was read, in the same cells as the database would."""
    x, y = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    across = np.floor((x - box.west) / (box.east - box.west) * cells).astype(int)
    up = np.floor((y - box.south) / (box.north - box.south) * cells).astype(int)
    table = pd.DataFrame({"across": across, "up": up, "x": x, "y": y, "id": frame.index})
    found = table.groupby(["across", "up"]).agg(count=("x", "size"), x=("x", "mean"), y=("y", "mean"), id=("id", "min"))
    return list(found.reset_index().itertuples(index=False, name=None))

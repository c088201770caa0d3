"""Where the rows of a layer lie: found by its spatial index, not by reading the layer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees of WGS-84."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the world in degrees of WGS-84; what lies on its eastern or northern border is outside."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer of points with its spatial index, as a statement asks for it.

    Parameters
    ----------
    source
        What to select from.
    x, y
        Longitude and latitude of a row; a GeoPackage's index keeps them to about half a metre.
    near
        What the index is asked: the rows in the box, and perhaps some beside it.
    floor
        Cuts a number above zero to a whole one, as this database does it.
    """

    source: FromClause
    x: ColumnElement[Any]
    y: ColumnElement[Any]
    near: ColumnElement[bool]
    floor: Callable[[ColumnElement[Any]], ColumnElement[Any]]

    def within(self, box: Box) -> tuple[ColumnElement[bool], ...]:
        """Return what puts a row in a box: of boxes that share a border, each row is in one."""
        return (self.near, self.x >= box.west, self.x < box.east, self.y >= box.south, self.y < box.north)

    def cell(self, box: Box, cells: int) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return the column and the row of a place in a grid of ``cells`` by ``cells`` over a box."""
        across, up = (box.east - box.west) / cells, (box.north - box.south) / cells
        return self.floor((self.x - box.west) / across), self.floor((self.y - box.south) / up)

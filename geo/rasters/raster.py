"""A regular raster of square cells in metres, and the fast way from events to its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import geopandas as gpd
import numba as nb
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import metric_crs, project_xy, unproject_xy
from geo.errors import InputError
from geo.parallel import in_parts

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

OUTSIDE = -1
"""The cell number of an event that lies outside the raster, or has no position."""

_THREADED_FROM = 200_000  # below this many events a thread costs more than it saves
_EDGE_POINTS = 21  # a straight edge in degrees is a curve in metres: its points to bound it by


class _Shape(NamedTuple):
    """Where a raster lies and how large it is, for compiled code."""

    x0_m: float  # of its west edge
    y0_m: float  # of its south edge
    cell_m: float
    n_cols: int
    n_rows: int


@dataclass(frozen=True, slots=True)
class Raster:
    """Square cells numbered row by row from the south-west corner, 0 first.

    A cell holds its west and south border; the last column and row hold their outer border too, so a point of the
    raster lies in exactly one cell.

    Parameters
    ----------
    crs_epsg
        The projected CRS, in metres.
    x0_m, y0_m
        The south-west corner.
    cell_m
        The side of a cell.
    n_cols, n_rows
        The cells from west to east and from south to north.
    """

    crs_epsg: int
    x0_m: float
    y0_m: float
    cell_m: float
    n_cols: int
    n_rows: int

    def __post_init__(self) -> None:
        if not self.cell_m > 0:
            raise InputError(
                "cell_m is {value}: give the side of a cell in metres, above 0", field="cell_m", value=self.cell_m
            )
        if self.n_cols < 1 or self.n_rows < 1:
            raise InputError(
                "the raster is {n_cols} x {n_rows} cells: give bounds with an extent",
                field="n_cols",
                n_cols=self.n_cols,
                n_rows=self.n_rows,
            )

    @classmethod
    def cover(cls, bounds: Sequence[float], *, cell_m: float = 100.0, crs_epsg: int | None = None) -> Self:
        """Lay a raster over ``bounds``, aligned to whole multiples of the cell: rasters of a city fit each other.

        Parameters
        ----------
        bounds
            West, south, east, north in degrees, as ``total_bounds`` gives them.
        cell_m
            The side of a cell in metres.
        crs_epsg
            The projected CRS; by default :func:`geo.crs.metric_crs` of the middle.

        Raises
        ------
        InputError
            When a bound is no number.
        """
        west, south, east, north = (float(value) for value in bounds)
        if not np.isfinite([west, south, east, north]).all():
            raise InputError(
                "bounds are {value}: give west, south, east, north in degrees", field="bounds", value=list(bounds)
            )
        if crs_epsg is None:
            crs_epsg = int(metric_crs((west + east) / 2, (south + north) / 2).to_epsg() or 0)
        t = np.linspace(0.0, 1.0, _EDGE_POINTS)
        lon = np.concatenate([west + t * (east - west)] * 2 + [np.full(t.size, west), np.full(t.size, east)])
        lat = np.concatenate([np.full(t.size, south), np.full(t.size, north)] + [south + t * (north - south)] * 2)
        x, y = project_xy(lon, lat, crs_epsg)
        x0, y0 = np.floor(np.min(x) / cell_m) * cell_m, np.floor(np.min(y) / cell_m) * cell_m
        n_cols = int(np.floor((np.max(x) - x0) / cell_m)) + 1
        n_rows = int(np.floor((np.max(y) - y0) / cell_m)) + 1
        return cls(crs_epsg, float(x0), float(y0), float(cell_m), n_cols, n_rows)

    @property
    def size(self) -> int:
        """Count the cells."""
        return self.n_cols * self.n_rows

    def assign(self, lon: ArrayLike, lat: ArrayLike) -> Cells:
        """Return the cell of each point in degrees; ``OUTSIDE`` where it has none."""
        x, y = project_xy(np.asarray(lon, float), np.asarray(lat, float), self.crs_epsg)
        return self.assign_xy(x, y)

    def assign_xy(self, x_m: ArrayLike, y_m: ArrayLike) -> Cells:
        """Return the cell of each point in metres; ``OUTSIDE`` where it has none."""
        x, y = np.ascontiguousarray(x_m, np.float64), np.ascontiguousarray(y_m, np.float64)
        out = np.empty(x.size, np.int64)

        def part(start: int, stop: int) -> None:
            _assign(x[start:stop], y[start:stop], self._shape, out[start:stop])

        in_parts(part, x.size, threads_from=_THREADED_FROM)
        return out

    def count_xy(self, x_m: ArrayLike, y_m: ArrayLike) -> Cells:
        """Count the points in metres of each cell, shape (size,), without keeping the cell of each."""
        x, y = np.ascontiguousarray(x_m, np.float64), np.ascontiguousarray(y_m, np.float64)

        def part(start: int, stop: int) -> Cells:
            counts = np.zeros(self.size, np.int64)
            _count(x[start:stop], y[start:stop], self._shape, counts)
            return counts

        return sum(in_parts(part, x.size, threads_from=_THREADED_FROM), np.zeros(self.size, np.int64))

    def centres(self, cells: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Return x and y in metres of the middle of each of ``cells``, by default of all."""
        numbers = np.arange(self.size) if cells is None else np.asarray(cells, np.int64)
        row, col = np.divmod(numbers, self.n_cols)
        return self.x0_m + (col + 0.5) * self.cell_m, self.y0_m + (row + 0.5) * self.cell_m

    def polygons(self, cells: ArrayLike | None = None) -> gpd.GeoDataFrame:
        """Return the squares of ``cells``, by default of all, in EPSG:4326 with index ``cell``."""
        numbers = np.arange(self.size) if cells is None else np.asarray(cells, np.int64)
        row, col = np.divmod(numbers, self.n_cols)
        x = self.x0_m + (col[:, None] + np.array([0, 1, 1, 0, 0])) * self.cell_m
        y = self.y0_m + (row[:, None] + np.array([0, 0, 1, 1, 0])) * self.cell_m
        lon, lat = unproject_xy(x.ravel(), y.ravel(), self.crs_epsg)
        rings = np.column_stack([lon, lat]).reshape(-1, 5, 2)
        return gpd.GeoDataFrame(geometry=shapely.polygons(rings), index=pd.Index(numbers, name="cell"), crs="EPSG:4326")

    @property
    def _shape(self) -> _Shape:
        return _Shape(float(self.x0_m), float(self.y0_m), float(self.cell_m), self.n_cols, self.n_rows)


@nb.njit(inline="always")
def _cell(x: float, y: float, shape: _Shape) -> int:
    # A division, not a product with the inverse: 2900 * 0.01 is below 29, and a border point would fall west of it.
    u = (x - shape.x0_m) / shape.cell_m
    v = (y - shape.y0_m) / shape.cell_m
    if not (0.0 <= u <= shape.n_cols and 0.0 <= v <= shape.n_rows):  # also where either is NaN
        return -1
    return min(int(v), shape.n_rows - 1) * shape.n_cols + min(int(u), shape.n_cols - 1)


@nb.njit(nogil=True, cache=True)
def _assign(x: Floats, y: Floats, shape: _Shape, out: Cells) -> None:
    for i in range(x.size):
        out[i] = _cell(x[i], y[i], shape)


@nb.njit(nogil=True, cache=True)
def _count(x: Floats, y: Floats, shape: _Shape, out: Cells) -> None:
    for i in range(x.size):
        cell = _cell(x[i], y[i], shape)
        if cell >= 0:
            out[cell] += 1

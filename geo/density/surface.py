"""Weighted kernel surfaces with a bandwidth in metres, inside an outline."""

from dataclasses import dataclass
from numbers import Real
from typing import Literal, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import to_metric
from geo.density.binning import gaussian
from geo.density.outline import correction
from geo.density.sweep import epanechnikov
from geo.errors import InputError
from geo.rasters.raster import Raster

Floats = NDArray[np.float64]
Points: TypeAlias = ArrayLike | gpd.GeoSeries | gpd.GeoDataFrame
Grid: TypeAlias = Raster | tuple[ArrayLike, ArrayLike]
Kernel: TypeAlias = Literal["epanechnikov", "gaussian"]
Edge: TypeAlias = Literal["none", "uniform", "jones-diggle"]
Region: TypeAlias = shapely.Geometry | gpd.GeoSeries | gpd.GeoDataFrame | None

_SURFACES = {"epanechnikov": epanechnikov, "gaussian": gaussian}
_EDGES = ("none", "uniform", "jones-diggle")
_LEAST_SHARE = 1e-3  # of the kernel inside the outline, below which a correction would only blow up rounding


def kernel(  # noqa: PLR0913 - the public signature
    points: Points,
    weights: ArrayLike | None,
    grid: Grid,
    bandwidth_m: float,
    *,
    kernel: Kernel = "epanechnikov",
    edge: Edge = "none",
    region: Region = None,
) -> Floats:
    """Return the weighted kernel density at the middle of each cell.

    Parameters
    ----------
    points
        x and y in metres of the grid's CRS, shape (n, 2), or a GeoSeries in any CRS.
    weights
        Shape (n,), finite; None for 1 each.
    grid
        A raster; or the x and the y in metres of the middles of its columns and rows, evenly spaced and rising, or of
        every cell as ``np.meshgrid`` lays them out.
    bandwidth_m
        The radius of the Epanechnikov kernel, or the standard deviation of the Gaussian.
    kernel
        ``epanechnikov``, summed exactly, or ``gaussian``, within 1e-3 of the peak of the direct sum.
    edge
        ``uniform`` divides each cell by the share of its kernel inside the region, and is unbiased where the density is
        even; ``jones-diggle`` divides each event by its share, and keeps the sum of the weights (Diggle 1985,
        doi:10.2307/2347366; Jones 1993, doi:10.1007/BF00147776). ``none`` lets weight leak over the border.
    region
        The outline, in metres of the grid's CRS or a GeoSeries in any CRS; by default the grid's own rectangle. Events
        outside it count nowhere, and cells whose middle lies outside have NaN.

    Returns
    -------
    ndarray
        Weight per m2, shape (rows, cols), the south row first.

    Raises
    ------
    InputError
        When a name is unknown, a number is missing, or the grid is uneven.
    """
    _choices(kernel, edge)
    plane = _Plane.of(grid)
    if not (isinstance(bandwidth_m, Real) and np.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise InputError("bandwidth_m is {value!r}: give a length in metres", field="bandwidth_m", value=bandwidth_m)
    at = plane.cells(points)
    weight = _weights(weights, len(at))
    bandwidth = bandwidth_m / plane.cell_m
    outline = plane.outline(region)
    if region is not None:
        inside = shapely.intersects_xy(outline, at)
        at, weight = at[inside], weight[inside]
    if edge == "none":
        surface = _surface(kernel, at, weight, bandwidth, plane.shape)
    else:
        share = correction(outline, kernel, bandwidth, plane.shape)
        if edge == "jones-diggle":
            weight = weight / np.maximum(share.at(at), _LEAST_SHARE)
        surface = _surface(kernel, at, weight, bandwidth, plane.shape)
        if edge == "uniform":
            surface /= np.maximum(share.on_grid(plane.shape), _LEAST_SHARE)
    surface /= plane.cell_m**2
    return plane.masked(surface, outline) if region is not None else surface


def _surface(name: str, at: Floats, weight: Floats, bandwidth: float, shape: tuple[int, int]) -> Floats:
    surface = _SURFACES[name](at, weight, bandwidth, shape)
    # What rounding leaves below 0 is none, unless weights are negative themselves.
    return surface if (weight < 0).any() else np.maximum(surface, 0.0, out=surface)


_density = kernel  # within ratio the name is that of an argument


def ratio(  # noqa: PLR0913 - as kernel
    points: Points,
    deductions: ArrayLike,
    grid: Grid,
    bandwidth_m: float,
    *,
    kernel: Kernel = "epanechnikov",
    region: Region = None,
    least: float = 3.0,
) -> Floats:
    """Return the points deducted per visit around each cell: the density of deductions over that of visits.

    An even edge correction would divide both by the same share, so none is needed.

    Parameters
    ----------
    points
        One a visit; see :func:`kernel`.
    deductions
        The points that each visit deducted.
    grid, bandwidth_m, kernel, region
        See :func:`kernel`.
    least
        Visits at the middle of the cell that a cell's kernel must be worth; below it the ratio is unknown.

    Returns
    -------
    ndarray
        Points per visit, shape (rows, cols); NaN where there are too few visits, and outside the region.
    """
    spent = _density(points, deductions, grid, bandwidth_m, kernel=kernel, region=region)
    visits = _density(points, None, grid, bandwidth_m, kernel=kernel, region=region)
    peak = (2.0 if kernel == "epanechnikov" else 0.5) / (np.pi * bandwidth_m**2)
    known = np.nan_to_num(visits) >= least * peak
    out = np.full(spent.shape, np.nan)
    np.divide(spent, visits, out=out, where=known)
    return out


@dataclass(frozen=True, slots=True)
class _Plane:
    """The grid as the middle of its south-west cell, its cell and its shape."""

    x_m: float
    y_m: float
    cell_m: float
    shape: tuple[int, int]
    crs_epsg: int | None

    @classmethod
    def of(cls, grid: Grid) -> "_Plane":
        if isinstance(grid, Raster):
            half = grid.cell_m / 2
            return cls(grid.x0_m + half, grid.y0_m + half, grid.cell_m, (grid.n_rows, grid.n_cols), grid.crs_epsg)
        if not isinstance(grid, tuple | list) or len(grid) != 2:  # noqa: PLR2004 - x and y
            raise InputError("grid is a {kind}: give a Raster, or x and y", field="grid", kind=type(grid).__name__)
        x, y = (_numbers(axis, "grid") for axis in grid)
        if x.ndim == 2 and x.shape == y.shape and x.size and (x == x[:1]).all() and (y == y[:, :1]).all():  # noqa: PLR2004
            x, y = x[0], y[:, 0]  # as np.meshgrid lays them out
        steps = np.concatenate([np.diff(x.ravel()), np.diff(y.ravel())])
        even = steps.size and steps[0] > 0 and np.ptp(steps) <= 1e-6 * steps[0]
        if x.ndim != 1 or y.ndim != 1 or not (x.size and y.size and even):
            raise InputError("grid is uneven: give a Raster, or rising x and y one cell apart", field="grid")
        return cls(float(x[0]), float(y[0]), float(steps.mean()), (y.size, x.size), None)

    def cells(self, points: Points) -> Floats:
        if isinstance(points, gpd.GeoSeries | gpd.GeoDataFrame):
            moved = self._moved(points, "points")
            if not ((moved.geom_type == "Point") & ~moved.is_empty).all():
                raise InputError("points holds what is no point: leave it out, or take its middle", field="points")
            xy = np.column_stack([moved.x, moved.y])
        else:
            xy = _numbers(points, "points")
            xy = xy.reshape(-1, 2) if not xy.size else xy
            if xy.shape[1:] != (2,):
                raise InputError("points has shape {value}: give x and y, shape (n, 2)", field="points", value=xy.shape)
        if not np.isfinite(xy).all():
            raise InputError("points holds a place that is no number: leave it out", field="points")
        return (xy - [self.x_m, self.y_m]) / self.cell_m

    def _moved(self, frame: gpd.GeoSeries | gpd.GeoDataFrame, field: str) -> gpd.GeoSeries:
        if self.crs_epsg is None and frame.crs is not None and frame.crs.is_geographic:
            raise InputError(
                "{field} is in degrees and the grid has no CRS: give a Raster, or metres of the grid", field=field
            )
        if frame.crs is None or self.crs_epsg is None:
            return frame.geometry
        return to_metric(gpd.GeoDataFrame(geometry=frame.geometry), crs=self.crs_epsg).geometry

    def outline(self, region: Region) -> shapely.Geometry:
        if region is None:
            return shapely.box(-0.5, -0.5, self.shape[1] - 0.5, self.shape[0] - 0.5)
        if isinstance(region, gpd.GeoSeries | gpd.GeoDataFrame):
            region = self._moved(region, "region").union_all()
        if not isinstance(region, shapely.Polygon | shapely.MultiPolygon) or region.is_empty or not region.is_valid:
            raise InputError("region is no valid polygon: give the outline of the district", field="region")
        outline = shapely.transform(region, lambda xy: (xy - [self.x_m, self.y_m]) / self.cell_m)
        shapely.prepare(outline)
        return outline

    def masked(self, surface: Floats, outline: shapely.Geometry) -> Floats:
        col, row = np.meshgrid(np.arange(self.shape[1]), np.arange(self.shape[0]))
        return np.where(shapely.intersects_xy(outline, col, row), surface, np.nan)


def _choices(kernel: str, edge: str) -> None:
    for field, value, known in (("kernel", kernel, tuple(_SURFACES)), ("edge", edge, _EDGES)):
        if value not in known:
            raise InputError(
                "{field} is {value!r}: choose one of {known}", field=field, value=value, known=", ".join(known)
            )


def _numbers(values: ArrayLike, field: str) -> Floats:
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError("{field} holds what is no number: give numbers", field=field) from None


def _weights(weights: ArrayLike | None, n: int) -> Floats:
    if weights is None:
        return np.ones(n)
    weight = _numbers(weights, "weights")
    if weight.shape != (n,) or not np.isfinite(weight).all():
        raise InputError("weights do not fit {n} points: give one number a point", field="weights", n=n)
    return weight

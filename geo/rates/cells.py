"""What the visits of a cell found, summed."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.calendar import written
from geo.clock import TIMEZONE
from geo.frames import VISITS, check
from geo.rasters.raster import OUTSIDE, Raster


def cell_rates(visits: gpd.GeoDataFrame, raster: Raster) -> gpd.GeoDataFrame:
    """Return the deduction points per visit of each cell that was visited.

    The number of visits stands beside the rate, so that a place isn't hot because inspectors go there often.

    Parameters
    ----------
    visits
        A frame of schema ``visits``.
    raster
        The cells; visits outside it are left out.

    Returns
    -------
    GeoDataFrame
        Index ``cell``; columns ``visits``, ``deductions`` (points), ``rate`` (points per visit), and the squares in
        EPSG:4326.
    """
    check(visits, VISITS)
    cell = raster.assign(visits.geometry.x.to_numpy(), visits.geometry.y.to_numpy())
    inside = cell != OUTSIDE
    number, at = np.unique(cell[inside], return_inverse=True)
    count = np.bincount(at, minlength=number.size)
    points = np.bincount(at, weights=visits["points"].to_numpy(float)[inside], minlength=number.size)
    frame = raster.polygons(number)
    frame.insert(0, "visits", count)
    frame.insert(1, "deductions", points)
    frame.insert(2, "rate", points / np.maximum(count, 1))
    return frame


def cell_sums(
    visits: gpd.GeoDataFrame, raster: Raster, *, monthly: bool = False, timezone: str = TIMEZONE
) -> gpd.GeoDataFrame:
    """Sum what :func:`geo.hotspots.flag` needs: visits and powers of their points, by cell and category.

    Parameters
    ----------
    visits
        A frame of schema ``visits``.
    raster
        The cells; visits outside it are left out.
    monthly
        Whether to keep the months apart, as :func:`geo.hotspots.trend.monthly` needs them.
    timezone
        Whose months they are.

    Returns
    -------
    GeoDataFrame
        Index ``cell`` and ``category``, and ``month`` as ``2026-06`` if asked; columns ``visits``, ``deductions``,
        ``deductions_sq``, ``deductions_cu``, and the squares in EPSG:4326.
    """
    check(visits, VISITS)
    cell = raster.assign(visits.geometry.x.to_numpy(), visits.geometry.y.to_numpy())
    inside = cell != OUTSIDE
    part, points = visits[inside], visits["points"].to_numpy(float)[inside]
    keys = {"cell": cell[inside], "category": part["category"].astype(str)}
    if monthly:
        keys["month"] = written(part["arrived_at"], timezone, "M")
    powers = {"visits": np.ones(points.size, np.int64)}
    powers |= {"deductions": points, "deductions_sq": points**2, "deductions_cu": points**3}
    table = pd.DataFrame({name: pd.Series(np.asarray(column)) for name, column in keys.items()} | powers)
    sums = table.groupby(list(keys), sort=True).sum()
    number, at = np.unique(sums.index.get_level_values("cell").to_numpy(np.int64), return_inverse=True)
    squares = raster.polygons(number).geometry.array[at]
    return gpd.GeoDataFrame(sums, geometry=squares, crs="EPSG:4326")

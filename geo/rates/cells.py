"""What the visits of a cell found, summed."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.frames import VISITS, check
from geo.raster import OUTSIDE, Raster


def cell_rates(visits: gpd.GeoDataFrame, raster: Raster) -> gpd.GeoDataFrame:
    """Give the deduction points per visit of each cell that was visited.

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


def cell_sums(visits: gpd.GeoDataFrame, raster: Raster) -> gpd.GeoDataFrame:
    """Sum what :func:`geo.hotspots.flag` needs: visits and powers of their points, by cell and category.

    Parameters
    ----------
    visits
        A frame of schema ``visits``.
    raster
        The cells; visits outside it are left out.

    Returns
    -------
    GeoDataFrame
        Index ``cell`` and ``category``; columns ``visits``, ``deductions``, ``deductions_sq``, ``deductions_cu``, and
        the squares in EPSG:4326.
    """
    check(visits, VISITS)
    cell = raster.assign(visits.geometry.x.to_numpy(), visits.geometry.y.to_numpy())
    inside = cell != OUTSIDE
    kind, names = pd.factorize(visits["category"][inside], sort=True)
    key, at = np.unique(cell[inside] * max(len(names), 1) + kind, return_inverse=True)
    number, code = np.divmod(key, max(len(names), 1))
    points = visits["points"].to_numpy(float)[inside]
    frame = raster.polygons(number)
    frame.index = pd.MultiIndex.from_arrays([number, names.take(code)], names=["cell", "category"])
    frame.insert(0, "visits", np.bincount(at, minlength=key.size))
    for position, (name, power) in enumerate((("deductions", 1), ("deductions_sq", 2), ("deductions_cu", 3)), start=1):
        frame.insert(position, name, np.bincount(at, weights=points**power, minlength=key.size))
    return frame

"""Scores and deduction rates with their margin of error."""

import geopandas as gpd
import numpy as np

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

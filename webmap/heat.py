"""Where it is bad: deduction points per visit by cell of 100 m, and the classes in which a map shows them."""

import geopandas as gpd

from geo.raster import Raster
from geo.rates import cell_rates

CELL_M = 100.0
BREAKS = (0.5, 1.0, 2.0, 4.0)  # points per visit; fixed, so that two maps can be compared
CLASSES = ("0", "<0.5", "<1", "<2", "<4", "≥4")
FEW_VISITS = 3  # below, a rate says hardly anything


def heat_cells(visits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the cells that were visited with ``visits``, ``deductions`` (points) and ``rate`` (points per visit).

    Cells of different rounds fit each other, since the raster is aligned to whole multiples of 100 m.
    """
    if not len(visits):
        return visits.assign(visits=0, deductions=0.0, rate=0.0).iloc[:0]
    return cell_rates(visits, Raster.cover(visits.total_bounds, cell_m=CELL_M))

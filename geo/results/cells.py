"""Where it is bad, cell by cell, with all that a map, a list and a file say of a cell."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.clock import TIMEZONE
from geo.crs import unproject_xy
from geo.frames import VISITS, ZONES, check
from geo.hotspots import carry, flag
from geo.hotspots.trend import classify, monthly
from geo.rasters.discs import disc_sums
from geo.rasters.lattice import Floats, half_widths, radii_in_cells
from geo.rasters.raster import Raster
from geo.rates import cell_sums
from geo.zones.locate import TREE_LEVELS, locate

CELL_M = 100.0
RADII_M = (100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0)
NEAR_M = 500.0
"""What counts as a cell's surroundings, for its class in time and for the smoothed rate: a few dozen visits."""

_COLUMNS = {
    "visits": "int64",
    **dict.fromkeys(("deductions", "expected", "rate", "rate_low", "rate_high", "rate_eb"), "float64"),
    **dict.fromkeys(("p", "q", "radius_m"), "float64"),
    **dict.fromkeys(("hot", "cold"), "bool"),
    "place": "int64",
    "items": "object",
    **dict.fromkeys(("class", "street_code", "community_code", "unit", "zone_code", "zone"), "str"),
}


def hotspot_cells(
    visits: gpd.GeoDataFrame,
    deductions: pd.DataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    radii_m: Sequence[float] = RADII_M,
    cell_m: float = CELL_M,
    timezone: str = TIMEZONE,
) -> gpd.GeoDataFrame:
    """Judge every visited cell, and put on it what an office needs to act.

    Parameters
    ----------
    visits, deductions
        Frames of these schemas, of one scope.
    zones
        The zone tree, of which the most detailed zone that holds a cell's centre answers for it.
    radii_m
        Of the windows, between cell centres; with several, ``p`` is corrected for looking at them all.
    cell_m
        The side of a cell.
    timezone
        Whose months give the class in time; a month without visits is missing.

    Returns
    -------
    GeoDataFrame
        Squares in EPSG:4326, index ``cell``, the number in the raster. The columns of :func:`geo.hotspots.flag` and
        :func:`geo.hotspots.carry`; ``rate_eb``, the rate drawn towards that of its surroundings as far as chance
        explains it; ``zone_code`` and ``zone``, code and name of the responsible zone, empty where there is none;
        ``unit``, the most frequent of its visits, else that of the zone. No rows without visits. The raster is
        :func:`raster_of` the same visits.
    """
    check(visits, VISITS)
    if not len(visits):
        return _nothing()
    raster = raster_of(visits, cell_m)
    months = cell_sums(visits, raster, monthly=True, timezone=timezone)
    sums = gpd.GeoDataFrame(
        months.drop(columns="geometry").groupby(level=["cell", "category"]).sum(),
        geometry=months.geometry.groupby(level=["cell", "category"]).first(),
        crs=months.crs,
    )
    classes = classify(*monthly(months, NEAR_M))["class"]
    found = carry(flag(sums, radii_m), visits, deductions, raster, classes=classes)
    total = float(sums["deductions"].sum())
    unit = float(sums["deductions_sq"].sum()) / total if total > 0 else 1.0
    found["rate_eb"] = shrunk_rates(found, raster, unit)
    found = _with_zone(found, raster, zones)
    return found.astype({"visits": "int64"})[[*_COLUMNS, "geometry"]]


def raster_of(visits: gpd.GeoDataFrame, cell_m: float = CELL_M) -> Raster:
    """Return the raster that covers the visits, at least one, with cells of this side in metres."""
    return Raster.cover(visits.total_bounds, cell_m=cell_m)


def shrunk_rates(found: pd.DataFrame, raster: Raster, unit: float) -> Floats:
    """Return the rates drawn towards those of their surroundings, as far as chance explains the distance.

    The local estimate of Marshall (1991) over discs, which are sums over a raster: the same as
    :func:`geo.rates.empirical_bayes` with the graph of cells within ``NEAR_M``. Points come several at once, so a
    visit's points vary more than counts do: in units of E[points^2] / E[points] a sum has the variance of a Poisson
    count again, which is what the estimator takes chance to be.

    Parameters
    ----------
    found
        ``visits``, above 0, and ``deductions`` of each visited cell, by its number.
    raster
        Whose cells they are.
    unit
        E[points^2] / E[points].
    """
    cells = found.index.to_numpy()
    visits, points = found["visits"].to_numpy(float), found["deductions"].to_numpy(float)
    half = half_widths(float(radii_in_cells(np.array([NEAR_M]), raster.cell_m)[0]))

    def around(values: Floats) -> Floats:
        grid = np.bincount(cells, weights=values, minlength=raster.size).astype(np.float64)
        return np.asarray(disc_sums(grid.reshape(raster.n_rows, raster.n_cols), half).ravel()[cells])

    near, count = around(visits), around(np.ones(visits.size))
    mean = around(points) / near
    rate = points / visits
    spread = np.maximum(around(visits * rate**2) / near - mean**2, 0.0)
    left = np.maximum(spread - unit * mean * count / near, 0.0)
    chance = unit * mean / visits
    share = np.divide(left, left + chance, out=np.zeros_like(left), where=left + chance > 0)
    return np.asarray(mean + (rate - mean) * share)


def _with_zone(found: gpd.GeoDataFrame, raster: Raster, zones: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if zones is None or not len(zones):
        return found.assign(zone_code="", zone="")
    check(zones, ZONES)
    lon, lat = unproject_xy(*raster.centres(found.index.to_numpy()), raster.crs_epsg)
    centres = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=found.index, crs="EPSG:4326")
    paths = locate(centres, zones)
    code = pd.Series("", index=found.index, dtype="str")
    for level in TREE_LEVELS:  # from the city down: the last that is there stays
        code = code.where(paths[str(level)] == "", paths[str(level)])
    known = zones[["name", "unit"]].reindex(code).set_axis(found.index).fillna("")
    unit = found["unit"].where(found["unit"] != "", known["unit"])
    return found.assign(zone_code=code, zone=known["name"], unit=unit)


def _nothing() -> gpd.GeoDataFrame:
    columns = {name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()}
    index = pd.Index(np.array([], np.int64), name="cell")
    return gpd.GeoDataFrame(pd.DataFrame(columns, index=index), geometry=[], crs="EPSG:4326")

"""What the visits of a choice say: cells and surface."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import unproject_xy
from geo.density import ratio
from geo.progress import Progress
from geo.rasters.raster import Raster
from geo.results import hotspot_cells, raster_of
from webmap.extent import outline
from webmap.findings.choice import Choice
from webmap.findings.records import Records

CELL_M = 100.0
BANDWIDTH_M = 500.0
LARGEST_CELLS = 4_000_000
LONGEST_CELLS = 4_000  # on a side: what every graphics card takes as one texture
KEPT_CELLS = 2_000_000  # in memory, of all choices together
STEPS = 4
AT_ONCE = 2  # more would only slow each other down


@dataclass(frozen=True, slots=True)
class ChoiceResult:
    """What the visits of a choice say.

    Parameters
    ----------
    records
        The visits that are meant.
    cells
        See :func:`geo.results.hotspot_cells`.
    raster
        That covers the district too; None without visits.
    at
        The cell in ``raster`` of each row of ``cells``.
    inside
        Whether each cell of the raster lies in the district.
    density
        Points per visit by kernel density, a number a cell; NaN where there are too few visits.
    """

    records: Records
    cells: gpd.GeoDataFrame
    raster: Raster | None
    at: NDArray[np.int64]
    inside: NDArray[np.bool_]
    density: NDArray[np.float64]

    @property
    def visits(self) -> int:
        """Count the visits that are meant."""
        return len(self.records.visits)


def find(records: Records, choice: Choice, *, progress: Progress) -> ChoiceResult:
    """Work out what the visits of a choice say."""
    progress("choosing the visits", 0, STEPS)
    meant = records.of(choice)
    progress("judging the cells", 1, STEPS)
    cell_m = cell_size(meant)
    cells = hotspot_cells(
        meant.visits,
        meant.deductions,
        zones=records.zones,
        radii_m=choice.radii_m,
        cell_m=cell_m,
        timezone=records.timezone,
    )
    progress("smoothing the surface", 3, STEPS)
    if cells.empty:
        return ChoiceResult(meant, cells, None, *(np.array([], kind) for kind in (np.int64, bool, np.float64)))
    return _spread(meant, cells, raster_of(meant.visits, cell_m))


def cell_size(records: Records) -> float:
    """Return the side of the cells in metres: 100, and twice that as often as a city is too large for it."""
    cell_m = CELL_M
    while len(records.visits) and not _fits(Raster.cover(records.visits.total_bounds, cell_m=cell_m)):
        cell_m *= 2
    return cell_m


def _fits(raster: Raster) -> bool:
    return raster.size <= LARGEST_CELLS and max(raster.n_cols, raster.n_rows) <= LONGEST_CELLS


def _spread(records: Records, cells: gpd.GeoDataFrame, own: Raster) -> ChoiceResult:
    """Lay the cells into a raster of the whole district, and smooth over it."""
    whole = outline(records.zones)
    raster = own if whole is None else _wider(own, whole, records)
    at = raster.assign_xy(*own.centres(cells.index.to_numpy()))
    inside = _inside(raster, whole)
    inside[at] = True  # a visit outside counts too
    visits = records.visits
    surface = ratio(visits.geometry, visits["points"].to_numpy(float), raster, BANDWIDTH_M).ravel()
    return ChoiceResult(records, cells, raster, at, inside, np.where(inside, surface, np.nan))


def _wider(own: Raster, whole: shapely.Geometry, records: Records) -> Raster:
    west, south, east, north = np.column_stack([whole.bounds, records.visits.total_bounds])
    bounds = (west.min(), south.min(), east.max(), north.max())
    wider = Raster.cover(bounds, cell_m=own.cell_m, crs_epsg=own.crs_epsg)
    return wider if _fits(wider) else own


def _inside(raster: Raster, whole: shapely.Geometry | None) -> NDArray[np.bool_]:
    if whole is None:
        return np.zeros(raster.size, bool)
    shapely.prepare(whole)
    return np.array(shapely.contains_xy(whole, *unproject_xy(*raster.centres(), raster.crs_epsg)))

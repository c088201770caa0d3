"""What the visits of a choice say: cells and surface, worked out once and kept in memory while the city is so.

Nothing of it is written to a disk: covert rounds are among it.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

import geopandas as gpd
import numpy as np
import shapely
from flask import Flask, current_app
from numpy.typing import NDArray

from geo.clock import today
from geo.crs import unproject_xy
from geo.density import ratio
from geo.model import Role, User
from geo.progress import Progress
from geo.rasters.raster import Raster
from geo.results import hotspot_cells, raster_of
from webmap.accounts.visibility import VisibleCity
from webmap.extent import outline
from webmap.findings.answers import FoundLater, begun
from webmap.findings.choice import Choice
from webmap.findings.records import Records, state

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


class Desk:
    """Works out what is asked for in the background, once for all who ask, and keeps the newest answers."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._asked: OrderedDict[Choice, FoundLater[ChoiceResult]] = OrderedDict()
        self._records: Records | None = None
        self._state = ""
        self._lock = threading.Lock()

    def records(self, visible: VisibleCity) -> Records:
        """Return the visits of the city as they are now."""
        now = state(visible)
        with self._lock:
            if self._records is None or now != self._state:
                self._records, self._state = Records.read(visible), now
                self._asked.clear()
            return self._records

    def ask(self, visible: VisibleCity, choice: Choice, *, wait_s: float) -> FoundLater[ChoiceResult]:
        """Return the answer to a choice, finished or not, after waiting a little for it."""
        records = self.records(visible)
        with self._lock:
            answer = self._asked.get(choice)
            if answer is None or answer.error is not None:
                answer = begun(lambda progress: find(records, choice, progress=progress), self._turns)
                self._asked[choice] = answer
            self._asked.move_to_end(choice)
            self._forget(choice)
        answer.over.wait(wait_s)
        return answer

    def _forget(self, asked: Choice) -> None:
        """Let go of the oldest answers but the one asked for when there is too much."""
        held = {choice: one.found.inside.size for choice, one in self._asked.items() if one.found is not None}
        total = sum(held.values())
        for choice, size in held.items():
            if total > KEPT_CELLS and choice != asked:
                total -= size
                del self._asked[choice]


def init_app(app: Flask) -> None:
    """Return the application its desk."""
    app.extensions["xundian_findings"] = Desk()


def prepare(app: Flask) -> None:
    """Work out what a planner sees first, so that the first one does not wait for it."""
    store, findings = app.extensions["xundian"], app.extensions["xundian_findings"]
    planner = User("", Role.PLANNER, password_hash="")
    findings.ask(VisibleCity(store, planner, today(store)), Choice(), wait_s=0.0)


def desk() -> Desk:
    """Return the desk of the application that answers."""
    return cast("Desk", current_app.extensions["xundian_findings"])


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

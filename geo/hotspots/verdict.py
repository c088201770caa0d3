"""The public face of the exposure-conditional hotspots: a frame of cells in, the same cells flagged out."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import special

from geo.errors import InputError
from geo.hotspots.exposure import Exposure, Windows, checked_sums, exposure_of, windows_of
from geo.hotspots.false_discovery import false_discovery_rate, places_q
from geo.hotspots.places import HotPlace, expected_power, find_places
from geo.rasters.lattice import Floats, Ints, Mask, checked_radii, halves_of, lattice_of

"""Places by chance for each window by chance that is as strong: tests/bench/hotspots.py finds 0.2 to 0.6."""


def flag(
    cells: gpd.GeoDataFrame,
    radii_m: float | Sequence[float],
    *,
    alpha: float = 0.05,
    confidence: float = 0.95,
) -> gpd.GeoDataFrame:
    """Flag the cells that are worse, or better, than the visits to them explain.

    The unit is the visit. For each visited cell and each radius the points of the visits around it are compared with
    their distribution under permutation of the points over the visits of the same category, all over the frame (closed
    moments, Pearson III tail, two-sided). Where inspectors go often, and where hard categories cluster, nothing is hot
    for that.

    With one radius each cell stands for the window around it, and the cells go through Benjamini-Hochberg. With
    several, places are looked for (:mod:`geo.hotspots.places`): every window over all radii counts as a test, weighed
    by its expected power, a place is proved once, and its cells are those that the shapes explaining it share; the
    false discovery rate is that of the list of places.

    Parameters
    ----------
    cells
        Squares of one raster, in any CRS (metres without one). Index: the cell, or the cell and the category. Columns
        ``visits``, and over these visits the sums of the points, their squares and their cubes: ``deductions``,
        ``deductions_sq``, ``deductions_cu``. The squares of a cell are the same in all its categories.
    radii_m
        Between cell centres, inclusive.
    alpha
        The false discovery rate.
    confidence
        Of the interval around the rate.

    Returns
    -------
    GeoDataFrame
        One row a cell, in the order of the frame. The four sums; ``expected`` points at the mean of the
        cell's categories; ``rate`` in points per visit with ``rate_low`` and ``rate_high`` (Fay and Feuer 1997 for a
        compound Poisson sum); ``p``, of several radii with the correction for looking at them all; ``q``; ``radius_m``
        of the window that p is from; ``hot``, ``cold``; ``place``, its number in the list of places, 0 without one. A
        cell without visits has no rate, no p and no q, and is neither hot nor cold.

    Raises
    ------
    InputError
        When columns are missing or impossible, the cells are no squares of one lattice, or a radius is no length.
    """
    if not 0 < alpha < 1:
        raise InputError("alpha is {value}: give a share between 0 and 1", field="alpha", value=alpha)
    if not 0 < confidence < 1:
        raise InputError("confidence is {value}: give a share between 0 and 1", field="confidence", value=confidence)
    radii = checked_radii(radii_m)
    exposure, squares = _read(cells)
    verdict = judge(exposure, radii, alpha=alpha)
    powers = cells[["deductions_sq", "deductions_cu"]].groupby(level=0, sort=False).sum()
    columns = _rates(exposure, confidence) | {name: powers[name].to_numpy(np.float64) for name in powers}
    columns |= {f.name: getattr(verdict, f.name) for f in fields(verdict)}
    return gpd.GeoDataFrame(columns, index=squares.index, geometry=squares.array, crs=squares.crs)


@dataclass(frozen=True, slots=True)
class CellVerdicts:
    """The columns of :func:`flag` that the test fills, one number a cell."""

    p: Floats
    q: Floats
    radius_m: Floats
    hot: Mask
    cold: Mask
    place: Ints

    @classmethod
    def empty(cls, n: int) -> Self:
        """Know nothing of any cell yet."""
        p, q, radius = np.full((3, n), np.nan)
        return cls(p, q, radius, np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, np.int64))


def judge(exposure: Exposure, radii_m: Floats, *, alpha: float = 0.05) -> CellVerdicts:
    """Test every cell, as :func:`flag` says."""
    radii = checked_radii(radii_m)
    halves = halves_of(radii, exposure.lattice)
    windows = windows_of(exposure, halves)
    verdict = CellVerdicts.empty(exposure.visits.size)
    if radii.size == 1:
        _judge_cells(verdict, windows, radii, alpha)
    elif windows.cell.size:
        _judge_places(verdict, windows, radii, find_places(exposure, windows, halves), alpha)
    return verdict


def _read(cells: gpd.GeoDataFrame) -> tuple[Exposure, gpd.GeoSeries]:
    if not isinstance(cells, gpd.GeoDataFrame):
        raise InputError("cells is a {kind}: give a GeoDataFrame of squares", field="cells", kind=type(cells).__name__)
    if not len(cells):
        raise InputError("the frame has no cells: give the raster of the district", field="cells")
    if cells.index.has_duplicates:
        raise InputError(
            "the index repeats {value!r}: index by cell, or by cell and category",
            field="cells",
            value=cells.index[cells.index.duplicated()][0],
        )
    if cells.index.nlevels > 2 or "cell" in cells.index.names[1:]:  # noqa: PLR2004 - cell and category
        raise InputError(
            "the index is {names}: index by cell, or by cell and category", field="cells", names=list(cells.index.names)
        )
    levels = [cells.index.get_level_values(i) for i in range(cells.index.nlevels)]
    if any(level.hasnans for level in levels):
        raise InputError("the index holds a missing value: name every cell and category", field="cells")
    cell, names = pd.factorize(levels[0])
    category = np.zeros(len(cells), np.int64) if len(levels) == 1 else pd.factorize(levels[1])[0]
    first = np.unique(cell, return_index=True)[1]
    index = pd.Index(names, name=cells.index.names[0])
    squares = gpd.GeoSeries(cells.geometry.array[first], index=index, crs=cells.crs)
    sums, lattice = checked_sums(cells), lattice_of(squares)
    apart = np.abs(shapely.bounds(cells.geometry.array) - shapely.bounds(squares.array)[cell]).max(axis=1)
    side = np.sqrt(np.median(shapely.area(squares.array)))
    if not (apart < side / 2).all():
        raise InputError(
            "cell {value!r} has different squares in different categories: give it the same",
            field="geometry",
            value=names[cell[np.argmax(~(apart < side / 2))]],
        )
    return exposure_of(sums, cell.astype(np.int64), category.astype(np.int64), lattice), squares


def _rates(exposure: Exposure, confidence: float) -> dict[str, Floats]:
    held = np.where(exposure.visits > 0, exposure.visits, np.nan)
    low, high = compound_interval(exposure.deductions, exposure.squares, exposure.one_more, confidence=confidence)
    return {
        "visits": exposure.visits,
        "deductions": exposure.deductions,
        "expected": exposure.expected,
        "rate": exposure.deductions / held,
        "rate_low": low / held,
        "rate_high": high / held,
    }


def compound_interval(
    total: Floats, squares: Floats, one_more: float, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return an interval for the mean of a sum of Poisson many amounts.

    The gamma interval of Fay and Feuer (1997, doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#):
    exact for equal amounts, at least nominal in all their simulations.

    Parameters
    ----------
    total, squares
        Sum of the amounts, and of their squares.
    one_more
        The size of one further amount, which the upper end allows for.
    confidence
        Of the interval.
    """
    tail = (1 - confidence) / 2
    some = total > 0
    mean, spread = np.where(some, total, 1.0), np.where(some, squares, 1.0)
    low = np.where(some, spread / mean * special.gammaincinv(mean**2 / spread, tail), 0.0)
    more, wider = total + one_more, squares + one_more**2
    scale = np.divide(wider, more, out=np.zeros_like(more), where=more > 0)
    shape = np.divide(more**2, wider, out=np.ones_like(more), where=wider > 0)
    return low, scale * special.gammainccinv(shape, tail)


def _judge_cells(verdict: CellVerdicts, windows: Windows, radii: Floats, alpha: float) -> None:
    """Let each cell stand for its one window."""
    q = false_discovery_rate(windows.p[0])
    verdict.p[windows.cell] = windows.p[0]
    verdict.q[windows.cell] = q
    verdict.radius_m[windows.cell] = radii[0]
    verdict.hot[windows.cell] = (q <= alpha) & (windows.excess[0] > 0)
    verdict.cold[windows.cell] = (q <= alpha) & (windows.excess[0] < 0)


def _judge_places(verdict: CellVerdicts, windows: Windows, radii: Floats, places: list[HotPlace], alpha: float) -> None:
    """Let each cell stand for its place, and a cell of no place for the best of its own windows."""
    share = expected_power(windows)
    share /= np.maximum(share.sum(axis=0), 1e-300)
    with np.errstate(divide="ignore", over="ignore"):
        corrected = np.minimum(windows.p / share, 1.0)
    verdict.p[windows.cell] = corrected.min(axis=0)
    verdict.q[windows.cell] = 1.0
    verdict.radius_m[windows.cell] = radii[corrected.argmin(axis=0)]
    column = np.full(verdict.p.size, -1, np.int64)
    column[windows.cell] = np.arange(windows.cell.size)
    for number, (place, q) in enumerate(zip(places, places_q(places), strict=True), start=1):
        own = max(float(share[place.radius, column[place.centre]]), 1e-300)
        verdict.p[place.cells] = min(1.0, place.p / own)
        verdict.q[place.cells] = q
        verdict.radius_m[place.cells] = radii[place.radius]
        if q <= alpha:
            (verdict.hot if place.hot else verdict.cold)[place.cells] = True
            verdict.place[place.cells] = number

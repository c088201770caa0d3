"""Cities that don't exist, whose bad places are known: uneven effort, planted zones, hard categories in clusters."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage

POINTS = (0.5, 1.0, 2.0, 3.0, 5.0)
CHANCES = (0.25, 0.4, 0.2, 0.1, 0.05)
BASE = 0.3  # deductions per visit where nothing is bad
CELL_M = 100.0


@dataclass(frozen=True, slots=True)
class Design:
    """How a city is made.

    Parameters
    ----------
    side
        Cells a side.
    visits
        In all, on average.
    uneven
        Standard deviation of the logarithm of effort, which varies over about 600 m.
    zones, zone_cells, boost
        Planted squares, their side, and how many times as many deductions they have.
    categories
        From easy to ten times as hard, each in its own parts of the city.
    """

    side: int = 300
    visits: int = 200_000
    uneven: float = 1.3
    zones: int = 20
    zone_cells: int = 6
    boost: float = 2.5
    categories: int = 1


@dataclass(frozen=True, slots=True)
class City:
    """Visits with their cell, category and points; cells with their truth."""

    design: Design
    cell: NDArray[np.int64]
    category: NDArray[np.int64]
    points: NDArray[np.float64]
    bad: NDArray[np.bool_]  # (side, side)

    @property
    def visits(self) -> NDArray[np.int64]:
        """Count the visits of each cell: (side, side)."""
        side = self.design.side
        return np.bincount(self.cell, minlength=side * side).reshape(side, side)

    def near(self, cells: int) -> NDArray[np.bool_]:
        """Mark the cells whose square window reaches a bad cell: (side, side)."""
        return np.asarray(ndimage.maximum_filter(self.bad, 2 * cells + 1, mode="constant"))


@lru_cache(maxsize=64)
def make_city(seed: int, design: Design | None = None) -> City:
    """Make a city from a seed."""
    design = design or Design()
    rng, side = np.random.default_rng(seed), design.side
    effort = np.exp(design.uneven * _field(rng, side, 6.0))
    visits = rng.poisson(design.visits * effort / effort.sum())
    bad = np.zeros((side, side), bool)
    for _ in range(design.zones):
        row, col = rng.integers(5, side - 2 * design.zone_cells, 2)
        bad[row : row + design.zone_cells, col : col + design.zone_cells] = True
    cell = np.repeat(np.arange(side * side), visits.ravel())
    rate = np.where(bad, BASE * design.boost, BASE).ravel()[cell]
    category = np.zeros(cell.size, np.int64)
    if design.categories > 1:
        taste = np.exp(2.0 * np.stack([_field(rng, side, 5.0) for _ in range(design.categories)]))
        shares = np.cumsum(taste / taste.sum(axis=0), axis=0).reshape(design.categories, -1)
        category = np.minimum((rng.random(cell.size) > shares[:, cell]).sum(axis=0), design.categories - 1)
        rate *= np.geomspace(0.3, 3.0, design.categories)[category]
    found = rng.poisson(rate)
    owner = np.repeat(np.arange(cell.size), found)
    points = np.bincount(owner, weights=rng.choice(POINTS, owner.size, p=CHANCES), minlength=cell.size)
    return City(design, cell, category, points, bad)


def _field(rng: np.random.Generator, side: int, smooth: float) -> NDArray[np.float64]:
    field = ndimage.gaussian_filter(rng.standard_normal((side, side)), smooth)
    return np.asarray(field / field.std())


def cells_of(city: City) -> gpd.GeoDataFrame:
    """Sum the visits by cell and category, as :func:`geo.hotspots.flag` wants them."""
    kinds = city.design.categories
    key, at = np.unique(city.cell * kinds + city.category, return_inverse=True)
    cell, category = np.divmod(key, kinds)
    row, col = np.divmod(cell, city.design.side)
    west, south = col * CELL_M, row * CELL_M
    columns = {"visits": np.bincount(at)}
    for name, power in (("deductions", 1), ("deductions_sq", 2), ("deductions_cu", 3)):
        columns[name] = np.bincount(at, weights=city.points**power)
    index = pd.MultiIndex.from_arrays([cell, category], names=["cell", "category"])
    return gpd.GeoDataFrame(columns, index=index, geometry=shapely.box(west, south, west + CELL_M, south + CELL_M))


@dataclass(frozen=True, slots=True)
class Marks:
    """How a flagged city compares with its truth.

    Parameters
    ----------
    found
        Share of the visited bad cells that are flagged.
    false
        Share of the flagged cells more than two cells from any bad one (their 500 m window touches none).
    false_strict
        Share of the flagged cells more than one cell from any bad one.
    outside
        Share of the flagged cells that are not bad themselves.
    flagged
        Cells.
    """

    found: float
    false: float
    false_strict: float
    outside: float
    flagged: int


def marks(city: City, hot: NDArray[np.bool_]) -> Marks:
    """Compare flagged cells, shape (side, side), with the truth."""
    bad = city.bad & (city.visits > 0)
    n = max(int(hot.sum()), 1)
    shares = [float((hot & ~city.near(k)).sum()) / n for k in (2, 1, 0)]
    return Marks(float(hot[bad].mean()) if bad.any() else 0.0, *shares, int(hot.sum()))


def mean_marks(seeds: range, design: Design, method: Callable[[City], NDArray[np.bool_]]) -> dict[str, float]:
    """Average over cities; ``false_pooled`` is over all flagged cells together."""
    rows = pd.DataFrame([_as_row(marks(city, method(city))) for city in (make_city(s, design) for s in seeds)])
    pooled = float((rows["false"] * rows["flagged"]).sum() / max(rows["flagged"].sum(), 1))
    return {**rows.mean().to_dict(), "false_pooled": pooled, "cities_flagged": float((rows["flagged"] > 0).mean())}


def _as_row(m: Marks) -> dict[str, float]:
    return {
        "found": m.found,
        "false": m.false,
        "false_strict": m.false_strict,
        "outside": m.outside,
        "flagged": m.flagged,
    }

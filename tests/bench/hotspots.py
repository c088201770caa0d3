"""Does a hotspot method find places that are bad, or places where inspectors go? Run: python -m tests.bench.hotspots.

Cities of 300 x 300 cells of 100 m with 200,000 visits of strongly uneven effort and 20 planted 600 m squares at 2.5
times the deductions; the seeds are not those that the method was made with (those were 100 to 199). ``false`` is the
share of flagged cells more than two cells from any planted one, ``strict`` more than one cell, ``outside`` not planted
themselves.
"""

import argparse
from collections.abc import Callable, Sequence
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from geo.hotspots import flag, gi_star_raster
from geo.hotspots.exposure import Windows, checked_sums, exposure_of, windows_of
from geo.hotspots.false_discovery import false_discovery_rate
from geo.hotspots.places import find_places
from geo.rasters.lattice import halves_of, lattice_of
from tests.bench.cities import City, Design, cells_of, make_city, mean_marks

Method = Callable[[City], NDArray[np.bool_]]
HELD_OUT = 1000  # first seed
RADII = {
    "300, 400, 500 m": (300, 400, 500),
    "200, 300, 400, 500 m": (200, 300, 400, 500),
    "300, 500, 700 m": (300, 500, 700),
    "100, 200, 300, 500, 1000 m": (100, 200, 300, 500, 1000),
    "100, 200, 300, 500, 1000, 2000 m": (100, 200, 300, 500, 1000, 2000),
}


SCORES = (1.0, 2.0, 5.0, 10.0, 20.0)
NULLS = {
    "uneven effort": Design(zones=0),
    "almost even effort": Design(zones=0, uneven=0.4),
    "12 categories in clusters": Design(zones=0, categories=12),
    "15 visits a cell": Design(zones=0, visits=600_000, side=200),
}


def _grid(city: City, values: pd.Series) -> NDArray[np.bool_]:
    out = np.zeros(city.design.side**2, bool)
    out[values.index[values]] = True
    return out.reshape(city.design.side, -1)


def places(radii: Sequence[float]) -> Method:
    """Flag as the product does."""

    def method(city: City) -> NDArray[np.bool_]:
        return _grid(city, flag(cells_of(city), radii)["hot"])

    return method


def raw_sums(city: City) -> NDArray[np.bool_]:
    """Flag as heatmaps usually do: Gi* of the sums, z above 1.96."""
    side = city.design.side
    return gi_star_raster(np.bincount(city.cell, city.points, side**2).reshape(side, side), 2.9) > 1.96


def smoothed_rates(city: City) -> NDArray[np.bool_]:
    """Gi* of empirical Bayes rates, Benjamini-Hochberg over the visited cells."""
    side = city.design.side
    visits, points = city.visits.ravel(), np.bincount(city.cell, city.points, side**2)
    seen = visits > 0
    mean = points.sum() / visits.sum()
    rate = points[seen] / visits[seen]
    left = max(np.average((rate - mean) ** 2, weights=visits[seen]) - mean / visits[seen].mean(), 0.0)
    values = np.full(side**2, np.nan)
    values[seen] = mean + (rate - mean) * left / (left + mean / visits[seen])
    z = gi_star_raster(values.reshape(side, side), 2.9).ravel()
    hot = np.zeros(side**2, bool)
    hot[seen] = (false_discovery_rate(2 * special.ndtr(-np.abs(z[seen]))) <= 0.05) & (z[seen] > 0)
    return hot.reshape(side, side)


def smallest_p(radii: Sequence[float]) -> Method:
    """Each cell by the smallest p of its own windows times their number, Benjamini-Hochberg over the cells."""

    def method(city: City) -> NDArray[np.bool_]:
        # At an alpha of almost 1 a window is hot whenever it holds more than expected.
        each = [flag(cells_of(city), r, alpha=1 - 1e-12) for r in radii]
        p, up = np.array([e["p"] for e in each]), np.array([e["hot"] for e in each])
        best = p.argmin(axis=0)
        q = false_discovery_rate(np.minimum(p.min(axis=0) * len(radii), 1.0))
        return _grid(city, pd.Series((q <= 0.05) & up[best, np.arange(best.size)], index=each[0].index))

    return method


def without_weights(radii: Sequence[float]) -> Method:
    """Return every window the same weight."""

    def even(windows: Windows) -> NDArray[np.float64]:
        return np.ones_like(windows.p)

    def method(city: City) -> NDArray[np.bool_]:
        with (
            mock.patch("geo.hotspots.places.expected_power", even),
            mock.patch("geo.hotspots.verdict.expected_power", even),
        ):
            return places(radii)(city)

    return method


def with_extent(radii: Sequence[float], temper: float, share: float) -> Method:
    """Settle the extent otherwise; a temper near 0 leaves the one shape of greatest likelihood."""

    def method(city: City) -> NDArray[np.bool_]:
        with mock.patch("geo.hotspots.extent.TEMPER", temper), mock.patch("geo.hotspots.extent.SHARE", share):
            return places(radii)(city)

    return method


def one_by_one(radii: Sequence[float]) -> Method:
    """Let every window by chance count as a place by chance."""

    def method(city: City) -> NDArray[np.bool_]:
        with mock.patch("geo.hotspots.false_discovery.CLUMPED", 1.0):
            return places(radii)(city)

    return method


def clumps(seeds: range, design: Design) -> None:
    """Print how many places by chance there are for each window by chance that is as strong."""
    print("\n| radii | " + " | ".join(f"score <= {s:g}" for s in SCORES) + " |")
    print("|---|" + "---|" * len(SCORES))
    for name, radii in (RADII | {"200, 300 m": (200, 300), "1000, 2000 m": (1000, 2000)}).items():
        count = np.zeros(len(SCORES))
        for seed in seeds:
            cells = cells_of(make_city(seed, design))
            codes = [pd.factorize(cells.index.get_level_values(i))[0] for i in (0, 1)]
            first = np.unique(codes[0], return_index=True)[1]
            lattice = lattice_of(gpd.GeoSeries(cells.geometry.array[first]))
            exposure = exposure_of(checked_sums(cells), *codes, lattice)
            halves = halves_of(radii, lattice)
            found = find_places(exposure, windows_of(exposure, halves), halves)
            count += [sum(place.score <= s for place in found) for s in SCORES]
        print(
            f"| {name} | " + " | ".join(f"{c / len(seeds) / s:.2f}" for c, s in zip(count, SCORES, strict=True)) + " |"
        )


def main() -> None:
    """Print the tables of docs/hotspots.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=40)
    parser.add_argument("--first", type=int, default=HELD_OUT)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.cities)
    _table("planted cities", _methods(), seeds, Design())
    some = {f"places, {name}": places(radii) for name, radii in RADII.items()} | {"cells, 290 m": places([290])}
    null = range(options.first + 500, options.first + 520)
    for name, design in NULLS.items():
        print(f"\nplaces by chance for each window by chance, {name}: 20 cities from seed {null[0]}")
        clumps(null, design)
    _table("nothing planted", some, null, Design(zones=0))
    _table("nothing planted, 12 categories in clusters", some, null, Design(zones=0, categories=12))
    _table("planted, 12 categories in clusters", some, seeds[:20], Design(categories=12))


def _methods() -> dict[str, Method]:
    four = RADII["200, 300, 400, 500 m"]
    found: dict[str, Method] = {
        "Gi* of sums, 290 m, p < .05": raw_sums,
        "Gi* of empirical Bayes rates, 290 m, BH": smoothed_rates,
    }
    found |= {f"cells, {r} m": places([r]) for r in (290, 370, 430)}
    found["cells, smallest p of 200, 300, 400, 500 m"] = smallest_p(four)
    found |= {f"places, {name}": places(radii) for name, radii in RADII.items()}
    found["places, 200-500 m, each window a place"] = one_by_one(four)
    found["places, 200-500 m, no weights"] = without_weights(four)
    found["places, 200-500 m, best single shape"] = with_extent(four, 1e-6, 0.5)
    for temper, share in ((1.0, 0.45), (3.0, 0.35), (3.0, 0.55), (6.0, 0.45)):
        found[f"places, 200-500 m, temper {temper:g}, share {share}"] = with_extent(four, temper, share)
    return found


def _table(title: str, methods: dict[str, Method], seeds: range, design: Design) -> None:
    print(f"\n{title}: {len(seeds)} cities from seed {seeds[0]}")
    print("| method | found | false | false pooled | strict | outside | flagged | cities with any |")
    print("|---|---|---|---|---|---|---|---|")
    for name, method in methods.items():
        m = mean_marks(seeds, design, method)
        values = [m[c] for c in ("found", "false", "false_pooled", "false_strict", "outside")]
        cells = " | ".join(f"{v:.3f}" for v in values)
        print(f"| {name} | {cells} | {m['flagged']:.0f} | {m['cities_flagged']:.2f} |", flush=True)


if __name__ == "__main__":
    main()

"""Our statistics against users' usual tools on the same input in the same run: python -m tests.bench.statistics_peers.

Peers come with the ``bench`` extra (esda is among the development tools). Slow peers run on a part of the input, and
what the whole would take is said to be extrapolated. Seconds are CPU seconds; the wall clock stands beside ours.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal.graph import Graph
from scipy import ndimage

from geo.density import kernel
from geo.hotspots import gi_star, gi_star_raster
from geo.hotspots.districts import DistrictVisits, Question, analyse
from geo.rasters.lattice import half_widths
from geo.rasters.raster import Raster

SIDE = 300
RASTER = Raster(crs_epsg=4547, x0_m=0.0, y0_m=0.0, cell_m=100.0, n_cols=SIDE, n_rows=SIDE)


@dataclass(frozen=True, slots=True)
class Cost:
    """Best of some runs."""

    cpu_s: float
    wall_s: float


def cost(work: Callable[[], object], runs: int = 5) -> Cost:
    """Measure after one run that warms up."""
    work()
    found = []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    return Cost(min(c for c, _ in found), min(w for _, w in found))


def once(work: Callable[[], object]) -> float:
    """Measure the CPU seconds of a peer that is too slow to run twice."""
    start = time.process_time()
    work()
    return time.process_time() - start


def row(name: str, ours: Cost, peers: dict[str, float]) -> None:
    """Print one line of the table."""
    said = ", ".join(f"{peer} {seconds:.3g} s ({seconds / ours.cpu_s:.0f} x)" for peer, seconds in peers.items()) or "-"
    print(f"| {name} | {ours.wall_s * 1000:.1f} ms | {ours.cpu_s * 1000:.1f} ms | {said} |", flush=True)


def cells(rng: np.random.Generator) -> None:
    """Put 1e7 events into 90,000 cells; geopandas gets 1e5."""
    x, y = rng.uniform(0, SIDE * 100.0, (2, 10_000_000))
    squares = RASTER.polygons().to_crs(4547)
    few = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x[:100_000], y[:100_000]), crs=4547)
    peer = once(lambda: gpd.sjoin(few, squares, predicate="intersects")) * 100
    row("1e7 events counted in 90,000 cells", cost(lambda: RASTER.count_xy(x, y)), {"geopandas (extrapolated)": peer})
    row("1e7 events, the cell of each", cost(lambda: RASTER.assign_xy(x, y), 3), {"geopandas (extrapolated)": peer})


def disc_graph(radius: float) -> Graph:
    """Make the graph of a raster's discs, without self-weights."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    half = half_widths(radius)
    reach = half.size // 2
    focal, neighbor = [], []
    for dy in range(-reach, reach + 1):
        for dx in range(-int(half[dy + reach]), int(half[dy + reach]) + 1):
            if dy or dx:
                rows, cols = slice(max(0, -dy), SIDE - max(0, dy)), slice(max(0, -dx), SIDE - max(0, dx))
                there = number[max(0, dy) : SIDE + min(0, dy), max(0, dx) : SIDE + min(0, dx)]
                focal.append(number[rows, cols].ravel())
                neighbor.append(there.ravel())
    i, j = np.concatenate(focal), np.concatenate(neighbor)
    order = np.lexsort((j, i))
    return Graph.from_arrays(i[order], j[order], np.ones(i.size))


def getis(rng: np.random.Generator) -> None:
    """Gi* of a raster."""
    from esda.getisord import G_Local  # noqa: PLC0415 - a peer

    values = rng.gamma(0.5, 2.0, (SIDE, SIDE))
    graph = disc_graph(1.5)
    peers = {
        "esda": once(lambda: G_Local(values.ravel(), graph, transform="B", permutations=0, star=True)),
        "esda, 999 permutations": once(
            lambda: G_Local(values.ravel(), graph, transform="B", permutations=999, star=True, n_jobs=1, seed=1)
        ),
    }
    row("Gi*, 90,000 cells, queen, raster", cost(lambda: gi_star_raster(values, 1.5), 30), peers)
    row("Gi*, 90,000 cells, 1 km disc, raster", cost(lambda: gi_star_raster(values, 10), 30), {})


def graphs(rng: np.random.Generator) -> None:
    """Gi* of any graph, beside one product of its matrix."""
    y = pd.Series(rng.gamma(0.5, 2.0, SIDE * SIDE))
    graph = disc_graph(1.5)
    near = graph.adjacency.reset_index()
    unequal = Graph.from_arrays(near["focal"], near["neighbor"], rng.uniform(0.5, 1.0, len(near)))
    for name, any_graph in {
        "queen": graph,
        "queen with self-weights": graph.assign_self_weight(1),
        "queen, rows standardised": graph.transform("r"),
        "queen, unequal weights": unequal.assign_self_weight(1),
        "500 m disc": disc_graph(5),
    }.items():
        matrix = any_graph.sparse
        product = cost(lambda m=matrix: m @ y.to_numpy(), 300)
        ours = cost(lambda g=any_graph: gi_star(y, g), 300)
        said = f"one sparse product {product.cpu_s * 1000:.2f} ms (ours is {ours.cpu_s / product.cpu_s:.1f} of them)"
        print(
            f"| Gi* of any graph, {name} | {ours.wall_s * 1000:.2f} ms | {ours.cpu_s * 1000:.2f} ms | {said} |",
            flush=True,
        )


def surfaces(rng: np.random.Generator) -> None:
    """Kernel surfaces of 1e5 events on 1024 x 1024; scikit-learn gets 1 in 64 of the grid."""
    grid = Raster(4547, 0.0, 0.0, 30.0, 1024, 1024)
    points = rng.normal(15_360, 5_000, (100_000, 2))
    x, y = grid.centres()
    some = np.column_stack([x, y])[rng.choice(grid.size, grid.size // 64, replace=False)]
    for bandwidth in (300.0, 1000.0):
        peers = _surface_peers(points, some, bandwidth)
        for name in ("epanechnikov", "gaussian"):
            ours = cost(lambda b=bandwidth, n=name: kernel(points, None, grid, b, kernel=n))
            row(f"{name}, 1e5 events, 1024 x 1024, {bandwidth:.0f} m of 30 m", ours, peers[name])


def _surface_peers(points: np.ndarray, some: np.ndarray, bandwidth: float) -> dict[str, dict[str, float]]:
    from KDEpy import FFTKDE  # noqa: PLC0415 - a peer
    from sklearn.neighbors import KernelDensity  # noqa: PLC0415 - a peer

    flat = KernelDensity(bandwidth=bandwidth, kernel="epanechnikov").fit(points)
    spread = FFTKDE(bw=bandwidth, kernel="gaussian").fit(points)
    return {
        "epanechnikov": {"scikit-learn (extrapolated)": once(lambda: flat.score_samples(some)) * 64},
        "gaussian": {"KDEpy": once(lambda: spread.evaluate((1024, 1024)))},
    }


def district(rng: np.random.Generator) -> None:
    """One district whole: 333,000 visits of 36 categories in 12 months, 5 radii, trend and surface."""
    effort = np.exp(1.3 * _field(rng))
    cell = rng.choice(SIDE * SIDE, 333_000, p=(effort / effort.sum()).ravel())
    x, y = (cell % SIDE + rng.random(cell.size)) * 100, (cell // SIDE + rng.random(cell.size)) * 100
    kinds, months = rng.integers(0, 36, cell.size), rng.integers(0, 12, cell.size)
    visits = DistrictVisits(x, y, kinds, months, rng.poisson(0.3, cell.size) * 1.0)
    row("one district whole", cost(lambda: analyse(visits, Question(RASTER))), {})


def _field(rng: np.random.Generator) -> np.ndarray:
    field = ndimage.gaussian_filter(rng.standard_normal((SIDE, SIDE)), 6.0)
    return np.asarray(field / field.std())


def main() -> None:
    """Print the table of docs/hotspots.md."""
    rng = np.random.default_rng(20260612)
    print("| work | ours, wall | ours, CPU | usual tool, CPU |")
    print("|---|---|---|---|")
    for part in (cells, getis, graphs, surfaces, district):
        part(rng)


if __name__ == "__main__":
    main()

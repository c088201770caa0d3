"""Travel matrix against networkx and scipy: the same streets, weights and positions, in the same run.

    python tests/bench/matrix.py [STREETS] [--stops N] [--peer-sources N] [--pieces]

STREETS is any file that ``xundian import streets`` takes; by default Wuhan whole of ``XUNDIAN_DATA``,
else the demo's. With ``--pieces``
the streets are cut at every node of their lines, for a network of the size of a whole city's raw data. The peers run
from a sample of the sources, since networkx would take minutes; so the ratios are of times per source. Ours uses all
cores (CPU seconds stand beside), the peers one.
Peers get positions as the product does: from both ends of the edge, each at its own cost.
"""

import argparse
import os
import time
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely

from data.demo.clip import STREETS
from geo.model import Mode
from geo.streets.edges import length_m, read_streets, snap
from routing.streets.engines import CLOSED_MS, FAR_MS
from routing.streets.matrix import matrix_ms
from routing.streets.network import StreetNetwork
from routing.streets.places import along_one_edge, ways_in, ways_out

SEED = 20260612
REPEATS = 3


def cut_at_every_point(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make every point of every line a node."""
    lonlat, row = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    _, node = np.unique(lonlat.round(7), axis=0, return_inverse=True)
    within = np.flatnonzero(row[1:] == row[:-1])
    lines = shapely.linestrings(np.stack([lonlat[within], lonlat[within + 1]], axis=1))
    cut = edges.drop(columns="geometry").iloc[row[within]].reset_index(drop=True)
    cut = cut.assign(u=node[within], v=node[within + 1], length_m=length_m(lines))
    cut.index.name = "edge"
    return gpd.GeoDataFrame(cut, geometry=lines, crs=edges.crs)


def main() -> None:
    """Print a table of times and ratios, and check that all agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("XUNDIAN_DATA")
    parser.add_argument(
        "streets", nargs="?", type=Path, default=Path(data) / "wuhan_streets.parquet" if data else STREETS
    )
    parser.add_argument("--stops", type=int, default=1090)
    parser.add_argument("--peer-sources", type=int, default=20)
    parser.add_argument("--pieces", action="store_true")
    wanted = parser.parse_args()

    began = time.perf_counter()
    source = read_streets(wanted.streets)
    edges = cut_at_every_point(source.edges) if wanted.pieces else source.edges
    print(f"read {wanted.streets.name}: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    network = StreetNetwork(edges, None if wanted.pieces else source.turn_bans)
    metric = network.metric(Mode.CAR)
    print(f"{network.arcs.nodes} nodes, {len(network.arcs.tail)} arcs: built in {time.perf_counter() - began:.2f} s")
    began = time.perf_counter()
    network.metric(Mode.CAR, closures=edges.index[:100])
    print(f"customised again with 100 streets closed: {time.perf_counter() - began:.3f} s")

    rng = np.random.default_rng(SEED)
    lines = edges.geometry.to_numpy()[rng.integers(0, len(edges), wanted.stops)]
    points = gpd.GeoSeries(shapely.line_interpolate_point(lines, rng.random(wanted.stops), normalized=True), crs=4326)
    positions = snap(edges, points, Mode.CAR)
    cpu = time.process_time()
    runs = [_timed(lambda: matrix_ms(network, positions, metric)) for _ in range(REPEATS)]
    cpu = (time.process_time() - cpu) / REPEATS
    print(f"{wanted.stops} x {wanted.stops}: {cpu:.2f} CPU s; the best wall time of {REPEATS} stands below")
    ours, ms = min(runs, key=lambda run: run[0])
    sources = rng.choice(wanted.stops, min(wanted.peer_sources, wanted.stops), replace=False)
    rows = [("xundian", wanted.stops, ours, ours / wanted.stops)]
    for name, run in (("scipy", _scipy), ("networkx", _networkx)):
        seconds, peer = run(network, positions, metric.weights, sources)
        said = "same milliseconds" if np.array_equal(peer, ms[sources]) else "DIFFERENT RESULT"
        print(f"{name}: {said} from {len(sources)} of {wanted.stops} sources")
        rows.append((name, len(sources), seconds, seconds / len(sources)))
    table = pd.DataFrame(rows, columns=["engine", "sources", "seconds", "seconds per source"])
    table["times ours"] = table["seconds per source"] / table["seconds per source"][0]
    print(table.to_string(index=False, float_format=lambda value: f"{value:.4g}"))


def _timed(run):
    began = time.perf_counter()
    out = run()
    return time.perf_counter() - began, out


def _to_places(network, positions, weights, sources, swept):
    """Take milliseconds to nodes to those to positions: the part that every peer shares, outside its time."""
    goals = ways_in(network, positions, weights)
    out = np.full((len(sources), len(positions)), float(FAR_MS))
    np.minimum.at(out.T, goals.place, (swept[:, goals.node] + goals.offset_ms).T)
    row = network.rows(positions)
    for at, place in enumerate(sources):
        same = np.flatnonzero(row == row[place])
        direct = along_one_edge(network, positions.take(same), weights, int(row[place]))
        out[at, same] = np.minimum(out[at, same], direct[same == place][0])
        out[at, place] = 0
    return np.minimum(out, FAR_MS).astype(np.int64)


def _scipy(network, positions, weights, sources):
    """Run scipy's Dijkstra from a node that stands for each position."""
    arcs, starts = network.arcs, ways_out(network, positions.take(sources), weights)
    passable = weights < CLOSED_MS
    tail = np.concatenate([arcs.tail[passable], arcs.nodes + starts.place])
    head = np.concatenate([arcs.head[passable], starts.node])
    cost = np.concatenate([weights[passable], starts.offset_ms]).astype(float)
    keep = np.lexsort((cost, head, tail))
    keep = keep[np.flatnonzero(np.diff(tail[keep] * (arcs.nodes + len(sources)) + head[keep], prepend=-1))]
    size = arcs.nodes + len(sources)
    indptr = np.searchsorted(tail[keep], np.arange(size + 1))
    graph = sp.csr_array((cost[keep], head[keep], indptr), shape=(size, size))
    seconds, swept = _timed(lambda: sp.csgraph.dijkstra(graph, indices=arcs.nodes + np.arange(len(sources))))
    return seconds, _to_places(network, positions, weights, sources, swept)


def _networkx(network, positions, weights, sources):
    """Run networkx's Dijkstra likewise."""
    arcs, starts = network.arcs, ways_out(network, positions.take(sources), weights)
    graph = nx.MultiDiGraph()
    passable = np.flatnonzero(weights < CLOSED_MS)
    graph.add_edges_from(
        (a, b, {"ms": ms})
        for a, b, ms in zip(
            arcs.tail[passable].tolist(), arcs.head[passable].tolist(), weights[passable].tolist(), strict=True
        )
    )
    graph.add_edges_from(
        (arcs.nodes + place, node, {"ms": ms})
        for place, node, ms in zip(starts.place.tolist(), starts.node.tolist(), starts.offset_ms.tolist(), strict=True)
    )
    swept = np.full((len(sources), arcs.nodes), np.inf)

    def run() -> None:
        for at in range(len(sources)):
            reached = nx.single_source_dijkstra_path_length(graph, arcs.nodes + at, weight="ms")
            nodes = np.fromiter((node for node in reached if node < arcs.nodes), np.int64)
            swept[at, nodes] = [ms for node, ms in reached.items() if node < arcs.nodes]

    seconds, _ = _timed(run)
    return seconds, _to_places(network, positions, weights, sources, swept)


if __name__ == "__main__":
    main()

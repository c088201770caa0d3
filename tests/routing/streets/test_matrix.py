"""The matrix and the ways of both engines against an oracle that searches over turns, by networkx."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import metric_crs, project_xy, unproject_xy
from geo.errors import PlanError
from geo.model import Mode
from geo.streets.edges import Positions, length_m, read_streets, snap
from routing.streets.engines import FAR_MS
from routing.streets.matrix import UNREACHABLE_S, matrix_ms, travel_matrix, way
from routing.streets.network import StreetNetwork
from routing.streets.speeds import TimeSlice, speed_kmh


@dataclass(frozen=True)
class Case:
    """A network with its turn bans, and positions on it."""

    edges: gpd.GeoDataFrame
    bans: pd.DataFrame
    positions: Positions


def edges_of(
    rows: list[tuple[int, int, int]], places: dict[int, tuple[float, float]], **columns: object
) -> gpd.GeoDataFrame:
    """Return streets as (u, v, car mask) on places in thousandths of a degree from (114.3, 30.6)."""
    lines = []
    for at, (u, v, _) in enumerate(rows):
        a, b = np.array(places[u]), np.array(places[v])
        bend = (a + b) / 2 + [0.1 * (at + 1), 0.3]  # parallel streets differ, and a loop has a length
        lines.append(shapely.LineString(np.array([114.3, 30.6]) + np.array([a, bend, b]) / 1000))
    frame = pd.DataFrame(
        {
            "u": [row[0] for row in rows],
            "v": [row[1] for row in rows],
            "name": "",
            "highway": "residential",
            "walk": 3,
            "ebike": 3,
            "car": [row[2] for row in rows],
            "bridge": False,
            "tunnel": False,
            "length_m": length_m(np.array(lines)),
            "part": 0,
        }
        | columns
    )
    frame.index = pd.RangeIndex(10, 10 + len(frame), name="edge")
    return gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326")


def bans_of(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["from_edge", "via", "to_edge"], dtype="int64")
    frame.index.name = "id"
    return frame


def positions_of(places: list[tuple[int, float]]) -> Positions:
    edge, fraction = (np.array(values) for values in zip(*places, strict=True))
    return Positions(edge.astype(np.int64), fraction.astype(float), np.zeros(len(edge)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a network of up to 6 nodes and 10 streets, with one-ways, closed streets, loops, parallels and turn bans."""
    nodes = draw(st.integers(2, 6))
    node = st.integers(1, nodes)
    rows = draw(st.lists(st.tuples(node, node, st.integers(0, 3)), min_size=1, max_size=10))
    places = {at: (3.0 * (at % 3), 2.0 * (at // 3) + 0.5 * at) for at in range(1, nodes + 1)}
    edge = st.integers(10, 9 + len(rows))
    ends = {10 + at: {u, v} for at, (u, v, _) in enumerate(rows)}
    turns = [(a, via, b) for a in ends for b in ends for via in sorted(ends[a] & ends[b])]
    bans = draw(st.lists(st.sampled_from(turns), max_size=8, unique=True))
    fraction = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
    spots = draw(st.lists(st.tuples(edge, fraction), min_size=1, max_size=6))
    return Case(edges_of(rows, places), bans_of(bans), positions_of(spots))


def oracle_ms(
    case: Case, mode: Mode, time_slice: TimeSlice = TimeSlice.DAY, closed: frozenset[int] = frozenset()
) -> np.ndarray:
    """Return the milliseconds between positions, infinite where there is no way.

    States are streets just driven through, in a direction; a way is a chain of allowed turns.
    """
    arcs = {}  # (edge, along) -> (tail, head, ms)
    for label, row in case.edges.iterrows():
        ms = max(1, round(row.length_m * 3600 / speed_kmh(row.highway, mode, time_slice)))
        mask = 0 if label in closed else row[mode.value]
        arcs |= {(label, True): (row.u, row.v, ms)} if mask & 1 else {}
        arcs |= {(label, False): (row.v, row.u, ms)} if mask & 2 else {}
    banned = set(map(tuple, case.bans.to_numpy().tolist())) if mode is Mode.CAR else set()
    graph = nx.DiGraph()
    for a, (_, via, _) in arcs.items():
        graph.add_node(a)
        for b, (tail, _, ms) in arcs.items():
            if tail == via and (a[0], via, b[0]) not in banned:
                graph.add_edge(a, b, ms=ms)
    spots = list(zip(case.positions.edge.tolist(), case.positions.fraction.tolist(), strict=True))
    out = np.full((len(spots), len(spots)), np.inf)
    for i, spot in enumerate(spots):
        for first, left in _ends(arcs, spot):
            reached = nx.single_source_dijkstra_path_length(graph, first, weight="ms")
            for j, goal in enumerate(spots):
                for last, before_end in _ends(arcs, goal):
                    tail, _, whole = arcs[last]
                    ways = [
                        left + ms + whole - before_end
                        for through, ms in reached.items()
                        if arcs[through][1] == tail and (through[0], tail, last[0]) not in banned
                    ]
                    ways += [left - before_end] if last == first and before_end <= left else []
                    out[i, j] = min([out[i, j], *ways])
    np.fill_diagonal(out, 0)
    return out


def _ends(
    arcs: dict[tuple[int, bool], tuple[int, int, int]], spot: tuple[int, float]
) -> list[tuple[tuple[int, bool], int]]:
    """Return the directions in which a place may be driven through, with the milliseconds from it to the end."""
    edge, fraction = spot
    found = []
    for along in (True, False):
        if (edge, along) in arcs:
            ms = arcs[edge, along][2]
            from_u = round(fraction * ms)
            found.append(((edge, along), ms - from_u if along else from_u))
    return found


@pytest.mark.parametrize("engine", ["cch", "scipy"])
@settings(max_examples=150, deadline=None)
@given(case=cases(), mode=st.sampled_from([Mode.CAR, Mode.CAR, Mode.WALK]), time_slice=st.sampled_from(list(TimeSlice)))
def test_matrix_is_the_oracle(case: Case, mode: Mode, time_slice: TimeSlice, engine: str) -> None:
    network = StreetNetwork(case.edges, case.bans, engine=engine)
    expected = oracle_ms(case, mode, time_slice)
    got = matrix_ms(network, case.positions, network.metric(mode, time_slice))
    assert np.array_equal(np.where(got >= FAR_MS, np.inf, got), expected)
    seconds = travel_matrix(network, case.positions, mode=mode, time_slice=time_slice)
    assert seconds.dtype == np.int64
    assert np.array_equal(seconds == UNREACHABLE_S, np.isinf(expected))
    assert np.array_equal(seconds[seconds < UNREACHABLE_S], np.ceil(expected[seconds < UNREACHABLE_S] / 1000))


@settings(max_examples=60, deadline=None)
@given(case=cases(), data=st.data())
def test_closures_are_as_if_the_street_were_not_there(case: Case, data: st.DataObject) -> None:
    closed = frozenset(data.draw(st.sets(st.sampled_from(case.edges.index.tolist()))))
    network = StreetNetwork(case.edges, case.bans)
    before = travel_matrix(network, case.positions, mode=Mode.CAR)
    got = matrix_ms(network, case.positions, network.metric(Mode.CAR, closures=closed))
    assert np.array_equal(np.where(got >= FAR_MS, np.inf, got), oracle_ms(case, Mode.CAR, closed=closed))
    assert np.array_equal(travel_matrix(network, case.positions, mode=Mode.CAR), before)


@settings(max_examples=80, deadline=None)
@given(case=cases())
def test_seconds_keep_the_triangle_inequality_without_turn_bans(case: Case) -> None:
    seconds = travel_matrix(StreetNetwork(case.edges), case.positions, mode=Mode.CAR)
    assert (seconds[:, None, :] <= seconds[:, :, None] + seconds[None, :, :]).all()


@pytest.mark.parametrize("engine", ["cch", "scipy"])
@settings(max_examples=80, deadline=None)
@given(case=cases(), mode=st.sampled_from([Mode.CAR, Mode.EBIKE]))
def test_ways_agree_with_the_matrix(case: Case, mode: Mode, engine: str) -> None:
    network = StreetNetwork(case.edges, case.bans, engine=engine)
    seconds = travel_matrix(network, case.positions, mode=mode)
    here = positions_lonlat(case)
    for i in range(len(case.positions)):
        for j in range(len(case.positions)):
            if seconds[i, j] == UNREACHABLE_S:
                with pytest.raises(PlanError, match=f"no way by {mode}"):
                    way(network, case.positions, i, j, mode=mode)
                continue
            found = way(network, case.positions, i, j, mode=mode)
            assert found.travel_s == seconds[i, j]
            line = shapely.get_coordinates(found.geometry)
            assert line[[0, -1]] == pytest.approx(here[[i, j]], abs=1e-7)  # 1 cm
            assert length_m(np.array([found.geometry]))[0] == pytest.approx(found.length_m, rel=1e-4, abs=0.01)
            at_speed_s = found.length_m * 3.6 / speed_kmh("residential", mode, TimeSlice.DAY)
            assert found.travel_s == pytest.approx(at_speed_s, abs=1.02)
            assert sum(metres for _, metres in found.streets) == pytest.approx(found.length_m)
            assert sum(step.length_m for step in found.steps) == pytest.approx(found.length_m)


def positions_lonlat(case: Case) -> np.ndarray:
    """Measure out the fractions in metres of the plane."""
    crs = metric_crs(114.3, 30.6)
    out = []
    for edge, fraction in zip(case.positions.edge, case.positions.fraction, strict=True):
        line = shapely.LineString(
            np.column_stack(project_xy(*shapely.get_coordinates(case.edges.geometry[edge]).T, crs))
        )
        point = line.interpolate(fraction, normalized=True)
        out.append(unproject_xy(point.x, point.y, crs))
    return np.array(out)


def test_shanghai_both_engines_agree(real_data: Path) -> None:
    source = read_streets(real_data / "shanghai_center.osm")
    cch, scipy = (StreetNetwork(source.edges, source.turn_bans, engine=engine) for engine in ("cch", "scipy"))
    rng = np.random.default_rng(1)
    west, south, east, north = source.edges[source.edges.part == 0].total_bounds
    points = gpd.GeoSeries(shapely.points(rng.uniform(west, east, 60), rng.uniform(south, north, 60)), crs="EPSG:4326")
    for mode in Mode:
        positions = snap(source.edges, points, mode)
        seconds = travel_matrix(cch, positions, mode=mode)
        assert np.array_equal(seconds, travel_matrix(scipy, positions, mode=mode))
        assert (seconds < UNREACHABLE_S).all()
        assert (seconds != seconds.T).any() == (mode is not Mode.WALK)  # one-ways bind all but walkers
        for goal in range(0, 60, 12):
            found = way(cch, positions, 3, goal, mode=mode)
            assert found.travel_s == seconds[3, goal]
            assert length_m(np.array([found.geometry]))[0] == pytest.approx(found.length_m, rel=2e-4, abs=0.1)

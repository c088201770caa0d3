"""Density along streets against R's spatstat, and what splitting must keep."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.density import street_kernel
from geo.errors import InputError

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "statistics.json").read_text())["equal_split"]


def streets(nodes: list[list[float]], ends: list[list[int]]) -> gpd.GeoDataFrame:
    lines = [shapely.LineString([nodes[a - 1], nodes[b - 1]]) for a, b in ends]
    table = {"u": [a for a, _ in ends], "v": [b for _, b in ends], "length_m": [line.length for line in lines]}
    frame = gpd.GeoDataFrame(table, geometry=lines, crs=4547)
    frame.index = frame.index.rename("edge") + 100
    return frame


NET = streets(REFERENCE["nodes"], REFERENCE["edges"])


def positions(net: gpd.GeoDataFrame, points: list[list[float]]) -> tuple[list[int], list[float]]:
    near = [net.geometry.distance(shapely.Point(p)).idxmin() for p in points]
    return near, [net.geometry[e].project(shapely.Point(p), normalized=True) for e, p in zip(near, points, strict=True)]


def test_equal_split_is_that_of_spatstat() -> None:
    found = street_kernel(NET, positions(NET, REFERENCE["events"]), None, REFERENCE["bandwidth"], step_m=0.0005)
    found["middle"] = (found["start"] + found["end"]) / 2
    pieces = dict(tuple(found.groupby("edge")))
    for edge, fraction, expected in zip(REFERENCE["edge"], REFERENCE["fraction"], REFERENCE["density"], strict=True):
        here = pieces[99 + edge]
        near = np.interp(fraction, here["middle"], here["density"])
        inside = here["middle"].iloc[0] < fraction < here["middle"].iloc[-1]
        assert near == pytest.approx(expected, abs=1e-7 if inside else 1e-4)


def test_away_from_dead_ends_the_weight_is_kept() -> None:
    ring = streets(
        [[0, 0], [900, 0], [900, 900], [0, 900], [450, 450]],
        [[1, 2], [2, 3], [3, 4], [4, 1], [1, 5], [5, 3], [2, 5], [5, 4]],
    )
    rng = np.random.default_rng(1)
    edge, fraction, weight = rng.choice(ring.index, 20), rng.random(20), rng.uniform(0, 4, 20)
    for bandwidth in (100.0, 700.0, 2500.0):
        found = street_kernel(ring, (edge, fraction), weight, bandwidth, step_m=2.0)
        metres = (found["end"] - found["start"]) * ring["length_m"].reindex(found["edge"]).to_numpy()
        assert (found["density"] * metres).sum() == pytest.approx(weight.sum(), rel=2e-4)


def test_a_street_alone_has_the_plain_kernel() -> None:
    line = streets([[0, 0], [1000, 0]], [[1, 2]])
    found = street_kernel(line, ([100], [0.5]), [2.0], 200.0, step_m=10.0)
    middle = (found["start"] + found["end"]) / 2 * 1000 - 500
    np.testing.assert_allclose(found["density"], 2 * 0.75 / 200 * (1 - (middle / 200) ** 2))
    assert found.crs == line.crs
    assert found.length.sum() == pytest.approx(400, abs=20)


def test_a_loop_and_a_double_street_are_walked_once_each_way() -> None:
    net = gpd.GeoDataFrame(
        {"u": [1, 1, 1], "v": [2, 2, 1], "length_m": [100.0, 120.0, 90.0]},
        geometry=[
            shapely.LineString([(0, 0), (100, 0)]),
            shapely.LineString([(0, 0), (50, 33.2), (100, 0)]),
            shapely.LineString([(0, 0), (-30, 30), (-30, -30), (0, 0)]),
        ],
        crs=4547,
    )
    found = street_kernel(net, ([0], [0.9]), None, 150.0, step_m=1.0)
    metres = (found["end"] - found["start"]) * net["length_m"].reindex(found["edge"]).to_numpy()
    assert (found["density"] * metres).sum() == pytest.approx(1.0, rel=1e-3)


def test_positions_off_the_streets_are_refused() -> None:
    with pytest.raises(InputError, match="positions"):
        street_kernel(NET, ([7], [0.5]), None, 3.0)
    with pytest.raises(InputError, match="positions"):
        street_kernel(NET, ([100], [1.5]), None, 3.0)
    with pytest.raises(InputError, match="bandwidth_m"):
        street_kernel(NET, ([100], [0.5]), None, -3.0)

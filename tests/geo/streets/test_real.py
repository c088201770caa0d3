"""Real extracts: Chengdu and Shanghai with their tags, Wuhan whole."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from geo.model import Mode
from geo.streets.edges import StreetSource, reachable, read_streets


@pytest.fixture(scope="module")
def shanghai(real_data: Path) -> StreetSource:
    return read_streets(real_data / "shanghai_center.osm")


def test_chengdu(real_data: Path) -> None:
    source = read_streets(real_data / "chengdu_center.osm")
    main = source.edges[source.edges.part == 0]
    assert len(source.edges) == 960  # 959 before a private gate parted one of them
    assert len(set(main.u) | set(main.v)) == 668
    assert {"人民中路一段", "东城根南街", "顺城大街"} <= set(main.name)
    assert len(source.turn_bans) == 1  # of three restrictions, two name ways outside the extract
    assert [note.text() for note in source.notes] == [
        "1 barriers and closed points on streets are kept: 1 gate",
        "10 parts (53 streets, 1.6 km) are not connected to the rest",
    ]


def test_shanghai_keeps_its_names(shanghai: StreetSource) -> None:
    edges = shanghai.edges
    main = edges[edges.part == 0]
    assert main.name[main.name != ""].nunique() == 818
    assert len(set(main.u) | set(main.v)) == 4167  # 4,154 before barriers and hours parted streets


def test_shanghai_keeps_its_barriers_and_hours(shanghai: StreetSource) -> None:
    """Three bollards hold cars; gates with access tags hold everybody; three streets have no bicycles by day."""
    edges = shanghai.edges
    before = edges[(edges.length_m < 1.5) & (edges[["u", "v"]] < 0).any(axis=1)]
    assert before[["walk", "ebike", "car"]].to_numpy().tolist() == [[3, 3, 0]] * 3
    assert [note.values["kinds"] for note in shanghai.notes if "kinds" in note.values] == [
        "3 bollard, 5 gate, 1 lift_gate"
    ]
    hours = shanghai.by_hour.streets
    assert set(hours.hours) == {"07:00-19:00"}
    assert hours[["walk", "ebike", "car"]].to_numpy().tolist() == [[3, 0, 3]] * 3
    assert round(edges.length_m[reachable(edges, Mode.CAR)].sum() / 1000, 2) == 909.93  # 909.99 before
    assert (edges[["walk", "ebike", "car"]].max(axis=1) > 0).all()


def test_every_one_way_of_shanghai_is_driven_one_way(real_data: Path, shanghai: StreetSource) -> None:
    driven = set()
    for line, car in zip(shanghai.edges.geometry, shanghai.edges.car, strict=True):
        places = [(round(x, 7), round(y, 7)) for x, y in line.coords]
        driven |= set(pairwise(places)) if car & 1 else set()
        driven |= set(pairwise(places[::-1])) if car & 2 else set()
    checked = 0
    for way in osmium.FileProcessor(str(real_data / "shanghai_center.osm")).with_locations():
        if not way.is_way() or way.tags.get("oneway") != "yes" or "highway" not in way.tags:
            continue
        if any(key in way.tags for key in ("access", "motor_vehicle", "motorcar", "vehicle")):
            continue
        places = [(round(node.lon, 7), round(node.lat, 7)) for node in way.nodes]
        assert set(pairwise(places)) <= driven
        assert not set(pairwise(places[::-1])) & driven
        checked += 1
    assert checked > 2700


def test_lines_join_at_their_nodes(shanghai: StreetSource) -> None:
    edges = shanghai.edges
    places: dict[int, tuple[float, float]] = {}
    for end, node in ((0, edges.u), (-1, edges.v)):
        at = shapely.get_coordinates(shapely.get_point(edges.geometry.to_numpy(), end))
        for number, place in zip(node, map(tuple, at), strict=True):
            assert places.setdefault(number, place) == place


def test_wuhan_whole(real_data: Path) -> None:
    edges = read_streets(real_data / "wuhan_streets.parquet").edges
    nodes = len(set(edges.u) | set(edges.v))
    assert nodes == pytest.approx(19_553, rel=0.015)  # 240 joints more: a street ends where its class changes
    assert 2 * len(edges) == pytest.approx(58_636, rel=0.015)
    assert edges.length_m.sum() == pytest.approx(7_185_000, rel=0.001)
    assert (edges.part == 0).all()
    assert reachable(edges, Mode.CAR).mean() > 0.99
    assert np.isin(edges.car, [0, 3]).all()  # it has no one-way tags

"""Barriers and access tags of nodes: who passes, and what becomes of the streets around them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.frames import STREETS, faults
from geo.model import Mode
from geo.streets import notes
from geo.streets.barriers import passing
from geo.streets.edges import StreetSource, read_streets, snap
from routing.streets.matrix import travel_matrix
from routing.streets.network import StreetNetwork

FAULTS = Path(__file__).parents[1] / "faults"
WEST, EAST = shapely.Point(114.2985, 30.6), shapely.Point(114.3055, 30.6)
STRAIGHT_S, ROUND_S = 152, 351  # by car from west to east: through the bollard, and around it


def seconds(source: StreetSource, mode: Mode) -> int:
    """Travel from the west of a fault's file to its east."""
    positions = snap(source.edges, gpd.GeoSeries([WEST, EAST], crs="EPSG:4326"), mode)
    return int(travel_matrix(StreetNetwork(source.edges, source.turn_bans), positions, mode=mode)[0, 1])


def with_node(tmp_path: Path, **tags: str) -> StreetSource:
    """Put tags in the place of the bollard's in the file of the fault."""
    text = (FAULTS / "osm_bollard_driven_through.osm").read_text("utf-8")
    pairs = "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())
    path = tmp_path / "gate.osm"
    path.write_text(text.replace('<tag k="barrier" v="bollard"/>', pairs), "utf-8")
    return read_streets(path)


def test_a_car_goes_around_a_bollard_and_a_bicycle_through_it() -> None:
    source = read_streets(FAULTS / "osm_bollard_driven_through.osm")
    assert faults(source.edges, STREETS) == []
    assert seconds(source, Mode.CAR) == ROUND_S
    assert seconds(source, Mode.EBIKE) == 173
    assert [note.template for note in source.notes] == [notes.BARRIERS]
    assert source.notes[0].values == {"count": 1, "kinds": "1 bollard"}
    whole = shapely.union_all(source.edges.geometry.to_numpy())
    assert source.edges.length_m.sum() == pytest.approx(2037.88, abs=0.5)  # nothing of the streets is lost
    assert whole.is_valid


@pytest.mark.parametrize(
    ("tags", "walk", "ebike", "car"),
    [
        ({"barrier": "bollard"}, 3, 3, 0),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, 3, 3, 3),
        ({"barrier": "bollard", "bollard": "rising"}, 3, 3, 3),
        ({"barrier": "bollard", "bicycle": "no"}, 3, 0, 0),
        ({"barrier": "gate"}, 3, 3, 3),
        ({"barrier": "gate", "access": "private"}, 0, 0, 0),
        ({"barrier": "gate", "access": "no", "foot": "yes", "bicycle": "yes"}, 3, 3, 0),
        ({"barrier": "gate", "locked": "yes"}, 0, 0, 0),
        ({"barrier": "gate", "motor_vehicle": "private"}, 3, 3, 0),
        ({"barrier": "lift_gate"}, 3, 3, 3),
        ({"barrier": "lift_gate", "access": "permit"}, 3, 3, 3),
        ({"barrier": "lift_gate", "vehicle": "no"}, 3, 0, 0),
        ({"barrier": "swing_gate", "access": "customers"}, 3, 3, 3),
        ({"barrier": "block"}, 3, 3, 0),
        ({"barrier": "chain"}, 3, 3, 0),
        ({"barrier": "jersey_barrier"}, 3, 3, 0),
        ({"barrier": "cycle_barrier"}, 3, 3, 0),
        ({"barrier": "kerb"}, 3, 3, 0),
        ({"barrier": "kerb", "kerb": "lowered"}, 3, 3, 3),
        ({"barrier": "kerb", "highway": "crossing"}, 3, 3, 3),
        ({"barrier": "stile"}, 3, 0, 0),
        ({"barrier": "turnstile"}, 3, 0, 0),
        ({"barrier": "kissing_gate"}, 3, 0, 0),
        ({"barrier": "wall"}, 0, 0, 0),
        ({"barrier": "fence"}, 0, 0, 0),
        ({"barrier": "toll_booth"}, 3, 3, 3),
        ({"barrier": "height_restrictor"}, 3, 3, 3),
        ({"barrier": "yes"}, 3, 3, 0),
        ({"access": "no"}, 0, 0, 0),
        ({"motor_vehicle": "no"}, 3, 3, 0),
        ({"motor_vehicle": "no", "motorcar": "yes"}, 3, 3, 3),
        ({"highway": "crossing", "bicycle": "no"}, 3, 3, 3),  # across the street, not along it
        ({"highway": "traffic_signals"}, 3, 3, 3),
    ],
)
def test_who_passes(tags: dict[str, str], walk: int, ebike: int, car: int) -> None:
    assert passing(tags) == (walk, ebike, car)


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({"barrier": "gate", "access": "private"}, {Mode.CAR, Mode.EBIKE, Mode.WALK}),
        ({"barrier": "block"}, {Mode.CAR}),
        ({"bicycle": "no"}, {Mode.EBIKE}),
        ({"barrier": "turnstile"}, {Mode.CAR, Mode.EBIKE}),
        ({"barrier": "lift_gate"}, set()),
    ],
)
def test_every_mode_goes_around_what_holds_it(tmp_path: Path, tags: dict[str, str], blocked: set[Mode]) -> None:
    free = read_streets(FAULTS / "osm_conditional_ban_silent.osm")  # the same streets without a barrier
    source = with_node(tmp_path, **tags)
    for mode in Mode:
        assert (seconds(source, mode) > 1.5 * seconds(free, mode)) == (mode in blocked), mode


def test_a_gate_that_opens_at_hours_keeps_them(tmp_path: Path) -> None:
    source = with_node(tmp_path, barrier="gate", access__conditional="no @ (22:00-06:00)")
    assert seconds(source, Mode.CAR) == STRAIGHT_S
    assert source.by_hour.streets[["hours", "walk", "ebike", "car"]].to_numpy().tolist() == [
        ["00:00-06:00,22:00-24:00", 0, 0, 0]
    ]
    assert [note.template for note in source.notes] == [notes.BARRIERS, notes.TIMED]


def test_a_barrier_at_a_junction_parts_all_its_streets(tmp_path: Path) -> None:
    node = lambda at, lon, lat, tags="": f'<node id="{at}" version="1" lat="{lat}" lon="{lon}">{tags}</node>'  # noqa: E731 - a template
    block = '<tag k="barrier" v="block"/>'
    ends = [(2, 114.299, 30.6), (3, 114.301, 30.6), (4, 114.3, 30.601)]
    nodes = node(1, 114.3, 30.6, block) + "".join(node(*end) for end in ends)
    ways = "".join(
        f'<way id="{10 + at}" version="1"><nd ref="{at}"/><nd ref="1"/><tag k="highway" v="residential"/></way>'
        for at, _, _ in ends
    )
    path = tmp_path / "junction.osm"
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', "utf-8")
    edges = read_streets(path).edges
    closed = edges[edges.car == 0]
    assert closed[["walk", "ebike"]].to_numpy().tolist() == [[3, 3]] * 3
    assert (closed[["u", "v"]] == 1).any(axis=1).all()
    assert closed.length_m.max() < 1.5
    assert np.unique(edges[["u", "v"]].to_numpy()).size == 7


def test_a_barrier_that_holds_nobody_who_comes_cuts_nothing(tmp_path: Path) -> None:
    assert len(with_node(tmp_path, barrier="lift_gate").edges) == 4
    text = (FAULTS / "osm_bollard_driven_through.osm").read_text("utf-8").replace("residential", "footway")
    path = tmp_path / "walk.osm"
    path.write_text(text, "utf-8")
    assert read_streets(path).notes == ()  # no car comes there

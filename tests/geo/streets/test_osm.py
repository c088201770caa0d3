"""Streets from OSM: who may go where, what is one street, which turns are forbidden."""

import re
from pathlib import Path

import geopandas as gpd
import osmium
import pytest

from geo.frames import STREETS, TURN_BANS, faults
from geo.model import Mode
from geo.streets import notes
from geo.streets.access import masks
from geo.streets.edges import StreetSource, reachable, read_streets
from geo.streets.osm import read_osm

# A cross of four streets at node 1, 0.001 degrees (about 100 m) long, with a joint (6) on the way east.
#
#            3
#            |
#   2 ------ 1 ---- 6 ---- 4
#            |
#            5
NODES = {1: (0, 0), 2: (-1, 0), 3: (0, 1), 4: (2, 0), 5: (0, -1), 6: (1, 0), 7: (5, 5), 8: (6, 5)}


def write_osm(
    path: Path,
    ways: dict[int, tuple[list[int], dict[str, str]]],
    relations: dict[int, tuple[list[tuple[str, str, int]], dict[str, str]]] | None = None,
    *,
    nodes_last: bool = False,
) -> Path:
    """Write an OSM XML file by hand, in any order of its parts."""
    tags = lambda pairs: "".join(f'<tag k="{k}" v="{v}"/>' for k, v in pairs.items())  # noqa: E731 - a template
    nodes = "".join(
        f'<node id="{at}" lat="{30 + y / 1000}" lon="{114 + x / 1000}" version="1"/>' for at, (x, y) in NODES.items()
    )
    lines = "".join(
        f'<way id="{at}" version="1">' + "".join(f'<nd ref="{ref}"/>' for ref in refs) + tags(pairs) + "</way>"
        for at, (refs, pairs) in ways.items()
    )
    turns = "".join(
        f'<relation id="{at}" version="1">'
        + "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for role, kind, ref in members)
        + tags({"type": "restriction", **pairs})
        + "</relation>"
        for at, (members, pairs) in (relations or {}).items()
    )
    body = lines + turns + nodes if nodes_last else nodes + lines + turns
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="test">{body}</osm>', "utf-8")
    return path


CROSS = {
    10: ([2, 1], {"highway": "primary", "name": "中山路"}),
    11: ([1, 6], {"highway": "primary", "name": "中山路"}),
    12: ([6, 4], {"highway": "primary", "name": "中山路"}),
    13: ([3, 1, 5], {"highway": "residential", "name": "Jiefang Road", "name:zh": "解放路"}),
}


def cross(tmp_path: Path, relations: dict | None = None, **changes: tuple[list[int], dict[str, str]]) -> StreetSource:
    ways = CROSS | {int(way.lstrip("w")): value for way, value in changes.items()}
    return read_streets(write_osm(tmp_path / "cross.osm", ways, relations))


def said(source: StreetSource) -> list[str]:
    return [note.text() for note in source.notes]


def between(edges: gpd.GeoDataFrame, u: int, v: int) -> gpd.GeoDataFrame:
    return edges[(edges.u == u) & (edges.v == v)]


def test_edges_run_from_junction_to_junction(tmp_path: Path) -> None:
    source = cross(tmp_path)
    assert faults(source.edges, STREETS) == []
    assert faults(source.turn_bans, TURN_BANS) == []
    assert {frozenset(pair) for pair in source.edges[["u", "v"]].to_numpy().tolist()} == {
        frozenset({2, 1}),
        frozenset({1, 4}),
        frozenset({3, 1}),
        frozenset({1, 5}),
    }
    east = between(source.edges, 1, 4).iloc[0]
    assert len(east.geometry.coords) == 3
    assert east.length_m == pytest.approx(2 * 96.49, rel=1e-3)  # one degree of longitude at 30 N is 96.486 km
    assert sorted(source.edges.name.unique()) == ["中山路", "解放路"]
    assert (source.edges.part == 0).all()
    assert source.notes == ()


def test_a_joint_stays_where_name_class_or_direction_changes(tmp_path: Path) -> None:
    for number, tags in enumerate(
        [
            {"highway": "primary", "name": "人民路"},
            {"highway": "secondary", "name": "中山路"},
            {"highway": "primary", "name": "中山路", "oneway": "yes"},
            {"highway": "primary", "name": "中山路", "bridge": "yes"},
            {"highway": "primary", "name": "中山路", "tunnel": "yes"},
        ]
    ):
        (tmp_path / str(number)).mkdir()
        edges = cross(tmp_path / str(number), w12=([6, 4], tags)).edges
        assert len(between(edges, 1, 6)) == len(between(edges, 6, 4)) == 1, tags


def test_one_way_pieces_drawn_against_each_other_are_one_street(tmp_path: Path) -> None:
    one = {"highway": "primary", "name": "中山路", "oneway": "yes"}
    edges = cross(tmp_path, w11=([1, 6], one), w12=([4, 6], one | {"oneway": "-1"})).edges
    east = edges[edges[["u", "v"]].isin([4]).any(axis=1)].iloc[0]
    assert {east.u, east.v} == {1, 4}
    assert east.car == (1 if east.u == 1 else 2)
    assert east.walk == 3


def test_nodes_may_stand_anywhere_and_pbf_reads_the_same(tmp_path: Path) -> None:
    first = cross(tmp_path)
    last = read_streets(write_osm(tmp_path / "last.osm", CROSS, nodes_last=True))
    assert first.edges.equals(last.edges)
    pbf = tmp_path / "cross.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "cross.osm")):
            writer.add(thing)
    assert read_streets(pbf).edges.equals(first.edges)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, (3, 3, 3)),
        ({"highway": "residential", "oneway": "yes"}, (3, 1, 1)),
        ({"highway": "residential", "oneway": "-1"}, (3, 2, 2)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, (3, 3, 1)),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, (3, 3, 1)),
        ({"highway": "residential", "oneway": "no", "oneway:bicycle": "yes"}, (3, 1, 3)),
        ({"highway": "residential", "oneway": "-1", "oneway:bicycle": "yes"}, (3, 2, 2)),
        ({"highway": "tertiary", "junction": "roundabout"}, (3, 1, 1)),
        ({"highway": "motorway"}, (0, 0, 1)),
        ({"highway": "motorway", "oneway": "no"}, (0, 0, 3)),
        ({"highway": "motorway_link", "bicycle": "yes"}, (0, 0, 3)),
        ({"highway": "trunk", "motorroad": "yes"}, (0, 0, 3)),
        ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, (3, 0, 3)),
        ({"highway": "footway"}, (3, 0, 0)),
        ({"highway": "footway", "bicycle": "designated"}, (3, 3, 0)),
        ({"highway": "steps"}, (3, 0, 0)),
        ({"highway": "cycleway"}, (3, 3, 0)),
        ({"highway": "pedestrian", "motor_vehicle": "yes"}, (3, 0, 3)),
        ({"highway": "service", "access": "private"}, (0, 0, 0)),
        ({"highway": "service", "access": "private", "foot": "yes"}, (3, 0, 0)),
        ({"highway": "service", "access": "permit"}, (3, 3, 3)),
        ({"highway": "footway", "access": "yes"}, (3, 0, 0)),
        ({"highway": "secondary", "foot": "no", "bicycle": "no"}, (0, 0, 3)),
        ({"highway": "secondary", "motor_vehicle": "no"}, (3, 3, 0)),
        ({"highway": "secondary", "motor_vehicle": "no", "motorcar": "yes"}, (3, 3, 3)),
        ({"highway": "secondary", "vehicle": "no", "bicycle": "yes"}, (3, 3, 0)),
        ({"highway": "residential", "oneway": "yes", "oneway:foot": "yes"}, (1, 1, 1)),
        ({"highway": "primary", "route": "ferry"}, (0, 0, 0)),
        ({"highway": "pedestrian", "area": "yes"}, (0, 0, 0)),
        ({"highway": "construction"}, (0, 0, 0)),
        ({"route": "ferry"}, (0, 0, 0)),
    ],
)
def test_masks(tags: dict[str, str], expected: tuple[int, int, int]) -> None:
    assert masks(tags) == expected


def test_ferries_and_buildings_are_no_streets_but_bridges_and_tunnels_are(tmp_path: Path) -> None:
    edges = cross(
        tmp_path,
        w20=([4, 7], {"route": "ferry", "name": "轮渡"}),
        w21=([4, 8], {"building": "yes"}),
        w22=([5, 7], {"highway": "primary", "bridge": "viaduct"}),
        w23=([7, 8], {"highway": "primary", "tunnel": "yes"}),
    ).edges
    assert len(edges) == 6
    assert between(edges, 5, 7).bridge.tolist() == [True]
    assert between(edges, 7, 8).tunnel.tolist() == [True]


def test_islands_are_parts_and_are_reported(tmp_path: Path) -> None:
    source = cross(tmp_path, w20=([7, 8], {"highway": "footway"}))
    assert source.edges.part.value_counts().to_dict() == {0: 4, 1: 1}
    assert said(source) == ["1 parts (1 streets, 0.1 km) are not connected to the rest"]
    assert reachable(source.edges, Mode.WALK).sum() == 4


def via(kind: str, origin: int, goal: int, **tags: str) -> tuple[list[tuple[str, str, int]], dict[str, str]]:
    return [("from", "way", origin), ("via", "node", 1), ("to", "way", goal)], {"restriction": kind, **tags}


SPLIT = {"w13": ([3, 1], CROSS[13][1]), "w14": ([1, 5], CROSS[13][1])}


def pairs(source: StreetSource) -> set[tuple[int, int]]:
    """Return the bans as (outer node of the from edge, outer node of the to edge)."""
    outer = {edge: row.v if row.u == 1 else row.u for edge, row in source.edges.iterrows()}
    assert (source.turn_bans.via == 1).all()
    return {(outer[a], outer[b]) for a, b in source.turn_bans[["from_edge", "to_edge"]].to_numpy().tolist()}


def test_turn_bans_name_the_joined_edges(tmp_path: Path) -> None:
    assert pairs(cross(tmp_path, {90: via("no_left_turn", 10, 13)}, **SPLIT)) == {(2, 3)}
    assert pairs(cross(tmp_path, {90: via("no_u_turn", 11, 11)}, **SPLIT)) == {(4, 4)}
    assert pairs(cross(tmp_path, {90: via("only_straight_on", 10, 11)}, **SPLIT)) == {(2, 3), (2, 5), (2, 2)}
    both = cross(tmp_path, {90: via("no_left_turn", 10, 13), 91: via("no_right_turn", 10, 14)}, **SPLIT)
    assert pairs(both) == {(2, 3), (2, 5)}


def test_turn_bans_that_bind_no_car_or_can_not_be_told_are_left_out(tmp_path: Path) -> None:
    assert pairs(cross(tmp_path, {90: via("no_left_turn", 10, 13, **{"except": "bus;motorcar"})}, **SPLIT)) == set()
    members = [("from", "way", 10), ("via", "way", 11), ("to", "way", 12)]
    through = cross(tmp_path, {90: (members, {"restriction": "no_left_turn"})})
    assert len(through.turn_bans) == 0
    assert said(through) == ["1 turn restrictions through a whole way are not kept; relations 90"]
    unclear = cross(tmp_path, {90: via("no_left_turn", 10, 13)})  # way 13 runs through the junction
    assert len(unclear.turn_bans) == 0
    assert [note.template for note in unclear.notes] == [notes.UNCLEAR_BANS]
    assert unclear.notes[0].values["ids"] == "90"
    oneway = cross(
        tmp_path, {90: via("no_left_turn", 10, 13)}, w13=([3, 1, 5], {"highway": "primary", "oneway": "yes"})
    )
    assert pairs(oneway) == {(2, 5)}  # its direction tells which half is meant


def test_a_via_node_between_two_pieces_stays_a_node(tmp_path: Path) -> None:
    members = [("from", "way", 12), ("via", "node", 6), ("to", "way", 12)]
    source = cross(tmp_path, {90: (members, {"restriction": "no_u_turn"})})
    assert len(between(source.edges, 1, 6)) == 1
    assert source.turn_bans[["via"]].to_numpy().tolist() == [[6]]


def test_nodes_in_no_order_and_ids_of_an_editor(tmp_path: Path) -> None:
    text = write_osm(tmp_path / "a.osm", CROSS).read_text("utf-8")
    parts = re.findall(r"<node .*?/>", text)
    shuffled = text.replace("".join(parts), "".join(parts[::-1]))
    (tmp_path / "b.osm").write_text(shuffled, "utf-8")
    assert shuffled != text
    first = read_streets(tmp_path / "a.osm").edges
    assert read_streets(tmp_path / "b.osm").edges.equals(first)
    (tmp_path / "c.osm").write_text(re.sub(r'(<node id|<nd ref)="', r'\1="-', text), "utf-8")
    assert sorted(read_streets(tmp_path / "c.osm").edges.length_m) == pytest.approx(sorted(first.length_m))


def test_ways_that_lack_nodes_are_left_out_and_counted(tmp_path: Path) -> None:
    source = cross(tmp_path, w20=([4, 99], {"highway": "service"}))
    assert len(source.edges) == 4
    assert said(source) == ["1 streets lack nodes in the file: what lies between nodes that are there is kept; ways 20"]


def test_a_ring_alone_is_one_edge(tmp_path: Path) -> None:
    source = read_streets(write_osm(tmp_path / "ring.osm", {1: ([2, 3, 4, 2], {"highway": "residential"})}))
    assert len(source.edges) == 1
    assert source.edges.u.iloc[0] == source.edges.v.iloc[0]
    assert source.edges.length_m.iloc[0] > 400


def test_a_way_keeps_no_doubled_nodes(tmp_path: Path) -> None:
    pieces = read_osm(write_osm(tmp_path / "two.osm", {1: ([2, 2, 1, 1], {"highway": "residential"})}))
    assert len(pieces.frame.geometry.iloc[0].coords) == 2

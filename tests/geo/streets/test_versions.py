"""Which version of a thing counts, and what of a way is kept whose nodes are not all there."""

import bz2
import gzip
from pathlib import Path

import osmium
import pytest

from geo.errors import InputError
from geo.streets import notes
from geo.streets.edges import StreetSource, read_streets
from geo.streets.versions import struck_out

FAULTS = Path(__file__).parents[1] / "faults"
NODES = "".join(f'<node id="{at}" version="1" lat="30.6" lon="{114 + at / 1000:.3f}"/>' for at in range(1, 6))


def way(at: int, version: int, *refs: int, highway: str = "residential", more: str = "") -> str:
    """Write a version of a way; without a class it is no street."""
    tag = f'<tag k="highway" v="{highway}"/>' if highway else ""
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{at}" version="{version}" {more}>{nodes}{tag}</way>'


def read(tmp_path: Path, *parts: str, nodes: str = NODES) -> StreetSource:
    path = tmp_path / "some.osm"
    path.write_text(f'<osm version="0.6">{nodes}{"".join(parts)}</osm>', "utf-8")
    return read_streets(path)


def ends(source: StreetSource) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in source.edges[["u", "v"]].to_numpy().tolist()}


def test_what_josm_struck_out_is_not_used() -> None:
    source = read_streets(FAULTS / "osm_josm_deleted_way_used.osm")
    assert set(source.edges.name) == {"西路", "东路", "绕路"}
    assert source.notes[0].template == notes.DELETED
    assert source.notes[0].values == {"count": 1, "ids": "11"}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_what_josm_struck_out_is_found_in_packed_files(tmp_path: Path, pack) -> None:
    text = (FAULTS / "osm_josm_deleted_way_used.osm").read_bytes()
    path = tmp_path / f"a.osm.{'gz' if pack is gzip.compress else 'bz2'}"
    path.write_bytes(pack(text))
    assert struck_out(path)["way"] == {11}
    assert len(read_streets(path).edges) == 3


def test_striking_out_is_read_in_any_order_of_attributes_and_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    path.write_text(
        """<osm><node action='delete' id='-7' lat='1' lon='1'/><way id="8" action = "delete"><nd ref="1"/></way>
        <relation version="1" action="delete" user="id='3'" id="9"/>
        <way id="4"><tag k="note" v=' action="delete" '/></way>
        """,
        "utf-8",
    )
    assert struck_out(path) == {"node": {-7}, "way": {8}, "relation": {9}}


@pytest.mark.parametrize(
    "later",
    [
        way(11, 2, more='visible="false"', highway=""),
        way(11, 2, 2, 3, more='visible="false"'),
        way(11, 2, 2, 3, highway=""),  # it is no street any more
        way(11, 2, 2, 3, highway="construction"),
        way(11, 2, 2, 3, more='action="delete"'),
    ],
)
def test_a_street_that_a_later_version_takes_away_is_not_used(tmp_path: Path, later: str) -> None:
    rest = way(10, 1, 1, 2) + way(12, 1, 3, 4)
    for parts in ((rest, way(11, 1, 2, 3), later), (later, rest, way(11, 1, 2, 3))):
        assert ends(read(tmp_path, *parts)) == {frozenset({1, 2}), frozenset({3, 4})}


def test_of_several_versions_the_newest_counts(tmp_path: Path) -> None:
    versions = [way(11, 1, 2, 3), way(11, 2, 2, 3, more='visible="false"'), way(11, 3, 2, 5), way(11, 4, 2, 4)]
    for parts in (versions, versions[::-1]):
        assert ends(read(tmp_path, way(10, 1, 1, 2), *parts)) == {frozenset({1, 4})}


def test_of_several_versions_of_a_node_the_newest_counts(tmp_path: Path) -> None:
    versions = (f'<node id="2" version="{at}" lat="{lat}" lon="114.002"/>' for at, lat in ((3, 30.7), (2, 30.9)))
    moved = NODES + "".join(versions)
    line = read(tmp_path, way(10, 1, 1, 2), nodes=moved).edges.geometry.iloc[0]
    assert line.coords[-1] == (114.002, 30.7)


def test_a_deleted_restriction_bans_nothing(tmp_path: Path) -> None:
    members = (("way", 10, "from"), ("node", 2, "via"), ("way", 11, "to"))
    turn = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
    tags = '<tag k="type" v="restriction"/><tag k="restriction" v="no_straight_on"/>'
    streets = way(10, 1, 1, 2) + way(11, 1, 2, 3) + way(12, 1, 2, 5)
    stands = f'<relation id="90" version="1">{turn}{tags}</relation>'
    assert len(read(tmp_path, streets, stands).turn_bans) == 1
    gone, other = 'visible="false"/>', f">{turn}</relation>"
    for later in (f'<relation id="90" version="2" {end}' for end in (gone, other)):
        assert read(tmp_path, streets, stands, later).turn_bans.empty
    assert read(tmp_path, streets, stands.replace('version="1"', 'version="1" action="delete"')).turn_bans.empty


def test_a_way_cut_at_the_edge_keeps_what_is_there() -> None:
    source = read_streets(FAULTS / "osm_cut_way_dropped_whole.osm")
    assert frozenset({4, 8}) in ends(source)
    assert source.notes[0].template == notes.CUT
    assert source.notes[0].values == {"count": 1, "ids": "20"}


@pytest.mark.parametrize(
    ("refs", "kept"),
    [
        ((9, 1, 2, 3), {frozenset({1, 3})}),
        ((1, 2, 9, 3, 4), {frozenset({1, 2}), frozenset({3, 4})}),  # split where a node is missing
        ((1, 9, 2, 9, 3, 4), {frozenset({3, 4})}),
        ((8, 9, 1, 2), {frozenset({1, 2})}),
    ],
)
def test_a_way_is_split_where_nodes_are_missing(
    tmp_path: Path, refs: tuple[int, ...], kept: set[frozenset[int]]
) -> None:
    assert ends(read(tmp_path, way(10, 1, *refs))) == kept


def test_a_deleted_node_is_a_missing_one(tmp_path: Path) -> None:
    nodes = NODES.replace('<node id="3"', '<node id="3" action="delete"')
    assert ends(read(tmp_path, way(10, 1, 1, 2, 3, 4, 5), nodes=nodes)) == {frozenset({1, 2}), frozenset({4, 5})}


def test_streets_without_any_node_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of its streets has coordinates"):
        read(tmp_path, way(10, 1, 7, 8))


def test_history_in_pbf(tmp_path: Path) -> None:
    source = read(tmp_path, way(10, 1, 1, 2), way(11, 1, 2, 3), way(11, 2, 2, 3, highway=""))
    path = tmp_path / "history.osh.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "some.osm")):
            writer.add(thing)
    assert read_streets(path).edges.equals(source.edges)

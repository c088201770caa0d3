"""Raw OpenStreetMap, XML or PBF, to street pieces: streamed with osmium, highways filtered before anything is kept."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from geo.errors import InputError
from geo.frames import WGS84
from geo.notes import Note
from geo.progress import Progress, silent
from geo.streets.access import CLASSES, TAGS, masks

_WANTED = TAGS | {"name", "name:zh", "name:zh-Hans", "ref", "bridge", "tunnel", "layer"}
_NAMES = ("name:zh-Hans", "name:zh", "name", "ref")
_BANS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
_SPARED = {"motorcar", "motor_vehicle"}
Entity = TypeVar("Entity", bound=object)
SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".xml", ".pbf")


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction of OSM through one node, by way ids."""

    kind: str  # no_left_turn, only_straight_on, ...
    via: int
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Ways cut at every node that they share.

    ``frame`` has ``u v way name highway walk ebike car bridge tunnel`` and LineStrings in EPSG:4326, from u to v.
    """

    frame: gpd.GeoDataFrame
    restrictions: tuple[Restriction, ...] = ()
    notes: tuple[str | Note, ...] = ()


@dataclass(slots=True)
class _Ways:
    """What the first pass keeps."""

    ids: list[int] = field(default_factory=list)
    refs: list[np.ndarray] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    restrictions: list[Restriction] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def skip(self, why: str) -> None:
        self.skipped[why] = self.skipped.get(why, 0) + 1


def street_name(tags: Mapping[str, str]) -> str:
    """Choose a street's name: Chinese before the local one, a road number when there is no name."""
    return next((tags[key].strip() for key in _NAMES if tags.get(key, "").strip()), "")


def flag(value: str | None) -> bool:
    """Tell whether a bridge or tunnel tag says yes; its kinds (viaduct, culvert, building_passage) do."""
    return bool(value) and str(value).lower() not in {"no", "false", "0"}


def describe(tags: Mapping[str, str], *, implied: bool = True) -> tuple[object, ...]:
    """Return name, highway, walk, ebike, car, bridge and tunnel of a street."""
    mask = masks(tags, implied=implied)
    return (street_name(tags), tags["highway"], *mask, flag(tags.get("bridge")), flag(tags.get("tunnel")))


DESCRIPTION = ("name", "highway", "walk", "ebike", "car", "bridge", "tunnel")


def read_osm(path: Path, *, progress: Progress = silent) -> Pieces:
    """Read the streets of an OSM file.

    The file is streamed twice: highways and turn restrictions first, then the nodes that they use, wherever these stand
    in the file. Memory is for the streets and 16 bytes for every node of the file.

    Raises
    ------
    InputError
        When the file can't be read to its end, or holds no street.
    """
    try:
        progress("highways", 0, 2)
        ways = _first_pass(path)
        if not ways.ids:
            raise InputError(
                "file is {value!r}: it holds no highway; give an OSM extract with streets",
                field="file",
                value=path.name,
            )
        progress("street nodes", 1, 2)
        located = _locate(path, ways)
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise InputError(
            "file is {value!r}: it is no whole OSM file ({reason}); download or export it again",
            field="file",
            value=path.name,
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error
    progress("street nodes", 2, 2)
    return _cut(path, ways, *located)


def _stream(
    path: Path, kind: type[Entity], bits: osmium.osm.osm_entity_bits, only: osmium.BaseFilter
) -> Iterator[Entity]:
    """Stream the objects of one kind that pass a filter; an object is only good until the next."""
    for thing in osmium.FileProcessor(str(path), bits).with_filter(only):
        if isinstance(thing, kind):
            yield thing


def _first_pass(path: Path) -> _Ways:
    ways = _Ways()
    for way in _stream(path, osmium.osm.Way, osmium.osm.WAY, osmium.filter.KeyFilter("highway")):
        if way.tags.get("highway") not in CLASSES:
            continue
        row = describe({tag.k: tag.v for tag in way.tags if tag.k in _WANTED})
        refs = np.fromiter((node.ref for node in way.nodes), np.int64, len(way.nodes))
        refs = refs[np.insert(np.diff(refs) != 0, 0, values=True)] if len(refs) else refs
        if len(refs) > 1 and any(row[2:5]):
            ways.ids.append(way.id)
            ways.refs.append(refs)
            ways.rows.append(row)
    turns = osmium.filter.TagFilter(("type", "restriction"))
    for relation in _stream(path, osmium.osm.Relation, osmium.osm.RELATION, turns):
        _restriction(relation, ways)
    return ways


def _restriction(relation: osmium.osm.Relation, ways: _Ways) -> None:
    kind = next((relation.tags[key] for key in _BANS if key in relation.tags), None)
    if kind is None or _SPARED & set((relation.tags.get("except") or "").replace(" ", "").split(";")):
        return
    members: dict[tuple[str, str], list[int]] = {}
    for member in relation.members:
        members.setdefault((member.role, member.type), []).append(member.ref)
    via, origin, goal = members.get(("via", "n"), []), members.get(("from", "w"), []), members.get(("to", "w"), [])
    if ("via", "w") in members:
        ways.skip("turn restrictions through a whole way are not kept")
    elif len(via) != 1 or not origin or not goal or not kind.startswith(("no_", "only_")):
        ways.skip("turn restrictions without a from, a via node or a to are not kept")
    else:
        ways.restrictions.append(Restriction(kind, via[0], tuple(origin), tuple(goal)))


def _locate(path: Path, ways: _Ways) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted node ids that the ways use, and their lon, lat; NaN where the file doesn't hold them."""
    wanted = np.unique(np.concatenate(ways.refs))
    places = np.full((len(wanted), 2), np.nan)
    table = osmium.index.create_map("flex_mem")
    osmium.apply(osmium.io.Reader(str(path), osmium.osm.NODE), osmium.NodeLocationsForWays(table))
    missing = {}
    for row, node in enumerate(wanted.tolist()):
        try:
            place = table.get(node)
        except (KeyError, TypeError):  # not there; negative
            missing[node] = row
        else:
            places[row] = (place.lon, place.lat) if place.valid() else np.nan
    if missing:  # the table finds no negative ids, and none in a file whose nodes are in no order
        for thing in osmium.FileProcessor(str(path), osmium.osm.NODE):
            if isinstance(thing, osmium.osm.Node) and thing.id in missing and thing.location.valid():
                places[missing[thing.id]] = thing.lon, thing.lat
    return wanted, places


def _cut(path: Path, ways: _Ways, nodes: np.ndarray, places: np.ndarray) -> Pieces:
    counts = np.bincount(np.searchsorted(nodes, np.concatenate(ways.refs)), minlength=len(nodes))
    ends = np.concatenate([refs[[0, -1]] for refs in ways.refs])
    vias = np.array([turn.via for turn in ways.restrictions], np.int64)
    shared = (counts > 1) | np.isin(nodes, ends) | np.isin(nodes, vias)
    rows, lines, uv = [], [], []
    missing = 0
    for row, (way, at) in enumerate(zip(ways.ids, (np.searchsorted(nodes, refs) for refs in ways.refs), strict=True)):
        for part in _runs(at, shared):
            if np.isnan(places[part]).any():
                missing += 1
                continue
            rows.append((way, *ways.rows[row]))
            lines.append(shapely.linestrings(places[part]))
            uv.append(nodes[part[[0, -1]]])
    if not rows:
        raise InputError(
            "file is {value!r}: none of its streets has coordinates; extract it with nodes",
            field="file",
            value=path.name,
        )
    frame = pd.DataFrame(rows, columns=["way", *DESCRIPTION])
    frame[["u", "v"]] = np.array(uv)
    notes = [f"{count} {why}" for why, count in ways.skipped.items()]
    notes += [f"{missing} street pieces lack nodes in the file and are left out"] if missing else []
    return Pieces(gpd.GeoDataFrame(frame, geometry=np.array(lines), crs=WGS84), tuple(ways.restrictions), tuple(notes))


def _runs(at: np.ndarray, shared: np.ndarray) -> Iterator[np.ndarray]:
    """Cut a way, given as rows of the node table, at its shared nodes."""
    cuts = np.flatnonzero(shared[at])
    for start, stop in itertools.pairwise(cuts):
        yield at[start : stop + 1]


def bans_of(restrictions: tuple[Restriction, ...], ends: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Turn the restrictions into forbidden pairs of edges.

    Parameters
    ----------
    restrictions
        As read.
    ends
        One row per end of an edge: ``node``, ``way`` (of the piece at that end), ``edge``, and whether a car may
        ``arrive`` and ``leave`` there.

    Returns
    -------
    bans : pandas.DataFrame
        TURN_BANS frame. An ``only_`` restriction forbids all other ways on.
    unclear : int
        How many restrictions name a way that runs through its via node, so that they can't be told.
    """
    by_node = dict(tuple(ends[ends.node.isin({turn.via for turn in restrictions})].groupby("node")))
    found: set[tuple[int, int, int]] = set()
    unclear = 0
    for turn in restrictions:
        here = by_node.get(turn.via)
        if here is None:
            continue
        origin = here[here.way.isin(turn.from_ways) & here.arrive]
        goal = here[here.way.isin(turn.to_ways) & here.leave]
        if not (origin.way.is_unique and goal.way.is_unique):
            unclear += 1
            continue
        if turn.kind.startswith("only_") and len(goal):
            goal = here[here.leave & ~here.edge.isin(goal.edge)]
        found |= {(a, turn.via, b) for a in origin.edge.tolist() for b in goal.edge.tolist()}
    frame = pd.DataFrame(sorted(found), columns=["from_edge", "via", "to_edge"], dtype="int64")
    frame.index.name = "id"
    return frame, unclear

"""Raw OpenStreetMap, XML or PBF, to street pieces: streamed with osmium, highways filtered before anything is kept."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import pandas as pd
import shapely

from geo.errors import InputError
from geo.failures import reason_of
from geo.frames import WGS84
from geo.notes import Note
from geo.progress import Progress, silent
from geo.streets import barriers, conditions, notes
from geo.streets.access import CLASSES, TAGS, Masks, masks
from geo.streets.turns import Restriction, Turns
from geo.streets.versions import Newest, every, several, struck_out

_WANTED = TAGS | conditions.TAGS | {"name", "name:zh", "name:zh-Hans", "ref", "bridge", "tunnel", "layer"}
_AT_NODES = barriers.TAGS | {f"{key}{conditions.CONDITIONAL}" for key in barriers.TAGS}
_NAMES = ("name:zh-Hans", "name:zh", "name", "ref")
SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".xml", ".pbf")
DESCRIPTION = ("name", "highway", "walk", "ebike", "car", "bridge", "tunnel")
_TWO = 2  # pieces at a node that need but one stretch between them
Hours = tuple[conditions.HourMasks, ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Ways cut at every node that they share.

    ``frame`` has ``u v way name highway walk ebike car bridge tunnel hours`` and LineStrings in EPSG:4326, from u to v;
    ``hours`` is a place in ``by_hour``, whose first holds no rows.
    """

    frame: gpd.GeoDataFrame
    restrictions: tuple[Restriction, ...] = ()
    by_hour: tuple[Hours, ...] = ((),)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """What is kept of a way."""

    refs: npt.NDArray[np.int64]
    row: tuple[object, ...]  # DESCRIPTION
    by_hour: Hours = ()


@dataclass(slots=True)
class _Reading:
    """What the passes over a file keep."""

    ways: dict[int, _Way] = field(default_factory=dict)
    turns: Turns = field(default_factory=Turns)
    deleted: set[int] = field(default_factory=set)  # ways
    reversible: set[int] = field(default_factory=set)
    timed: set[str] = field(default_factory=set)  # what has hours
    strange: dict[str, list[str]] = field(default_factory=dict)  # conditions that are no hours, by what has them
    passed: dict[int, Masks] = field(default_factory=dict)  # who passes a node
    gates: dict[int, Hours] = field(default_factory=dict)  # hours of a node
    kinds: dict[int, str] = field(default_factory=dict)  # of barriers

    def condition(self, what: str, rows: Hours, strange: list[str]) -> None:
        """Note what is conditional about a way or a node."""
        if rows:
            self.timed.add(what)
        if strange:
            self.strange[what] = strange


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


def read_osm(path: Path, *, progress: Progress = silent) -> Pieces:
    """Read the streets of an OSM file.

    The file is streamed: highways and turn restrictions first, then the nodes that they use, wherever these stand in
    the file. Of several versions of a thing the newest counts; what is deleted is not there. Memory is for the streets.

    Raises
    ------
    InputError
        When the file can't be read to its end, or holds no street.
    """
    try:
        progress("highways", 0, 2)
        struck = struck_out(path)
        reading = _ways(path, struck)
        if not reading.ways:
            raise InputError(
                "file is {value!r}: it holds no highway; give an OSM extract with streets",
                field="file",
                value=path.name,
            )
        progress("street nodes", 1, 2)
        located = _locate(path, reading, struck["node"])
    except (RuntimeError, OSError, EOFError, ValueError, osmium.InvalidLocationError) as error:
        raise InputError(
            "file is {value!r}: it is no whole OSM file ({reason}); download or export it again",
            field="file",
            value=path.name,
            reason=reason_of(error),
        ) from error
    progress("street nodes", 2, 2)
    return _cut(path, reading, *located)


def _ways(path: Path, struck: Mapping[str, set[int]]) -> _Reading:
    reading = _Reading()
    newest = Newest(struck["way"])
    for way in every(path, osmium.osm.Way, "highway"):
        if newest.sees(way):
            _way(way, reading)
    later = Newest(struck["way"])
    for way in every(path, osmium.osm.Way) if several(path) else ():
        if way.id in reading.ways and later.sees(way) and "highway" not in way.tags:
            later.gone.add(way.id)
    reading.deleted = later.gone & reading.ways.keys()
    for way_id in reading.deleted:
        del reading.ways[way_id]
    turns = Newest(struck["relation"])
    for relation in every(path, osmium.osm.Relation):
        if turns.sees(relation):
            reading.turns.take(relation)
    for relation_id in turns.gone:
        reading.turns.forget(relation_id)
    return reading


def _way(way: osmium.osm.Way, reading: _Reading) -> None:
    """Take what a version of a way says, in the place of what an older one said."""
    reading.ways.pop(way.id, None)
    reading.reversible.discard(way.id)
    tags = {tag.k: tag.v for tag in way.tags if tag.k in _WANTED}
    if tags["highway"] not in CLASSES:
        return
    row = describe(tags)
    refs = np.fromiter((node.ref for node in way.nodes), np.int64, len(way.nodes))
    refs = refs[np.insert(np.diff(refs) != 0, 0, values=True)] if len(refs) else refs
    rows, strange = conditions.by_hour(tags, masks) if conditions.TAGS & tags.keys() else ([], [])
    used = any(row[2:5]) or any(any(one.masks) for one in rows)
    if len(refs) > 1 and used:
        reading.ways[way.id] = _Way(refs, row, tuple(rows))
        reading.condition(f"way {way.id}", tuple(rows), strange)
    if tags.get("oneway") == "reversible" and not rows:
        reading.reversible.add(way.id)


def _locate(path: Path, reading: _Reading, struck: set[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the sorted node ids that the ways use, and their lon, lat; NaN where the file doesn't hold them."""
    wanted = np.unique(np.concatenate([way.refs for way in reading.ways.values()]))
    row = {node: at for at, node in enumerate(wanted.tolist())}
    places = np.full((len(wanted), 2), np.nan)
    careful = several(path)
    if not careful:  # osmium's own table is quicker, but knows no versions, no negative ids and no nodes out of order
        table = osmium.index.create_map("flex_mem")
        osmium.apply(osmium.io.Reader(str(path), osmium.osm.NODE), osmium.NodeLocationsForWays(table))
        places[:] = [_place(table, node) for node in row]
        careful = bool(np.isnan(places).any())
    newest = Newest(struck)
    for node in every(path, osmium.osm.Node, *(() if careful else _AT_NODES)):
        if node.id not in row or not newest.sees(node):
            continue
        there = node.id not in newest.gone and node.location.valid()
        places[row[node.id]] = (node.location.lon, node.location.lat) if there else np.nan
        reading.passed.pop(node.id, None)
        reading.gates.pop(node.id, None)
        if len(node.tags):
            _point(node.id, {tag.k: tag.v for tag in node.tags if tag.k in _AT_NODES}, reading)
    return wanted, places


def _place(table: osmium.index.LocationTable, node: int) -> tuple[float, float]:
    try:
        place = table.get(node)
    except (KeyError, TypeError):  # not there; negative
        return np.nan, np.nan
    return (place.lon, place.lat) if place.valid() else (np.nan, np.nan)


def _point(node: int, tags: Mapping[str, str], reading: _Reading) -> None:
    """Take what a node says of those who pass it."""
    rows, strange = conditions.by_hour(tags, barriers.passing) if conditions.TAGS & tags.keys() else ([], [])
    reading.condition(f"node {node}", tuple(rows), strange)
    passed = barriers.passing(tags)
    if rows or passed != barriers.EVERYBODY:
        reading.passed[node] = passed
        reading.gates[node] = tuple(rows)
        reading.kinds[node] = tags.get("barrier", "") or "access"


@dataclass(slots=True)
class _Parts:
    """Pieces of streets as they are cut."""

    fresh: Iterator[int]  # ids of nodes beside a barrier
    rows: list[tuple[object, ...]] = field(default_factory=list)
    lines: list[shapely.LineString] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)
    by_hour: dict[Hours, int] = field(default_factory=lambda: {(): 0})

    def put(self, way: int, row: tuple[object, ...], hours: Hours, line: shapely.LineString, u: int, v: int) -> None:
        """Add a piece."""
        self.rows.append((way, *row, self.by_hour.setdefault(hours, len(self.by_hour))))
        self.lines.append(line)
        self.ends.append((u, v))


def _cut(path: Path, reading: _Reading, nodes: npt.NDArray[np.int64], places: npt.NDArray[np.float64]) -> Pieces:
    """Cut the ways at the nodes they share, at what is missing, at the vias of turns and at barriers."""
    pieces, cut = _shared(reading, nodes, places)
    if not pieces:
        raise InputError(
            "file is {value!r}: none of its streets has coordinates; extract it with nodes",
            field="file",
            value=path.name,
        )
    ends = np.array([nodes[at[[0, -1]]] for _, at in pieces])
    open_to = np.array([reading.ways[way].row[2:5] for way, _ in pieces], np.int64)
    meeting = barriers.meeting(ends, np.array(sorted(reading.passed), np.int64))
    held = {node: pair for node, pair in meeting.items() if len(pair) > 1 and _holds(node, pair, open_to, reading)}
    point = np.concatenate([at for _, at in pieces])
    lines = shapely.linestrings(places[point], indices=np.repeat(np.arange(len(pieces)), [len(at) for _, at in pieces]))
    parts = _Parts(itertools.count(min(0, int(nodes[0])) - 1, -1))
    for number, (way, _) in enumerate(pieces):
        own = reading.ways[way]
        u, v = ends[number].tolist()
        line = lines[number]
        first, last = (node in held and (len(held[node]) > _TWO or held[node][0] == number) for node in (u, v))
        last = last and not (first and u == v)
        inner = [next(parts.fresh) for _ in range(first + last)]
        stops = [u, *inner, v]
        for place, part in enumerate(barriers.cut_before(line, first=first, last=last)):
            node = u if first and place == 0 else v if last and place == len(stops) - 2 else None
            row, hours = (own.row, own.by_hour) if node is None else _before(node, own, reading)
            if any(row[2:5]) or hours:  # what nobody may use is no street
                parts.put(way, row, hours, part, stops[place], stops[place + 1])
    frame = pd.DataFrame(parts.rows, columns=["way", *DESCRIPTION, "hours"])
    frame[["u", "v"]] = np.array(parts.ends)
    said = (*_notes(reading, cut, held), *reading.turns.notes())
    geometry = gpd.GeoDataFrame(frame, geometry=np.array(parts.lines), crs=WGS84)
    return Pieces(geometry, reading.turns.restrictions, tuple(parts.by_hour), said)


def _holds(node: int, pieces: list[int], open_to: npt.NDArray[np.int64], reading: _Reading) -> bool:
    return bool(reading.gates[node]) or barriers.holds(reading.passed[node], pieces, open_to)


def _before(node: int, own: _Way, reading: _Reading) -> tuple[tuple[object, ...], Hours]:
    """Return what the stretch before a barrier says: the street's own, narrowed by who passes."""
    passed = reading.passed[node]
    plain = Masks(*(int(str(mask)) for mask in own.row[2:5]))
    row = (*own.row[:2], *_both(plain, passed), *own.row[5:])
    rows = own.by_hour or reading.gates[node]
    other = passed if own.by_hour else plain
    narrowed = (conditions.HourMasks(one.hours, _both(one.masks, other)) for one in rows)
    return row, tuple(narrowed)


def _both(one: Masks, other: Masks) -> Masks:
    return Masks(*(a & b for a, b in zip(one, other, strict=True)))


def _shared(
    reading: _Reading, nodes: npt.NDArray[np.int64], places: npt.NDArray[np.float64]
) -> tuple[list[tuple[int, npt.NDArray[np.int64]]], list[int]]:
    """Cut the ways into runs of nodes that are there; return also the ways that lack some."""
    every_ref = np.concatenate([way.refs for way in reading.ways.values()])
    ends = np.concatenate([way.refs[[0, -1]] for way in reading.ways.values()])
    vias = np.array([turn.via for turn in reading.turns.restrictions], np.int64)
    points = np.array(sorted(reading.passed), np.int64)
    counts = np.bincount(np.searchsorted(nodes, every_ref), minlength=len(nodes))
    shared = (counts > 1) | np.isin(nodes, ends) | np.isin(nodes, vias) | np.isin(nodes, points)
    missing: npt.NDArray[np.bool_] = np.isnan(places[:, 0])
    pieces, cut = [], []
    for number, way in reading.ways.items():
        at = np.searchsorted(nodes, way.refs)
        lost = missing[at]
        if lost.any():
            cut.append(number)
        for run in np.split(at, np.flatnonzero(np.diff(lost)) + 1):
            if not missing[run[0]] and len(run) > 1:
                pieces += [(number, part) for part in _runs(run, shared)]
    return pieces, cut


def _runs(at: npt.NDArray[np.int64], shared: npt.NDArray[np.bool_]) -> Iterator[npt.NDArray[np.int64]]:
    """Cut a way, given as rows of the node table, at its shared nodes."""
    inner = np.flatnonzero(shared[at[1:-1]]) + 1
    for start, stop in itertools.pairwise([0, *inner.tolist(), len(at) - 1]):
        yield at[start : stop + 1]


def _notes(reading: _Reading, cut: list[int], held: Collection[int]) -> list[Note]:
    """Say what is left out, and what holds only at times."""
    counts = Counter(reading.kinds[node] for node in held)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    timed = {*reading.timed, *(f"relation {one.relation}" for one in reading.turns.restrictions if one.hours)}
    strange = {**reading.strange, **{f"relation {at}": said for at, said in reading.turns.strange.items()}}
    examples = ", ".join(sorted({one for said in strange.values() for one in said})[:3])
    barred = [Note(notes.BARRIERS, {"count": len(held), "kinds": kinds})] if held else []
    return [
        *notes.noted(notes.CUT, sorted(cut)),
        *notes.noted(notes.DELETED, sorted(reading.deleted)),
        *barred,
        *notes.noted(notes.REVERSIBLE, (f"way {way}" for way in sorted(reading.reversible))),
        *notes.noted(notes.TIMED, sorted(timed)),
        *notes.noted(notes.UNTIMED, sorted(strange), conditions=examples),
    ]

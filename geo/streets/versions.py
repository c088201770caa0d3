"""Which version of a thing counts: the newest, unless it is deleted in the file or struck out by an editor.

History files hold every version, change files mark what goes, and JOSM writes ``action="delete"`` beside what its user
struck out, which osmium doesn't read.
"""

import bz2
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

import osmium

Entity = TypeVar("Entity", osmium.osm.Node, osmium.osm.Way, osmium.osm.Relation)

_BITS = {
    osmium.osm.Node: osmium.osm.NODE,
    osmium.osm.Way: osmium.osm.WAY,
    osmium.osm.Relation: osmium.osm.RELATION,
}
_STRUCK = re.compile(rb"""\saction\s*=\s*["']delete["']""")
_ELEMENT = re.compile(rb"<(node|way|relation)\s")
_ID = re.compile(rb"""\s(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CHUNK = 1 << 20


def several(path: Path) -> bool:
    """Tell whether a file may hold several versions of a thing, or deleted ones: any XML, and history in PBF."""
    name = path.name.lower()
    if not name.endswith(".pbf") or name.endswith(".osh.pbf"):
        return True
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        return bool(reader.header().has_multiple_object_versions)


def every(path: Path, kind: type[Entity], *keys: str) -> Iterator[Entity]:
    """Stream every version of the things of a kind, or of those with a tag of any key; each is good until the next."""
    stream = osmium.FileProcessor(str(path), _BITS[kind])
    for thing in stream.with_filter(osmium.filter.KeyFilter(*keys)) if keys else stream:
        if isinstance(thing, kind):
            yield thing


def struck_out(path: Path) -> dict[str, set[int]]:
    """Return the ids of nodes, ways and relations that JOSM marks as deleted, by kind."""
    found: dict[str, set[int]] = {"node": set(), "way": set(), "relation": set()}
    if path.name.lower().endswith(".pbf"):
        return found
    rest = b""
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            data = rest + chunk
            whole = data.rfind(b"<")
            _look(data[:whole], found)
            rest = data[whole:]
    _look(rest, found)
    return found


def _opened(path: Path) -> BinaryIO:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    return cast("BinaryIO", bz2.open(path, "rb")) if suffix == ".bz2" else path.open("rb")


def _look(data: bytes, found: dict[str, set[int]]) -> None:
    for match in _STRUCK.finditer(data):
        start = data.rfind(b"<", 0, match.start())
        element = _ELEMENT.match(data, start)
        if element is None:
            continue
        stop = data.find(b"<", start + 1)
        for name, *values in _ID.findall(data[start : stop if stop > 0 else len(data)]):
            value = values[0] or values[1]
            if name == b"id" and value.lstrip(b"-").isdigit():
                found[element[1].decode()].add(int(value))


@dataclass(slots=True)
class Newest:
    """The newest version of each thing seen so far, and which of them are deleted."""

    struck: set[int]  # deleted whatever their version
    version: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def sees(self, thing: osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation) -> bool:
        """Tell whether a version counts for now: none that was seen is newer."""
        if thing.version < self.version.get(thing.id, 0):
            return False
        self.version[thing.id] = thing.version
        if thing.deleted or thing.id in self.struck:
            self.gone.add(thing.id)
        else:
            self.gone.discard(thing.id)
        return True

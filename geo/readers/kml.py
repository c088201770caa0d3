"""KML as its placemarks have it: every folder with its rows, all attributes under their own names and as text.

GDAL's reader writes names in Chinese as rows of underscores, so that two of them become one column, and makes numbers
of ids; nothing of that is right for a roster.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import shapely

from geo.errors import InputError
from geo.failures import reason_of
from geo.readers import messages
from geo.readers.companions import may_hold_data

_MOST_BYTES = 1 << 30  # unpacked
_POINT = re.compile(
    r"(?<![\d.])(-?[\d.]++(?:[eE][-+]?\d+)?)\s*+,\s*(-?[\d.]++(?:[eE][-+]?\d+)?)(?:\s*+,\s*[-+\d.eE]+)?"
)
_CONTAINERS = {"Folder", "Document", "kml"}
_SHAPES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"}
_PLAIN_COLUMNS = {"name": "Name", "address": "address", "phoneNumber": "phone", "description": "description"}
_ROWS_OF_A_TABLE = 2  # name and value


@dataclass(slots=True)
class Folder:
    """A folder with the placemarks that lie directly in it."""

    name: str
    rows: list[dict[str, str]] = field(default_factory=list)
    shapes: list[shapely.Geometry | None] = field(default_factory=list)

    def columns(self) -> list[str]:
        """Return the names of all attributes, in the order in which they come first; ``Name`` yields to ``name``."""
        found = list(dict.fromkeys(key for row in self.rows for key in row))
        return [key for key in found if key != "Name" or "name" not in found]


@dataclass(frozen=True, slots=True)
class Document:
    """What a KML or KMZ file holds."""

    folders: tuple[Folder, ...]  # that hold placemarks, in the order of the file
    links: tuple[str, ...] = ()  # addresses of other files whose placemarks it shows
    others: tuple[str, ...] = ()  # files of a KMZ that are no KML and may hold rows


def read_document(path: Path) -> Document:
    """Read a KML file, or all that a KMZ file holds.

    Raises
    ------
    InputError
        When it is no KML, is too large, or declares a document type, which might grow or read other files.
    """
    try:
        contents, others = _contents(path)
        for content in contents.values():
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise InputError(messages.UNREADABLE, file=path.name, reason="DOCTYPE")
        # without a document type there are no entities
        roots = {name: ET.fromstring(content) for name, content in contents.items()}  # noqa: S314
    except (ET.ParseError, zipfile.BadZipFile, OSError, ValueError, LookupError) as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=reason_of(error)) from error
    stems = {name: path.stem if len(roots) == 1 else PurePosixPath(name).stem for name in roots}
    folders = [folder for name, root in roots.items() for folder in _folders(root, stems[name]) if folder.rows]
    links = dict.fromkeys(link for name, root in roots.items() for link in _links(root, name, set(roots)))
    return Document(tuple(folders), tuple(links), tuple(others))


def _contents(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return every KML of a file by its name inside, the main one first, and other files that may hold rows."""
    if not zipfile.is_zipfile(path):
        return {path.name: path.read_bytes()}, []
    with zipfile.ZipFile(path) as archive:
        names = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
        inside = {name: entry for name, entry in names.items() if name.lower().endswith(".kml")}
        if not inside:
            raise ValueError(messages.NO_KML_INSIDE)
        size = sum(entry.file_size for entry in inside.values())
        if size > _MOST_BYTES:
            limit = _MOST_BYTES // 1024**3
            raise InputError(messages.ZIP_SIZE, file=path.name, size=round(size / 1024**3, 1), most=limit)
        order = sorted(inside, key=lambda name: name.lower() != "doc.kml")
        others = [name for name in names if name not in inside and may_hold_data(PurePosixPath(name))]
        return {name: archive.read(inside[name]) for name in order}, others


def _links(root: ET.Element, document: str, read: set[str]) -> Iterator[str]:
    """Yield the addresses of what a document shows of other files, without those that are read beside it."""
    for link in _below(root, "NetworkLink"):
        for href in (_text(each) for each in _below(link, "href")):
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(document), unquote(href)))
            if href and beside not in read:
                yield href


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: ET.Element, tag: str) -> ET.Element | None:
    return next((child for child in element if _tag(child) == tag), None)


def _text(element: ET.Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _folders(root: ET.Element, stem: str) -> Iterator[Folder]:
    """Yield a folder for every container, outer ones first; without recursion, since a file may nest them deeply."""
    waiting = [(root, stem)]
    while waiting:
        element, above = waiting.pop()
        folder = Folder(_text(_child(element, "name")) or above)
        inner = []
        for child in element:
            if _tag(child) == "Placemark":
                folder.rows.append(_attributes(child))
                folder.shapes.append(_placed(child))
            elif _tag(child) in _CONTAINERS:
                inner.append((child, folder.name))
        waiting += reversed(inner)
        yield folder


def _attributes(placemark: ET.Element) -> dict[str, str]:
    """Return what a placemark says, by its own names; a description that is a table of two columns is more of that."""
    row = {column: _text(_child(placemark, tag)) for tag, column in _PLAIN_COLUMNS.items()}
    row |= {"id": placemark.get("id", ""), "timestamp": _text(next(_below(placemark, "when"), None))}
    described = _table(row["description"])
    if described:
        del row["description"]
    extended = {}
    for data in _below(placemark, "Data"):
        extended[data.get("name", "")] = _text(_child(data, "value"))
    for data in _below(placemark, "SimpleData"):
        extended[data.get("name", "")] = _text(data)
    every = {**row, **described, **{name.strip(): value for name, value in extended.items()}}
    return {name: value for name, value in every.items() if name and value}


def _below(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (each for each in element.iter() if _tag(each) == tag)


class _Cells(HTMLParser):
    """Gathers the cells of the rows of a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        self._inside = tag in ("td", "th") and bool(self.rows)
        if self._inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def _table(description: str) -> dict[str, str]:
    """Return the rows of an HTML table that have a name and a value, as maps of offices describe their places."""
    if "<t" not in description.lower():
        return {}
    parser = _Cells()
    parser.feed(description)
    rows = [[cell.strip() for cell in row] for row in parser.rows]
    return {row[0].rstrip(":："): row[1] for row in rows if len(row) == _ROWS_OF_A_TABLE and row[0]}


def _placed(placemark: ET.Element) -> shapely.Geometry | None:
    found = [shape for child in placemark if _tag(child) in _SHAPES and (shape := _shape(child)) is not None]
    return found[0] if len(found) == 1 else shapely.GeometryCollection(found) if found else None


def _shape(element: ET.Element) -> shapely.Geometry | None:
    """Return the shape of an element; None where its coordinates are none."""
    kind = _tag(element)
    if kind == "MultiGeometry":
        shapes = [
            shape
            for child in element.iter()
            if _tag(child) in _SHAPES - {"MultiGeometry", "LinearRing"} and (shape := _shape(child)) is not None
        ]
        return shapely.GeometryCollection(shapes) if shapes else None
    if kind == "Polygon":
        rings = [
            _coordinates(ring) for side in ("outerBoundaryIs", "innerBoundaryIs") for ring in _below(element, side)
        ]
        rings = [ring for ring in rings if len(ring) > 3]  # noqa: PLR2004 - a triangle and its first corner again
        return shapely.Polygon(rings[0], rings[1:]) if rings else None
    points = _coordinates(element)
    if kind == "Point":
        return shapely.Point(points[0]) if points else None
    return shapely.LineString(points) if len(points) > 1 else None


def _coordinates(element: ET.Element) -> list[tuple[float, float]]:
    text = _text(next(_below(element, "coordinates"), None))
    found = []
    for match in _POINT.finditer(text):
        try:
            found.append((float(match[1]), float(match[2])))
        except ValueError:
            return []
    return found

"""Vector files as parts: their layers, and the folders of KML."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from geo.errors import InputError
from geo.notes import Note
from geo.readers import kml, messages
from geo.readers.part import LAYER, LONGEST_NAME, Loaded, Part, closed_part
from geo.readers.truncation import check_rows, check_whole
from geo.readers.values import as_text
from geo.readers.vector_files import KML, Layer, LayerInfo, folder_info, kml_layer, layer_infos, read_layer

LAYERS = {
    *(".geojson", ".json", ".geojsonl", ".geojsons", ".gpkg", ".shp", ".kml", ".kmz", ".gpx", ".tab", ".mif"),
    *(".gdb", ".fgb"),
}
_SHAPES = ("Point", "Polygon", "LineString")


def layer_parts(path: Path) -> list[Part]:
    """Return the layers of a vector file.

    Raises
    ------
    InputError
        When it is broken, cut off, or holds no layer.
    """
    check_whole(path)
    if path.suffix.lower() in KML:
        return _kml_parts(path)
    infos = layer_infos(path)
    if not infos:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    reads = [partial(read_layer, path, number) for number in range(len(infos))]
    return [_part(info, partial(_loaded, path, info.rows, read)) for info, read in zip(infos, reads, strict=True)]


def _kml_parts(path: Path) -> list[Part]:
    """Return the folders of a KML file, and as closed parts what it only points to."""
    document = kml.read_document(path)
    found = [
        _part(folder_info(folder), partial(_loaded, path, len(folder.rows), partial(kml_layer, folder)))
        for folder in document.folders
    ]
    found += [closed_part(link, Note(messages.LINK_UNREAD, {"name": link})) for link in document.links]
    found += [closed_part(name, Note(messages.FILE_UNREAD, {"name": name})) for name in document.others]
    if not found:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    return found


def _part(info: LayerInfo, read: Callable[[], Loaded]) -> Part:
    kind = info.shapes.removeprefix("3D ").removeprefix("Multi").split(" ", maxsplit=1)[0]
    shape = kind if kind in _SHAPES else ""
    placed = info.shapes not in ("", "None") or bool(info.crs)
    texts = partial(_texts, read)
    return Part(info.name, LAYER, info.fields, info.rows, read, shape=shape, placed=placed, crs=info.crs, texts=texts)


def _texts(read: Callable[[], Loaded]) -> frozenset[str]:
    """Return the texts of a layer that may name something."""
    try:
        cells = read().cells
    except InputError:  # a broken layer that nobody asked for
        return frozenset()
    found = {cell.strip() for name in cells.columns for cell in cells[name].map(as_text) if len(cell) <= LONGEST_NAME}
    return frozenset(found - {""})


def _loaded(path: Path, announced: int, read: Callable[[], Layer]) -> Loaded:
    layer = read()
    check_rows(path, announced, len(layer.cells))
    if not len(layer.cells):
        raise InputError(messages.EMPTY_FILE, file=path.name)
    return Loaded(layer.cells, np.arange(1, len(layer.cells) + 1), layer.geometry, layer.notes)

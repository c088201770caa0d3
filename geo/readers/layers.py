"""Vector files as parts: their layers, and the folders of KML."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from geo.errors import InputError
from geo.readers import kml, messages
from geo.readers.parts import LAYER, Loaded, Part
from geo.readers.truncation import check_rows, check_whole
from geo.readers.vector_files import KML, Layer, LayerInfo, kml_layer, layer_infos, read_layer

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
    infos = layer_infos(path)
    if not infos:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    reads: list[Callable[[], Layer]] = [partial(read_layer, path, number) for number in range(len(infos))]
    if path.suffix.lower() in KML:  # which is parsed as a whole
        reads = [partial(kml_layer, folder) for folder in kml.read_folders(path)]
    return [_part(info, partial(_loaded, path, info.rows, read)) for info, read in zip(infos, reads, strict=True)]


def _part(info: LayerInfo, read: Callable[[], Loaded]) -> Part:
    kind = info.shapes.removeprefix("3D ").removeprefix("Multi").split(" ", maxsplit=1)[0]
    shape = kind if kind in _SHAPES else ""
    placed = info.shapes not in ("", "None") or bool(info.crs)
    return Part(info.name, LAYER, info.fields, info.rows, read, shape=shape, placed=placed, crs=info.crs)


def _loaded(path: Path, announced: int, read: Callable[[], Layer]) -> Loaded:
    layer = read()
    check_rows(path, announced, len(layer.cells))
    if not len(layer.cells):
        raise InputError(messages.EMPTY_FILE, file=path.name)
    return Loaded(layer.cells, np.arange(1, len(layer.cells) + 1), layer.geometry, layer.notes)

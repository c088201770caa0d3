"""Vector files as layers: GeoPackage, FileGDB, Shapefile, KML and its folders, GPX, MapInfo, GeoJSON."""

import warnings
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import InputError
from geo.notes import Note
from geo.readers import grids, messages
from geo.readers.parts import LAYER, Loaded, Part
from geo.readers.truncation import check_whole

LAYERS = {
    *(".geojson", ".json", ".geojsonl", ".geojsons", ".gpkg", ".shp", ".kml", ".kmz", ".gpx", ".tab", ".mif"),
    *(".gdb", ".fgb"),
}
_KML = {".kml", ".kmz"}
_KML_COLUMNS = {
    *("id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"),
    *("snippet", "description", "Description"),
}
_BROKEN = (DataSourceError, DataLayerError, ValueError, UnicodeDecodeError, RuntimeError, OSError)


def layer_parts(path: Path) -> list[Part]:
    """Return the layers of a vector file.

    Raises
    ------
    InputError
        When it is broken or holds no layer.
    """
    check_whole(path)
    encoding = grids.dbf_encoding(path) if path.suffix.lower() == ".shp" else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of GDAL, on what the checks say in words
            names = [str(name) for name, _ in pyogrio.list_layers(path)]
            parts = [_part(path, number, name, encoding) for number, name in enumerate(names)]
    except _BROKEN as error:
        raise unreadable(path, error) from error
    if not parts:
        raise InputError(messages.EMPTY_FILE, file=path.name)
    return parts


def unreadable(path: Path, error: BaseException) -> InputError:
    """Say that a file cannot be read, with the first line of the reason."""
    reason = (str(error).splitlines() or [type(error).__name__])[0].replace(str(path), path.name)
    return InputError(messages.UNREADABLE, file=path.name, reason=reason)


def _part(path: Path, number: int, name: str, encoding: str | None) -> Part:
    info = pyogrio.read_info(path, layer=number, encoding=encoding, force_feature_count=True)
    shape = str(info["geometry_type"] or "").removeprefix("Multi").removeprefix("3D ").split(" ", maxsplit=1)[0]
    return Part(
        name,
        LAYER,
        tuple(map(str, info["fields"])),
        max(int(info["features"]), 0),
        partial(_read, path, number, encoding),
        shape=shape if shape in ("Point", "Polygon", "LineString") else "",
        placed=info["geometry_type"] is not None,
        crs=str(info["crs"] or ""),
    )


def _read(path: Path, number: int, encoding: str | None) -> Loaded:
    notes = [Note(messages.ENCODING, {"file": path.name, "encoding": encoding})] if encoding else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pyogrio.read_dataframe(path, layer=number, encoding=encoding, force_2d=True, use_arrow=False)
    except _BROKEN as error:
        raise unreadable(path, error) from error
    if not len(frame):
        raise InputError(messages.EMPTY_FILE, file=path.name)
    geometry = frame.geometry.reset_index(drop=True) if isinstance(frame, gpd.GeoDataFrame) else None
    cells = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype(object).reset_index(drop=True)
    cells = cells.where(cells.notna(), None)
    cells.columns = pd.Index([str(name) for name in cells.columns])
    if path.suffix.lower() in _KML:
        cells = _kml_cells(cells)
    return Loaded(cells, np.arange(1, len(cells) + 1), geometry, tuple(notes))


def _kml_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Drop what every KML placemark has and nobody filled in, and its own ``Name`` beside a ``name``."""
    drop = [column for column in cells.columns if column in _KML_COLUMNS and cells[column].map(_unfilled).all()]
    if {"Name", "name"} <= set(cells.columns):
        drop.append("Name")
    return cells.drop(columns=drop)


def _unfilled(cell: Any) -> bool:  # noqa: ANN401 - a cell
    return cell is None or cell != cell or cell in ("", -1, 0, False)  # noqa: PLR0124 - NaN

"""One layer of a vector file as cells, shapes and notes; each format by the reader that keeps what it holds."""

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import InputError
from geo.failures import reason_of
from geo.notes import Note
from geo.readers import grids, kml, messages, shapefiles
from geo.readers.geojson import GEOJSON, one_collection
from geo.readers.values import as_text, each_cell

KML = {".kml", ".kmz"}
_KEYS_OF_PROGRAMS = {"fid", "ogc_fid", "objectid", "rowid", "gid"}
"""Names of the column of row numbers that no office gave."""
BROKEN = (DataSourceError, DataLayerError, ValueError, UnicodeDecodeError, RuntimeError, OSError)


class Layer(NamedTuple):
    """A layer as it is in its file."""

    cells: pd.DataFrame
    geometry: gpd.GeoSeries | None  # two-dimensional; without a CRS where the file names none
    notes: tuple[Note, ...]


class LayerInfo(NamedTuple):
    """What a layer has, before it is read."""

    name: str
    fields: tuple[str, ...]
    rows: int
    shapes: str  # geometry type as GDAL names it; empty: mixed or none
    crs: str


def layer_infos(path: Path) -> list[LayerInfo]:
    """Return the layers of a file, in its order.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    if path.suffix.lower() in KML:
        return [folder_info(folder) for folder in kml.read_document(path).folders]
    try:
        with warnings.catch_warnings(), whole_file(path) as (whole, _):
            warnings.simplefilter("ignore")  # of GDAL, on what the checks say in words
            names = [str(name) for name, _ in pyogrio.list_layers(whole)]
            return [_info(path, whole, number, name) for number, name in enumerate(names)]
    except BROKEN as error:
        raise _unreadable(path, error) from error


def read_layer(path: Path, number: int) -> Layer:
    """Read a layer by its place in :func:`layer_infos`.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in KML:
        return kml_layer(kml.read_document(path).folders[number])
    raw = suffix == ".shp"
    try:
        with warnings.catch_warnings(), whole_file(path) as (whole, said):
            warnings.simplefilter("ignore")
            named = suffix not in GEOJSON or _names_crs(whole)
            key = _own_key(pyogrio.read_info(whole, layer=number, encoding=shapefiles.RAW if raw else None))
            frame = pyogrio.read_dataframe(
                whole,
                layer=number,
                encoding=shapefiles.RAW if raw else None,
                force_2d=True,
                use_arrow=True,  # whole numbers beside blanks stay whole
                arrow_to_pandas_kwargs={"integer_object_nulls": True},
                datetime_as_string=True,
                fid_as_index=bool(key),
            )
    except BROKEN as error:
        raise _unreadable(path, error) from error
    geometry = frame.geometry.reset_index(drop=True) if isinstance(frame, gpd.GeoDataFrame) else None
    cells = pd.DataFrame(frame.drop(columns=frame.columns[frame.dtypes == "geometry"])).astype(object)
    if key:
        cells.insert(0, key, cells.index.to_numpy().astype(object))
    cells = cells.where(cells.notna(), None).reset_index(drop=True)
    cells.columns = pd.Index([str(name) for name in cells.columns])
    notes = said
    if raw:
        cells, notes = _own_encoding(path, cells)
    if geometry is not None and not named:
        geometry = geometry.set_crs(None, allow_override=True)
    listed = suffix in GEOJSON
    return Layer(each_cell(cells, lambda cell: _property(cell, listed=listed)), geometry, notes)


@contextmanager
def whole_file(path: Path) -> Iterator[tuple[Path, tuple[Note, ...]]]:
    """Open a file as GDAL reads all of it: a shapefile with an index, GeoJSON as one collection."""
    with one_collection(path) as collection, shapefiles.indexed(collection.path) as whole:
        yield whole, collection.notes


def _info(path: Path, whole: Path, number: int, name: str) -> LayerInfo:
    raw = path.suffix.lower() == ".shp"
    info = pyogrio.read_info(whole, layer=number, encoding=shapefiles.RAW if raw else None, force_feature_count=True)
    fields = list(map(str, info["fields"]))
    if raw:
        fields, _ = shapefiles.field_names(fields, grids.dbf_encoding(path))
    fields = [key, *fields] if (key := _own_key(info)) else fields
    rows = max(int(info["features"]), 0)
    return LayerInfo(name, tuple(fields), rows, str(info["geometry_type"] or ""), str(info["crs"] or ""))


def _own_key(info: dict[str, Any]) -> str:
    """Return the column of numbers by which a database knows its rows, where an office named it; GDAL calls its fid."""
    name = str(info.get("fid_column") or "")
    fields = {str(field).casefold() for field in info["fields"]}
    return "" if name.casefold() in {"", *_KEYS_OF_PROGRAMS, *fields} else name


def _own_encoding(path: Path, cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    encoding = grids.dbf_encoding(path)
    names, mended = shapefiles.field_names(list(cells.columns), encoding)
    notes = [*shapefiles.missing_parts(path), Note(messages.ENCODING, {"file": path.name, "encoding": encoding})]
    if mended:
        pairs = ", ".join(f"{whole} -> {full}" if whole != full else whole for whole, full in mended)
        notes.append(Note(messages.NAMES_CUT, {"file": path.name, "names": pairs}))
    return shapefiles.decoded(cells.set_axis(names, axis=1), encoding), tuple(notes)


def folder_info(folder: kml.Folder) -> LayerInfo:
    """Return what a folder of a KML file has."""
    return LayerInfo(folder.name, tuple(folder.columns()), len(folder.rows), _kinds(folder.shapes), "EPSG:4326")


def kml_layer(folder: kml.Folder) -> Layer:
    """Return a folder of a KML file as a layer."""
    columns = folder.columns()
    rows = [{"name": row.get("Name"), **row} if "name" in columns else row for row in folder.rows]
    cells = pd.DataFrame([[row.get(column) for column in columns] for row in rows], columns=columns, dtype=object)
    return Layer(cells, gpd.GeoSeries(folder.shapes, crs="EPSG:4326"), ())


def _kinds(shapes: Sequence[Any]) -> str:
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    return kinds.pop() if len(kinds) == 1 else ""


def _property(cell: Any, *, listed: bool) -> Any:  # noqa: ANN401 - a cell
    """Return a list or an object, as GeoJSON may have them, as text; beside other values GDAL gives lists as JSON."""
    if listed and isinstance(cell, str) and cell[:1] == "[" and cell[-1:] == "]":
        try:
            return as_text(json.loads(cell))
        except ValueError:
            return cell
    return as_text(cell) if isinstance(cell, list | tuple | dict | np.ndarray) else cell


def _names_crs(path: Path) -> bool:
    """Tell whether a GeoJSON file may name a CRS; where it does not, GDAL says WGS-84 for it."""
    with path.open("rb") as file:
        rest = b""
        while chunk := file.read(1 << 20):
            if b'"crs"' in rest + chunk:
                return True
            rest = chunk[-8:]
    return False


def _unreadable(path: Path, error: BaseException) -> InputError:
    return InputError(messages.UNREADABLE, file=path.name, reason=reason_of(error))

"""The layers of a file with street edges: all with the same columns are read, or those that are asked for."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio

from geo.errors import InputError
from geo.failures import reason_of
from geo.notes import Note
from geo.readers import messages
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import Headings, plain
from geo.readers.layers import layer_parts
from geo.readers.part import Part
from geo.readers.parts import choose, listed
from geo.readers.systems import in_one_system
from geo.readers.vector_files import BROKEN, read_layer, whole_file
from geo.streets import conditions
from geo.streets.access import TAGS

PARQUET = (".parquet", ".geoparquet")
NEEDED = ("u", "v", "highway")
TEXTS = ("name", "name:zh", "ref", "bridge", "tunnel")
UNREADABLE = "file is {value!r}: it can't be read as street edges ({reason}); export it again"
NO_LINES = "file is {value!r}: it holds no layer of lines; give street edges"
NO_LAYERS = "{field} is {value!r}: {file} has no layers; leave it out"


@dataclass(frozen=True, slots=True)
class EdgeRows:
    """The rows of the layers that are read."""

    frame: gpd.GeoDataFrame
    rows: npt.NDArray[Any]  # what the user calls a row: its number, or layer!number where there are several
    notes: tuple[Note, ...] = ()


def _headings() -> Headings:
    columns = {name: (plain(name),) for name in sorted({*NEEDED, *TAGS, *conditions.TAGS, *TEXTS})}
    return Headings(columns, {}, tuple((name,) for name in NEEDED), shapes="LineString", once=False)


def read_edge_rows(chosen: ChosenFile) -> EdgeRows:
    """Read the rows of a file, of all its layers of streets with the same columns.

    Raises
    ------
    InputError
        When the file is broken or cut off, has no layer of lines, or has several whose columns differ, so that somebody
        must choose.
    """
    path = chosen.path
    if path.suffix.lower() in PARQUET:
        return _parquet(chosen)
    parts = _parts(path)
    lines = [part for part in parts if part.shape in ("LineString", "") and part.placed]
    if not lines:
        raise InputError(NO_LINES, field="file", value=path.name)
    headings = _headings()
    choice = choose(parts if chosen.parts else lines, chosen.parts, headings, path.name)
    left = [part for part in (*choice.unread, *choice.other) if headings.known(part.headers)]
    if left and not chosen.parts:  # what is read takes the place of the whole network
        raise InputError(messages.CHOOSE_PARTS, file=path.name, parts=listed([*choice.read, *left]))
    read = [_layer(path, parts.index(part)) for part in choice.read]
    notes = (*choice.notes, *(note for _, own in read for note in own))
    frames = _in_one_system(path, choice.read, [frame for frame, _ in read])
    if len(frames) == 1:
        return EdgeRows(frames[0], np.array(_numbers(frames[0])), notes)
    rows = [f"{part.name}!{row}" for part, frame in zip(choice.read, frames, strict=True) for row in _numbers(frame)]
    together = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)
    return EdgeRows(together, np.array(rows, dtype=object), notes)


def _in_one_system(path: Path, parts: Sequence[Part], frames: Sequence[gpd.GeoDataFrame]) -> list[gpd.GeoDataFrame]:
    shapes = [frame.geometry for frame in frames]
    found = in_one_system(path.name, [part.name for part in parts], shapes, [part.crs for part in parts])
    return [frame.set_geometry(shape) for frame, shape in zip(frames, found, strict=True)]


def _numbers(frame: pd.DataFrame) -> range:
    return range(1, len(frame) + 1)


def _parts(path: Path) -> list[Part]:
    try:
        return layer_parts(path)
    except InputError as error:
        if error.template != messages.UNREADABLE:
            raise
        raise InputError(UNREADABLE, field="file", value=path.name, reason=error.values["reason"]) from error


def _layer(path: Path, number: int) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """Read a layer; the table of a shapefile in its own encoding, lists of other formats as they are."""
    if path.suffix.lower() == ".shp":
        layer = read_layer(path, number)
        return gpd.GeoDataFrame(layer.cells, geometry=layer.geometry), layer.notes
    try:
        with warnings.catch_warnings(), whole_file(path) as (whole, said):
            warnings.simplefilter("ignore")
            return pyogrio.read_dataframe(whole, layer=number, force_2d=True), said
    except BROKEN as error:
        raise _unreadable(path, error) from error


def _parquet(chosen: ChosenFile) -> EdgeRows:
    path = chosen.path
    if chosen.parts:
        raise InputError(NO_LAYERS, field="layer", value=", ".join(chosen.parts), file=path.name)
    try:
        frame = gpd.read_parquet(path)
    except Exception as error:  # pyarrow's exceptions have no common one
        raise _unreadable(path, error) from error
    return EdgeRows(frame, np.array(_numbers(frame)))


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = reason_of(error)
    return InputError(UNREADABLE, field="file", value=path.name, reason=reason)

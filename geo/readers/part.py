"""A part of a file, a sheet, layer or folder, before and after it is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.notes import Note

SHEET, LAYER = "sheet", "layer"
LONGEST_NAME = 200
"""Characters of a text that may be the name of something."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with the form of a row, before anybody looks at what it says."""

    at: int  # position in the table
    template: str
    values: dict[str, Any]
    name: str = "row"  # field


@dataclass(frozen=True, slots=True)
class Loaded:
    """What stands in a part."""

    cells: pd.DataFrame  # one unique heading per column, objects as they arrived
    rows: npt.NDArray[np.int64]  # row numbers that the user sees
    geometry: gpd.GeoSeries | None = None
    notes: tuple[Note, ...] = ()
    skipped: int = 0  # rows that are no data: headers again, totals, remarks
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet, layer or folder."""

    name: str
    kind: str  # SHEET or LAYER
    headers: tuple[str, ...]  # none where no header was recognised
    rows: int  # that may be data
    read: Callable[[], Loaded] = field(repr=False, compare=False)
    hidden: bool = False
    shape: str = ""  # Point, Polygon, LineString; empty where it is mixed, unknown or none
    placed: bool = False  # it holds geometries
    crs: str = ""
    closed: bool = False  # it could not be opened, so nobody knows what stands in it
    why: Note | None = None  # it is closed
    tabular: bool = True  # some row has several cells, so that it may be a record
    texts: Callable[[], frozenset[str]] = field(default=frozenset, repr=False, compare=False)


def closed_part(name: str, why: Note) -> Part:
    """Return a part that nobody can look into, such as a file of an unknown kind in an archive."""
    return Part(name, LAYER, (), 0, partial(_refuse, why), closed=True, why=why)


def _refuse(why: Note) -> Loaded:
    raise InputError(why.template, **why.values)

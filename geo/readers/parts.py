"""The parts of a file: the sheets of a workbook, the layers or folders of a vector file; and which of them are read.

All parts with the same headings are read. Where headings differ nobody can know what is meant, so the choice is asked.
A hidden part is read when it is named, and never otherwise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.nearest import hint
from geo.notes import Note, Sentences
from geo.readers import messages
from geo.readers.columns import Headings, named_datum

SHEET, LAYER = "sheet", "layer"
TO_CHOOSE = (messages.CHOOSE_PARTS, messages.ONLY_HIDDEN, messages.NO_SUCH_PART, messages.PARTS_DIFFER)
"""Refusals that end when somebody names the parts."""
_SHOWN_HEADERS = 8
_SHOWN_PARTS = 20


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
    texts: Callable[[], frozenset[str]] = field(default=frozenset, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PartChoice:
    """Which parts are read."""

    read: tuple[Part, ...]
    unread: tuple[Part, ...] = ()  # tables of the same kind, hidden or not asked for: what is asked may stand there
    other: tuple[Part, ...] = ()  # no tables of this kind
    notes: tuple[Note, ...] = ()


def choose(parts: Sequence[Part], wanted: Sequence[str], headings: Headings, file: str) -> PartChoice:
    """Choose the parts to read.

    Parameters
    ----------
    parts
        Of the file.
    wanted
        Names that were asked for; none: all with the same headings.
    headings
        By which tables of the kind are known.
    file
        Its name.

    Raises
    ------
    InputError
        When a part is not there, or when headings differ so that somebody must choose.
    """
    if len(parts) == 1 and not wanted and not parts[0].hidden:
        return PartChoice(tuple(parts))
    fit = [part for part in parts if part.rows and _fits(part, headings)]
    if wanted:
        read = _named(parts, wanted, file)
    else:
        read = [part for part in fit if not part.hidden]
        if not read and fit:
            raise InputError(messages.ONLY_HIDDEN, file=file, parts=listed(fit))
        if len({_likeness(part, headings) for part in read}) > 1:
            raise InputError(messages.CHOOSE_PARTS, file=file, parts=listed(fit))
        read = read or [_likeliest(parts, headings)]
    unread = [part for part in parts if part not in read and (part.closed or part in fit)]
    other = [part for part in parts if part.rows and part not in read and part not in fit]
    notes = _notes(parts, read, unread, other) if not wanted else _left(read, unread, other)
    return PartChoice(tuple(read), tuple(unread), tuple(other), notes)


def listed(parts: Sequence[Part]) -> Sentences:
    """Name parts with their rows and headings."""
    return Sentences(
        Note(
            messages.HIDDEN_PART if part.hidden else messages.PART,
            {"name": part.name, "rows": part.rows, "headers": short(part.headers)},
        )
        for part in parts[:_SHOWN_PARTS]
    )


def short(headers: Sequence[str], most: int = _SHOWN_HEADERS) -> str:
    """Name the first of many headings."""
    return ", ".join(headers[:most]) + (" …" if len(headers) > most else "")


def _fields(part: Part, headings: Headings) -> dict[str, str]:
    try:
        found, _ = headings.resolve(list(part.headers), part.name)
    except InputError:  # a heading that was chosen is not in this part
        return {}
    return found


def _fits(part: Part, headings: Headings) -> bool:
    fields = set(_fields(part, headings)) | ({"geometry"} if part.placed else set())
    strange = headings.shapes and part.shape and part.shape != headings.shapes
    return bool(fields) and headings.fit(fields) and not strange


def _likeness(part: Part, headings: Headings) -> tuple[Any, ...]:
    """Return what must be the same for two parts to be read as one table."""
    fields = _fields(part, headings)
    datums = tuple(named_datum(fields[name]) if name in fields else None for name in ("lon", "lat", "lonlat"))
    return frozenset(fields), datums, part.crs, part.placed, headings.meaning(part.name)


def _likeliest(parts: Sequence[Part], headings: Headings) -> Part:
    """Take the part that is most like a table of this kind, hidden ones last: its faults are worth saying."""
    seen = [part for part in parts if not part.hidden and (part.rows or part.headers)]
    return max(seen or parts, key=lambda part: (headings.known(part.headers), bool(part.rows)))


def _named(parts: Sequence[Part], wanted: Sequence[str], file: str) -> list[Part]:
    found = []
    for name in wanted:
        exact = [part for part in parts if part.name == name]
        alike = exact or [part for part in parts if part.name.strip().casefold() == name.strip().casefold()]
        if not alike:
            names = [part.name for part in parts]
            raise InputError(
                messages.NO_SUCH_PART, file=file, value=name, names=", ".join(names), nearest=hint(name, names)
            )
        found += alike
    return [part for part in parts if part in found]


def _notes(
    parts: Sequence[Part], read: Sequence[Part], unread: Sequence[Part], other: Sequence[Part]
) -> tuple[Note, ...]:
    """Say what was read and what was not."""
    names = ", ".join(repr(part.name) for part in read)
    notes = []
    if len(read) > 1:
        notes.append(Note(messages.PARTS_READ, {"names": names, "count": len(parts)}))
    elif len(parts) > 1 and (unread or other or len([p for p in parts if p.rows]) == 1):
        template = messages.SHEET if read[0].kind == SHEET else messages.LAYER
        notes.append(Note(template, {"sheet": read[0].name, "count": len(parts)}))
    return (*notes, *_left(read, unread, other))


def _left(read: Sequence[Part], unread: Sequence[Part], other: Sequence[Part]) -> tuple[Note, ...]:
    """Say what was not read."""
    notes = [Note(messages.NAMED_HIDDEN, {"name": part.name}) for part in read if part.hidden]
    for part in unread:
        template = messages.HIDDEN_UNREAD if part.hidden else messages.NOT_ASKED
        template = messages.CLOSED if part.closed else template
        notes.append(Note(template, {"name": part.name, "rows": part.rows}))
    notes += [Note(messages.NO_TABLE, {"name": part.name, "rows": part.rows}) for part in other[:_SHOWN_PARTS]]
    return tuple(notes)

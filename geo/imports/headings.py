"""Which columns a file has, what each is taken for, and what stands in it, so that a person can correct the choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo import workbooks
from geo.errors import InputError
from geo.model import Level
from geo.readers import grids
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import HEADER_ROWS, VISIT_FIELDS, VISIT_NEEDS, Headings, checkpoint_headings, zone_headings
from geo.readers.part import Part
from geo.readers.parts import choose, short
from geo.readers.tables import Table, parts_of, table_of_parts
from geo.readers.values import texts

_SAMPLES = 3
_LONGEST = 40
_MOST_PARTS = 100


@dataclass(frozen=True, slots=True)
class PartFound:
    """A sheet, layer or folder of a file, for a person to choose."""

    name: str
    rows: int
    headers: str  # the first of them
    hidden: bool
    read: bool  # as things stand


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file."""

    headers: tuple[str, ...]
    found: Mapping[str, str]  # our field -> the heading taken for it
    samples: Mapping[str, tuple[str, ...]]  # heading -> the first values below it
    rows: int  # 0 where no header was recognised
    geometry: bool  # the file itself holds places or outlines
    parts: tuple[PartFound, ...] = ()  # of a file that has several


def columns_of(file: ChosenFile, kind: str, chosen: Mapping[str, str], *, level: Level | None = None) -> Columns:
    """Look at the parts and columns of a roster (``checkpoints``) or of ``zones``.

    A file without any known heading gives the likeliest header row and no findings, so that a person can choose.

    Raises
    ------
    InputError
        When the file cannot be read at all.
    """
    headings = zone_headings(chosen, level) if kind == "zones" else checkpoint_headings(chosen)
    parts: Sequence[Part] = ()
    try:
        parts = parts_of(file, headings)
        table = table_of_parts(file, parts, headings)
    except InputError:
        headers = _likeliest_header(file.path)
        found = parts_found(parts)
        if not headers and not found:
            raise
        return Columns(headers, {}, {}, 0, geometry=False, parts=found)
    headers = tuple(map(str, table.cells.columns))
    samples = {header: _samples(table, header) for header in headers}
    found = parts_found(parts, table.read)
    return Columns(headers, dict(table.columns), samples, len(table.cells), table.geometry is not None, found)


def parts_found(parts: Sequence[Part], read: Sequence[str] = ()) -> tuple[PartFound, ...]:
    """Return the parts of a file that has several; the first of very many."""
    shown = [part for part in parts if part.rows or part.closed][:_MOST_PARTS]
    if len(shown) < 2 and not any(part.hidden for part in shown):  # noqa: PLR2004 - nothing to choose
        return ()
    return tuple(PartFound(part.name, part.rows, short(part.headers), part.hidden, part.name in read) for part in shown)


def visit_parts(file: ChosenFile) -> tuple[PartFound, ...]:
    """Return the parts of a file of visits, those that are asked for or read by themselves marked."""
    headings = Headings(VISIT_FIELDS, {}, VISIT_NEEDS)
    parts = parts_of(file, headings)
    try:
        read = [part.name for part in choose(parts, file.parts, headings, file.path.name).read]
    except InputError:
        read = []
    return parts_found(parts, read)


def _samples(table: Table, header: str) -> tuple[str, ...]:
    values = [text for text in texts(table.cells[header].head(20)).unique() if text]
    return tuple(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in values[:_SAMPLES])


def _likeliest_header(path: Path) -> tuple[str, ...]:
    """Take the first of the rows with the most texts; only tables can have a header that nobody knows."""
    rows = _rows(path)[:HEADER_ROWS]
    counts = [len(_words(row)) for row in rows]
    return tuple(_words(rows[counts.index(max(counts))])) if counts and max(counts) > 1 else ()


def _words(row: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(cell.strip() for cell in row if isinstance(cell, str) and cell.strip()))


def _rows(path: Path) -> list[list[Any]]:
    suffix = path.suffix.lower()
    if suffix in workbooks.WORKBOOKS:
        return next((grid.rows for grid in workbooks.workbook_grids(path) if grid.rows and not grid.hidden), [])
    return grids.text_grid(path, checkpoint_headings({})).rows if suffix in grids.TEXTS else []

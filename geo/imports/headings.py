"""Which columns a file has, what each is taken for, and what stands in it, so that a person can correct the choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo import workbooks
from geo.errors import InputError
from geo.model import Level
from geo.readers import grids
from geo.readers.columns import CHECKPOINT_FIELDS, HEADER_ROWS, LEVEL_NAMES, ZONE_FIELDS, Headings
from geo.readers.tables import Table, read_table
from geo.readers.values import texts

_SAMPLES = 3
_LONGEST = 40
_FIELDS = {"checkpoints": CHECKPOINT_FIELDS, "zones": ZONE_FIELDS}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file."""

    headers: tuple[str, ...]
    found: Mapping[str, str]  # our field -> the heading taken for it
    samples: Mapping[str, tuple[str, ...]]  # heading -> the first values below it
    rows: int  # 0 where no header was recognised
    geometry: bool  # the file itself holds places or outlines


def columns_of(path: Path, kind: str, chosen: Mapping[str, str], *, level: Level | None = None) -> Columns:
    """Look at the columns of a roster (``checkpoints``) or of ``zones``.

    A file without any known heading gives the likeliest header row and no findings, so that a person can choose.

    Raises
    ------
    InputError
        When the file cannot be read at all.
    """
    try:
        table = read_table(path, Headings(_fields(kind, level), dict(chosen)))
    except InputError:
        headers = _likeliest_header(path)
        if not headers:
            raise
        return Columns(headers, {}, {}, 0, geometry=False)
    headers = tuple(map(str, table.cells.columns))
    samples = {header: _samples(table, header) for header in headers}
    return Columns(headers, dict(table.columns), samples, len(table.cells), geometry=table.geometry is not None)


def _fields(kind: str, level: Level | None) -> Mapping[str, tuple[str, ...]]:
    """Return the headings to look for; the name of a zone has those of its level too, as the reader has it."""
    if kind == "zones" and level is not None:
        names = ZONE_FIELDS["name"]
        return {**ZONE_FIELDS, "name": (*names[:2], *LEVEL_NAMES[level], *names[2:])}
    return _FIELDS[kind]


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
    return grids.text_grid(path, Headings(CHECKPOINT_FIELDS, {})).rows if suffix in grids.TEXTS else []

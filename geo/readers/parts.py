"""A table of any size, some thousand rows at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.progress import Progress, silent
from geo.readers import grids, messages, text_files
from geo.readers.columns import HEADER_ROWS, Headings
from geo.readers.tables import UNNAMED, Header, Note, Table, made_table, read_table

ROWS = 50_000


def table_parts(
    path: Path | str, headings: Headings, *, progress: Progress = silent, rows: int = ROWS
) -> Iterator[Table]:
    """Read a file as :func:`geo.readers.tables.read_table` does, in parts of ``rows`` rows.

    Separated text is never in the memory as a whole; what other programs pack into one piece is. Later parts of a text
    may have more columns at their end than the first. Notes on the whole file come with its first part.

    Raises
    ------
    InputError
        When the file is missing, broken, empty, or has no header; perhaps not before a later part is asked for.
    """
    path = Path(path)
    if path.suffix.lower() not in grids.TEXTS or not path.is_file() or path.stat().st_size == 0:
        whole = read_table(path, headings, progress=progress)
        for start in range(0, len(whole.rows), rows):
            yield _slice(whole, start, start + rows)
        return
    progress("reading", 0, 1)
    with text_files.text_rows(path, lambda done, total: progress("reading", done, total)) as (encoding, lines):
        said = Note(messages.ENCODING, {"file": path.name, "encoding": encoding})
        yield from _text_parts(path.name, lines, (headings, rows), said)
    progress("reading", 1, 1)


def _text_parts(file: str, lines: Iterator[list[str]], wanted: tuple[Headings, int], said: Note) -> Iterator[Table]:
    headings, rows = wanted
    head = list(islice(lines, HEADER_ROWS + 1))
    header = Header.found(head, headings, file)
    lines, above, notes, empty = chain(head[header.end :], lines), header.end, [said, *header.notes], True
    while part := list(islice(lines, rows)):
        wider = Header(_widened(header.names, part), header.end)
        body, numbers, body_notes = wider.body(part, 0, above)
        above += len(part)
        if body:
            cells = pd.DataFrame(dict(zip(wider.names, zip(*body, strict=True), strict=True)), dtype=object)
            yield made_table(file, cells, numbers, headings, [*(notes if empty else ()), *body_notes])
            empty = False
    if empty:
        raise InputError(messages.NO_ROWS, file=file, row=header.end)


def _widened(names: list[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Add headings for cells beyond the last one."""
    width = max(map(len, rows))
    return [*names, *(f"{UNNAMED}{column + 1}" for column in range(len(names), width))]


def _slice(table: Table, start: int, end: int) -> Table:
    cells = table.cells.iloc[start:end].reset_index(drop=True)
    geometry = None if table.geometry is None else table.geometry.iloc[start:end].reset_index(drop=True)
    notes = table.notes if start == 0 else ()
    return replace(table, cells=cells, rows=table.rows[start:end], geometry=geometry, notes=notes)

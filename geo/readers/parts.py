"""A table of any size, some thousand rows at a time, a column each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers import grids, messages, text_files
from geo.readers.columns import HEADER_ROWS, Headings
from geo.readers.tables import (
    MOST_CHARACTERS,
    UNNAMED,
    Header,
    Table,
    check_width,
    made_table,
    overlong,
    read_table,
    unseen_cells,
)

ROWS = 50_000
CHANGED = "{file} was changed while it was read: import it again"

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table, as they stand in the file."""

    rows: npt.NDArray[np.int64]  # row numbers that the user sees
    cells: Mapping[str, Cells]  # by heading
    columns: Mapping[str, str]  # field -> heading
    constants: Mapping[str, str]  # field -> value for all rows
    overlong: tuple[tuple[int, str, int], ...] = ()  # place, heading and length of cells that were cut

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, field: str) -> bool:
        """Tell whether the file, or the caller, gives the field."""
        return field in self.columns or field in self.constants

    def column(self, field: str) -> Cells:
        """Return the cells of a field; blanks where the file has no such column."""
        if field in self.columns:
            return self.cells[self.columns[field]]
        return [self.constants.get(field)] * len(self.rows)


class TableParts:
    """A table in parts; it can be read again. Separated text is never in the memory as a whole.

    Parameters
    ----------
    path
        As for :func:`geo.readers.tables.read_table`.
    headings
        The fields to look for.
    required
        Fields without which the file is refused.
    progress
        Hears ``reading``.
    """

    def __init__(
        self, path: Path | str, headings: Headings, required: Sequence[str], *, progress: Progress = silent
    ) -> None:
        self.path, self.notes = Path(path), list[Note]()
        self.headers: list[str] = []  # of all parts
        self._headings, self._required, self._progress = headings, required, progress
        self._again = False  # it is read once more: all has been said
        self._whole: Table | None = None
        self._state: tuple[int, int] | None = None  # size and time of the text as it was read first

    @property
    def file(self) -> str:
        """What the user calls the file."""
        return self.path.name

    def __iter__(self) -> Iterator[Part]:
        """Yield the parts.

        Raises
        ------
        InputError
            When the file is missing, broken, empty, has no header or not the required columns; perhaps not before a
            later part is asked for.
        """
        if self.path.suffix.lower() in grids.TEXTS and self.path.is_file() and self.path.stat().st_size:
            yield from self._of_text()
        else:
            if self._whole is None:
                self._whole = read_table(self.path, self._headings, progress=self._progress)
            yield from self._of_whole(self._whole)
        self._again = True

    def _of_whole(self, whole: Table) -> Iterator[Part]:
        whole.require(self._headings, *self._required)
        self._hear(whole.notes)
        cells = {str(name): whole.cells[name].tolist() for name in whole.cells.columns}
        if whole.geometry is not None and "geometry" not in whole.columns:
            cells["geometry"] = whole.geometry.to_wkt().tolist()
        self.headers = list(cells)
        for start in range(0, len(whole.rows), ROWS):
            some = {name: column[start : start + ROWS] for name, column in cells.items()}
            long = tuple((at - start, name, length) for at, name, length in whole.overlong if 0 <= at - start < ROWS)
            yield Part(whole.rows[start : start + ROWS], some, whole.columns, whole.constants, long)

    def _of_text(self) -> Iterator[Part]:
        self._progress("reading", 0, 1)
        found = self.path.stat()
        if self._state not in (None, (found.st_size, found.st_mtime_ns)):
            raise InputError(CHANGED, file=self.file)
        self._state = found.st_size, found.st_mtime_ns
        heard = partial(self._progress, "reading")
        with text_files.text_rows(self.path, heard) as (encoding, lines):
            self._hear([Note(messages.ENCODING, {"file": self.file, "encoding": encoding})])
            yield from self._of_lines(lines)
        self._progress("reading", 1, 1)

    def _of_lines(self, lines: Iterator[list[str]]) -> Iterator[Part]:
        head = list(islice(lines, HEADER_ROWS + 1))
        header = Header.found(head, self._headings, self.file)
        self._hear(header.notes)
        known = self._named(header)
        lines, above, empty = chain(head[header.end :], lines), header.end, True
        while some := list(islice(lines, ROWS)):
            check_width(some, self.file)
            columns, numbers, notes = _columns(some, header, above)
            above += len(some)
            self._hear(notes)
            if not len(numbers):
                continue
            empty = False
            own = known.cells.columns if len(columns) == len(header.names) else [*known.cells.columns, *columns]
            cells = {name: columns[name] for name in dict.fromkeys(own)}
            self._hear(unseen_cells(cells, numbers))
            self.headers += [name for name in cells if name not in self.headers]
            yield Part(numbers, cells, known.columns, known.constants, _cut(cells))
        if empty:
            raise InputError(messages.NO_ROWS, file=self.file, row=header.end)

    def _named(self, header: Header) -> Table:
        """Find the columns of the fields."""
        names = [name for name in header.names if not name.startswith(UNNAMED)]
        nothing = pd.DataFrame({name: [] for name in names}, dtype=object)
        known = made_table(self.file, nothing, np.zeros(0, np.int64), self._headings, [])
        known.require(self._headings, *self._required)
        self._hear(known.notes)
        return known

    def _hear(self, notes: Sequence[Note]) -> None:
        """Keep what is said of a part; what is said again is counted together."""
        for note in () if self._again else notes:
            said = next((n for n, each in enumerate(self.notes) if each.template == note.template), None)
            if said is None or "count" not in note.values:
                self.notes.append(note)
            else:
                first = self.notes[said].values
                self.notes[said] = Note(note.template, {**first, "count": first["count"] + note.values["count"]})


def _columns(
    rows: list[list[str]], header: Header, above: int
) -> tuple[dict[str, Cells], npt.NDArray[np.int64], list[Note]]:
    """Return the columns of some rows, without blank rows and the headings again."""
    width, first = len(header.names), header.first
    if all(len(row) == width for row in rows):
        columns = list(zip(*rows, strict=True))
        named = columns[first]
        if header.names[first] not in map(str.strip, named) and all(map(str.strip, named)):
            return dict(zip(header.names, columns, strict=True)), np.arange(above + 1, above + len(rows) + 1), []
    wider = Header(_widened(header.names, rows), header.end)
    body, numbers, notes = wider.body(rows, 0, above)
    filled = list(zip(*body, strict=True)) if body else [()] * len(wider.names)
    return dict(zip(wider.names, filled, strict=True)), numbers, notes


def _cut(cells: dict[str, Cells]) -> tuple[tuple[int, str, int], ...]:
    """Cut the cells that hold more than a cell of a spreadsheet can, and tell which."""
    found: list[tuple[int, str, int]] = []
    for name, column in cells.items():
        if max(map(len, filter(None, column)), default=0) > MOST_CHARACTERS:
            long = overlong(column)
            found += [(at, name, length) for at, length in long]
            whole = list(column)
            for at, _ in long:
                whole[at] = column[at][:MOST_CHARACTERS]
            cells[name] = whole
    return tuple(found)


def _widened(names: list[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Add headings for cells beyond the last one."""
    width = max(map(len, rows))
    return [*names, *(f"{UNNAMED}{column + 1}" for column in range(len(names), width))]

"""A table of any size, some thousand rows at a time, a column each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers import grids, messages
from geo.readers.chosen_file import ChosenFile
from geo.readers.coded import Coded, distinct
from geo.readers.columns import HEADER_ROWS, Headings, find_header, join_header
from geo.readers.part import Loaded, RowFault
from geo.readers.sheets import MOST_COLUMNS, Body, blank, refuse
from geo.readers.tables import Table, cut_cells, loaded_table, read_table, unseen_cells
from geo.readers.text_lines import TextFile

ROWS = 50_000
UNNAMED = "column_"
"""How the headings begin that :func:`geo.readers.columns.join_header` makes up."""

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table, as they stand in the file."""

    rows: npt.NDArray[Any]  # what the user calls each row
    cells: Mapping[str, Cells]  # by heading
    columns: Mapping[str, str]  # field -> heading
    constants: Mapping[str, str]  # field -> value for all rows
    faults: tuple[RowFault, ...] = ()  # of the form of rows, by their place in the chunk

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, field: str) -> bool:
        """Tell whether the file, or the caller, gives the field."""
        return field in self.columns or field in self.constants

    def column(self, field: str) -> Cells:
        """Return the cells of a field; blanks where the file has no such column."""
        if field in self.columns:
            return self.cells[self.columns[field]]
        return Coded.constant(self.constants.get(field), len(self.rows))


class TableChunks:
    """A table in chunks; it can be read again. Separated text is never in the memory as a whole.

    Parameters
    ----------
    given
        As for :func:`geo.readers.tables.read_table`.
    headings
        The fields to look for.
    required
        Fields without which the file is refused.
    progress
        Hears ``reading``.
    """

    def __init__(
        self, given: ChosenFile, headings: Headings, required: Sequence[str], *, progress: Progress = silent
    ) -> None:
        self.headers: list[str] = []  # of all chunks
        self.skipped = 0  # rows that are no data, or stand in parts that were not read
        self._given, self._notes = given, list[Note]()
        self._headings, self._required, self._progress = headings, required, progress
        self._again = False  # it is read once more: all has been said
        self._whole: Table | None = None
        self._state: tuple[int, int] | None = None  # size and time of the text as it was read first

    @property
    def file(self) -> str:
        """What the user calls the file."""
        return self._given.path.name

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was decided or found."""
        return tuple(self._notes)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks.

        Raises
        ------
        InputError
            When the file is missing, broken, empty, has no header or not the required columns; perhaps not before a
            later chunk is asked for.
        """
        path = self._given.path
        if path.suffix.lower() in grids.TEXTS and not self._given.parts and path.is_file() and path.stat().st_size:
            yield from self._of_text()
        else:
            if self._whole is None:
                self._whole = read_table(self._given, self._headings, progress=self._progress)
            yield from self._of_whole(self._whole)
        self._again = True

    def _of_whole(self, whole: Table) -> Iterator[Chunk]:
        whole.require(self._headings, *self._required)
        self._hear(whole.notes)
        self.skipped = whole.skipped
        cells = {str(name): whole.cells[name].tolist() for name in whole.cells.columns}
        if whole.geometry is not None and "geometry" not in whole.columns:
            cells["geometry"] = whole.geometry.to_wkt().tolist()
        self.headers = list(cells)
        for start in range(0, len(whole.rows), ROWS):
            some = {name: column[start : start + ROWS] for name, column in cells.items()}
            own = tuple(_moved(fault, -start) for fault in whole.faults if start <= fault.at < start + ROWS)
            yield Chunk(whole.rows[start : start + ROWS], some, whole.columns, whole.constants, own)

    def _of_text(self) -> Iterator[Chunk]:
        self._progress("reading", 0, 1)
        found = self._given.path.stat()
        if self._state not in (None, (found.st_size, found.st_mtime_ns)):
            raise InputError(messages.CHANGED, file=self.file)
        self._state = found.st_size, found.st_mtime_ns
        with TextFile(self._given.path, self._headings, partial(self._progress, "reading")) as text:
            self._hear([text.note])
            yield from self._of_lines(text)
        self._progress("reading", 1, 1)

    def _of_lines(self, text: TextFile) -> Iterator[Chunk]:
        blocks = text.blocks(ROWS)
        lines = next(blocks, [])
        rows = text.parsed(lines)
        self._check_width(rows)
        head = rows[: HEADER_ROWS + 1]
        at = find_header(head, self._headings)
        if at is None:
            refuse(head, self._headings, self.file)
            return
        first, span = at
        if any(not all(map(blank, row)) for row in head[:first]):
            self._hear([Note(messages.HEADER_ROW, {"row": first + 1})])
        headers = join_header(head[first : first + span], 0, span)
        body = Body(headers, len(headers), text.separator)
        known = self._named(headers)
        above, count = first + span, 0
        first_rows = _columns(rows[above:], above, body, ended=_ended(lines))
        for read in chain([first_rows], self._reads(text, blocks, len(rows), body)):
            chunk = self._chunk(read, known)
            count += len(chunk)
            if len(chunk):
                yield chunk
        if not count:
            raise InputError(messages.NO_ROWS, file=self.file, row=first + span)
        self.skipped = body.again + len(body.sums)
        self._hear(body.notes())

    def _reads(self, text: TextFile, blocks: Iterable[list[str]], above: int, body: Body) -> Iterator["_Read"]:
        """Yield the rows of blocks of lines, each by its columns where they are plain."""
        for lines in blocks:
            columns = text.columns(lines, body.width)
            if columns and body.plain(list(map(distinct, columns))):
                yield _taken(columns, above, body)
                above += len(lines)
                continue
            rows = text.parsed(lines)
            self._check_width(rows)
            yield _columns(rows, above, body, ended=_ended(lines))
            above += len(rows)

    def _check_width(self, rows: Sequence[Sequence[Any]]) -> None:
        if (width := max(map(len, rows), default=0)) > MOST_COLUMNS:
            raise InputError(messages.WIDE, file=self.file, width=width, most=MOST_COLUMNS)

    def _chunk(self, read: "_Read", known: Table) -> Chunk:
        self._hear(unseen_cells(read.cells, read.numbers))
        own = set(known.cells.columns)
        named = {name: column for name, column in read.cells.items() if name in own or name.startswith(UNNAMED)}
        cut, long = cut_cells(named, known.columns)
        self.headers += [name for name in cut if name not in self.headers]
        return Chunk(read.numbers, cut, known.columns, known.constants, (*read.faults, *long))

    def _named(self, headers: Sequence[str]) -> Table:
        """Find the columns of the fields."""
        names = [name for name in headers if not name.startswith(UNNAMED)]
        nothing = pd.DataFrame({name: [] for name in names}, dtype=object)
        known = loaded_table(self.file, Loaded(nothing, np.zeros(0, np.int64)), self._headings)
        known.require(self._headings, *self._required)
        self._hear(known.notes)
        return known

    def _hear(self, notes: Sequence[Note]) -> None:
        """Keep what is said of a chunk; what is said again is counted together."""
        for note in () if self._again else notes:
            said = next((n for n, each in enumerate(self._notes) if each.template == note.template), None)
            if said is None or "count" not in note.values:
                self._notes.append(note)
            else:
                first = self._notes[said].values
                self._notes[said] = Note(note.template, {**first, "count": first["count"] + note.values["count"]})


@dataclass(frozen=True, slots=True)
class _Read:
    """Some rows of text as columns."""

    numbers: npt.NDArray[np.int64]
    cells: Mapping[str, Cells]
    faults: Sequence[RowFault] = ()


def _columns(rows: list[list[str]], above: int, body: Body, *, ended: bool) -> _Read:
    """Return the columns of some rows, with what is wrong with the form of any."""
    if rows and all(len(row) == body.width for row in rows):
        columns = list(zip(*rows, strict=True))
        if body.plain(columns):
            return _taken(columns, above, body)
    for at, row in enumerate(rows):
        body.take(row, above + at + 1, last=at == len(rows) - 1 and not ended)
    found, taken, faults = body.drained()
    names = _widened(body.headers, found)
    filled = zip(*([*row, *(None,) * (len(names) - len(row))] for row in found), strict=True)
    cells: dict[str, Cells] = dict(zip(names, filled, strict=True)) if found else dict.fromkeys(names, ())
    return _Read(np.array(taken, np.int64), cells, faults)


def _taken(columns: Sequence[Cells], above: int, body: Body) -> _Read:
    """Return rows that are all data."""
    body.taken += len(columns[0])
    numbers = np.arange(above + 1, above + len(columns[0]) + 1)
    return _Read(numbers, dict(zip(body.headers, columns, strict=True)))


def _ended(lines: Sequence[str]) -> bool:
    """Tell whether the last line ends."""
    return not lines or lines[-1][-1:] in {"\r", "\n"}


def _widened(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Add headings for cells beyond the last one."""
    width = max(map(len, rows), default=0)
    return [*names, *(f"{UNNAMED}{column + 1}" for column in range(len(names), width))]


def _moved(fault: RowFault, by: int) -> RowFault:
    return RowFault(fault.at + by, fault.template, fault.values, fault.name)

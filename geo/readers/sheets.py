"""Sheets and text files as parts: the header is found, and every row below it is data or is said to be none."""

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.notes import Note
from geo.readers import messages
from geo.readers.columns import HEADER_ROWS, Headings, find_header, join_header
from geo.readers.part import LONGEST_NAME, SHEET, Loaded, Part, RowFault
from geo.workbooks import Grid

_SUMS = {"合计", "总计", "共计", "小计", "累计", "汇总", "总和", "total", "totals", "sum", "subtotal", "grandtotal"}
_REMARK = re.compile(
    r"(注|备注|说明|填表|填报|制表|制单|审核|审批|复核|负责人|联系人|联系电话|日期|单位|note|remark|prepared|date)\w*\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_DIGIT = re.compile(r"\d")  # a heading has none
MOST_COLUMNS = 16_384  # as in a workbook
_FEW = 2  # filled cells of a row that is a remark


def sheet_part(grid: Grid, headings: Headings, file: str) -> Part:
    """Return a grid as a part; what cannot be read of it is said when it is read."""
    if (width := max(map(len, grid.rows), default=0)) > MOST_COLUMNS:
        raise InputError(messages.WIDE, file=file, width=width, most=MOST_COLUMNS)
    at = find_header(grid.rows, headings)
    if at is None:
        read = partial(refuse, grid.rows, headings, file)
        texts = partial(_texts, grid)
        rows, tabular = _rows_without_header(grid)
        return Part(grid.name, SHEET, (), rows, read, grid.hidden, closed=grid.closed, texts=texts, tabular=tabular)
    first, span = at
    headers = join_header(grid.rows, first, span)
    filled = sum(1 for row in grid.rows if not all(map(blank, row)))
    above = sum(1 for row in grid.rows[: first + span] if not all(map(blank, row)))
    read = partial(_load, grid, headers, first, span, file)
    named = tuple(header for header in headers if not header.startswith("column_"))
    return Part(grid.name, SHEET, named, filled - above, read, grid.hidden, texts=partial(_texts, grid))


def blank(cell: Any) -> bool:  # noqa: ANN401 - a cell
    """Tell whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124 - NaN


def _rows_without_header(grid: Grid) -> tuple[int, bool]:
    """Count the rows of a sheet whose headings nobody knows, and tell whether any of them may be a record."""
    filled = [cells for row in grid.rows if (cells := [cell for cell in row if not blank(cell)])]
    records = [cells for cells in filled if len(cells) > 1]
    headed = len(records) > 1 and all(isinstance(cell, str) and not _DIGIT.search(cell) for cell in records[0])
    own = headed and any(len(cells) == len(records[0]) for cells in records[1:])
    return (len(filled) - filled.index(records[0]) - 1 if own else len(filled)), bool(records)


def _texts(grid: Grid) -> frozenset[str]:
    """Return the texts of a sheet that may name something."""
    cells = {cell.strip() for row in grid.rows for cell in row if isinstance(cell, str) and len(cell) <= LONGEST_NAME}
    return frozenset(cells - {""})


def refuse(rows: Sequence[Sequence[Any]], headings: Headings, file: str) -> Loaded:
    """Say of a sheet without headings what it lacks.

    Raises
    ------
    InputError
        Always.
    """
    if all(all(map(blank, row)) for row in rows):
        raise InputError(messages.EMPTY_FILE, file=file)
    example = ", ".join(names[1] if len(names) > 1 else names[0] for names in list(headings.fields.values())[:4])
    raise InputError(messages.NO_HEADER, file=file, rows=HEADER_ROWS, example=example)


def _load(grid: Grid, headers: list[str], first: int, span: int, file: str) -> Loaded:
    """Read the rows below the header, which begins in a row and spans one or two."""
    notes = list(grid.notes)
    if any(not all(map(blank, row)) for row in grid.rows[:first]):
        notes.append(Note(messages.HEADER_ROW, {"row": first + 1}))
    body = Body(headers, max(map(len, grid.rows[first : first + span])), grid.separator)
    columns = _whole_columns(grid.rows[first + span :], body)
    if columns is None:
        for at in range(first + span, len(grid.rows)):
            body.take(grid.rows[at], at + 1, last=at == len(grid.rows) - 1 and not grid.ended)
        columns = list(zip(*body.rows, strict=True))
        numbers = np.array(body.numbers, np.int64)
    else:
        numbers = np.arange(first + span + 1, len(grid.rows) + 1)
    if not len(numbers):
        raise InputError(messages.NO_ROWS, file=file, row=first + span)
    cells = pd.DataFrame(dict(zip(headers, columns, strict=True)), dtype=object)
    unnamed = [name for name in headers if name.startswith("column_") and all(map(blank, cells[name]))]
    return Loaded(
        cells.drop(columns=unnamed),
        numbers,
        notes=(*notes, *body.notes()),
        skipped=body.again + len(body.sums),
        faults=tuple(body.faults),
    )


def _whole_columns(rows: Sequence[Sequence[Any]], body: "Body") -> list[tuple[Any, ...]] | None:
    """Return the cells by columns where every row is data at first sight; None where each needs a look."""
    if not rows or any(len(row) != body.width for row in rows) or body.width != len(body.headers):
        return None
    columns = list(zip(*rows, strict=True))
    return columns if body.plain(columns) else None


class Body:
    """Keeps what is neither blank, nor the header again (sheets are printed with one per page), nor a sum or remark.

    Parameters
    ----------
    headers
        One for each column.
    width
        Columns of the header itself; rows of text may be longer.
    separator
        Of a text file; empty for other sheets.
    """

    def __init__(self, headers: Sequence[str], width: int, separator: str) -> None:
        self.rows: list[list[Any]] = []
        self.numbers: list[int] = []
        self.faults: list[RowFault] = []
        self.sums: list[int] = []
        self.short: list[int] = []
        self.empty = self.again = 0
        self.headers, self.width = headers, width
        self.taken = 0
        self._separator = separator
        self._named = [header for header in headers if not header.startswith("column_")]
        self._first = headers.index(self._named[0])

    def take(self, given: Sequence[Any], number: int, *, last: bool) -> None:
        """Take a row, or count why not; ``last`` is the end of a text that stops in a line."""
        row = [*given, *(None,) * (len(self.headers) - len(given))]
        filled = [str(cell).strip() for cell in row if not blank(cell)]
        if not filled:
            self.empty += 1
        elif str(row[self._first]).strip() == self._named[0] and filled == self._named:
            self.again += 1
        elif self._is_sum(filled) or (len(filled) <= _FEW and _REMARK.fullmatch(filled[0])):
            self.sums.append(number)
        else:
            if self._separator:
                self._form(given, number, last=last)
            self.rows.append(row)
            self.numbers.append(number)
            self.taken += 1

    def drained(self) -> tuple[list[list[Any]], list[int], list[RowFault]]:
        """Hand over the rows taken since the last time, their numbers, and what is wrong with the form of any."""
        found = self.rows, self.numbers, self.faults
        self.rows, self.numbers, self.faults = [], [], []
        return found

    def plain(self, columns: Sequence[Sequence[Any]]) -> bool:
        """Tell, by a look at all of some columns together, that :meth:`take` would take each row as it is.

        The columns are as wide as the header itself.
        """
        if self._named[0] in _stripped(columns[self._first]) or not _filled(columns[0]):
            return False
        if sum(map(_filled, columns)) <= _FEW:
            return False
        together = _squeezed("|".join(map(str, columns[0])))
        return not any(word in together for word in _SUMS)

    def _is_sum(self, filled: Sequence[str]) -> bool:
        """Tell whether a row begins with a word for a sum and leaves most columns empty."""
        return _squeezed(filled[0]) in _SUMS and 2 * len(filled) <= max(len(self._named), _FEW + 1)

    def _form(self, row: Sequence[Any], number: int, *, last: bool) -> None:
        """Note what is wrong with the form of a row of text."""
        width, here, separator = self.width, len(self.rows), self._separator
        over = any(not blank(cell) for cell in row[width:])
        other = next((one for one in ",;\t|，" if one != separator and _parted(row, one, width)), "")
        if over:
            values = {"count": len(row), "most": width, "separator": separator}
            self.faults.append(RowFault(here, messages.TOO_MANY_CELLS, values))
        elif other:
            self.faults.append(RowFault(here, messages.OTHER_SEPARATOR, {"other": other, "separator": separator}))
        elif len(row) < width and last and not self.short and self.taken:
            self.faults.append(RowFault(here, messages.CUT_ROW, {}))
        elif len(row) < width:
            self.short.append(number)

    def notes(self) -> list[Note]:
        """Say what was left out."""
        notes = [Note(messages.BLANK_ROWS, {"count": self.empty})] if self.empty else []
        notes += [Note(messages.REPEATED_HEADERS, {"count": self.again})] if self.again else []
        for template, rows in ((messages.TOTAL_ROWS, self.sums), (messages.SHORT_ROWS, self.short)):
            notes += [Note(template, {"rows": few_rows(rows)})] if rows else []
        return notes


def _stripped(column: Sequence[Any]) -> set[str]:
    return {str(cell).strip() for cell in column}


def _filled(column: Sequence[Any]) -> bool:
    """Tell whether something stands in every cell of a column."""
    try:
        return all(map(str.strip, column))
    except TypeError:  # other cells than texts
        return not any(map(blank, column))


def _squeezed(text: str) -> str:
    """Return a text without blanks, colons, width and case."""
    return re.sub(r"[\s:：]+", "", unicodedata.normalize("NFKC", text)).casefold()


def few_rows(rows: Sequence[object], most: int = 10) -> str:
    """Name the first of many rows."""
    return ", ".join(map(str, rows[:most])) + (" …" if len(rows) > most else "")


def _parted(row: Sequence[Any], separator: str, width: int) -> bool:
    """Tell whether a row that lacks cells would have them all with another separator."""
    texts = [cell for cell in row if isinstance(cell, str)]
    return 1 < width and len(row) < width == len(row) + sum(text.count(separator) for text in texts)  # noqa: SIM300

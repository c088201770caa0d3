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
from geo.readers.parts import SHEET, Loaded, Part, RowFault
from geo.workbooks import Grid

_SUMS = {"合计", "总计", "共计", "小计", "累计", "汇总", "总和", "total", "totals", "sum", "subtotal", "grandtotal"}
_REMARK = re.compile(
    r"(注|备注|说明|填表|填报|制表|制单|审核|审批|复核|负责人|联系人|联系电话|日期|单位|note|remark|prepared|date)\w*\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
MOST_COLUMNS = 16_384  # as in a workbook
_FEW = 2  # filled cells of a row that is a remark
_LONGEST = 200  # characters of a text that may be the name of something


def sheet_part(grid: Grid, headings: Headings, file: str) -> Part:
    """Return a grid as a part; what cannot be read of it is said when it is read."""
    if (width := max(map(len, grid.rows), default=0)) > MOST_COLUMNS:
        raise InputError(messages.WIDE, file=file, width=width, most=MOST_COLUMNS)
    at = find_header(grid.rows, headings)
    filled = sum(1 for row in grid.rows if not all(map(blank, row)))
    if at is None:
        read = partial(_refuse, grid, headings, file)
        texts = partial(_texts, grid)
        return Part(grid.name, SHEET, (), filled, read, grid.hidden, closed=grid.closed, texts=texts)
    first, span = at
    headers = join_header(grid.rows, first, span)
    above = sum(1 for row in grid.rows[: first + span] if not all(map(blank, row)))
    read = partial(_load, grid, headers, first, span, file)
    named = tuple(header for header in headers if not header.startswith("column_"))
    return Part(grid.name, SHEET, named, filled - above, read, grid.hidden, texts=partial(_texts, grid))


def blank(cell: Any) -> bool:  # noqa: ANN401 - a cell
    """Tell whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124 - NaN


def _texts(grid: Grid) -> frozenset[str]:
    """Return the texts of a sheet that may name something."""
    cells = {cell.strip() for row in grid.rows for cell in row if isinstance(cell, str) and len(cell) <= _LONGEST}
    return frozenset(cells - {""})


def _refuse(grid: Grid, headings: Headings, file: str) -> Loaded:
    if all(all(map(blank, row)) for row in grid.rows):
        raise InputError(messages.EMPTY_FILE, file=file)
    example = ", ".join(names[1] if len(names) > 1 else names[0] for names in list(headings.fields.values())[:4])
    raise InputError(messages.NO_HEADER, file=file, rows=HEADER_ROWS, example=example)


def _load(grid: Grid, headers: list[str], first: int, span: int, file: str) -> Loaded:
    """Read the rows below the header, which begins in a row and spans one or two."""
    notes = list(grid.notes)
    if any(not all(map(blank, row)) for row in grid.rows[:first]):
        notes.append(Note(messages.HEADER_ROW, {"row": first + 1}))
    body = _Body(headers, max(map(len, grid.rows[first : first + span])))
    for at in range(first + span, len(grid.rows)):
        body.take(grid, at)
    if not body.rows:
        raise InputError(messages.NO_ROWS, file=file, row=first + span)
    cells = pd.DataFrame(dict(zip(headers, zip(*body.rows, strict=True), strict=True)), dtype=object)
    unnamed = [name for name in headers if name.startswith("column_") and all(map(blank, cells[name]))]
    return Loaded(
        cells.drop(columns=unnamed),
        np.array(body.numbers, np.int64),
        notes=(*notes, *body.notes()),
        skipped=body.again + len(body.sums),
        faults=tuple(body.faults),
    )


class _Body:
    """Keeps what is neither blank, nor the header again (sheets are printed with one per page), nor a sum or remark."""

    def __init__(self, headers: Sequence[str], width: int) -> None:
        self.rows: list[list[Any]] = []
        self.numbers: list[int] = []
        self.faults: list[RowFault] = []
        self.sums: list[int] = []
        self.short: list[int] = []
        self.empty = self.again = 0
        self._headers = headers
        self._width = width  # of the header itself; rows of text may be longer
        self._named = [header for header in headers if not header.startswith("column_")]
        self._first = headers.index(self._named[0])

    def take(self, grid: Grid, at: int) -> None:
        """Take a row, or count why not."""
        given = grid.rows[at]
        row = [*given, *(None,) * (len(self._headers) - len(given))]
        filled = [str(cell).strip() for cell in row if not blank(cell)]
        if not filled:
            self.empty += 1
        elif str(row[self._first]).strip() == self._named[0] and filled == self._named:
            self.again += 1
        elif self._is_sum(filled) or (len(filled) <= _FEW and _REMARK.fullmatch(filled[0])):
            self.sums.append(at + 1)
        else:
            if grid.separator:
                self._form(grid, at)
            self.rows.append(row)
            self.numbers.append(at + 1)

    def _is_sum(self, filled: Sequence[str]) -> bool:
        """Tell whether a row begins with a word for a sum and leaves most columns empty."""
        first = re.sub(r"[\s:：]+", "", unicodedata.normalize("NFKC", filled[0])).casefold()
        return first in _SUMS and 2 * len(filled) <= max(len(self._named), _FEW + 1)

    def _form(self, grid: Grid, at: int) -> None:
        """Note what is wrong with the form of a row of text."""
        row, width, here = grid.rows[at], self._width, len(self.rows)
        over = any(not blank(cell) for cell in row[width:])
        other = next((one for one in ",;\t|，" if one != grid.separator and _parted(row, one, width)), "")
        if over:
            values = {"count": len(row), "most": width, "separator": grid.separator}
            self.faults.append(RowFault(here, messages.TOO_MANY_CELLS, values))
        elif other:
            values = {"other": other, "separator": grid.separator}
            self.faults.append(RowFault(here, messages.OTHER_SEPARATOR, values))
        elif len(row) < width and at == len(grid.rows) - 1 and not grid.ended and not self.short and here:
            self.faults.append(RowFault(here, messages.CUT_ROW, {}))
        elif len(row) < width:
            self.short.append(at + 1)

    def notes(self) -> list[Note]:
        """Say what was left out."""
        notes = [Note(messages.BLANK_ROWS, {"count": self.empty})] if self.empty else []
        notes += [Note(messages.REPEATED_HEADERS, {"count": self.again})] if self.again else []
        for template, rows in ((messages.TOTAL_ROWS, self.sums), (messages.SHORT_ROWS, self.short)):
            notes += [Note(template, {"rows": few_rows(rows)})] if rows else []
        return notes


def few_rows(rows: Sequence[object], most: int = 10) -> str:
    """Name the first of many rows."""
    return ", ".join(map(str, rows[:most])) + (" …" if len(rows) > most else "")


def _parted(row: Sequence[Any], separator: str, width: int) -> bool:
    """Tell whether a row that lacks cells would have them all with another separator."""
    texts = [cell for cell in row if isinstance(cell, str)]
    return 1 < width and len(row) < width == len(row) + sum(text.count(separator) for text in texts)  # noqa: SIM300

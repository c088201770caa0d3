"""Workbooks of any length, written row by row: neither their rows nor their texts are in the memory together."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

from geo.foreign_text import holdable
from geo.workbooks.writing import CELL_CHARACTERS, HEADER, SHEET_ROWS, WIDEST, plain, width, write_text

_ROW_BY_ROW = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
_SAMPLED = 200  # rows that the widths are made from


def write_rows(headers: Sequence[str], rows: Iterable[Sequence[Any]], path: Path | str) -> Path:
    """Write rows as :func:`geo.workbooks.writing.write_sheet` does, on as many sheets as they need.

    Parameters
    ----------
    headers
        Of all sheets.
    rows
        Asked for one after the other; a text that no cell holds is cut.
    path
        Ends in ``.xlsx``; is replaced.
    """
    path, waiting = Path(path), iter(rows)
    with xlsxwriter.Workbook(str(path), _ROW_BY_ROW) as book:
        look = book.add_format(HEADER), book.add_format()
        number, first = 0, next(waiting, None)
        while first is not None or number == 0:
            number += 1
            page = book.add_worksheet(f"Sheet{number}")
            head = [first, *islice(waiting, _SAMPLED)] if first is not None else []
            count = _fill(page, look, headers, head)
            for row in islice(waiting, SHEET_ROWS - 1 - count):
                count += 1
                _write(page, count, row, look[1])
            page.autofilter(0, 0, max(count, 1), max(len(headers) - 1, 0))
            first = next(waiting, None)
    return path


def _fill(page: Any, look: tuple[Any, Any], headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:  # noqa: ANN401 - xlsxwriter has no types
    """Begin a sheet with its headings and first rows, from which it has its widths; give the number of the rows."""
    page.freeze_panes(1, 0)
    for at, name in enumerate(headers):
        write_text(page, (0, at), holdable(str(name)), look[0])
        cells = [plain(row[at]) for row in rows]
        page.set_column(at, at, min(1 + max([width(name) + 4, *map(width, cells)]), WIDEST))
    for number, row in enumerate(rows, start=1):
        _write(page, number, row, look[1])
    return len(rows)


def _write(page: Any, number: int, row: Sequence[Any], look: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    for at, raw in enumerate(row):
        cell = plain(raw)
        if isinstance(cell, str):
            write_text(page, (number, at), _fitting(cell), look)
        elif isinstance(cell, bool):
            page.write_boolean(number, at, cell)
        else:
            page.write_number(number, at, cell)


def _fitting(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"

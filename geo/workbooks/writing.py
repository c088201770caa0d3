"""Workbooks (XLSX) out: a frozen header, filters, fitting widths; every text in them is a text, never a formula."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from geo.errors import InputError
from geo.foreign_text import holdable

CELL_CHARACTERS = 32_767  # the most that a cell of a spreadsheet holds
SHEET_ROWS = 1_048_576
WIDEST = 50  # characters
_SAMPLED = 1000  # cells that a column's width is made from
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
HEADER = {"bold": True, "bg_color": "#EDEFF2", "bottom": 1}

Columns = list[tuple[str, list[Any]]]


def write_sheet(
    table: pd.DataFrame, path: Path | str, *, sheet: str = "", choices: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """Write one sheet with a frozen header, filters, fitting widths, and lists to choose from.

    Parameters
    ----------
    table
        Columns as they shall appear; the index is left out.
    path
        Ends in ``.xlsx``; is replaced.
    sheet
        Its name.
    choices
        Column to the values that it may hold.

    Raises
    ------
    InputError
        When there are more rows, or longer texts, than a sheet holds.
    """
    path = Path(path)
    columns = _columns(table)
    with xlsxwriter.Workbook(str(path), _AS_WRITTEN) as book:
        page = book.add_worksheet(_sheet_name(sheet or path.stem))
        _fill(book, page, columns, len(table))
        for name, values in (choices or {}).items():
            _offer(book, page, list(table.columns).index(name), len(table), values)
    return path


def write_sheets(tables: Mapping[str, pd.DataFrame], target: Path | str | BytesIO) -> None:
    """Write tables as sheets of one workbook, each under its name, as :func:`write_sheet` does.

    Raises
    ------
    InputError
        When there are more rows, or longer texts, than a sheet holds.
    """
    columns = {name: _columns(table) for name, table in tables.items()}
    with xlsxwriter.Workbook(target if isinstance(target, BytesIO) else str(target), _AS_WRITTEN) as book:
        for name, table in tables.items():
            _fill(book, book.add_worksheet(_sheet_name(name)), columns[name], len(table))


def plain(cell: Any) -> str | int | float:  # noqa: ANN401 - a cell
    """Return a cell as text that files hold, number, yes or no; nothing is an empty text."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float | np.floating) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(timespec="seconds")
    return cell if isinstance(cell, int | float) else holdable(str(cell))


def _columns(table: pd.DataFrame) -> Columns:
    """Return the cells column by column, if a sheet can hold them."""
    if len(table) >= SHEET_ROWS:
        raise InputError(
            "{rows} rows do not fit a sheet of {most}: write CSV or GeoPackage", rows=len(table), most=SHEET_ROWS
        )
    columns = [
        (holdable(str(name)), [plain(cell) for cell in table.iloc[:, at]]) for at, name in enumerate(table.columns)
    ]
    for name, cells in columns:
        longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
        if longest > CELL_CHARACTERS:
            raise InputError(
                "column {field} holds {length} characters in one cell, a sheet at most {most}: write GeoPackage or CSV",
                field=name,
                length=longest,
                most=CELL_CHARACTERS,
            )
    return columns


def _sheet_name(text: str) -> str:
    clean = "".join("_" if letter in "[]:*?/\\'" else letter for letter in holdable(text))
    return clean[:31] or "Sheet1"


def _fill(book: Any, page: Any, columns: Columns, rows: int) -> None:  # noqa: ANN401 - xlsxwriter has no types
    header, usual = book.add_format(HEADER), book.add_format()
    page.freeze_panes(1, 0)
    for at, (name, cells) in enumerate(columns):
        write_text(page, (0, at), name, header)
        for row, cell in enumerate(cells, start=1):
            if isinstance(cell, str):
                write_text(page, (row, at), cell, usual)
            elif isinstance(cell, bool):
                page.write_boolean(row, at, cell)
            else:
                page.write_number(row, at, cell)
        widest = max([width(name) + 4, *(width(cell) for cell in cells[:_SAMPLED])])
        page.set_column(at, at, min(widest + 1, WIDEST))
    if columns:
        page.autofilter(0, 0, max(rows, 1), len(columns) - 1)


def write_text(page: Any, place: tuple[int, int], text: str, look: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    """Write a text as it is; what begins and ends as a run of rich text does would go into the XML unescaped."""
    if text.startswith("<r>") and text.endswith("</r>"):
        page.write_rich_string(*place, text[:1], look, text[1:], look)
    elif text:
        page.write_string(*place, text, look)


def width(cell: Any) -> int:  # noqa: ANN401 - a cell
    """Count the columns that a cell takes; a Chinese character takes two."""
    text = str(cell)
    return len(text) if text.isascii() else sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)  # noqa: PLR2004 - CJK starts there


def _offer(book: Any, page: Any, column: int, rows: int, values: Sequence[str]) -> None:  # noqa: ANN401 - xlsxwriter has no types
    """Let a column be chosen from a list, on a hidden sheet because a formula holds 255 characters only."""
    source = f"choices_{column + 1}"
    hidden, usual = book.add_worksheet(source), book.add_format()
    for row, value in enumerate(values):
        write_text(hidden, (row, 0), holdable(value), usual)
    hidden.hide()
    rule = {
        "validate": "list",
        "source": f"={source}!$A$1:$A${len(values)}",
        "error_title": "类别 category",
        "error_message": "请从列表中选择 Choose from the list",
    }
    page.data_validation(1, column, max(rows, 1) + 1000, column, rule)

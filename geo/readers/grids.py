"""Workbooks and text files as rows of cells: sheets, merged ranges, encodings, separators."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from geo.errors import InputError
from geo.readers import messages, text_files
from geo.readers.columns import HEADER_ROWS, Headings

WORKBOOKS = {".xlsx", ".xls", ".xlsm"}
TEXTS = {".csv", ".tsv", ".txt"}
Rows = list[list[Any]]
Found = list[tuple[str, Mapping[str, Any]]]  # templates of notes and their values


def workbook_rows(path: Path, headings: Headings) -> tuple[Rows, Found]:
    """Read the sheet with the most known headings, its merged cells filled.

    Raises
    ------
    InputError
        When the workbook is broken or protected.
    """
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            heads = [sheet.to_python(skip_empty_area=False, nrows=HEADER_ROWS) for sheet in sheets]
            known = [max((headings.known(row) for row in head), default=0) for head in heads]
            best = sheets[known.index(max(known))]
            rows = best.to_python(skip_empty_area=False)
            filled = _fill_merged(best, rows)
            found: Found = [(messages.MERGED, {"count": filled})] if filled else []
            if len(book.sheet_names) > 1:
                found.append((messages.SHEET, {"sheet": best.name, "count": len(book.sheet_names)}))
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=str(error) or type(error).__name__) from error
    return rows, found


def _fill_merged(sheet: CalamineSheet, rows: Rows) -> int:
    """Repeat the value of a range merged over several rows in each of its cells: a street beside its checkpoints.

    Ranges over several columns only are titles and stay as they are.
    """
    filled = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if bottom == top or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and left == right and row[left] in ("", None) and value not in ("", None):
                row[left] = value
                filled += 1
    return filled


def text_rows(path: Path) -> tuple[Rows, Found]:
    """Read separated text.

    Raises
    ------
    InputError
        When it is not text, or its quotes do not close.
    """
    with text_files.text_rows(path) as (encoding, rows):
        return list(rows), [(messages.ENCODING, {"file": path.name, "encoding": encoding})]


def detect_encoding(content: bytes) -> str:
    """Tell encodings apart as :func:`geo.readers.text_files.encoding_of` does."""
    return text_files.encoding_of(io.BytesIO(content))


def _dbf_texts(content: bytes) -> bytes:
    """Return the records of a dBASE table, a line for each field, without a character that the field's end cut off."""
    start, length = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    widths = [content[at + 16] for at in range(32, start - 32, 32) if content[at] != 0x0D]  # noqa: PLR2004 - end of the fields
    lines = []
    for record in range(start, len(content) - length + 1, max(length, 1)):
        at = record + 1
        for width in widths:
            text = content[at : at + width].rstrip(b" \x00")
            lines.append(_whole(text) if len(text) == width else text)
            at += width
    return b"\n".join(lines)


def _whole(text: bytes) -> bytes:
    """Cut an unfinished UTF-8 or GB18030 character off the end."""
    for cut in range(4):
        part = text[: len(text) - cut]
        for encoding in ("utf-8", "gb18030"):
            try:
                part.decode(encoding)
            except UnicodeDecodeError:
                continue
            return part
    return text


def dbf_encoding(path: Path) -> str:
    """Choose the encoding of a shapefile's table: what its ``.cpg`` says if that works, else what it looks like."""
    table = next((p for p in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if p.is_file()), None)
    content = _dbf_texts(table.read_bytes()) if table else b""
    said = next(
        (
            p.read_text("ascii", "ignore").strip()
            for p in (path.with_suffix(".cpg"), path.with_suffix(".CPG"))
            if p.is_file()
        ),
        "",
    )
    if said:
        known = {"65001": "utf-8", "936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
        said = known.get(said.lower(), said)
        try:
            content.decode(said)
        except (UnicodeDecodeError, LookupError):
            pass
        else:
            return said
    guess = detect_encoding(content)
    return "ISO-8859-1" if guess == "latin-1" else guess

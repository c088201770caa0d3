"""Workbooks of any program as sheets of cells: how far they reach is looked at before they are read."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from geo.errors import InputError
from geo.failures import reason_of
from geo.notes import Note
from geo.workbooks import messages
from geo.workbooks.binary import xls_extents, xlsb_extent, xlsb_sheets
from geo.workbooks.extent import Extent
from geo.workbooks.ods import ods_extents
from geo.workbooks.plain_copy import plain_copy
from geo.workbooks.xlsx import asks_to_compute, check_archive, relations_of, sheet_extent, sheet_members

WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
Rows = list[list[Any]]

_KINDS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_OLE = b"\xd0\xcf\x11\xe0"
_PANIC = "PanicException"  # of a reader that met an end too early: no Exception, and its class cannot be imported
_BROKEN = (
    CalamineError,
    OSError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ParseError,
    ExpatError,
)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or one text file, as rows of cells."""

    name: str
    rows: Rows
    notes: tuple[Note, ...] = ()
    hidden: bool = False
    separator: str = ""  # of a text file
    ended: bool = True  # a text file whose last line ends
    closed: bool = False  # not read, because of a far cell


def workbook_grids(path: Path, wanted: Sequence[str] = ()) -> list[Grid]:
    """Read the sheets of a workbook, merged cells filled; a sheet with a far cell stays closed when others are named.

    Raises
    ------
    InputError
        When the workbook is broken or protected, or a far cell would make a sheet too large to read.
    """
    try:
        with _looked_through(path) as (file, extents), CalamineWorkbook.from_filelike(file) as book:
            tables = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
            return [_grid(book, meta, extents[meta.name], path.name, asked=_asked(meta, wanted)) for meta in tables]
    except _BROKEN as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=reason_of(error)) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise InputError(messages.UNREADABLE, file=path.name, reason=reason_of(error)) from error


@contextmanager
def _looked_through(path: Path) -> Iterator[tuple[IO[bytes], Mapping[str, Extent]]]:
    """Open a workbook as its reader takes it; look through all sheets, and refuse what the reader could not hold."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLE:
        with path.open("rb") as file:
            yield file, _checked(xls_extents(path), path.name)
        return
    with zipfile.ZipFile(path) as archive:
        members = check_archive(archive, path.name)
    kinds = [kind for kind in _KINDS if kind in members]
    if len(kinds) != 1:  # the reader goes by content too, and might take another than the one looked through
        raise InputError(messages.UNREADABLE, file=path.name, reason="no workbook, or several in one")
    with plain_copy(path, members) as file:
        with zipfile.ZipFile(file) as archive:
            extents = _extents(archive, kinds[0], members, path.name)
        file.seek(0)
        yield file, extents


def _extents(archive: zipfile.ZipFile, kind: str, members: Mapping[str, str], file: str) -> Mapping[str, Extent]:
    if kind == "content.xml":
        with archive.open(members[kind]) as stream:
            return _checked(ods_extents(stream, file), file)
    if kind == "xl/workbook.xml":
        sheets = sheet_members(archive, members, file)
        look = partial(sheet_extent, archive, file=file, to_compute=asks_to_compute(archive, members, file))
        return {name: look(members[member.lower()]) for name, member in sheets.items()}
    relations = relations_of(archive, members["xl/_rels/workbook.bin.rels"], "xl", file)
    sheets = xlsb_sheets(archive, relations)
    return {name: xlsb_extent(archive, members[member.lower()]) for name, member in sheets.items()}


def _asked(meta: SheetMetadata, wanted: Sequence[str]) -> bool:
    return not wanted or meta.name.strip().casefold() in {name.strip().casefold() for name in wanted}


def _checked(found: Sequence[tuple[str, Extent]], file: str) -> Mapping[str, Extent]:
    for name, extent in found:
        extent.check(file, name)
    return dict(found)


def _grid(book: CalamineWorkbook, meta: SheetMetadata, extent: Extent, file: str, *, asked: bool) -> Grid:
    hidden = meta.visible != SheetVisibleEnum.Visible
    if not asked and extent.too_far:
        return Grid(meta.name, [], hidden=hidden, closed=True)
    extent.check(file, meta.name)
    sheet = book.get_sheet_by_name(meta.name)
    rows = sheet.to_python(skip_empty_area=False)
    extent.formulas.fill(rows)
    filled = _fill_merged(sheet, rows)
    notes = extent.formulas.notes(meta.name)
    notes += [Note(messages.MERGED, {"count": filled})] if filled else []
    if extent.hidden_rows and rows:
        notes.append(Note(messages.HIDDEN_ROWS, {"count": min(extent.hidden_rows, len(rows))}))
    if extent.hidden_columns and rows:
        notes.append(Note(messages.HIDDEN_COLUMNS, {"count": min(extent.hidden_columns, len(rows[0]))}))
    return Grid(meta.name, rows, tuple(notes), hidden)


def _fill_merged(sheet: CalamineSheet, rows: Rows) -> int:
    """Repeat the value of a range merged over several rows in each of its cells: a street beside its checkpoints.

    Ranges over several columns only are titles and stay as they are. Ranges that overlap, which no program writes, stop
    being filled when more cells were looked at than the sheet has.
    """
    filled, left_over = 0, sum(map(len, rows))
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if bottom == top or left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        left_over -= min(bottom, len(rows)) - top
        if value in ("", None) or left_over < 0:
            continue
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and row[left] in ("", None):
                row[left] = value
                filled += 1
    return filled

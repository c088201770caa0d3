"""The cells of the sheets of an XLSX workbook, as a stream: where they stand, not what they say."""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO
from xml.etree import ElementTree as ET

from geo.errors import InputError
from geo.workbooks import messages
from geo.workbooks.extent import MOST_CELLS, SPARSE_CELLS, SPARSE_RATIO, Extent, column_number
from geo.workbooks.xlsx_cells import usual_cells
from geo.workbooks.xlsx_formulas import sheet_formulas

MOST_UNPACKED = 2 * 1024**3
_CHUNK = 1 << 20
_LONGEST_TEXT = 1 << 24
_TAIL = 4096  # what may still belong to a cell that the next chunk ends
_PLACE = re.compile(rb"""\sr=["']([A-Z]{1,7})(\d{1,9})["']""")
_NO_PLACE = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?![^>]*\sr=)")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row(?=\s)[^>]*\shidden=["'](?:1|true)["']""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col(?=\s)[^>]*\shidden=["'](?:1|true)["']""")
_TOKEN = re.compile(rb"<(?:\w+:)?(row|c)((?:\s[^>]*?)?)(/?)>")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,9})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])")
_FORMULA = re.compile(rb"""<(?:\w+:)?f[\s/>]|<(?:\w+:)?c\s(?:[^>]*\s)?t\s*=\s*["']e["']""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def sheet_members(archive: zipfile.ZipFile, members: Mapping[str, str], file: str) -> dict[str, str]:
    """Return the member of the archive that holds each sheet, by the sheet's name.

    Raises
    ------
    InputError
        When the list of sheets is no plain XML.
    """
    targets = relations_of(archive, members["xl/_rels/workbook.xml.rels"], "xl", file)
    return {
        one.get("name", ""): targets.get(one.get(_RELATION) or one.get(_STRICT_RELATION) or "", "")
        for one in _parsed(archive, members["xl/workbook.xml"], file).iter()
        if one.tag.rpartition("}")[2] == "sheet"
    }


def relations_of(archive: zipfile.ZipFile, member: str, folder: str, file: str) -> dict[str, str]:
    """Return the members that a part of a workbook points at, by the name of the relation."""
    targets = {one.get("Id", ""): one.get("Target", "") for one in _parsed(archive, member, file)}
    return {
        name: target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        for name, target in targets.items()
    }


def check_archive(archive: zipfile.ZipFile, file: str) -> dict[str, str]:
    """Return the members of an archive by their names in small letters, as readers look for them.

    Raises
    ------
    InputError
        When it unpacks to more than anybody reads, or holds a name twice, so that readers may differ in what they see.
    """
    size = sum(entry.file_size for entry in archive.infolist())
    if size > MOST_UNPACKED:
        raise InputError(messages.UNPACKED, file=file, size=round(size / 1024**3, 1), most=MOST_UNPACKED // 1024**3)
    members = {name.lower(): name for name in archive.namelist()}
    if len(members) < len(archive.namelist()):
        raise InputError(messages.UNREADABLE, file=file, reason="a name is in it twice")
    return members


def _parsed(archive: zipfile.ZipFile, member: str, file: str) -> ET.Element:
    """Parse a small member; one that declares a document type might grow or read other files."""
    content = archive.read(member)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InputError(messages.UNREADABLE, file=file, reason="DOCTYPE")
    return ET.fromstring(content)  # noqa: S314 - without a document type there are no entities


def asks_to_compute(archive: zipfile.ZipFile, members: Mapping[str, str], file: str) -> bool:
    """Tell whether a workbook asks to be computed when it is opened, as those of programs do that cannot compute."""
    tree = _parsed(archive, members["xl/workbook.xml"], file)
    rules = [one for one in tree.iter() if one.tag.rpartition("}")[2] == "calcPr"]
    return any(one.get("fullCalcOnLoad", "0") in ("1", "true") for one in rules)


def sheet_extent(archive: zipfile.ZipFile, member: str, file: str, *, to_compute: bool = False) -> Extent:
    """Return how far the filled cells of a sheet reach, at most: exactly where that matters; and its formulas."""
    extent, formulas = _extent(archive, member)
    if formulas:
        with archive.open(member) as stream:
            extent.formulas = sheet_formulas(stream, file, to_compute=to_compute)
    return extent


def _extent(archive: zipfile.ZipFile, member: str) -> tuple[Extent, bool]:
    most = Extent()
    cells, loose, formulas = 0, False, False
    with archive.open(member) as stream:
        for chunk in _chunks(stream):
            if b"hidden" in chunk:
                most.hidden_rows += len(_HIDDEN_ROW.findall(chunk))
                most.hidden_columns += len(_HIDDEN_COLUMN.findall(chunk))
            formulas = formulas or (_may_compute(chunk) and _FORMULA.search(chunk) is not None)
            usual = usual_cells(chunk)
            if usual is not None:
                cells += usual.number
                most.last_row, most.last_column = max(most.last_row, usual.row), max(most.last_column, usual.column)
                continue
            cells += len(_CELL.findall(chunk))
            loose = loose or _NO_PLACE.search(chunk) is not None
            places = _PLACE.findall(chunk)
            most.last_column = max([most.last_column, *map(column_number, {column for column, _ in places})])
            most.last_row = max([most.last_row, *(int(row) - 1 for row in {row for _, row in places})])
    if not loose and most.area <= min(MOST_CELLS, max(SPARSE_CELLS, SPARSE_RATIO * cells)):
        most.filled = cells
        return most, formulas
    with archive.open(member) as stream:
        exact = _exact(stream)
    exact.hidden_rows, exact.hidden_columns = most.hidden_rows, most.hidden_columns
    return exact, formulas


def _may_compute(chunk: bytes) -> bool:
    """Tell whether a look for formulas and errors is worth its time."""
    return b"<f" in chunk or b":f" in chunk or b'"e"' in chunk or b"'e'" in chunk


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the stream in chunks that end where a tag ends."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        chunk = rest + chunk
        end = chunk.rfind(b">") + 1
        rest = chunk[end:][-_CHUNK:]
        yield chunk[:end]
    yield rest


def _exact(stream: IO[bytes]) -> Extent:
    """Count cell by cell; cells that only carry a format hold nothing."""
    extent, row, column = Extent(), -1, -1
    rest, over = b"", False
    while not over:
        chunk = stream.read(_CHUNK)
        over = not chunk
        text = rest + chunk
        end = len(text) if over else max(text.rfind(b"<", 0, max(len(text) - _TAIL, 0)), 0)
        for token in _TOKEN.finditer(text, 0, end):
            kind, attributes, closed = token.groups()
            if kind == b"row":
                number = _ROW_NUMBER.search(attributes)
                row, column = (int(number[1]) - 1 if number else row + 1), -1
                continue
            place = _PLACE.search(attributes)
            if place:
                column, at = column_number(place[1]), int(place[2]) - 1
            else:
                column, at = column + 1, row
            if not closed and not text.startswith(b"</", token.end()):
                extent.add(at, column)
        rest = text[end:][-_LONGEST_TEXT:]
    return extent

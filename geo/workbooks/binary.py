"""The cells of the sheets of XLS (BIFF) and XLSB workbooks, as a stream: where they stand, not what they say."""

import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

import olefile

from geo.workbooks.binary_formulas import xls_value, xlsb_value
from geo.workbooks.extent import Extent

_BOF, _EOF, _LOCKED, _DIMENSIONS, _SHEET = 0x0809, 0x000A, 0x002F, 0x0200, 0x0085
_CELLS = {0x0203, 0x00FD, 0x027E, 0x0204, 0x0006, 0x0406, 0x0205, 0x00D6, 0x0005, 0x0003, 0x0004, 0x0002}
_MANY_CELLS = 0x00BD  # MULRK: numbers side by side
_ROW, _COLUMNS = 0x0208, 0x007D
_WIDE = 8  # bytes of a DIMENSIONS record with whole row numbers
_XLSB_ROW, _XLSB_COLUMNS, _XLSB_CELLS = 0, 60, range(2, 12)


def xls_extents(path: Path) -> list[tuple[str, Extent]]:
    """Return the extent of every sheet of an XLS workbook, in the order of the workbook.

    A reader takes the declared dimensions at their word and sets room aside for them, so they count as a filled range.
    """
    with olefile.OleFileIO(str(path)) as container:
        name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
        if name is None:
            raise ValueError("it has a password" if container.exists("EncryptedPackage") else "no workbook")
        content = container.openstream(name).read()
    sheets: list[tuple[str, int]] = []
    found: dict[int, Extent] = {}
    extent = Extent()
    for at, kind, record in _records(content):
        if kind == _BOF:
            extent = found.setdefault(at, Extent())
        elif kind == _LOCKED:
            return []  # nothing that follows can be read, which the reader says
        elif kind == _SHEET and len(record) >= _WIDE:
            sheets.append((_sheet_name(record), int.from_bytes(record[:4], "little")))
        else:
            _count(extent, kind, record)
            xls_value(extent.formulas, kind, record)
    known = {at: name for name, at in sheets}
    return [(known.get(at, ""), extent) for at, extent in found.items()]


def _records(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        yield at, kind, content[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet_name(record: bytes) -> str:
    length, wide = record[6], record[7] & 1
    return record[8 : 8 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _count(extent: Extent, kind: int, record: bytes) -> None:
    if kind in _CELLS and len(record) >= 4:  # noqa: PLR2004 - row and column
        extent.add(*struct.unpack_from("<HH", record))
    elif kind == _MANY_CELLS and len(record) >= 6:  # noqa: PLR2004 - row, first and last column
        row, column = struct.unpack_from("<HH", record)
        cells = (len(record) - 6) // 6
        extent.add(row, column + max(cells - 1, 0), max(cells, 1))
    elif kind == _DIMENSIONS and len(record) >= _WIDE:
        form = "<IIHH" if len(record) > _WIDE + 2 else "<HHHH"
        first, last, left, right = struct.unpack_from(form, record)
        if last > first and right > left:
            extent.add(last - 1, right - 1)
    elif kind == _ROW and len(record) >= 14:  # noqa: PLR2004 - up to its flags
        extent.hidden_rows += record[12] >> 5 & 1
    elif kind == _COLUMNS and len(record) >= 10 and record[8] & 1:  # noqa: PLR2004 - up to its flags
        first, last = struct.unpack_from("<HH", record)
        extent.hidden_columns += max(last - first + 1, 0)


def xlsb_extent(archive: zipfile.ZipFile, member: str) -> Extent:
    """Return how far the filled cells of a sheet of an XLSB workbook reach."""
    extent, row = Extent(), 0
    with archive.open(member) as stream:
        for kind, record in _parts(stream):
            if kind == _XLSB_ROW and len(record) >= 4:  # noqa: PLR2004 - a row number
                row = int.from_bytes(record[:4], "little")
                extent.hidden_rows += len(record) > 11 and record[11] >> 4 & 1  # noqa: PLR2004 - its flags
            elif kind in _XLSB_CELLS and len(record) >= 4:  # noqa: PLR2004 - a column number
                extent.add(row, int.from_bytes(record[:4], "little"))
                xlsb_value(extent.formulas, row, kind, record)
            elif kind == _XLSB_COLUMNS and len(record) >= 18 and record[16] & 1:  # noqa: PLR2004 - up to its flags
                first, last = struct.unpack_from("<II", record)
                extent.hidden_columns += max(min(last, 1 << 14) - first + 1, 0)
    return extent


def xlsb_sheets(archive: zipfile.ZipFile, relations: dict[str, str]) -> dict[str, str]:
    """Return the member that holds each sheet, by the sheet's name; ``relations`` are those of the workbook."""
    names = {}
    for kind, record in _parts(BytesIO(archive.read("xl/workbook.bin"))):
        if kind == 156 and len(record) >= 12:  # noqa: PLR2004 - a sheet: state, number, two texts
            relation, at = _text(record, 8)
            name, _ = _text(record, at)
            names[name] = relations.get(relation, "")
    return names


def _text(record: bytes, at: int) -> tuple[str, int]:
    length = int.from_bytes(record[at : at + 4], "little")
    end = at + 4 + 2 * length
    return record[at + 4 : end].decode("utf-16-le", "replace"), end


def _parts(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a binary part: a number of one or two bytes, a length of up to four, and the content."""
    while head := stream.read(1):
        kind = head[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | (_byte(stream) & 0x7F) << 7
        length, shift, more = 0, 0, True
        while more and shift < 28:  # noqa: PLR2004 - four bytes of seven bits
            byte = _byte(stream)
            length |= (byte & 0x7F) << shift
            shift, more = shift + 7, bool(byte & 0x80)
        yield kind, stream.read(length)


def _byte(stream: IO[bytes]) -> int:
    return (stream.read(1) or b"\x00")[0]

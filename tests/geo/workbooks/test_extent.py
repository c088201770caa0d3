"""Sheets that would need more memory than a machine has are refused before they are read, in every format."""

import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import xlsxwriter

from geo.catalogue import Catalogue, load, read_xlsx, write_xlsx
from geo.errors import InputError
from geo.readers import Reading, read_roster
from geo.readers.chosen_file import ChosenFile
from geo.workbooks import workbook_grids
from geo.workbooks.extent import Extent, column_number
from geo.workbooks.formulas import cell_name
from geo.workbooks.xlsx import sheet_extent

FAULTS = Path(__file__).parents[1] / "faults"
XLS = Path(__file__).parents[1] / "readers" / "roster.xls"
MOST_MB = 64
SHEET = "xl/worksheets/sheet1.xml"
HEADER = ["名称", "类别", "经度", "纬度"]


def read(path: Path | ChosenFile) -> Reading:
    """Read a roster with little memory: what calamine would need beside it shows as an aborted process."""
    tracemalloc.start()
    try:
        return read_roster(path, datum="wgs84")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MB << 20


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    return str(caught.value)


def sheet(tmp_path: Path, more: Callable[..., None], name: str = "a.xlsx") -> Path:
    """Write a roster of three rows, and what a caller adds."""
    path = tmp_path / name
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("点位")
        for at, row in enumerate([HEADER, *(["公园", "公园", 114.3001, 30.6001 + n] for n in range(3))]):
            page.write_row(at, 0, row)
        more(book, page)
    return path


def patched(path: Path, change: Callable[[bytes], bytes], member: str = SHEET) -> Path:
    """Change one member of an archive."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held[member] = change(held[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return path


def far(tmp_path: Path, *cells: tuple[int, int]) -> Path:
    """Write a roster with cells far from it, which the writer would go to row by row."""
    rows = (f'<row r="{row + 1}"><c r="{cell_name(row, column)}"><v>1</v></c></row>' for row, column in cells)
    end = "".join([*rows, "</sheetData>"]).encode()
    return patched(sheet(tmp_path, lambda _book, _page: None), lambda xml: xml.replace(b"</sheetData>", end))


def test_names_of_cells():
    assert [cell_name(0, 0), cell_name(9, 25), cell_name(0, 26), cell_name(1048575, 16383)] == [
        "A1",
        "Z10",
        "AA1",
        "XFD1048576",
    ]
    assert [column_number(text) for text in (b"A", b"Z", b"AA", b"XFD")] == [0, 25, 26, 16383]


def test_the_far_cell_that_ended_the_server():
    message = refusal(FAULTS / "xlsx_cell_XFD1048576_kills_server.xlsx")
    assert "sheet '点位' has 46 filled cells, but cell XFD1048576 stands so far from the others" in message


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (1_048_575, 40), (900, 16_383), (300_000, 300)])
def test_a_far_cell(tmp_path, row, column):
    path = far(tmp_path, (row, column))
    assert f"cell {cell_name(row, column)} stands so far" in refusal(path)


def test_two_cells_that_are_far_together(tmp_path):
    assert "cell A1048576 and XFD1 stands so far" in refusal(far(tmp_path, (1_048_575, 0), (0, 16_383)))


def test_a_cell_far_down_is_no_harm_where_the_sheet_is_narrow(tmp_path):
    assert len(read(far(tmp_path, (60_000, 0))).accepted) == 3


def test_empty_cells_with_a_format_are_no_cells(tmp_path):
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(5, 50_000))
    end = rows + b'<row r="1048576"><c r="XFD1048576" s="1"/><c r="XFD1048577" s="1"></c></row></sheetData>'
    path = patched(sheet(tmp_path, lambda _book, _page: None), lambda xml: xml.replace(b"</sheetData>", end))
    assert len(read(path).accepted) == 3


def test_sixteen_thousand_columns(tmp_path):
    path = sheet(tmp_path, lambda _book, page: page.write_row(0, 4, [f"列{n}" for n in range(16_380)]))
    assert len(read_roster(path, datum="wgs84").accepted) == 3


def test_merged_ranges_of_a_million_cells(tmp_path):
    ranges = b'<mergeCell ref="B5:B1048576"/><mergeCell ref="F1:XFD1"/>' + b'<mergeCell ref="E1:E1048576"/>' * 50_000
    end = b'</sheetData><mergeCells count="50002">' + ranges + b"</mergeCells>"
    path = patched(sheet(tmp_path, lambda _book, _page: None), lambda xml: xml.replace(b"</sheetData>", end))
    assert len(read(path).accepted) == 3


def test_a_dimension_that_lies(tmp_path):
    path = sheet(tmp_path, lambda _book, _page: None)
    patched(path, lambda xml: xml.replace(b'<dimension ref="A1:D4"/>', b'<dimension ref="A1:XFD1048576"/>'))
    assert len(read(path).accepted) == 3


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="9"><c r="ZZZ99999999"><v>1</v></c></row>',
        b'<row r="1048576"><c><v>1</v></c></row><row r="2" ><c r="XFD2"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576' t='str'><v>1</v></c></row>",
        b'<x:row xmlns:x="urn:x" r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_cells_as_other_programs_write_them(tmp_path, cell):
    path = sheet(tmp_path, lambda _book, _page: None)
    patched(path, lambda xml: xml.replace(b"</sheetData>", cell + b"</sheetData>"))
    assert "stands so far from the others" in refusal(path)


def test_cells_without_places_are_counted(tmp_path):
    path = tmp_path / "a.zip"
    rows = b"<sheetData>" + b"<row><c><v>1</v></c><c/><c><v>2</v></c></row>" * 5 + b"</sheetData>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("s.xml", rows)
    with zipfile.ZipFile(path) as archive:
        found = sheet_extent(archive, "s.xml", "s.xlsx")
    assert (found.last_row, found.last_column, found.filled) == (4, 2, 10)


def test_a_far_cell_in_another_sheet(tmp_path):
    path = sheet(tmp_path, lambda book, _page: book.add_worksheet("别的"))
    end = b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    patched(path, lambda xml: xml.replace(b"<sheetData/>", end), "xl/worksheets/sheet2.xml")
    assert "sheet '别的'" in refusal(path)
    reading = read(ChosenFile(path, ("点位",)))
    assert len(reading.accepted) == 3
    assert reading.unread.parts == ("别的",)


def test_a_far_cell_in_a_catalogue(tmp_path):
    write_xlsx(load(), tmp_path / "c.xlsx")
    assert isinstance(read_xlsx(tmp_path / "c.xlsx"), Catalogue)
    end = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    patched(tmp_path / "c.xlsx", lambda xml: xml.replace(b"</sheetData>", end), "xl/worksheets/sheet2.xml")
    with pytest.raises(InputError, match="XFD1048576 stands so far"):
        read_xlsx(tmp_path / "c.xlsx")


REPEATED = (
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="{}"{}>{}'
    "</table:table-cell></table:table-row>"
)
AWAY = (
    '<table:table-cell table:number-columns-repeated="16380"/><table:table-cell><text:p>x</text:p></table:table-cell>'
)


def ods(tmp_path: Path) -> Path:
    path = tmp_path / "a.ods"
    table = pd.DataFrame([["公园", "公园", 114.3001, 30.6001 + n] for n in range(3)], columns=HEADER)
    pyogrio.write_dataframe(table, path, driver="ODS", layer="点位")
    return patched(path, lambda xml: re.sub(rb">\s+<", b"><", xml), "content.xml")  # as office programs write it


def test_ods(tmp_path):
    assert len(read(ods(tmp_path)).accepted) == 3


@pytest.mark.parametrize(
    "rows",
    [
        REPEATED.format(16_384, ' office:value-type="string"', "<text:p>x</text:p>"),
        REPEATED.format(1, "", "") + "<table:table-row>" + AWAY + "</table:table-row>",
    ],
)
def test_far_cells_of_ods(tmp_path, rows):
    path = patched(
        ods(tmp_path), lambda xml: xml.replace(b"</table:table>", rows.encode() + b"</table:table>", 1), "content.xml"
    )
    assert "stands so far from the others" in refusal(path)


def test_rows_of_ods_that_are_empty_a_million_times(tmp_path):
    empty = REPEATED.format(16_384, "", "") + "</table:table>"
    path = patched(ods(tmp_path), lambda xml: xml.replace(b"</table:table>", empty.encode(), 1), "content.xml")
    assert len(read(path).accepted) == 3


def test_xml_with_entities_is_refused(tmp_path):
    grown = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    path = patched(ods(tmp_path), lambda xml: grown + xml.partition(b"?>")[2], "content.xml")
    assert "a.ods cannot be read (DOCTYPE)" in refusal(path)
    book = sheet(tmp_path, lambda _book, _page: None)
    patched(book, lambda xml: grown + xml.partition(b"?>")[2], "xl/workbook.xml")
    assert "a.xlsx cannot be read (DOCTYPE)" in refusal(book)


def far_xls(tmp_path: Path, kind: int, place: bytes) -> Path:
    """Change the first record of a kind in the workbook's stream, which lies in one piece."""
    content = bytearray(XLS.read_bytes())
    at = content.index(struct.pack("<HH", 0x0809, 16), 512)
    while struct.unpack_from("<H", content, at)[0] != kind:
        at += 4 + struct.unpack_from("<H", content, at + 2)[0]
    content[at + 4 : at + 4 + len(place)] = place
    (tmp_path / "a.xls").write_bytes(content)
    return tmp_path / "a.xls"


@pytest.mark.parametrize(
    ("kind", "place", "cell"),
    [
        (0x00FD, struct.pack("<HH", 65_535, 65_000), cell_name(65_535, 65_000)),
        (0x0200, struct.pack("<IIHH", 0, 4_000_000_000, 0, 65_000), cell_name(3_999_999_999, 64_999)),
    ],
)
def test_far_cells_of_xls(tmp_path, kind, place, cell):
    assert f"cell {cell} stands so far" in refusal(far_xls(tmp_path, kind, place))


def test_xls_as_it_is():
    assert len(read(XLS).accepted) == 30


def record(kind: int, content: bytes = b"") -> bytes:
    """Write one record of XLSB."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(content)]) + content


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def xlsb(tmp_path: Path, stray: tuple[int, int] | None = None) -> Path:
    """Write a workbook by the rules of MS-XLSB, as small as it can be."""
    rows = [HEADER, *(["公园", "公园", 114.3001, 30.6001 + n] for n in range(3))]
    cells = [(at, column, cell) for at, row in enumerate(rows) for column, cell in enumerate(row)]
    cells += [(*stray, "x")] if stray else []
    body, last = b"", -1
    for at, column, cell in cells:
        if at != last:
            body += record(0, struct.pack("<IIHHBI", at, 0, 300, 0, 0, 0))
            last = at
        head = struct.pack("<II", column, 0)
        body += record(6, head + text(cell)) if isinstance(cell, str) else record(5, head + struct.pack("<d", cell))
    wide = struct.pack("<IIII", 0, 3, 0, 3)
    page = record(129) + record(148, wide) + record(145) + body + record(146) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("rId1") + text("点位")) + record(144)
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="bin" ContentType="x"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" '
            'Target="xl/workbook.bin"/></Relationships>',
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{relations}/worksheet" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
        )
        archive.writestr("xl/workbook.bin", book + record(132))
        archive.writestr("xl/worksheets/sheet1.bin", page)
    return tmp_path / "a.xlsb"


def test_xlsb(tmp_path):
    assert len(read(xlsb(tmp_path)).accepted) == 3
    assert "cell XFD1048576 stands so far" in refusal(xlsb(tmp_path, (1_048_575, 16_383)))


def test_a_workbook_under_another_name(tmp_path):
    path = sheet(tmp_path, lambda _book, _page: None)
    path.rename(tmp_path / "a.xls")
    assert len(read(tmp_path / "a.xls").accepted) == 3


def test_an_archive_of_two_workbooks_is_refused(tmp_path):
    path = sheet(tmp_path, lambda _book, _page: None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("content.xml", "<x/>")
    assert "no workbook, or several in one" in refusal(path)


def test_hidden_rows_and_columns_are_read_and_said(tmp_path):
    def more(_book: object, page: xlsxwriter.worksheet.Worksheet) -> None:
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(3, 3, None, None, {"hidden": True})

    reading = read(sheet(tmp_path, more))
    said = [note.text() for note in reading.notes]
    assert len(reading.accepted) == 3
    assert "1 rows are hidden in the sheet; they were read like the others" in said
    assert "1 columns are hidden in the sheet; they were read like the others" in said


def test_hidden_is_seen_wherever_it_stands_among_the_attributes(tmp_path):
    path = sheet(tmp_path, lambda _book, _page: None)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    cols = b'<cols><col hidden="1" min="4" max="4" width="9"/></cols><sheetData><row hidden="true" r="2"'
    parts[name] = re.sub(rb"(<cols>.*</cols>)?<sheetData>", b"<sheetData>", parts[name])
    parts[name] = re.sub(
        rb'<sheetData>(.*?)<row r="2"', lambda found: cols.replace(b"<row", found[1] + b"<row"), parts[name]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    said = [note.text() for note in read(path).notes]
    assert "1 rows are hidden in the sheet; they were read like the others" in said
    assert "1 columns are hidden in the sheet; they were read like the others" in said


def test_a_range_is_sparse_beyond_two_million_cells():
    extent = Extent()
    extent.add(999_999, 1)
    assert not extent.sparse
    extent.add(999_999, 2)
    assert extent.sparse
    extent.add(0, 0, 200_000)
    assert not extent.sparse


def test_a_large_sheet_is_read(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for row in range(20_000):
            page.write_row(row, 0, [row, "x"])
    (grid,) = workbook_grids(tmp_path / "a.xlsx")
    assert len(grid.rows) == 20_000

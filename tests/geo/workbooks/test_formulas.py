"""Formulas that were never computed and cells with errors: said, and no row passes as if nothing had stood there."""

import re
import struct
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import xlsxwriter

from geo.errors import InputError
from geo.readers import read_roster
from geo.readers.teams import read_teams
from geo.workbooks import workbook_grids
from geo.workbooks.binary_formulas import xls_value, xlsb_value
from geo.workbooks.formulas import Block, Formulas
from tests.geo.workbooks.test_extent import XLS, patched, record, text, xlsb

HEADER = ["名称", "类别", "经度", "纬度", "备注"]
NEVER = (
    "{} cells of sheet '点位' are formulas without a value, the first is {}: they were read as empty. Open the file in "
    "Excel or WPS, save it there and import it again"
)


def book(tmp_path: Path, *cells: tuple[str, str], computed: bool = False) -> Path:
    """Write a roster of three rows; ``cells`` take the place of others, as (place, XML)."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        page = out.add_worksheet("点位")
        for at, row in enumerate([HEADER, *([f"公园{n}", "公园", 114.3001, 30.6001 + n, "x"] for n in range(3))]):
            page.write_row(at, 0, row)
    for place, xml in cells:
        pattern = rb'<c r="%s"[^>]*>.*?</c>' % place.encode()
        patched(path, lambda sheet, pattern=pattern, xml=xml: re.sub(pattern, lambda _: xml.encode(), sheet, count=1))
    if computed:
        patched(path, lambda xml: xml.replace(b' fullCalcOnLoad="1"', b""), "xl/workbook.xml")
    return path


def said(path: Path) -> list[str]:
    return [note.text() for note in read_roster(path, datum="wgs84").notes]


def reasons(path: Path) -> list[str]:
    return read_roster(path, datum="wgs84").rejected["reason"].tolist()


BARE = (
    "<f>114+0.3</f>",
    "<f>114+0.3</f><v></v>",
    "<f>114+0.3</f><v/>",
    '<f t="shared" si="0"/>',
    "<f>114+0.3</f><!-- no value --><v />",
)


@pytest.mark.parametrize("inside", BARE)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_formula_without_a_value_in_xlsx(tmp_path, inside, prefix):
    xml = re.sub(r"<(/?)(?=[a-z])", rf"<\1{prefix}", f'<c r="C3">{inside}</c>')
    path = book(tmp_path, ("C3", xml))
    if prefix:
        patched(path, lambda sheet: sheet.replace(b"<worksheet ", b'<worksheet xmlns:x="x" '))
    assert NEVER.format(1, "C3") in said(path)
    (reason,) = reasons(path)
    assert "longitude" in reason


def test_formulas_with_values_are_not_spoken_of(tmp_path):
    cells = (
        ("A2", '<c r="A2" t="str"><f>B2</f><v>公园</v></c>'),
        ("C3", '<c r="C3"><f>114+0.3</f><v>114.3</v></c>'),
        ("E3", '<c r="E3" t="str"><f>IF(1,"")</f><v></v></c>'),  # as Excel writes an empty text
        ("E4", '<c r="E4"><f>1-1</f><v>0</v></c>'),
    )
    path = book(tmp_path, *cells, computed=True)
    assert not [note for note in said(path) if "formula" in note]
    assert len(read_roster(path, datum="wgs84").accepted) == 3


def test_a_formula_across_two_pieces_of_the_stream(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.workbooks.xlsx._CHUNK", 7)
    monkeypatch.setattr("geo.workbooks.xml_stream._CHUNK", 7)
    path = book(tmp_path, ("C3", '<c r="C3"><f>114+0.3</f></c>'))
    patched(path, lambda sheet: re.sub(rb"<f>.*?</f>", b"<f>" + b" " * 40 + b"1</f>", sheet))
    assert NEVER.format(1, "C3") in said(path)


def test_noughts_of_a_program_that_cannot_compute(tmp_path):
    cells = [(f"C{row}", f'<c r="C{row}"><f>114+0.3</f><v>0</v></c>') for row in (2, 3, 4)]
    assert NEVER.format(3, "C2") in said(book(tmp_path, *cells))
    assert all("longitude" in reason for reason in reasons(book(tmp_path, *cells)))
    assert not [note for note in said(book(tmp_path, *cells, computed=True)) if "without a value" in note]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
@pytest.mark.parametrize(("column", "field"), [("A", "name"), ("B", "category"), ("C", "longitude"), ("D", "latitude")])
def test_errors_of_xlsx(tmp_path, error, column, field):
    path = book(tmp_path, (f"{column}3", f'<c r="{column}3" t="e"><f>A9</f><v>{error}</v></c>'))
    note = "1 cells of sheet '点位' hold an error of the spreadsheet, the first is {!r} in {}3: mend its formula"
    assert note.format(error, column) in said(path)
    (reason,) = reasons(path)
    assert f"{field} is {error!r}" in reason


def ods(tmp_path: Path, cell: str) -> Path:
    """Write a roster of three rows; the longitude of the second is what is given."""
    path = tmp_path / "a.ods"
    rows = [[f"公园{n}", "公园", 114.25 + (n == 1), 30.5, "x"] for n in range(3)]
    pyogrio.write_dataframe(pd.DataFrame(rows, columns=HEADER), path, driver="ODS", layer="点位")
    patched(path, lambda xml: re.sub(rb">\s+<", b"><", xml), "content.xml")
    pattern = rb'<table:table-cell office:value-type="float" office:value="115.2500000000000000"/>'
    calc = b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    patched(path, lambda xml: xml.replace(pattern, cell.encode()), "content.xml")
    return patched(path, lambda xml: xml.replace(b"xmlns:table", calc + b"xmlns:table", 1), "content.xml")


FORMULA = '<table:table-cell table:formula="of:=114+0.3"'


@pytest.mark.parametrize("rest", ["/>", ' office:value-type="float"/>', "><text:p/></table:table-cell>"])
def test_a_formula_without_a_value_in_ods(tmp_path, rest):
    path = ods(tmp_path, FORMULA + rest)
    assert NEVER.format(1, "C3") in said(path)
    assert len(reasons(path)) == 1


@pytest.mark.parametrize(
    "rest",
    [
        ' office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p>',
        ' office:value-type="float" office:value="0"><text:p>#N/A</text:p>',
    ],
)
def test_errors_of_ods(tmp_path, rest):
    path = ods(tmp_path, f"{FORMULA}{rest}</table:table-cell>")
    assert any("the first is '#N/A' in C3" in note for note in said(path))
    assert "longitude is '#N/A'" in reasons(path)[0]


@pytest.mark.parametrize("cell", [f"{FORMULA}><text:p>114.3</text:p>", "<table:table-cell><text:p>114.3</text:p>"])
def test_a_text_that_a_cell_of_ods_only_shows_is_its_value(tmp_path, cell):
    reading = read_roster(ods(tmp_path, cell + "</table:table-cell>"), datum="wgs84")
    assert reading.accepted.geometry.x.round(6).tolist() == [114.25, 114.3, 114.25]


def test_a_remark_on_a_cell_is_no_text_of_it(tmp_path):
    remark = "<office:annotation><text:p>?</text:p></office:annotation>"
    assert len(reasons(ods(tmp_path, f"{FORMULA}>{remark}</table:table-cell>"))) == 1


def test_records_of_xls():
    found = Formulas()
    head = struct.pack("<HHH", 2, 3, 0)
    xls_value(found, 0x0006, head + struct.pack("<d", 1.5) + bytes(8))
    xls_value(found, 0x0006, head + bytes([2, 0, 0x17, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
    xls_value(found, 0x0205, head + bytes([0x2A, 1]))
    xls_value(found, 0x0205, head + bytes([1, 0]))  # yes
    assert found == Formulas(computed=1, errors=[Block(2, 3, "#REF!"), Block(2, 3, "#N/A")])
    empty = Formulas()
    xls_value(empty, 0x0006, head + bytes([3, 0, 0, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
    assert [note.values["cell"] for note in empty.notes("点位")] == ["D3"]
    xls_value(empty, 0x0006, head + struct.pack("<d", 1.5) + bytes(8))
    assert empty.notes("点位") == []  # where others were computed, an empty text is one


def test_xls_with_an_error_in_place_of_a_number(tmp_path):
    content = bytearray(XLS.read_bytes())
    at, place = content.index(struct.pack("<HH", 0x0809, 16), 512), None
    while place is None:
        kind, length = struct.unpack_from("<HH", content, at)
        if kind == 0x0203:  # a number: in its place an error, and a record that nobody knows
            place = struct.unpack_from("<HH", content, at + 4)
            error = struct.pack("<HH", 0x0205, 8) + content[at + 4 : at + 10] + bytes([0x2A, 1])
            content[at : at + 18] = error + struct.pack("<HHH", 0x0FFF, 2, 0)
        at += 4 + length
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    rows = workbook_grids(path)[0].rows
    assert place
    assert rows[place[0]][place[1]] == "#N/A"


def test_xlsb(tmp_path):
    path = xlsb(tmp_path)
    bare = record(8, struct.pack("<III", 2, 0, 0) + bytes(8))
    number = record(5, struct.pack("<IId", 2, 0, 114.3001))
    patched(path, lambda page: page.replace(number, bare, 1), "xl/worksheets/sheet1.bin")
    assert NEVER.format(1, "C2") in said(path)
    error = record(3, struct.pack("<IIB", 2, 0, 0x17))
    patched(path, lambda page: page.replace(bare, error, 1), "xl/worksheets/sheet1.bin")
    assert "longitude is '#REF!'" in reasons(path)[0]
    found = Formulas()
    xlsb_value(found, 4, 8, struct.pack("<II", 1, 0) + text("x"))
    assert found == Formulas(computed=1)


def test_teams_say_it_too(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        page = out.add_worksheet("小组")
        page.write_row(0, 0, ["小组", "姓名", "经度", "纬度"])
        page.write_row(1, 0, ["第一组", "张三", 114.3, 30.6])
        page.write_row(2, 0, ["第一组", "", "", ""])
        page.write_formula(2, 1, "=A9", None, "#REF!")
    with pytest.raises(InputError, match="row 3: inspector is '#REF!', an error of the spreadsheet"):
        read_teams(path, datum="wgs84")

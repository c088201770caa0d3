"""Workbooks whose XML was formatted, commented, recoded or given other prefixes hold the same rows."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.dom.minidom import parseString

import pandas as pd
import pyogrio
import pytest
import xlsxwriter

from geo.errors import InputError
from geo.workbooks import workbook_grids
from tests.geo.workbooks.test_extent import SHEET, patched

ROWS = [["名称", "类别", "经度"], ["公园", "公园", 114.25], ["A & B < C", "公 园", 114.5], ["'引号'", '"', 115.0]]
Change = Callable[[bytes], bytes]


def pretty(xml: bytes) -> bytes:
    return parseString(xml).toprettyxml().encode()  # noqa: S318 - our own


def commented(xml: bytes) -> bytes:
    head, _, rest = xml.partition(b"?>")
    return head + b"?>" + rest.replace(b"><", b"><!-- x --><?x y?><")


def marked(xml: bytes) -> bytes:
    return b"\xef\xbb\xbf" + xml


def in_utf16(xml: bytes) -> bytes:
    return re.sub("utf-8", "UTF-16", xml.decode(), flags=re.IGNORECASE).encode("utf-16")


def in_gb18030(xml: bytes) -> bytes:
    return re.sub("utf-8", "gb18030", xml.decode(), flags=re.IGNORECASE).encode("gb18030")


def single(xml: bytes) -> bytes:
    return re.sub(rb'="([^"\'&]*)"', rb"='\1'", xml)


def cdata(xml: bytes) -> bytes:
    return re.sub(rb"<(t|text:p)>([^<&]*)</(t|text:p)>", rb"<\1><![CDATA[\2]]></\3>", xml)


def prefixed(xml: bytes) -> bytes:
    """Give elements of the default namespace a prefix, and those of ODF another one."""
    text = re.sub(r"\b(office|table|text)(:(?!1\.0)|=(?=.urn))", r"n\1\2", xml.decode())
    if 'xmlns="' in text:
        text = re.sub(r"<(/?)(?=[A-Za-z])(?![A-Za-z]+:)", r"<\1x:", text).replace('xmlns="', 'xmlns:x="')
    return text.encode()


def xlsx(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("点位")
        for at, row in enumerate(ROWS):
            page.write_row(at, 0, row)
        page.write_formula(5, 0, "=A1", None, "#REF!")
        page.set_row(6, None, None, {"hidden": True})
        page.write(6, 0, "x")
    return path


def ods(tmp_path: Path) -> Path:
    path = tmp_path / "a.ods"
    pyogrio.write_dataframe(pd.DataFrame(ROWS[1:], columns=ROWS[0]), path, driver="ODS", layer="点位")
    patched(path, lambda xml: re.sub(rb">\s+<", b"><", xml), "content.xml")
    more = (
        '<table:table-row table:visibility="collapse"><table:table-cell table:formula="of:=A1" '
        'office:value-type="string" office:string-value=""><text:p>#REF!</text:p></table:table-cell></table:table-row>'
    )
    return patched(
        path, lambda xml: xml.replace(b"</table:table>", more.encode() + b"</table:table>", 1), "content.xml"
    )


def whole(path: Path) -> tuple[object, ...]:
    (grid,) = workbook_grids(path)
    return grid.name, grid.rows, [note.text() for note in grid.notes]


FORMS = [pretty, commented, marked, in_utf16, in_gb18030, single, cdata, prefixed]


@pytest.mark.parametrize("form", FORMS)
def test_ods(tmp_path, form):
    path = ods(tmp_path)
    usual = whole(path)
    assert usual[1][: len(ROWS)] == ROWS
    assert len(usual[2]) == 2
    assert whole(patched(path, form, "content.xml")) == usual


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"])
def test_xlsx(tmp_path, form, member):
    path = xlsx(tmp_path)
    usual = whole(path)
    assert usual[1][: len(ROWS)] == ROWS
    assert len(usual[2]) == 2
    assert whole(patched(path, form, member)) == usual


@pytest.mark.parametrize("form", [in_utf16, in_gb18030, prefixed])
def test_every_part_of_xlsx(tmp_path, form):
    path = xlsx(tmp_path)
    usual = whole(path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    for name in names:
        patched(path, form, name)
    assert whole(path) == usual


def test_blanks_of_a_text_in_ods(tmp_path):
    path = ods(tmp_path)
    text = "<text:p>\n  公园<text:tab/>东<text:line-break/>门\n</text:p>".encode()
    patched(path, lambda xml: xml.replace("<text:p>公园</text:p>".encode(), text, 1), "content.xml")
    assert workbook_grids(path)[0].rows[1][0].split() == ["公园", "东", "门"]


def test_remarks_and_drawings_of_ods_are_no_cells(tmp_path):
    path = ods(tmp_path)
    remark = b"<office:annotation>\n<text:p>?</text:p>\n</office:annotation><text:p>"
    patched(path, lambda xml: xml.replace(b"<text:p>", remark, 1), "content.xml")
    assert workbook_grids(path)[0].rows[:4] == ROWS


@pytest.mark.parametrize("end", ["&b;", ""])
def test_entities_are_refused_in_every_form(tmp_path, end):
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
    path = patched(ods(tmp_path), lambda xml: head + xml.partition(b"?>")[2], "content.xml")
    patched(path, lambda xml: xml.replace(b"</text:p>", end.encode() + b"</text:p>", 1), "content.xml")
    with pytest.raises(InputError, match="DOCTYPE"):
        workbook_grids(path)


def test_an_encoding_that_nobody_knows(tmp_path):
    path = patched(xlsx(tmp_path), lambda xml: xml.replace(b"UTF-8", b"x-none"), SHEET)
    with pytest.raises(InputError, match="encoding 'x-none'"):
        workbook_grids(path)


def test_texts_that_are_not_in_their_encoding(tmp_path):
    path = patched(xlsx(tmp_path), lambda xml: in_utf16(xml)[:-1], SHEET)
    with pytest.raises(InputError, match="encoding 'utf-16'"):
        workbook_grids(path)

"""KML by its own names, whatever program wrote it."""

import zipfile
from pathlib import Path

import pytest

from geo.errors import InputError
from geo.readers.kml import Folder, read_document

POINT = "<Point><coordinates>\n114.3,30.6,0 </coordinates></Point>"
SCHEMA = (
    '<Schema name="s" id="s"><SimpleField name="编号" type="int"/><SimpleField name="类别" type="string"/></Schema>'
)


def file(path: Path, body: str, *, head: str = "", name: str = "a.kml") -> Path:
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{head}{body}</Document></kml>'
    text = f'<?xml version="1.0" encoding="UTF-8"?>{kml}'
    (path / name).write_text(text, encoding="utf-8")
    return path / name


def one(tmp_path: Path, inside: str, head: str = "") -> dict[str, str]:
    (folder,) = read_document(
        file(tmp_path, f"<Placemark><name>甲</name>{inside}{POINT}</Placemark>", head=head)
    ).folders
    assert folder.shapes[0].wkt == "POINT (114.3 30.6)"
    return folder.rows[0]


@pytest.mark.parametrize("head", ["", SCHEMA])
@pytest.mark.parametrize("kind", ["Data", "SimpleData"])
def test_attributes_keep_their_names_and_digits(tmp_path, kind, head):
    values = {"编号": "4201060101000010", "类别": "公园", "电话": "0270012"}
    if kind == "Data":
        inside = "".join(
            f'<Data name="{k}"><displayName>x</displayName><value>{v}</value></Data>' for k, v in values.items()
        )
    else:
        cells = "".join(f'<SimpleData name="{k}">{v}</SimpleData>' for k, v in values.items())
        inside = f'<SchemaData schemaUrl="#s">{cells}</SchemaData>'
    assert one(tmp_path, f"<ExtendedData>{inside}</ExtendedData>", head) == {"Name": "甲", **values}


def test_a_description_that_is_a_table(tmp_path):
    rows = "<tr><th>编号</th><td>A1</td></tr><tr><td>类别：</td><td>公园&amp;广场</td></tr>"
    table = f"<![CDATA[<html><table>{rows}</table>]]>"
    row = one(tmp_path, f"<description>{table}</description>")
    assert row == {"Name": "甲", "编号": "A1", "类别": "公园&广场"}
    assert one(tmp_path, "<description>门口 &lt; 5 米</description>")["description"] == "门口 < 5 米"


def test_every_folder_in_the_order_of_the_file(tmp_path):
    mark = f"<Placemark><name>{{}}</name>{POINT}</Placemark>"
    inner = f"<Folder><name>内</name>{mark.format('c')}</Folder>"
    outer = f"<Folder><name>外</name>{mark.format('b')}{inner}</Folder>"
    body = f"{mark.format('a')}{outer}<Folder>{mark.format('d')}</Folder>"
    folders = read_document(file(tmp_path, f"<name>全</name>{body}")).folders
    assert [(folder.name, [row["Name"] for row in folder.rows]) for folder in folders] == [
        ("全", ["a"]),
        ("外", ["b"]),
        ("内", ["c"]),
        ("全", ["d"]),
    ]


def test_shapes(tmp_path):
    ring = "<LinearRing><coordinates>0,0 0,2 2,2 0,0</coordinates></LinearRing>"
    marks = [
        f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>",
        f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>",
        "<LineString><coordinates>1,2,3 4,5,6</coordinates></LineString>",
        "<Point><coordinates>east</coordinates></Point>",
        "",
    ]
    (folder,) = read_document(file(tmp_path, "".join(f"<Placemark>{mark}</Placemark>" for mark in marks))).folders
    assert [None if shape is None else shape.geom_type for shape in folder.shapes] == [
        "Polygon",
        "GeometryCollection",
        "LineString",
        None,
        None,
    ]


def test_a_name_of_its_own_goes_before_that_of_the_placemark():
    assert Folder("f", [{"Name": "a", "name": "b"}, {"Name": "c"}]).columns() == ["name"]


def test_kmz_and_what_is_no_kml(tmp_path):
    path = file(tmp_path, f"<Placemark><name>甲</name>{POINT}</Placemark>")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.write(path, "doc.kml")
    assert read_document(tmp_path / "a.kmz").folders[0].rows == [{"Name": "甲"}]
    deep = "<Folder>" * 5000 + "</Folder>" * 5000
    assert read_document(file(tmp_path, deep, name="deep.kml")).folders == ()
    for name, text in (
        ("b.kml", "<kml><Document>"),
        ("c.kml", '<!DOCTYPE x [<!ENTITY a "b">]><kml>&a;</kml>'),
        ("d.kml", ""),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match="cannot be read"):
            read_document(tmp_path / name)

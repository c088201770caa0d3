"""The many ways in which a good roster is written; each gives the same checkpoints."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from geo import readers
from geo.crs import Datum, from_wgs84, prefixed_crs, project_xy
from geo.readers import read_checkpoints, read_roster
from geo.readers.columns import named_datum, plain
from geo.readers.grids import detect_encoding
from geo.readers.tables import Note
from geo.readers.values import times

LON, LAT = 9, 10


def said(notes: tuple[Note, ...]) -> str:
    return "\n".join(note.text() for note in notes)


def same(reading: readers.Reading, good, *, within: float = 1e-9) -> bool:
    moved = np.abs(reading.accepted.get_coordinates().to_numpy() - good.get_coordinates().to_numpy()).max()
    return reading.accepted.drop(columns="geometry").equals(good.drop(columns="geometry")) and moved <= within


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "utf-16")]
)
def test_encodings(roster, csv_file, good, encoding, name):
    reading = read_roster(csv_file(roster, encoding=encoding), datum="wgs84")
    assert same(reading, good)
    assert f"roster.csv is in {name}" in said(reading.notes)


def test_latin_1():
    assert detect_encoding("Café Münster,Straße\n".encode("latin-1")) == "latin-1"
    assert detect_encoding("背街小巷,café\n".encode("gb18030")) == "gb18030"
    assert detect_encoding(b"plain") == "utf-8"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_separators(roster, csv_file, good, delimiter):
    assert same(read_roster(csv_file(roster, delimiter=delimiter), datum="wgs84"), good)


def test_title_rows_above_and_blank_rows_between(roster, csv_file, good):
    rows = [
        ["2026年第二季度实地考察点位清单"],
        [],
        ["填表单位：创建办", "", "2026-06-01"],
        *roster[:5],
        [],
        ["", " "],
        *roster[5:],
    ]
    reading = read_roster(csv_file(rows), datum="wgs84")
    assert same(reading, good)
    assert reading.rows.tolist()[:6] == [5, 6, 7, 8, 11, 12]
    assert "the header is in row 4" in said(reading.notes)
    assert "2 blank rows were left out" in said(reading.notes)


def test_header_printed_on_every_page(roster, csv_file, good):
    reading = read_roster(csv_file([*roster[:9], roster[0], *roster[9:]]), datum="wgs84")
    assert same(reading, good)
    assert "1 rows repeat the header and were left out" in said(reading.notes)


def test_two_header_rows(roster, csv_file, good):
    upper = ["" if heading in ("经度", "纬度") else heading for heading in roster[0]]
    upper[LON] = "坐标"
    lower = [heading if heading in ("经度", "纬度") else "" for heading in roster[0]]
    assert same(read_roster(csv_file([["清单"], upper, lower, *roster[1:]]), datum="wgs84"), good)


def test_merged_cells(roster, xlsx_file):
    for row in roster[3:6]:
        row[3] = ""

    def merge(book, sheet):
        del book
        sheet.merge_range(2, 3, 5, 3, "春熙街道")

    reading = read_roster(xlsx_file(roster, more=merge), datum="wgs84")
    assert set(reading.accepted["street"]) == {"春熙街道"}
    assert "3 merged cells were filled with the value of their range" in said(reading.notes)


def test_the_sheet_with_the_columns_is_read(roster, xlsx_file, good):
    def more(book, sheet):
        del sheet
        book.add_worksheet("说明").write(0, 0, "名称")

    reading = read_roster(xlsx_file(roster, more=more), datum="wgs84")
    assert same(reading, good)
    assert "sheet '点位清单' of 2 was read" in said(reading.notes)


def test_xls():
    """Read a file of Excel 97, which holds the invented roster."""
    accepted, rejected = read_checkpoints(Path(__file__).with_name("roster.xls"), datum="wgs84")
    assert not len(rejected)
    assert accepted["name"].tolist() == [f"第{n}号点位" for n in range(30)]
    assert accepted["street"].unique().tolist() == ["春熙街道"]
    assert accepted.geometry.x.between(104.05, 104.09).all()


def test_numbers_as_people_write_them(roster, csv_file, good):
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    rows = [roster[0], *([*row[:8], "1.0", row[LON].translate(wide), f" {row[LAT]} "] for row in roster[1:])]
    assert same(read_roster(csv_file(rows), datum="wgs84"), good)


def test_numbers_in_the_cells_of_a_workbook(roster, xlsx_file, good):
    rows = [roster[0], *([*row[:7], False, 1, float(row[LON]), float(row[LAT])] for row in roster[1:])]
    assert same(read_roster(xlsx_file(rows), datum="wgs84"), good)


def dms(degrees: float, form: str) -> str:
    seconds = round(degrees * 3600, 4)
    return form.format(d=int(seconds // 3600), m=int(seconds % 3600 // 60), s=seconds % 60)


@pytest.mark.parametrize(
    "form",
    [
        "{d}°{m}'{s:.4f}\"{{}}",
        "{d}度{m}分{s:.4f}秒",
        "{d}° {m}′ {s:.4f}″ {{}}",
        "{{}}{d}°{m}'{s:.4f}''",
        "{d}:{m}:{s:.4f}",
        "{d} {m} {s:.4f}",
    ],
)
def test_degrees_minutes_seconds(roster, csv_file, good, form):
    rows = [roster[0]]
    for row in roster[1:]:
        lon, lat = dms(float(row[LON]), form).format("E"), dms(float(row[LAT]), form).format("N")
        rows.append([*row[:LON], lon, lat])
    reading = read_roster(csv_file(rows), datum="wgs84")
    assert same(reading, good, within=2e-8)
    assert "degrees, minutes and seconds were turned into decimal degrees" in said(reading.notes)


def test_named_degrees(roster, csv_file, good):
    rows = [roster[0], *([*row[:LON], f"东经{row[LON]}°", f"{row[LAT]}N"] for row in roster[1:])]
    assert same(read_roster(csv_file(rows), datum="wgs84"), good)


@pytest.mark.parametrize("form", ["{0},{1}", "（{0}，{1}）", "{0} {1}", "N{1}, E{0}", "[{0}; {1}]"])
def test_both_coordinates_in_one_cell(roster, csv_file, good, form):
    rows = [[*roster[0][:LON], "坐标"], *([*row[:LON], form.format(row[LON], row[LAT])] for row in roster[1:])]
    assert same(read_roster(csv_file(rows), datum="wgs84"), good)


@pytest.mark.parametrize(("zone", "thousands"), [(35, False), (35, True), (34, False)])
def test_eastings_with_zone_prefix(roster, csv_file, good, zone, thousands):
    x, y = project_xy(good.geometry.x, good.geometry.y, prefixed_crs(zone))
    form = "{:,.4f}" if thousands else "{:.4f}"
    rows = [
        roster[0],
        *([*row[:LON], form.format(a), form.format(b)] for row, a, b in zip(roster[1:], x, y, strict=True)),
    ]
    reading = read_roster(csv_file(rows), datum="cgcs2000")
    assert same(reading, good, within=2e-9)
    assert f"eastings with the prefix of zone {zone} were turned into degrees (EPSG:{4513 + zone - 25})" in said(
        reading.notes
    )


def test_metres_of_a_named_zone_northing_first(roster, csv_file, good):
    x, y = project_xy(good.geometry.x, good.geometry.y, "EPSG:4544")
    heads = [*roster[0][:LON], "X坐标", "Y坐标"]
    rows = [heads, *([*row[:LON], f"{b:.4f}", f"{a:.4f}"] for row, a, b in zip(roster[1:], x, y, strict=True))]
    for crs in ("EPSG:4544", 4523):
        reading = read_roster(csv_file(rows), datum="cgcs2000", crs=crs)
        assert same(reading, good, within=2e-9)
        assert "the first coordinate is the northing" in said(reading.notes)
        assert "metres of EPSG:4544 were turned into degrees" in said(reading.notes)


@pytest.mark.parametrize("datum", list(Datum))
def test_every_datum(roster, csv_file, good, datum):
    x, y = from_wgs84(good.geometry.x, good.geometry.y, datum)
    rows = [roster[0], *([*row[:LON], f"{a:.9f}", f"{b:.9f}"] for row, a, b in zip(roster[1:], x, y, strict=True))]
    assert same(read_roster(csv_file(rows), datum=str(datum)), good, within=1e-8)


def test_headings_of_other_offices(roster, csv_file, good):
    english = [
        "Name",
        "Category",
        "Address",
        "Street",
        "Community",
        "Unit",
        "Opening hours",
        "Fixed",
        "Size",
        "LNG",
        "Latitude",
    ]
    chinese = [
        "名 称",
        "类别*",
        "地址：",
        "街道（镇）",
        "社区/村",
        "责任单位",
        "营业时间",
        "是否固定",
        "权重",
        "高德经度",
        "纬度(GCJ-02)",
    ]
    assert same(read_roster(csv_file([english, *roster[1:]]), datum="wgs84"), good)
    reading = read_roster(csv_file([chinese, *roster[1:]]), datum="wgs84")
    assert same(reading, good)
    assert reading.heading_datum is Datum.GCJ02


def test_headings_that_only_the_user_knows(roster, csv_file, good):
    strange = ["甲", "乙", *roster[0][2:9], "E1", "N1"]
    columns = {"name": "甲", "category": "乙", "lon": "E1", "lat": "N1"}
    assert same(read_roster(csv_file([strange, *roster[1:]]), datum="wgs84", columns=columns), good)


def test_one_category_for_all(roster, csv_file):
    rows = [[row[0], row[LON], row[LAT]] for row in roster]
    accepted = read_checkpoints(csv_file(rows), datum="wgs84", columns={"category": "=餐饮店"})[0]
    assert set(accepted["category"]) == {"restaurant"}


def test_two_columns_for_one_field(roster, csv_file):
    rows = [[*roster[0], "名称"], *([*row, "别的"] for row in roster[1:])]
    reading = read_roster(csv_file(rows), datum="wgs84")
    assert set(reading.accepted["name"]) == {"别的"}
    assert "both '名称' and '点位名称' mean name; '名称' was taken" in said(reading.notes)


def test_coarse_coordinates_are_told(roster, csv_file):
    roster[3][LON:] = ["104.06", "30.660"]
    assert "row 4: coordinates with fewer than 4 decimals" in said(read_roster(csv_file(roster), datum="wgs84").notes)


def test_plain_headings():
    assert plain("经度（WGS84）") == plain(" 百度 经度 ") == "经度"
    assert plain("Lng_GCJ02") == "lng"
    assert named_datum("lng_bd09") is Datum.BD09
    assert named_datum("国家2000坐标X") is Datum.CGCS2000
    assert named_datum("经度") is None


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-12 09:30",
        "2026/6/12 9:30",
        "2026年6月12日9时30分",
        "20260612T0930",
        "2026-06-12T01:30:00Z",
        "2026-06-12T09:30:00+08:00",
        46185.395833333336,
        "46185.395833333336",
        dt.datetime(2026, 6, 12, 9, 30),  # noqa: DTZ001 - as a spreadsheet gives it
    ],
)
def test_times(cell):
    assert times([cell], "Asia/Shanghai") == [dt.datetime(2026, 6, 12, 1, 30, tzinfo=dt.UTC)]


@pytest.mark.parametrize(
    "cell",
    ["", "06/12/2026", "2026-13-01", "yesterday", "12.5", "2026-02-30 09:00", "9999999", None, "2026-06-12T25:00"],
)
def test_what_is_no_time(cell):
    assert times([cell], "Asia/Shanghai") == [None]


def test_a_date_alone_is_midnight():
    assert times([dt.date(2026, 6, 12), "20260612"], "UTC") == [dt.datetime(2026, 6, 12, tzinfo=dt.UTC)] * 2

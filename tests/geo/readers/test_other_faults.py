"""Zones, teams and visits with one spoilt row; and what good ones become."""

import datetime as dt
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError
from geo.model import NO_LUNCH, Mode
from geo.readers import read_team_list, read_teams, read_visits, read_zone_layer, read_zones
from geo.writers.layers import write_sheet
from geo.zones.codes import is_provisional

FAULTS = tomllib.loads(Path(__file__).with_name("faults.toml").read_text("utf-8"))
NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def spoilt(rows, at, cells):
    rows = [row.copy() for row in rows]
    for heading, value in cells.items():
        rows[at][rows[0].index(heading)] = value
    return rows


def squares(codes):
    """Return zones as rows: squares of 0.01 degrees side by side."""
    rows = [["编码", "名称", "责任单位", "责任人", "wkt"]]
    for n, code in enumerate(codes):
        rows.append(
            [code, f"第{n}区", "街道办", "张三", shapely.box(114.3 + n / 100, 30.6, 114.31 + n / 100, 30.61).wkt]
        )
    return rows


CODES = {
    "city": [f"42{n:02d}00000000" for n in range(1, 10)],
    "district": [f"4201{n:02d}000000" for n in range(1, 10)],
    "street": [f"420102{n:03d}000" for n in range(1, 10)],
    "community": [f"420102001{n:03d}" for n in range(1, 10)],
    "grid": [f"Z{n}" for n in range(9)],
}


@pytest.mark.parametrize("case", FAULTS["zones"], ids=lambda case: case["kind"])
def test_one_bad_zone(csv_file, case):
    rows = squares(CODES[case["level"]])
    accepted, rejected = read_zones(csv_file(spoilt(rows, 5, case["cells"])), datum="wgs84", level=case["level"])
    assert rejected["source_row"].tolist() == [6]
    assert rejected["reason"].tolist() == [case["message"]]
    assert accepted.index.tolist() == [code for n, code in enumerate(CODES[case["level"]]) if n != 4]


def test_a_level_that_is_none(csv_file):
    rows = [["级别", *row] if n == 0 else ["街道", *row] for n, row in enumerate(squares(CODES["street"]))]
    rows[3][0] = "小组"
    accepted, rejected = read_zones(csv_file(rows), datum="wgs84", level=None)
    assert rejected["reason"].tolist() == ["level is '小组': write city, district, street, community, grid or special"]
    assert set(accepted["level"]) == {"street"}
    with pytest.raises(InputError, match="has no column for level"):
        read_zones(csv_file(squares(CODES["street"])), datum="wgs84", level=None)


def test_outlines_are_repaired_and_told(csv_file):
    rows = squares(CODES["street"])
    rows[2][-1] = "POLYGON ((114.31 30.60, 114.32 30.61, 114.32 30.60, 114.31 30.61, 114.31 30.60))"
    reading = read_zone_layer(csv_file(rows), datum="wgs84", level="street")
    assert len(reading.accepted) == 9
    assert reading.accepted.is_valid.all()
    assert reading.repaired["code"].tolist() == ["420102002000"]
    assert any(note.text().startswith("row 3: the outline of '第1区' crossed itself") for note in reading.notes)


def test_short_codes_are_filled_up_and_suffixes_compared(csv_file):
    rows = squares([f"420102{n:03d}" for n in range(1, 10)])
    rows[4][1] = "东西湖镇"
    reading = read_zone_layer(csv_file(rows), datum="wgs84", level="street")
    assert reading.accepted.index.tolist() == CODES["street"]
    notes = [note.text() for note in reading.notes]
    assert any(note.startswith("row 2, 3, 4, 5, 6, 7, 8, 9 +1: codes of 6 or 9 digits") for note in notes)
    assert "row 5: '东西湖镇' has the code 420102004000, which is of a 街道" in notes


def test_zones_without_codes_keep_theirs(csv_file):
    rows = squares([""] * 9)
    first = read_zones(csv_file(rows), datum="wgs84", level="street")[0]
    assert all(is_provisional(code) for code in first.index)
    again = read_zones(csv_file([rows[0], *reversed(rows[1:])]), datum="wgs84", level="street")[0]
    assert sorted(again.index) == sorted(first.index)
    assert again["name"].to_dict() == first["name"].to_dict()
    coded = read_zones(csv_file(squares(CODES["street"])), datum="wgs84", level="street")[0]
    assert read_zones(csv_file(rows), datum="wgs84", level="street", known=coded)[0].index.tolist() == CODES["street"]


def test_parents_by_code_by_name_and_by_outline(csv_file):
    district = read_zones(csv_file(squares(["420102000000"])), datum="wgs84", level="district")[0]
    by_code = read_zones(csv_file(squares(CODES["street"])), datum="wgs84", level="street", known=district)[0]
    assert set(by_code["parent"]) == {"420102000000"}
    named = [[*row, "上级" if n == 0 else "第0区"] for n, row in enumerate(squares([""] * 3))]
    assert set(read_zones(csv_file(named), datum="wgs84", level="street", known=district)[0]["parent"]) == {
        "420102000000"
    }
    inside = squares([""] * 9)
    found = read_zones(csv_file(inside), datum="wgs84", level="street", known=district)[0]
    assert found["parent"].tolist() == ["420102000000", *[""] * 8]
    assert found.index[0].startswith("420102P")


def test_the_outline_of_a_large_zone_is_cut_in_the_rejects(csv_file, tmp_path):
    rows = squares(CODES["street"])
    rows[3][-1] = shapely.Point(114.3, 30.6).buffer(0.01, quad_segs=500).wkt
    rows[3][0] = "4201"
    rejected = read_zones(csv_file(rows), datum="wgs84", level="street")[1]
    assert rejected["wkt"].iloc[0].endswith("…")
    assert write_sheet(rejected, tmp_path / "rejected.xlsx").exists()


def test_zones_move_with_their_datum(csv_file):
    plain = read_zones(csv_file(squares(CODES["street"])), datum="wgs84", level="street")[0]
    moved = read_zones(csv_file(squares(CODES["street"])), datum="gcj02", level="street")[0]
    shift = moved.to_crs(4547).centroid.distance(plain.to_crs(4547).centroid)
    assert shift.between(400, 700).all()


def test_beijing(real_data):
    reading = read_zone_layer(real_data / "beijing_streets.shp", datum="wgs84", level="street", columns={"name": "乡"})
    assert len(reading.accepted) == 331
    assert not len(reading.rejected)
    assert reading.accepted["name"].str.endswith(("街道", "镇", "乡", "地区", "办事处")).mean() > 0.9
    assert reading.accepted.index.is_unique


@pytest.mark.parametrize(
    ("file", "code", "name"),
    [("lanzhou_chengguan_620102_gcj02", "620102", "城关区"), ("huaian_huaian_320803_gcj02", "320803", "淮安区")],
)
def test_districts_in_gcj02(real_data, file, code, name):
    columns = {"name": f"={name}", "code": f"={code}"}
    accepted, rejected = read_zones(real_data / f"{file}.geojson", datum="gcj02", level="district", columns=columns)
    assert accepted.index.tolist() == [f"{code}000000"]
    assert not len(rejected)
    raw = gpd.read_file(real_data / f"{file}.geojson")
    moved = accepted.to_crs(4547).centroid.distance(raw.to_crs(4547).centroid, align=False)
    assert 150 < moved.iloc[0] < 700


TEAMS = [
    ["组别", "姓名", "单位", "街道", "经度", "纬度", "交通方式", "工作时间", "午餐时间", "收工地点", "出勤日"],
    ["甲组", "张三", "城管局", "一元街道", "114.3", "30.6", "汽车", "08:00-12:30", "11:00-12:30", "就地结束", "1,2"],
    ["甲组", "李四", "卫健委", "", "114.3", "30.6", "", "", "", "", ""],
    ["乙组", "王五", "", "", "", "", "", "", "", "", ""],
    ["乙组", "赵六", "", "", "114.4", "30.6", "电动车", "", "无", "", ""],
]


def test_teams(csv_file):
    one, other = read_teams(csv_file(TEAMS), datum="wgs84")
    assert (one.id, one.mode, one.base_lon, [i.name for i in one.inspectors]) == (
        "甲组",
        Mode.CAR,
        114.3,
        ["张三", "李四"],
    )
    assert (other.mode, other.base_lon, other.inspectors[0].team) == (Mode.EBIKE, 114.4, "乙组")
    assert one.inspectors[0].unit == "城管局"
    assert (one.shift_s, one.lunch_within_s) == ((8 * 3600, 12 * 3600 + 1800), (11 * 3600, 12 * 3600 + 1800))
    assert (one.open_end, one.days) == (True, frozenset({1, 2}))
    assert (other.shift_s, other.lunch_within_s, other.open_end, other.days) == (None, NO_LUNCH, False, None)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("8点半至17点半", "", "", ""), ((30_600, 63_000), None, False, None)),
        (
            ("０９：００－１７：００", "１２：００－１３：００", "OPEN", "１，３"),
            ((32_400, 61_200), (43_200, 46_800), True, {1, 3}),
        ),
        (("", "-", "base", "1-3、5"), (None, NO_LUNCH, False, {1, 2, 3, 5})),
        (("", "None", "返回驻地", "第2天 第4天"), (None, NO_LUNCH, False, {2, 4})),
        (("", "——", "", "2"), (None, NO_LUNCH, False, {2})),
        (("-", "null", "-", "-"), (None, None, False, None)),
        (("上午8:30-下午5:30", "否", "", "第 1 天"), ((30_600, 63_000), NO_LUNCH, False, {1})),
        (
            ("08:30––17:00", "11:00 -- 13:00", "", "第 1 天 至 第 3 天、5"),
            ((30_600, 61_200), (39_600, 46_800), False, {1, 2, 3, 5}),
        ),
        (("早8点-晚6点", "中午12点-下午1点半", "", "1––2，9"), ((28_800, 64_800), (43_200, 48_600), False, {1, 2, 9})),
    ],
)
def test_the_terms_of_a_team_are_read_as_people_write_them(csv_file, cells, expected):
    rows = [["team", "base_lon", "base_lat", "Shift", "Lunch", "End", "Days"], ["T1", "114.3", "30.6", *cells]]
    (team,) = read_teams(csv_file(rows), datum="wgs84")
    assert (team.shift_s, team.lunch_within_s, team.open_end, team.days) == expected


def test_a_tick_in_a_workbook_is_no_day_and_no_lunch(tmp_path):
    table = {"team": ["T1", "T2"], "base_lon": [114.3] * 2, "base_lat": [30.6] * 2, "days": [True, None]}
    pd.DataFrame({**table, "lunch": [None, False]}).to_excel(tmp_path / "t.xlsx", index=False, engine="xlsxwriter")
    teams, rejected = read_team_list(tmp_path / "t.xlsx", datum="wgs84")
    assert [(team.id, team.lunch_within_s) for team in teams] == [("T2", NO_LUNCH)]
    assert rejected["reason"].tolist() == [
        "days is 'TRUE': write days of the round from 1 to 60, as 1,2,4 or 1-3, or leave it empty for all"
    ]


def test_lunch_lies_in_the_shift_that_the_team_names(csv_file):
    rows = [[*TEAMS[0]], [*TEAMS[1][:8], "12:00-14:00", *TEAMS[1][9:]]]
    teams, rejected = read_team_list(csv_file(rows), datum="wgs84")
    assert not teams
    assert rejected["reason"].tolist() == [
        "lunch is '12:00-14:00', of which no hour lies in the shift '08:00-12:30': write other hours, or none"
    ]


@pytest.mark.parametrize("case", FAULTS["teams"], ids=lambda case: case["kind"])
def test_one_bad_row_of_a_team(csv_file, case):
    path = csv_file(spoilt(TEAMS, 2, case["cells"]))
    teams, rejected = read_team_list(path, datum="wgs84")
    assert [team.id for team in teams if len(team.inspectors) == 2] == ["乙组"]
    assert rejected["source_row"].tolist() == [3]
    assert rejected["reason"].tolist() == [case["message"]]
    with pytest.raises(InputError, match=r"^roster.csv has faults: row 3: "):
        read_teams(path, datum="wgs84")


def test_a_team_without_base(csv_file):
    teams, rejected = read_team_list(csv_file(TEAMS[:4]), datum="wgs84")
    assert [team.id for team in teams] == ["甲组"]
    assert rejected["reason"].tolist() == ["team '乙组' has no base: fill in base_lon and base_lat in one of its rows"]


VISITS = [
    ["点位编号", "组别", "到达时间", "扣分项", "扣分", "备注", "暗访"],
    ["A1", "甲组", "2026-06-12 09:30", "", "", "", "是"],
    ["A2", "甲组", "2026-06-12 10:00", "", "", "", ""],
    ["A3", "乙组", "2026年6月12日 9:00", "乱停车", "2", "门口", ""],
    ["A3", "乙组", "2026/6/12 9:00", "有垃圾", "1.5", "", ""],
]


def test_visits(csv_file):
    visits, rejected = read_visits(csv_file(VISITS))
    assert not len(rejected)
    assert [visit.checkpoint for visit in visits] == ["A1", "A2", "A3"]
    assert visits[0].arrived_at == dt.datetime(2026, 6, 12, 1, 30, tzinfo=dt.UTC)
    assert visits[0].covert
    assert visits[0].deductions == ()
    assert [(d.item, d.points, d.note) for d in visits[2].deductions] == [("乱停车", 2.0, "门口"), ("有垃圾", 1.5, "")]
    elsewhere = read_visits(csv_file(VISITS), timezone="America/Los_Angeles")[0]
    assert elsewhere[0].arrived_at == dt.datetime(2026, 6, 12, 16, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("case", FAULTS["visits"], ids=lambda case: case["kind"])
def test_one_bad_row_of_visits(csv_file, case):
    path = csv_file(spoilt(VISITS, 2, case["cells"]))
    visits, rejected = read_visits(path, known={"A1", "A2", "A3"}, now=NOW)
    assert [visit.checkpoint for visit in visits] == ["A1", "A3"]
    assert rejected["source_row"].tolist() == [3]
    assert rejected["reason"].tolist() == [case["message"]]


def test_the_minus_signs_of_a_score_sheet(csv_file):
    minus = [VISITS[0], *VISITS[1:3], [*VISITS[3][:4], "-2", *VISITS[3][5:]], [*VISITS[4][:4], "-1.5", *VISITS[4][5:]]]
    visits, _ = read_visits(csv_file(minus))
    assert [deduction.points for deduction in visits[2].deductions] == [2.0, 1.5]
    visits, rejected = read_visits(csv_file([*minus[:4], VISITS[4]]))
    assert [visit.checkpoint for visit in visits] == ["A1", "A2"]
    assert rejected["reason"].tolist()[0] == (
        "points is '-2' while other rows are above 0: write what was taken off above 0, and leave out what was given"
    )


def test_half_a_visit_is_no_visit(csv_file):
    visits, rejected = read_visits(csv_file(spoilt(VISITS, 4, {"扣分": "很多"})))
    assert [visit.checkpoint for visit in visits] == ["A1", "A2"]
    assert rejected["source_row"].tolist() == [4, 5]
    assert rejected["reason"].tolist() == [
        "another row of the same visit has a fault: mend that one and import both",
        "points is '很多': write a number above 0",
    ]


def test_san_francisco(real_data):
    columns = {"item": "description", "points": "=2", "team": "=SF"}
    visits, rejected = read_visits(
        real_data / "sf_inspections" / "violations.csv", columns=columns, timezone="America/Los_Angeles"
    )
    assert sum(len(visit.deductions) for visit in visits) + len(rejected) == 39_006
    assert not len(rejected)

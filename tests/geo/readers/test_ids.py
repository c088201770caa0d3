"""What names a thing keeps all of its digits, or its row is refused; in every reader."""

from pathlib import Path

import pandas as pd
import pytest

from geo.readers import read_roster, read_team_list, read_visits, read_zones
from geo.readers.avoidances import read_avoidances
from geo.readers.values import as_text

FAULTS = Path(__file__).parents[1] / "faults"
IDS = ["4201060101000010", "4201060101000020", "4201060101000030"]


def test_sixteen_digits_stay_as_they_are_and_visits_find_them():
    roster = read_roster(FAULTS / "xlsx_id16_gets_dot0.xlsx", datum="wgs84")
    assert roster.accepted.index.tolist() == IDS
    visits, refused = read_visits(FAULTS / "visits_id16.csv", known=set(roster.accepted.index))
    assert [visit.checkpoint for visit in visits] == IDS[:1]
    assert refused.empty


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (9_007_199_254_740_991.0, "9007199254740991"),
        (-9_007_199_254_740_991.0, "-9007199254740991"),
        (9_007_199_254_740_992.0, "9.007199254740992e+15"),
        (420_106_010_100_001_024.0, "4.20106010100001e+17"),
        (1e15, "1000000000000000"),
        (12.5, "12.5"),
    ],
)
def test_a_number_that_lost_digits_is_told_from_a_whole_one(cell, text):
    assert as_text(cell).startswith(text)


def test_a_number_beyond_a_doubles_digits_is_refused(tmp_path):
    ids = [4_201_060_101_000_010_123.0, 1.0]
    table = {"编号": ids, "名称": ["甲", "乙"], "类别": "公园", "经度": 114.3, "纬度": 30.6}
    pd.DataFrame(table).to_excel(tmp_path / "r.xlsx", index=False, engine="xlsxwriter")
    reading = read_roster(tmp_path / "r.xlsx", datum="wgs84")
    assert reading.accepted.index.tolist() == ["1"]
    assert "which lost its last digits" in reading.rejected["reason"].iloc[0]


LOST = "4.2E+17"
TABLES = {
    "roster": (["编号", "名称", "类别", "经度", "纬度"], ["{0}", "甲", "公园", 114.3, 30.6]),
    "street code": (["名称", "类别", "street_code", "经度", "纬度"], ["甲", "公园", "{0}", 114.3, 30.6]),
    "zones": (["编码", "名称", "wkt"], ["{0}", "甲", "POLYGON ((0 1, 1 1, 1 2, 0 1))"]),
    "parents": (["名称", "上级", "wkt"], ["甲", "{0}", "POLYGON ((0 1, 1 1, 1 2, 0 1))"]),
    "phones": (["名称", "责任人", "wkt"], ["甲", "{0}", "POLYGON ((0 1, 1 1, 1 2, 0 1))"]),
    "teams": (["组别", "姓名", "经度", "纬度"], ["{0}", "张三", 114.3, 30.6]),
    "avoidances": (["姓名", "点位编号"], ["张三", "{0}"]),
}
READERS = {
    "roster": lambda path: read_roster(path, datum="wgs84").rejected,
    "zones": lambda path: read_zones(path, datum="wgs84", level="special")[1],
    "teams": lambda path: read_team_list(path, datum="wgs84")[1],
    "avoidances": lambda path: read_avoidances(path)[1],
}
READERS |= {"street code": READERS["roster"], "parents": READERS["zones"], "phones": READERS["zones"]}


@pytest.mark.parametrize("kind", list(TABLES))
@pytest.mark.parametrize(("cell", "reason"), [(LOST, "lost its last digits"), ("#REF!", "an error of the spreadsheet")])
def test_lost_digits_and_errors_in_every_reader(tmp_path, kind, cell, reason):
    heads, row = TABLES[kind]
    filled = [each.format(cell) if isinstance(each, str) else each for each in row]
    pd.DataFrame([filled], columns=heads).to_csv(tmp_path / "a.csv", index=False)
    rejected = READERS[kind](tmp_path / "a.csv")
    assert len(rejected) == 1
    assert rejected["reason"].iloc[0].count(reason) == 1


@pytest.mark.parametrize("kind", ["roster", "zones", "teams", "avoidances"])
@pytest.mark.parametrize("cell", [420_106_010_100_001_024.0, 9_007_199_254_740_994.0])
def test_a_numeric_cell_beyond_2_to_53_in_every_reader(tmp_path, kind, cell):
    heads, row = TABLES[kind]
    pd.DataFrame([[cell if each == "{0}" else each for each in row]], columns=heads).to_excel(
        tmp_path / "a.xlsx", index=False, engine="xlsxwriter"
    )
    assert "lost its last digits" in READERS[kind](tmp_path / "a.xlsx")["reason"].iloc[0]

"""What names a thing keeps all of its digits, or its row is refused; in every reader."""

from pathlib import Path

import pandas as pd
import pytest

from geo.readers import read_roster, read_visits
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
    assert "which lost its digits in the spreadsheet" in reading.rejected["reason"].iloc[0]

"""One cell of a good roster is spoilt: that row is refused with its reason, and no other row is lost."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from geo.readers import read_checkpoints, read_roster

NAME, KIND, SIZE, LON = 0, 1, 8, 9
SPOILT = 12  # position in the rows; its row in the sheet is one more

CASES = tomllib.loads(Path(__file__).with_name("faults.toml").read_text("utf-8"))["checkpoints"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["kind"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_one_bad_cell(roster, csv_file, xlsx_file, good, kind, case):
    spoilt = [row.copy() for row in roster]
    spoilt[SPOILT][LON:] = ["104.06", "30.66"]
    for heading, value in case["cells"].items():
        spoilt[SPOILT][roster[0].index(heading)] = value
    accepted, rejected = read_checkpoints({"csv": csv_file, "xlsx": xlsx_file}[kind](spoilt), datum="wgs84")
    assert rejected["source_row"].tolist() == [SPOILT + 1]
    assert case["message"] in rejected["reason"].iloc[0]
    assert rejected["reason"].iloc[0].count(": ") == case["message"].count(": ") or "lies " in case["message"]
    assert [str(cell or "").strip() for cell in rejected.iloc[0, 2:]] == [str(c).strip() for c in spoilt[SPOILT]]
    kept = good.drop(good.index[SPOILT - 1])
    assert accepted.equals(kept)


def test_a_name_without_end(roster, csv_file):
    roster[3][NAME] = "长" * 501
    rejected = read_checkpoints(csv_file(roster), datum="wgs84")[1]
    assert rejected["reason"].iloc[0] == "name has 501 characters: at most 500 fit"


def test_every_fault_of_a_row_is_told(roster, csv_file):
    roster[5][NAME], roster[5][KIND], roster[5][LON], roster[5][SIZE] = "", "火星", "abc", "-1"
    rejected = read_checkpoints(csv_file(roster), datum="wgs84")[1]
    assert rejected["reason"].iloc[0] == (
        "name is empty: fill it in; "
        "category is '火星', which the catalogue does not have: use one of its codes or names; "
        "size is '-1': write a number above 0; "
        "longitude is 'abc': write decimal degrees like 114.30512, or metres"
    )


def test_repeated_ids(roster, csv_file):
    rows = [["编号", *roster[0]], *([f"A{n:03d}", *row] for n, row in enumerate(roster[1:]))]
    rows[9][0] = "A003"
    accepted, rejected = read_checkpoints(csv_file(rows), datum="wgs84")
    assert len(accepted) == len(roster) - 2
    assert rejected["source_row"].tolist() == [10]
    assert rejected["reason"].iloc[0] == "id 'A003' is in row 5 already: give every row its own"


def test_ids_that_a_spreadsheet_rounded(roster, csv_file):
    rows = [["编号", *roster[0]], *([f"5101040010{n:02d}", *row] for n, row in enumerate(roster[1:]))]
    rows[3][0] = "5.10104E+11"
    rejected = read_checkpoints(csv_file(rows), datum="wgs84")[1]
    assert rejected["reason"].iloc[0] == (
        "id is '5.10104E+11', which lost its last digits: keep it as text"
        " (in a spreadsheet, format the column as text) and fill it in again"
    )


def test_a_date_for_a_number(roster, xlsx_file):
    roster[3][LON] = dt.datetime(1904, 6, 8, 12, 0)  # noqa: DTZ001 - what a spreadsheet made of 1620.5
    accepted, rejected = read_checkpoints(xlsx_file(roster), datum="wgs84")
    assert len(accepted) == len(roster) - 2
    assert "longitude is '1904-06-08 12:00:00': write decimal degrees" in rejected["reason"].iloc[0]


def test_a_row_outside_china_in_gcj02(roster, csv_file):
    roster[4][LON:] = ["127.0", "37.5"]
    rejected = read_checkpoints(csv_file(roster), datum="gcj02")[1]
    assert rejected["reason"].iloc[0] == (
        "(127.0, 37.5) lies outside China, where gcj02 does not exist: name the right datum"
    )


def test_metres_have_no_gcj02(roster, csv_file):
    roster[4][LON:] = ["35412345.6", "3393456.7"]
    rejected = read_checkpoints(csv_file(roster), datum="gcj02")[1]
    assert rejected["reason"].iloc[0] == (
        "(35412345.6, 3393456.7) are metres, and gcj02 has none: projected coordinates are cgcs2000 or wgs84"
    )


def test_a_zone_that_contradicts_the_named_one(roster, csv_file):
    roster[4][LON:] = ["35412345.6", "3393456.7"]
    rejected = read_checkpoints(csv_file(roster), datum="cgcs2000", crs="EPSG:4545")[1]
    assert rejected["reason"].iloc[0] == (
        "easting 35412345.6 is of zone 35, the named CRS is EPSG:4545: check which is right"
    )


def test_rows_of_another_datum(roster, csv_file):
    rows = [[*roster[0], "坐标系"], *([*row, "WGS-84"] for row in roster[1:])]
    rows[7][-1] = "百度坐标系"
    accepted, rejected = read_checkpoints(csv_file(rows), datum="cgcs2000")
    assert len(accepted) == len(roster) - 2
    assert rejected["reason"].iloc[0] == (
        "the row names the datum '百度坐标系', the import cgcs2000: split the file by datum"
    )


def test_unplaced_rows_have_their_own_list(roster, csv_file):
    roster[2][LON:] = ["", ""]
    reading = read_roster(csv_file(roster), datum="wgs84")
    assert reading.unplaced["source_row"].tolist() == [3]
    assert reading.unplaced["name"].tolist() == [roster[2][NAME]]
    assert reading.rejected["source_row"].tolist() == [3]
    assert reading.unplaced.index[0] in reading.seen


def test_faults_can_be_said_in_another_language(roster, csv_file):
    roster[2][NAME] = ""
    fault = read_roster(csv_file(roster), datum="wgs84").faults[0]
    chinese = {"name is empty: fill it in": "名称为空：请填写"}
    assert fault.text(lambda template, values: chinese[template].format(**values)) == "名称为空：请填写"


def test_hours_that_say_only_when_it_is_closed_leave_the_rest_as_usual():
    """The file of an office: 周一闭馆 closed the place all week, and 2:30-5:30 after the morning was a night."""
    accepted, rejected = read_checkpoints(Path(__file__).parents[1] / "faults" / "hours_only_off.xlsx", datum="wgs84")
    assert rejected.empty
    assert accepted["hours"].loc["K04":"K05"].tolist() == ["Mo off", "08:30-12:00,14:30-17:30"]


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        ("Mo[1] 09:00-12:00", "write 08:30-12:00,14:00-17:30 or Mo-Fr 08:30-17:30 in the place of 'Mo[1]'"),
        ("夏季 8:00-18:00", "in the place of '夏季'"),
        ("8:30-5:30", "'8:30-5:30' may mean two things: write both times in 24 hours, as 14:30-17:30"),
        ("8:00-12:00; 14:00-17:00", "doesn't say for which days"),
    ],
)
def test_hours_are_refused_by_the_word_that_nobody_knows(roster, csv_file, hours, reason):
    roster[4][6] = hours
    rejected = read_checkpoints(csv_file(roster), datum="wgs84")[1]
    assert len(rejected) == 1
    assert reason in rejected["reason"].iloc[0]
    assert repr(hours) in rejected["reason"].iloc[0]

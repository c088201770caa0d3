"""The cells of visits as their programs write them: what is certain is taken and said, the rest is the row's fault."""

import datetime as dt

import pandas as pd
import pytest
import xlsxwriter

from geo.readers.visits import VisitContext, read_visit_table

NINE_THIRTY = dt.datetime(2026, 6, 12, 1, 30, tzinfo=dt.UTC)  # in Shanghai


def read(path, **context):
    return read_visit_table(path, VisitContext(**context))


def said(reading):
    return "\n".join(note.text() for note in reading.notes)


@pytest.fixture
def table(tmp_path):
    def make(columns, *rows):
        pd.DataFrame(rows, columns=columns, dtype=object).to_csv(tmp_path / "v.csv", index=False)
        return tmp_path / "v.csv"

    return make


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        (("日期", "时间"), ("2026-06-12", "09:30")),
        (("检查日期", "检查时间"), ("2026年6月12日", "上午9点半")),
        (("date", "time"), ("2026/6/12", "9:30 AM")),
        (("检查日期", "到达时间"), ("46185", "0.395833333333333")),
        (("日期", "时间"), ("2026-06-12", "2026-06-12 09:30")),
        (("日期", "时间"), ("", "2026-06-12 09:30")),
        (("检查日期",), ("2026-06-12 09:30",)),
    ],
)
def test_date_and_time_in_two_columns(table, heads, cells):
    reading = read(table(["点位编号", *heads], ["A", *cells]))
    assert [visit.arrived_at for visit in reading.visits] == [NINE_THIRTY]
    assert ("1 times of day were joined" in said(reading)) == (len(cells) == 2 and "2026-06-12 " not in cells[1])


@pytest.mark.parametrize("cells", [("2026-06-13", "2026-06-12 09:30"), ("yesterday", "09:30"), ("2026-06-12", "noon")])
def test_two_columns_that_go_not_together(table, cells):
    reading = read(table(["点位编号", "日期", "时间"], ["A", *cells]))
    assert not reading.visits
    for cell in cells:
        assert cell in reading.rejected["reason"].iloc[0]


@pytest.mark.parametrize("early", [False, True])
def test_serial_numbers_of_workbooks_of_both_epochs(tmp_path, early):
    with xlsxwriter.Workbook(str(tmp_path / "v.xlsx"), {"date_1904": early}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["点位编号", "检查时间"])
        sheet.write_row(1, 0, ["A", 46_185.3958333333 - (1462 if early else 0)])
    reading = read(tmp_path / "v.xlsx")
    assert [visit.arrived_at for visit in reading.visits] == [NINE_THIRTY]
    assert f"days since {1904 if early else 1900}" in said(reading)


@pytest.mark.parametrize("written", ["12", "0012", "12.0", "００１２", "12 "])
def test_ids_in_another_form(table, written):
    reading = read(table(["点位编号", "时间"], [written, "2026-06-12 09:30"]), known={"0012", "0013"})
    assert [visit.checkpoint for visit in reading.visits] == ["0012"]
    assert ("1 rows write the id of a checkpoint in another form" in said(reading)) == (written != "0012")


def test_an_id_that_may_be_two_is_refused(table):
    reading = read(table(["点位编号", "时间"], ["12", "2026-06-12 09:30"]), known={"0012", "012"})
    assert reading.rejected["reason"].tolist() == [
        "checkpoint is '12', which the city does not have: import it first or mend the id"
    ]


@pytest.mark.parametrize("cell", ["4.2E+17", "#N/A"])
@pytest.mark.parametrize("heading", ["点位编号", "组别", "轮次", "扣分项"])
def test_lost_digits_and_errors(table, heading, cell):
    row = {"点位编号": "A", "组别": "一组", "轮次": "", "扣分项": "x", "扣分": "1", "时间": "2026-06-12 09:30"}
    row[heading] = cell
    reading = read(table(list(row), list(row.values())), known={"A"})
    assert len(reading.rejected) == 1
    assert reading.rejected["reason"].iloc[0].count(": ") == 1


@pytest.mark.parametrize("points", ["1.5", "1,5", "１．５", "1.5分", "扣1.5分", "-1.5", "−1.5", "(1.5)", "－１．５分"])
def test_points_as_people_write_them(table, points):
    reading = read(table(["点位编号", "时间", "扣分项", "扣分"], ["A", "2026-06-12 09:30", "x", points]))
    assert [deduction.points for visit in reading.visits for deduction in visit.deductions] == [1.5]


@pytest.mark.parametrize("points", ["50%", "1.5元", "一分", "1.5.2", "1-2", "0"])
def test_points_that_are_none(table, points):
    reading = read(table(["点位编号", "时间", "扣分项", "扣分"], ["A", "2026-06-12 09:30", "x", points]))
    assert reading.rejected["reason"].tolist() == [f"points is '{points}': write a number above 0"]

"""One cell with both coordinates, and coordinates with decimal commas: the same place, or the row's fault."""

import numpy as np
import pytest

from geo.readers import read_roster

LON, LAT = 9, 10


def said(reading):
    return "\n".join(note.text() for note in reading.notes)


@pytest.mark.parametrize(
    "form",
    [
        "{y} {x} 20.5 4.8",
        "{y} {x} 0 0",
        "{y} {x} 21",
        "{x} {y} 21",
        "{x},{y},0",
        "POINT ({x} {y})",
        "point z({x} {y} 3.5)",
        '{{"lng": {x}, "lat": {y}}}',
        "lat:{y},lng:{x}",
        "经度：{x} 纬度：{y}",
        "北纬{y} 东经{x}",
        "{x}/{y}",
        "{x}；{y}",
    ],
)
def test_both_in_one_cell(roster, csv_file, good, form):
    rows = [[*roster[0][:LON], "坐标"]]
    rows += [[*row[:LON], form.format(x=row[LON], y=row[LAT])] for row in roster[1:]]
    reading = read_roster(csv_file(rows), datum="wgs84")
    assert np.abs(reading.accepted.get_coordinates() - good.get_coordinates()).to_numpy().max() < 1e-9
    assert ("order of ODK" in said(reading)) == form.startswith("{y} {x} ")


@pytest.mark.parametrize(
    "cell", ["104,06,30,66", "104.06 30.66 1 2 3", "30.66 104.06 a b", "104.06", "lat 30.66", "-5.2 -3.1 7.5"]
)
def test_what_may_be_anything_is_the_rows_fault(roster, csv_file, cell):
    rows = [[*roster[0][:LON], "坐标"], *([*row[:LON], f"{row[LON]},{row[LAT]}"] for row in roster[1:])]
    rows[4][-1] = cell
    reading = read_roster(csv_file(rows), datum="wgs84")
    assert reading.rejected["source_row"].tolist() == [5]
    assert len(reading.accepted) == len(roster) - 2


@pytest.mark.parametrize("digits", [3, 5, 7])
def test_decimal_commas_of_a_whole_file(roster, csv_file, good, digits):
    def comma(text: str) -> str:
        return f"{float(text):.{digits}f}".replace(".", ",")

    rows = [roster[0], *([*row[:LON], comma(row[LON]), comma(row[LAT])] for row in roster[1:])]
    reading = read_roster(csv_file(rows, delimiter=";"), datum="wgs84")
    assert np.abs(reading.accepted.get_coordinates() - good.get_coordinates()).to_numpy().max() < 10.0**-digits
    assert "the comma was read as a decimal point" in said(reading)
    one_cell = [
        [*roster[0][:LON], "坐标"],
        *([*row[:LON], f"{comma(row[LON])}; {comma(row[LAT])}"] for row in roster[1:]),
    ]
    reading = read_roster(csv_file(one_cell, delimiter="|"), datum="wgs84")
    assert len(reading.accepted) == len(good)


@pytest.mark.parametrize("minus", "−–－-")
def test_any_sign_of_minus(csv_file, minus):
    rows = [["name", "category", "lon", "lat"], ["Ferry Building", "farmers_market", f"{minus}122.3937", "37.7955"]]
    assert read_roster(csv_file(rows), datum="wgs84").accepted.geometry.x.tolist() == [-122.3937]

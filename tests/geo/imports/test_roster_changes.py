"""What an import would change: new, updated, unchanged, retired; and ids that stay."""

import csv

import pytest

from geo.imports.roster_changes import merge
from geo.readers import read_roster

ROWS = [
    ["名称", "类别", "地址", "经度", "纬度"],
    ["中心医院", "医院", "人民路1号", "114.30001", "30.60001"],
    ["中心公园", "公园", "人民路2号", "114.30101", "30.60001"],
    ["公厕", "公厕", "", "114.30201", "30.60001"],
    ["公厕", "公厕", "", "114.31201", "30.60001"],
]


@pytest.fixture
def read(tmp_path):
    def make(rows):
        path = tmp_path / "a.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return read_roster(path, datum="wgs84")

    return make


def edited(at, column, value):
    rows = [row.copy() for row in ROWS]
    rows[at][column] = value
    return rows


def test_the_same_file_changes_nothing(read):
    first = read(ROWS)
    changes = merge(read(ROWS), first.accepted)
    assert len(changes.unchanged) == 4
    assert not len(changes.upserts)
    assert not len(changes.retired)
    assert not len(changes.differences)


def test_an_empty_city_gets_all(read):
    first = read(ROWS)
    changes = merge(first, first.accepted.iloc[:0])
    assert changes.new.equals(first.accepted)


def test_a_moved_point_keeps_its_id(read):
    first = read(ROWS)
    changes = merge(read(edited(1, 3, "114.30201")), first.accepted)
    assert changes.updated.index.tolist() == [first.accepted.index[0]]
    row = changes.differences.iloc[0]
    assert (row["field"], row["before"], row["after"]) == ("place", "114.300010, 30.600010", "114.302010, 30.600010")
    assert not len(changes.retired)


def test_zone_codes_of_the_city_stay(read):
    first = read(ROWS).accepted
    city = first.assign(street_code="420102001000", cell="420102001001001")
    changes = merge(read(edited(2, 3, "114.30201")), city)
    assert changes.updated["street_code"].tolist() == ["420102001000"]
    assert merge(read(ROWS), city).differences.empty


def test_a_vanished_row_is_retired_but_not_from_a_part(read):
    first = read(ROWS)
    short = [*ROWS[:2], *ROWS[3:]]
    assert merge(read(short), first.accepted).retired.tolist() == [first.accepted.index[1]]
    assert not len(merge(read(short), first.accepted, part=True).retired)
    corrected = [["source_row", "reason", *ROWS[0]], ["2", "x", *ROWS[1]]]
    assert not len(merge(read(corrected), first.accepted).retired)


@pytest.mark.parametrize(("column", "value"), [(3, "abc"), (1, "火星")])
def test_a_row_that_is_refused_this_time_is_not_retired(read, column, value):
    rows = [["编号", *ROWS[0]], *([f"A{n}", *row] for n, row in enumerate(ROWS[1:]))]
    first = read(rows)
    rows[1][column + 1] = value
    changes = merge(read(rows), first.accepted)
    assert not len(changes.retired)
    assert len(changes.unchanged) == 3


def test_a_retired_row_returns(read):
    first = read(ROWS)
    city = first.accepted.assign(retired=[True, False, False, False])
    changes = merge(read(ROWS), city)
    assert changes.new.index.tolist() == [first.accepted.index[0]]
    assert not changes.new["retired"].any()


def test_rows_alike_in_all_but_place_are_numbered_and_keep_it_when_corrected(read):
    first = read(ROWS)
    assert first.accepted.index.is_unique
    spoilt = read(edited(4, 3, "abc"))
    assert spoilt.rejected["id"].tolist() == [first.accepted.index[3]]
    header = list(spoilt.rejected.columns)
    row = spoilt.rejected.iloc[0].tolist()
    row[header.index("经度")] = "114.31201"
    corrected = read([header, row])
    assert corrected.accepted.index.tolist() == [first.accepted.index[3]]


def test_duplicates_are_told(read):
    rows = [*ROWS, ["中心医院 ", "医院", "人民路1号后门", "114.30015", "30.60001"]]
    duplicates = read(rows).duplicates
    assert duplicates["name"].tolist() == ["中心医院"]
    assert duplicates["distance_m"].iloc[0] == pytest.approx(13.4, abs=0.2)


@pytest.mark.parametrize(("city", "good", "refused"), [("chengdu", 314, 61), ("shanghai", 1225, 1)])
def test_real_places(real_data, city, good, refused):
    """Check the table of OSM tags: what is refused is not inspected (metro entrances, shops, cash machines)."""
    reading = read_roster(real_data / f"{city}_center_poi.csv", datum="wgs84")
    assert (len(reading.accepted), len(reading.rejected)) == (good, refused)
    assert reading.rejected["reason"].str.contains("is not inspected").all()
    again = read_roster(real_data / f"{city}_center_poi.csv", datum="wgs84")
    assert len(merge(again, reading.accepted).unchanged) == good


def test_san_francisco(real_data):
    """Check a file in Latin-1, half of it without coordinates."""
    path = real_data / "sf_inspections" / "businesses.csv"
    reading = read_roster(path, datum="wgs84", columns={"category": "=restaurant"})
    assert (len(reading.accepted), len(reading.unplaced), len(reading.rejected)) == (3240, 3158, 3159)
    nowhere = reading.rejected[~reading.rejected["source_row"].isin(reading.unplaced["source_row"])]
    assert nowhere["reason"].tolist() == ["it has neither coordinates nor an address: fill in one of the two"]
    assert "businesses.csv is in Latin-1" in [note.text() for note in reading.notes]
    assert reading.accepted["name"].str.contains("É|é|ñ|Ñ").any()

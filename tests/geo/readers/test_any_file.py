"""Files that Hypothesis makes: no row is lost, no good row is refused, and nothing but a clear refusal is raised."""

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.readers import read_roster, read_team_list, read_visits, read_zone_layer

calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = ["名称", "类别", "地址", "开放时间", "规模", "经度", "纬度"]

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
numbers = st.floats(allow_nan=True, allow_infinity=True).map(repr)
cells = st.one_of(
    words, numbers, st.sampled_from(["", "0", "114.3", "30.6", "#REF!", "无", "114°18'", "医院", "是", "24/7", "-"])
)
rows = st.lists(st.lists(cells, min_size=0, max_size=9), max_size=12)
good = st.tuples(
    st.text("甲乙丙丁戊己庚", min_size=2, max_size=5),
    st.sampled_from(["医院", "公园", "bank", "公共广场"]),
    st.sampled_from(["", "人民路1号"]),
    st.sampled_from(["", "08:30-17:30", "周一至周五 9:00-17:00"]),
    st.sampled_from(["", "2", "１，２００"]),
    st.floats(114.1, 114.5).map(lambda x: f"{x:.6f}"),
    st.floats(30.4, 30.8).map(lambda y: f"{y:.6f}"),
).map(list)


def write_csv(path: Path, table: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    return path


def filled(table: list[list[str]]) -> int:
    """Count the rows that hold anything, as a CSV reader sees them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return sum(any(cell.strip() for cell in row) for row in csv.reader(io.StringIO(text.getvalue(), newline="")))


@calm
@given(good=st.lists(good, min_size=1, max_size=8), bad=rows, where=st.integers(0, 8))
def test_good_rows_survive_any_neighbours(tmp_path, good, bad, where):
    own = [[f"{row[0]}{n}", *row[1:]] for n, row in enumerate(good)]
    table = [HEADER, *own[:where], *bad, *own[where:]]
    reading = read_roster(write_csv(tmp_path / "a.csv", table), datum="wgs84")
    numbers = {row: n for n, row in enumerate(reading.rows)}
    kept = [*range(2, 2 + len(own[:where])), *range(2 + len(own[:where]) + len(bad), 2 + len(own) + len(bad))]
    far = [fault for fault in reading.faults if "lies" in fault.text()]  # bad rows may outnumber the good ones' middle
    assert far or set(kept) <= set(numbers)
    repeated = sum(note.values["count"] for note in reading.notes if "repeat the header" in note.template)
    assert len(reading.accepted) + len(reading.rejected) + repeated == filled(table) - 1
    assert set(reading.unplaced["source_row"]) <= set(reading.rejected["source_row"])
    assert reading.rejected["reason"].str.len().gt(0).all()


@calm
@given(table=st.lists(st.lists(st.one_of(cells, st.sampled_from(HEADER)), max_size=8), max_size=10))
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_any_table(tmp_path, table, suffix):
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        write_csv(path, table)
    else:
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate(table):
                for at, cell in enumerate(row):
                    sheet.write_string(n, at, cell)
    for read in (
        lambda: read_roster(path, datum="gcj02"),
        lambda: read_visits(path),
        lambda: read_team_list(path, datum="bd09"),
        lambda: read_zone_layer(path, datum="wgs84", level="street"),
    ):
        try:
            read()
        except InputError as error:
            assert str(error)  # noqa: PT017 - whether it is raised depends on the table


@calm
@given(content=st.binary(max_size=400), suffix=st.sampled_from(["csv", "xlsx", "xls", "geojson", "gpkg", "shp", "kml"]))
def test_any_bytes(tmp_path, content, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    try:
        reading = read_roster(path, datum="wgs84")
    except InputError as error:
        assert path.name in str(error)  # noqa: PT017 - whether it is raised depends on the bytes
    else:
        assert len(reading.accepted) + len(reading.rejected)


@calm
@given(content=st.binary(max_size=400))
def test_any_bytes_below_a_header(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(",".join(HEADER).encode("gb18030") + b"\n" + content)
    try:
        read_roster(path, datum="wgs84")
    except InputError as error:
        assert "a.csv" in str(error)  # noqa: PT017 - whether it is raised depends on the bytes

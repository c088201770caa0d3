"""Separated text whose form is broken: open quotes, ragged rows, mixed encodings, cut files; and what is no data."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.readers import read_roster
from geo.readers.quotes import open_quote

FAULTS = Path(__file__).parents[1] / "faults"
HEADER = "编号,名称,类别,地址,经度,纬度"
ROWS = [f"A{n},公园{n},公园,人民路{n}号,114.30{n}1,30.6011" for n in range(8)]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write lines as a CSV file of any encoding."""

    def make(*lines: str | bytes, encoding: str = "utf-8", end: str = "\n", last: bool = True) -> Path:
        path = tmp_path / "a.csv"
        parts = [line if isinstance(line, bytes) else line.encode(encoding) for line in lines]
        path.write_bytes(end.encode(encoding).join([*parts, b""] if last else parts))
        return path

    return make


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_roster(path, datum="wgs84")
    return str(caught.value)


def reasons(path: Path, good: int) -> list[str]:
    """Return the reasons of the refused rows, when the other rows come in."""
    reading = read_roster(path, datum="wgs84")
    assert len(reading.accepted) == good
    return reading.rejected["reason"].tolist()


def test_the_open_quote_that_swallowed_rows():
    assert "has a quotation mark in line 5 that is never closed" in refusal(FAULTS / "csv_open_quote_swallows_rows.csv")


@pytest.mark.parametrize(
    ("spoilt", "line"),
    [
        ({4: 'A3,"公园3,公园,人民路3号,114.3031,30.6011'}, 5),  # never closed
        ({4: 'A3,"公园3,公园,人民路3号,114.3031,30.6011', 6: 'A5,"公园5",公园,人民路5号,114.3051,30.6011'}, 5),
        ({4: 'A3,"公园3,公园,人民路3号,114.3031,30.6011', 5: 'A4,公园4",公园,人民路4号,114.3041,30.6011'}, 5),
        ({4: 'A3,"公园3,公园,人民路3号,114.3031,30.6011', 7: 'A6,公园6",公园,人民路6号,114.3061,30.6011'}, 5),
        ({8: 'A7,公园7,公园,"人民路7号,114.3071,30.6011'}, 9),  # in the last line
        ({0: '编号,"名称,类别,地址,经度,纬度'}, 1),  # in the header
        ({3: 'A2,"公园"2,公园,人民路2号,114.3021,30.6011'}, 4),  # text behind the closing mark
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quotes_that_do_not_close(write, spoilt, line, end):
    lines = [HEADER, *ROWS]
    for at, text in spoilt.items():
        lines[at] = text
    assert f"a.csv has a quotation mark in line {line} that" in refusal(write(*lines, end=end))


@pytest.mark.parametrize(
    "row",
    [
        'A9,"公园""九""",公园,人民路9号,114.3091,30.6011',
        'A9,公园"九",公园,人民路9号,114.3091,30.6011',  # inside a cell it is a mark like any other
        'A9,"公园九",公园,"人民路9号,\n北门",114.3091,30.6011',
        'A9,"公园九" ,公园,人民路9号,114.3091,30.6011',
        '"A9","公园九","公园","人民路9号, 北门","114.3091","30.6011"',
    ],
)
def test_quotes_that_close(write, row):
    reading = read_roster(write(HEADER, *ROWS, row, ROWS[0].replace("A0", "Z")), datum="wgs84")
    assert {"A9", "Z"} <= set(reading.accepted.index)
    assert not len(reading.rejected)


@example([["", "", "\r,,\r"]])
@example([["", "", ""], ["甲", "\r甲,乙,\r", ""]])
@given(st.lists(st.lists(st.text("甲乙a,\"\n;\r' ", max_size=6), min_size=3, max_size=3), max_size=6))
def test_what_a_program_quotes_is_sound(table):
    quoted = "\r\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    assert open_quote(quoted, ",") == 0


def test_a_row_with_a_bare_separator_in_a_cell(write):
    bare = "A9,公园9,公园,人民路9号,北门,114.3091,30.6011"
    (reason,) = reasons(write(HEADER, *ROWS, bare), 8)
    assert reason.startswith("it has 7 cells, the header 6: put quotation marks around a cell that holds a ','; ")


def test_a_row_with_another_separator(write):
    other = ROWS[3].replace(",", ";")
    assert "its cells are parted by ';', those of the header by ','" in reasons(write(HEADER, *ROWS[:3], other), 3)[0]


def test_short_rows_are_said(write):
    reading = read_roster(write(f"{HEADER},开放时间", *ROWS), datum="wgs84")
    assert len(reading.accepted) == 8
    assert "row 2, 3, 4, 5, 6, 7, 8, 9: fewer cells than the header has" in reading.notes[-1].text()


def test_a_file_cut_in_its_last_row(write):
    whole = [f"{row},24/7" for row in ROWS]
    cut = read_roster(write(f"{HEADER},开放时间", *whole[:7], whole[7][:-10], last=False), datum="wgs84")
    assert len(cut.accepted) == 7
    assert "it ends in the middle, and the file with it" in cut.rejected["reason"].iloc[0]
    assert "A7" in cut.seen


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_line_ends_and_encodings(write, encoding, end):
    content = end.join([HEADER, *ROWS, ""]).encode(encoding)
    assert reasons(write(content, last=False), 8) == []


def test_mixed_line_ends_and_marks_between(write):
    content = f"\ufeff{HEADER}\r\n" + "\n".join(ROWS[:3]) + "\r\n" + f"\ufeff{HEADER}\n" + "\r\n".join(ROWS[3:])
    assert reasons(write(content, last=False), 8) == []


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("utf-8", "gb18030"), "a.csv is in UTF-8, but not line 5"),
        (("gb18030", "utf-8"), "a.csv is in GB18030, but not line 5"),
    ],
)
def test_an_encoding_that_changes(write, parts, said):
    first, second = parts
    lines = [line.encode(first) for line in (HEADER, *ROWS[:3])] + [line.encode(second) for line in ROWS[3:]]
    assert said in refusal(write(*lines))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_inside_a_character(write, encoding):
    lines = [line.encode(encoding) for line in ("id,name,category,address,lon,lat", *ROWS)]
    assert "but not line 10" in refusal(write(*lines, "A8,公".encode(encoding)[:-1], last=False))


def test_a_nul_character(write):
    lines = [HEADER, *ROWS]
    lines[3] = lines[3].replace("公园2", "公\x00园2")
    assert "a.csv has a NUL character in line 4" in refusal(write(*lines))


def test_an_excel_file_that_names_its_separator(write):
    assert reasons(write("sep=;", HEADER.replace(",", ";"), *(row.replace(",", ";") for row in ROWS)), 8) == []


def test_the_separator_that_shows_headings_is_taken(write):
    rows = [row.replace(",", ";").replace("号", "号,东侧,南门,三楼,左手,里间") for row in ROWS]
    assert reasons(write(HEADER.replace(",", ";"), *rows), 8) == []


def test_sums_and_remarks_are_no_rows(write):
    lines = [
        HEADER,
        *ROWS[:4],
        "小计,4,,,,",
        HEADER,
        *ROWS[4:],
        "合计,8,,,,",
        "填表人：张三,,,,,",
        "注: 公园按正门计,,,,,",
    ]
    reading = read_roster(write(*lines), datum="wgs84")
    assert (len(reading.accepted), len(reading.rejected), reading.skipped) == (8, 0, 5)
    notes = "\n".join(note.text() for note in reading.notes)
    assert "row 6, 12, 13, 14: sums or remarks, no data; left out" in notes
    assert "1 rows repeat the header" in notes


def test_a_place_that_is_called_like_a_sum_is_a_row(write):
    assert reasons(write(HEADER, *ROWS, "合计,汇总大厦,公园,人民路9号,114.3091,30.6011"), 9) == []


kinds = st.sampled_from(["good", "bad", "unplaced", "blank", "header", "sum", "long"])


@settings(max_examples=30)
@given(kinds=st.lists(kinds, max_size=30))
def test_every_row_counts_once(tmp_path_factory, kinds):
    forms = {
        "good": "A{n},公园{n},公园,人民路{n}号,114.3011,30.6011",
        "bad": "B{n},公园{n},火箭发射场,人民路{n}号,114.3011,30.6011",
        "unplaced": "U{n},公园{n},公园,人民路{n}号,,",
        "blank": ",,,,,",
        "header": HEADER,
        "sum": "合计,{n},,,,",
        "long": "L{n},公园{n},公园,人民路{n}号,114.3011,30.6011,多余",
    }
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    lines = [forms[kind].format(n=n) for n, kind in enumerate(kinds)]
    path.write_text("\n".join([HEADER, "A99,公园,公园,人民路,114.3011,30.6011", *lines, ""]), "utf-8")
    reading = read_roster(path, datum="wgs84")
    rows = 1 + sum(kind != "blank" for kind in kinds)
    assert len(reading.accepted) + len(reading.rejected) + reading.skipped == rows
    assert len(reading.accepted) == 1 + kinds.count("good")
    assert reading.skipped == kinds.count("header") + kinds.count("sum")

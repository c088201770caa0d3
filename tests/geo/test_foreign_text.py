"""The rule of foreign text, function by function: what comes in is cleaned, what goes out stays text."""

import csv
import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from geo.foreign_text import (
    any_guarded,
    cleaned,
    guarded,
    holdable,
    in_script,
    plain_json,
    refuse_unseen,
    script_json,
    shown,
    unguarded,
    unseen,
)
from geo.readers import read_roster
from geo.workbooks import write_sheet
from geo.writers.layers import write

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "'=1",
    "''=1",
    '=HYPERLINK("http://a","b")',
    "{=1+1}",
    "{{7*7}}",
    "a{% broken",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "]]>",
    "<r><t>raw</t></r>",
    "<r>&</r>",
    "http://example.org",
    "internal:Sheet1!A1",
    "_x0041_",
    "007",
    "1e5",
    "%s {0} {value!r}",
)
LETTERS = st.characters() | st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]) | st.sampled_from("<>&{}\"'\\=+-@")
ANY_TEXT = st.text(LETTERS)


@given(ANY_TEXT)
def test_a_cell_of_a_csv_is_no_formula_and_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not re.match("[=+\\-@\t\r\n＝＋－＠]", guarded(text))
    assert any_guarded(guarded(text)) == any_guarded(f"a,{guarded(text)},b") or "'" in text


@given(ANY_TEXT)
def test_json_in_a_script_means_the_same_and_ends_nothing(text: str) -> None:
    written = script_json({"name": text, text: [text]})
    assert json.loads(written) == {"name": text, text: [text]}
    assert written.encode()
    assert not re.search("[<>&\u2028\u2029]|\\{[{%#]", written)


@given(ANY_TEXT)
def test_json_of_others_is_escaped_in_its_texts_alone(text: str) -> None:
    document = json.dumps({"a": {"b": text}}, ensure_ascii=False)
    assert json.loads(in_script(document)) == json.loads(plain_json(document)) == {"a": {"b": text}}
    assert plain_json(document).encode()


@given(ANY_TEXT)
def test_a_line_stays_a_line(text: str) -> None:
    assert not unseen(shown(text))
    assert len(shown(text).splitlines()) <= 1
    assert len(shown(text, lines=True).splitlines()) <= text.count("\n") + 1
    assert not unseen(cleaned(text))
    assert holdable(text).encode().decode() == holdable(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nxundian: done", r"a\nxundian: done"),
        ("a\u202eb", r"a\u202eb"),
        ("a\x9b31mb", r"a\x9b31mb"),
        ("大智街道\u3000甲", "大智街道\u3000甲"),
        ("5\u202fkm", "5\u202fkm"),
    ],
)
def test_what_a_terminal_shows(text: str, line: str) -> None:
    assert shown(text) == line


def test_typed_text_with_unseen_characters_is_refused() -> None:
    refuse_unseen({"--city": "city.gpkg", "days": 3, "names": ("甲", "乙"), "note": "two\nlines"})
    with pytest.raises(InputError, match=r"^--reason is 'a\\x1b', which holds characters that nobody sees"):
        refuse_unseen({"--reason": "a\x1b"})
    with pytest.raises(InputError, match=r"^names is '\\udcff'"):
        refuse_unseen({"names": ["甲", "\udcff"]})


def roster_of(texts: tuple[str, ...]) -> pd.DataFrame:
    count = len(texts)
    return pd.DataFrame(
        {
            "id": [f"P{n}" for n in range(count)],
            "name": [f"点{n}" for n in range(count)],
            "category": "main_road",
            "address": pd.Series(texts, dtype=object),
            "lon": [114.3 + n / 1000 for n in range(count)],
            "lat": 30.6,
        }
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".geojson", ".kml"])
def test_hostile_texts_come_back_as_they_were(tmp_path, suffix: str) -> None:
    path = write(roster_of(HOSTILE), tmp_path / f"a{suffix}")
    read = read_roster(path, datum="wgs84")
    assert not len(read.rejected)
    assert read.accepted["address"].tolist() == [text.strip() for text in HOSTILE]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".geojson", ".kml"])
def test_what_no_file_holds_is_left_out_of_every_file(tmp_path, suffix: str) -> None:
    bad = ("a\x00b", "a\x0bb", "a\x1b[31mb", "a\ud800b", "a\ufffeb")
    read = read_roster(write(roster_of(bad), tmp_path / f"a{suffix}"), datum="wgs84")
    assert read.accepted["address"].tolist() == ["ab", "ab", "a[31mb", "ab", "ab"]


def test_no_cell_of_a_csv_starts_a_formula(tmp_path) -> None:
    path = write(roster_of(HOSTILE).rename(columns={"id": "=id"}), tmp_path / "a.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if re.match("[=+\\-@\t\r\n＝＋－＠]", cell)]


def test_refused_rows_come_back_with_their_own_text(tmp_path) -> None:
    rows = roster_of(HOSTILE).assign(category="nothing of the kind")
    refused = read_roster(write(rows, tmp_path / "a.csv"), datum="wgs84").rejected
    write_sheet(refused.assign(category="main_road"), tmp_path / "a.rejected.xlsx")
    again = read_roster(tmp_path / "a.rejected.xlsx", datum="wgs84")
    assert again.accepted["address"].tolist() == [text.strip() for text in HOSTILE]


def test_unseen_characters_are_left_out_at_entry_and_said(tmp_path) -> None:
    texts = ("甲路1号", "甲\u202e路\x1b2号", "\ufeff甲路3\u200b号")
    lines = ["id,name,category,address,lon,lat"]
    lines += [f"P{n},点{n},main_road,{text},{114.3 + n / 1000},30.6" for n, text in enumerate(texts)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    read = read_roster(tmp_path / "a.csv", datum="wgs84")
    assert read.accepted["address"].tolist() == ["甲路1号", "甲路2号", "甲路3号"]
    said = [note.text() for note in read.notes]
    assert [line for line in said if "nobody sees" in line] == [
        (
            "2 cells held characters that nobody sees and files cannot hold, 'address' of row 3 first; the characters "
            "were left out"
        )
    ]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".geojson", ".kml"])
def test_hostile_ids_come_back_as_they_were(tmp_path, suffix: str) -> None:
    ids = list(dict.fromkeys(text.strip() for text in (*HOSTILE, '"><Style/>', "&#65;", "<![CDATA[x]]>")))
    rows = roster_of(tuple(ids)).assign(id=ids)
    read = read_roster(write(rows, tmp_path / f"a{suffix}"), datum="wgs84")
    assert read.accepted.index.tolist() == ids

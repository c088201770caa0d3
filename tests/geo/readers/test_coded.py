"""Columns in which each value stands once, and separated text that is cut into them at once: no cell changes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.readers import chunks
from geo.readers.chosen_file import ChosenFile
from geo.readers.chunks import TableChunks
from geo.readers.coded import Coded
from geo.readers.columns import VISIT_FIELDS, VISIT_NEEDS, Headings
from geo.readers.text_lines import TextFile

VALUES = st.lists(st.sampled_from(["", "甲", "乙", " 甲", "NA", "null", "1", "1.0"]), min_size=1, max_size=30)
CELLS = st.text(st.sampled_from([*"ab,;\t'= -0.1甲，é", "\u3000", "\u2028", "\x0b", "\x1c"]), max_size=6)
HEADINGS = Headings(VISIT_FIELDS, {}, VISIT_NEEDS)


@given(VALUES, VALUES)
def test_a_column_is_its_cells(one, other):
    columns = [Coded.of(one), Coded.of(other)]
    assert list(columns[0]) == one
    joined = Coded.joined(columns)
    assert list(joined) == [*one, *other]
    assert joined.values == list(dict.fromkeys([*one, *other]))
    assert list(joined.take(joined.codes.argsort(kind="stable")).needed()) == sorted(
        [*one, *other], key=joined.values.index
    )
    stripped = joined.with_values([value.strip() for value in joined.values])
    assert list(stripped) == [value.strip() for value in [*one, *other]]
    assert len(set(stripped.values)) == len(stripped.values)
    assert joined.where(bool).tolist() == [bool(value) for value in [*one, *other]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=2, max_size=20))
def test_a_block_is_cut_as_the_csv_module_reads_it(tmp_path_factory, end, rows):
    path = tmp_path_factory.mktemp("cut") / "visits.csv"
    head = ["checkpoint", "team", "arrived_at", "note"]
    path.write_bytes(end.join(",".join(row) for row in [head, *rows, [""]]).encode())
    with TextFile(path, HEADINGS) as text:
        for lines in text.blocks(3):
            columns = text.columns(lines, len(head))
            parsed = list(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=text.separator))
            assert columns is None or [list(row) for row in zip(*columns, strict=True)] == parsed


def test_plain_blocks_are_cut_and_others_are_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 5)
    lines = ["checkpoint,team,arrived_at,note", *(f"c{n},T1,2026-06-01 08:{n:02},n{n % 3}" for n in range(20))]
    lines[13] = "c12,T1,2026-06-01 08:12"
    path = tmp_path / "visits.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    read = list(TableChunks(ChosenFile.of(path), HEADINGS, ("checkpoint",)))
    assert [row for chunk in read for row in chunk.rows.tolist()] == list(range(2, 22))
    assert [cell for chunk in read for cell in chunk.column("checkpoint")] == [f"c{n}" for n in range(20)]
    assert [cell for chunk in read for cell in chunk.column("note")][11:14] == ["n2", None, "n1"]
    kinds = [isinstance(chunk.cells["note"], Coded) for chunk in read]
    assert True in kinds
    assert False in kinds

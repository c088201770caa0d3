"""Places of cells, all at once where the XML is usual, and left to a closer look wherever it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.workbooks.formulas import cell_name
from geo.workbooks.xlsx_cells import CellsSeen, usual_cells

PLACES = st.lists(st.tuples(st.integers(0, 1_048_575), st.integers(0, 16_383)), min_size=1, max_size=30)


@given(PLACES)
def test_the_last_of_many_cells(places):
    xml = "".join(f'<row r="1"><c r="{cell_name(row, column)}" t="s"><v>1</v></c></row>' for row, column in places)
    right = CellsSeen(len(places), max(row for row, _ in places), max(column for _, column in places))
    assert usual_cells(xml.encode()) == right


@pytest.mark.parametrize(
    "xml", ["", "<cols><col min='1'/></cols>", '<conditionalFormatting/><cfRule r="ZZ9"/>', "<v>c</v>"]
)
def test_a_piece_without_cells(xml):
    assert usual_cells(xml.encode()) == CellsSeen(0, -1, -1)


@pytest.mark.parametrize(
    "cell",
    [
        '<c s="1" r="A1"/>',
        "<c r='A1'/>",
        '<c  r="A1"/>',
        "<c/>",
        "<c><v>1</v></c>",
        '<c\n r="A1"/>',
        '<x:c r="A1"/>',
        '<c r="a1"/>',
        '<c r="1A"/>',
        '<c r="A"/>',
        '<c r="A1x"/>',
        '<c r="AAAAAAAAA1"/>',
        '<c r="A12345678901"/>',
        '<c r="A1',
        "<c",
    ],
)
def test_cells_in_other_words_need_a_look(cell):
    assert usual_cells(f'<c r="B2"><v>1</v></c>{cell}'.encode()) is None

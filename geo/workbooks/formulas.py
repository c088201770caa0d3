"""Formulas of a sheet whose value is missing or an error: readers of workbooks give an empty cell for both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.notes import Note
from geo.workbooks import messages


@dataclass(frozen=True, slots=True)
class Block:
    """Cells side by side and below one another that show one text; most often it is one cell."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Formulas:
    """What the formulas of a sheet come to, as far as a reader of values doesn't tell it."""

    computed: int = 0  # with a value that is neither empty nor nought
    bare: int = 0  # without any value
    bare_first: tuple[int, int] = (-1, -1)
    empty: int = 0  # with an empty text, as programs write it that compute nothing, and as IF(A1="","",A1) gives it
    empty_first: tuple[int, int] = (-1, -1)
    noughts: list[tuple[int, int]] = field(default_factory=list)  # nought, in a workbook that asks to be computed anew
    errors: list[Block] = field(default_factory=list)
    shown: list[Block] = field(default_factory=list)  # texts that a cell shows and doesn't hold

    def add_bare(self, row: int, column: int, count: int = 1) -> None:
        """Count formulas that were never computed."""
        self.bare_first = self.bare_first if self.bare else (row, column)
        self.bare += count

    def add_empty(self, row: int, column: int) -> None:
        """Count a formula that holds an empty text."""
        self.empty_first = self.empty_first if self.empty else (row, column)
        self.empty += 1

    def fill(self, rows: list[list[Any]]) -> None:
        """Put the errors and the texts that are shown where a reader has left a cell empty."""
        for block in (*self.errors, *self.shown):
            for row in rows[block.row : block.row + block.rows]:
                for at in range(block.column, min(block.column + block.columns, len(row))):
                    row[at] = block.text
        if not self.computed:
            for at, column in self.noughts:
                if at < len(rows) and column < len(rows[at]):
                    rows[at][column] = ""

    def notes(self, sheet: str) -> list[Note]:
        """Say what is missing in a sheet, and which errors it has."""
        missing, first = self.bare, self.bare_first
        if not self.computed and (never := len(self.noughts) + self.empty):
            missing, first = missing + never, _first([first, self.empty_first, *self.noughts[:1]])
        notes = []
        if missing:
            values = {"count": missing, "sheet": sheet, "cell": cell_name(*first)}
            notes.append(Note(messages.NEVER_COMPUTED, values))
        if self.errors:
            one = self.errors[0]
            count = sum(block.rows * block.columns for block in self.errors)
            values = {"count": count, "sheet": sheet, "value": one.text, "cell": cell_name(one.row, one.column)}
            notes.append(Note(messages.CELL_ERRORS, values))
        return notes


def _first(cells: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return min(cell for cell in cells if cell[0] >= 0)


def cell_name(row: int, column: int) -> str:
    """Name a cell as a spreadsheet does: (0, 26) is AA1."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"

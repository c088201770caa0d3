"""How far the cells of a sheet reach, before the sheet is read: the reader's memory follows the farthest cell.

A sheet of nine rows with one stray cell in its last corner would need 549 GB. So each format is looked through as a
stream, cell by cell, and nothing is kept but the last row, the last column and how many cells are filled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from geo.errors import InputError
from geo.workbooks import messages
from geo.workbooks.formulas import Formulas, cell_name

SPARSE_CELLS = 2_000_000  # up to here any sheet may be mostly empty
SPARSE_RATIO = 20  # beyond, so many cells of the range for each that is filled
MOST_CELLS = 24_000_000  # of any range: a million rows of twenty columns


@dataclass(slots=True)
class Extent:
    """What a stream of cells comes to; rows and columns count from 0."""

    last_row: int = -1
    last_column: int = -1
    filled: int = 0
    low: tuple[int, int] = (-1, -1)  # the filled cell of the last row
    right: tuple[int, int] = (-1, -1)  # the filled cell of the last column
    hidden_rows: int = 0
    hidden_columns: int = 0
    formulas: Formulas = field(default_factory=Formulas)

    def add(self, row: int, column: int, count: int = 1) -> None:
        """Count filled cells; ``count`` of them stand at or before this one."""
        self.filled += count
        if row > self.last_row:
            self.last_row, self.low = row, (row, column)
        if column > self.last_column:
            self.last_column, self.right = column, (row, column)

    @property
    def area(self) -> int:
        """Return the number of cells from the first to the last."""
        return (self.last_row + 1) * (self.last_column + 1)

    @property
    def sparse(self) -> bool:
        """Tell whether the range is far larger than what stands in it."""
        return self.area > max(SPARSE_CELLS, SPARSE_RATIO * self.filled)

    @property
    def too_far(self) -> bool:
        """Tell whether the sheet needs more memory than what stands in it is worth."""
        return self.sparse or self.area > MOST_CELLS

    def check(self, file: str, sheet: str) -> None:
        """Refuse a sheet that would need more memory than what stands in it is worth.

        Raises
        ------
        InputError
            Naming the far cell.
        """
        if not self.too_far:
            return
        cells = dict.fromkeys((self.low, self.right))
        values = {"sheet": sheet, "cell": " and ".join(cell_name(*at) for at in cells), "rows": self.last_row + 1}
        raise InputError(
            messages.FAR_CELL if self.sparse else messages.TOO_LARGE,
            file=file,
            columns=self.last_column + 1,
            filled=self.filled,
            most=MOST_CELLS,
            **values,
        )


def column_number(letters: Iterable[int]) -> int:
    """Return the position of a column by its letters as bytes, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1

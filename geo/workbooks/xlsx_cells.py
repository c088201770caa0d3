"""The places of the cells in a piece of XML of XLSX, all at once, where it is written as Excel and WPS write it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_HEAD = b'<c r="'
_MOST_LETTERS, _MOST_DIGITS = 7, 9
_TEN, _LETTERS = 10, 26


class CellsSeen(NamedTuple):
    """What the cells of a piece come to; rows and columns count from 0, -1 where it has none."""

    number: int
    row: int  # the last
    column: int


def usual_cells(chunk: bytes) -> CellsSeen | None:
    """Return what the cells of a piece come to; None where any is written in another way, so that each needs a look."""
    if b":c" in chunk:
        return None
    text = np.frombuffer(chunk + bytes(_MOST_LETTERS + _MOST_DIGITS + len(_HEAD)), np.uint8)
    starts = np.flatnonzero(text == _HEAD[0])
    starts = starts[text[starts + 1] == _HEAD[1]]
    after = text[starts + 2]
    starts = starts[(after < ord("a")) | (after > ord("z"))]  # elements with longer names: cols, conditionalFormatting
    if not len(starts):
        return CellsSeen(0, -1, -1)
    if any((text[starts + at] != letter).any() for at, letter in enumerate(_HEAD)):
        return None
    return _last(text, starts)


def _last(text: npt.NDArray[np.uint8], starts: npt.NDArray[np.intp]) -> CellsSeen | None:
    count = len(starts)
    at: npt.NDArray[np.intp] = starts + len(_HEAD)
    column: npt.NDArray[np.int64] = np.zeros(count, np.int64)
    row: npt.NDArray[np.int64] = np.zeros(count, np.int64)
    letters: npt.NDArray[np.int64] = np.zeros(count, np.int64)
    for _ in range(_MOST_LETTERS):
        value = text[at].astype(np.int64) - 64
        more = (value >= 1) & (value <= _LETTERS)
        if not more.any():
            break
        column, letters, at = np.where(more, column * _LETTERS + value, column), letters + more, at + more
    digits: npt.NDArray[np.int64] = np.zeros(count, np.int64)
    for _ in range(_MOST_DIGITS):
        value = text[at].astype(np.int64) - 48
        more = (value >= 0) & (value < _TEN)
        if not more.any():
            break
        row, digits, at = np.where(more, row * _TEN + value, row), digits + more, at + more
    if not (letters.all() and digits.all() and (text[at] == ord('"')).all()):
        return None
    return CellsSeen(count, int(row.max()) - 1, int(column.max()) - 1)

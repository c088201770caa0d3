"""Cells as people fill them in, turned into text, numbers, flags and times, a whole column at once."""

import datetime as dt
import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.foreign_text import cleaned
from geo.readers import clocks
from geo.readers.coded import Coded
from geo.readers.numerals import read_numbers

BLANKS = {"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "nan", "n/a", "<na>", "暂无"}
BLANK_FORMS = frozenset(
    "".join(form) for blank in BLANKS if blank for form in product(*({sign, sign.upper()} for sign in blank))
)
"""Each of them but nothing itself, in capitals, small letters and any mixture."""
CELL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
CELL_ERRORS |= {f"Err:{number}" for number in range(501, 541)}  # of LibreOffice
YES = {
    "1",
    "true",
    "yes",
    "y",
    "t",
    "是",
    "√",
    "✓",
    "对",
    "有",
    "固定",
    "固定点",
    "固定点位",
    "固定考察点",
    "暗访",
    "covert",
}
NO = {
    "0",
    "false",
    "no",
    "n",
    "f",
    "否",
    "×",
    "✗",
    "x",
    "随机",
    "随机点",
    "随机点位",
    "随机考察点",
    "明查",
    "明察",
    "open",
}

_LIST_JOINT = "; "
_EXACT = 2.0**53  # below it a double holds every whole number; from it on digits are lost


def as_text(cell: Any) -> str:  # noqa: ANN401 - a cell
    """Write one cell as text: whole numbers without a decimal point, times in ISO form, blanks as nothing."""
    if isinstance(cell, str):
        text = " ".join(cleaned(cell).split())
        return "" if text.casefold() in BLANKS else text
    if isinstance(cell, list | tuple | set | dict | np.ndarray):
        return _property_text(cell)
    if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(cell, bool | np.bool_):
        return "1" if cell else "0"
    if isinstance(cell, float | np.floating):
        return _number_text(float(cell))
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else str(cell)


def _property_text(cell: Any) -> str:  # noqa: ANN401 - a cell
    """Write a list as its parts, one after the other, and an object as JSON."""
    if isinstance(cell, dict):
        return as_text(json.dumps(cell, ensure_ascii=False, default=str))
    return _LIST_JOINT.join(filter(None, map(as_text, cell)))


def _number_text(number: float) -> str:
    """Write a number; one that has lost digits in exponential form, by which it is told from a whole one."""
    if not number.is_integer():
        return repr(number)
    return str(int(number)) if abs(number) < _EXACT else np.format_float_scientific(number, trim="0")


def texts(cells: pd.Series) -> pd.Series:
    """Write a column as text."""
    return pd.Series(written(cells.tolist()), index=cells.index, dtype="str")


def written(cells: Sequence[Any]) -> Sequence[str]:
    """Write cells as text."""
    if isinstance(cells, Coded):
        return cells.with_values(written(cells.values))
    if _as_they_stand(cells):
        return cells
    if set(map(type, cells)) == {float} and np.isfinite(np.array(cells)).all():
        return [_number_text(cell) if cell.is_integer() else repr(cell) for cell in cells]
    known: dict[str, str] = {}
    out = []
    for cell in cells:
        if cell.__class__ is str:
            text = known.get(cell)
            if text is None:
                text = known[cell] = as_text(cell)
        else:
            text = as_text(cell)
        out.append(text)
    return out


def _as_they_stand(cells: Sequence[Any]) -> bool:
    """Tell whether :func:`as_text` would change no cell, by a look at all of them together."""
    try:
        together = "|".join(cells)
    except TypeError:  # other cells than texts
        return False
    if not together.isprintable() or "  " in together or " |" in together or "| " in together:
        return False
    if together != together.strip():
        return False
    return BLANK_FORMS.isdisjoint(cells)


def each_cell(cells: pd.DataFrame, change: Callable[[Any], Any]) -> pd.DataFrame:
    """Change every cell; whole numbers beside blanks stay whole, which :meth:`pandas.DataFrame.map` makes floats of."""
    columns = [
        pd.Series([change(cell) for cell in cells.iloc[:, at]], cells.index, object) for at in range(cells.shape[1])
    ]
    changed = pd.concat(columns, axis=1) if columns else cells.copy()
    return changed.set_axis(cells.columns, axis=1)


def half_width(text: str) -> str:
    """Turn full-width digits, letters and signs into half-width ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def numbers(written: pd.Series) -> npt.NDArray[np.float64]:
    """Read a column of :func:`texts` as numbers, as :mod:`geo.readers.numerals` does; NaN where it is none."""
    return read_numbers(written).values


def flags(written: pd.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Read a column of :func:`texts` as yes or no; the second array tells where it is neither nor blank."""
    plain = {text: half_width(text).casefold().strip() for text in written.unique()}
    yes = [text for text, own in plain.items() if own in YES]
    strange = [text for text, own in plain.items() if own and own not in YES and own not in NO]
    return written.isin(yes).to_numpy(bool), written.isin(strange).to_numpy(bool)


def times(cells: Iterable[Any], timezone: str) -> list[dt.datetime | None]:
    """Read cells as moments in UTC, as :mod:`geo.readers.clocks` does; None where it is no time."""
    return clocks.times(map(moment_cell, cells), timezone)


def moment_cell(cell: Any) -> Any:  # noqa: ANN401 - a cell
    """Return a date or a time as it is, anything else as text."""
    return cell if isinstance(cell, dt.datetime | dt.date | dt.time | dt.timedelta) else as_text(cell)

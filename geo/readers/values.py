"""Cells as people fill them in, turned into text, numbers, flags and times, a whole column at once."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.foreign_text import cleaned

BLANKS = {"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "nan", "n/a", "<na>", "暂无"}
LONGEST_BLANK = max(map(len, BLANKS))
CELL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
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

_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zone
_SERIALS = (20_000, 80_000)  # days from the epoch: 1954 to 2119
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
_EXACT = 2.0**53  # below it a double holds every whole number; from it on digits are lost
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时点](\d{1,2})?分?(?::?(\d{1,2})(?:\.\d+)?秒?)?)?\s*(Z|[-+]\d{2}:?\d{2})?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")


def as_text(cell: Any) -> str:  # noqa: ANN401 - a cell
    """Write one cell as text: whole numbers without a decimal point, times in ISO form, blanks as nothing."""
    if isinstance(cell, str):
        return cell if len(cell) > LONGEST_BLANK and cell.isalnum() else _seen(cell)
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(cell, bool | np.bool_):
        return "1" if cell else "0"
    if isinstance(cell, float | np.floating):
        return _number_text(float(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _number_text(number: float) -> str:
    """Write a number; one that has lost digits in exponential form, by which it is told from a whole one."""
    if not number.is_integer():
        return repr(number)
    return str(int(number)) if abs(number) < _EXACT else np.format_float_scientific(number, trim="0")


def _seen(cell: str) -> str:
    """Return what a person sees of a text: no unseen characters, single blanks, nothing where it says so."""
    text = cleaned(cell).strip()
    if "\n" in text or "\r" in text or "  " in text or "\u3000" in text or "\xa0" in text:
        text = re.sub(r"\s+", " ", text).strip()
    return "" if text.casefold() in BLANKS else text


def texts(cells: pd.Series) -> pd.Series:
    """Write a column as text."""
    return pd.Series(written(cells.tolist()), index=cells.index, dtype="str")


def written(cells: Sequence[Any]) -> Sequence[str]:
    """Write cells as text."""
    if _as_they_stand(cells):
        return cells
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
    return not any(len(cell) <= LONGEST_BLANK and cell and cell.casefold() in BLANKS for cell in set(cells))


def half_width(text: str) -> str:
    """Turn full-width digits, letters and signs into half-width ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def numbers(written: pd.Series) -> npt.NDArray[np.float64]:
    """Read a column of :func:`texts` as numbers: full-width digits, thousands separators; NaN where it is none."""
    out = pd.to_numeric(written, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
    for at in np.flatnonzero(~np.isfinite(out) & (written != "").to_numpy()):
        text = half_width(written.iloc[at]).strip()
        if _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        try:
            out[at] = float(text) if "_" not in text else np.nan
        except ValueError:
            out[at] = np.nan
    out[~np.isfinite(out)] = np.nan
    return out


def flags(written: pd.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Read a column of :func:`texts` as yes or no; the second array tells where it is neither nor blank."""
    plain = {text: half_width(text).casefold().strip() for text in written.unique()}
    yes = [text for text, own in plain.items() if own in YES]
    strange = [text for text, own in plain.items() if own and own not in YES and own not in NO]
    return written.isin(yes).to_numpy(bool), written.isin(strange).to_numpy(bool)


def times(cells: Iterable[Any], timezone: str) -> list[dt.datetime | None]:
    """Read cells as moments in UTC; what names no zone is local time of ``timezone``. None where it is no time.

    Understood are the times of a spreadsheet, its serial numbers, ISO 8601, 2026/6/12 9:30, 2026年6月12日9时30分 and
    20260612.
    """
    zone = ZoneInfo(timezone)
    known: dict[Any, dt.datetime | None] = {}
    out = []
    for cell in cells:
        key = cell if isinstance(cell, str | int | float | dt.datetime | dt.date) else str(cell)
        if key not in known:
            known[key] = _utc(key, zone)
        out.append(known[key])
    return out


def _utc(cell: Any, zone: ZoneInfo) -> dt.datetime | None:  # noqa: ANN401 - a cell
    try:
        moment = _moment(cell)
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _moment(cell: Any) -> dt.datetime | None:  # noqa: ANN401 - a cell
    if isinstance(cell, dt.datetime):
        return cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - local, made aware above
    text = half_width(as_text(cell)).replace("上午", " ").strip()
    match = _TIME.fullmatch(text) or _DIGITS.fullmatch(text)
    if match is not None:
        parts = [int(part) if part else 0 for part in match.groups()[:6]]
        moment = dt.datetime(*parts)  # type: ignore[misc, arg-type] # noqa: DTZ001 - six numbers
        offset = match.groups()[6] if match.re is _TIME else None
        return moment if not offset else dt.datetime.fromisoformat(moment.isoformat() + offset)
    try:
        serial = float(text)
    except ValueError:
        return None
    if _SERIALS[0] <= serial <= _SERIALS[1]:
        return _EXCEL_EPOCH + dt.timedelta(seconds=round(serial * 86_400))
    return None

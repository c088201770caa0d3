"""Numbers as people and their programs write them; what may mean two things is no number.

Taken are full-width digits, every sign of minus, brackets around what is negative, and thousands parted by commas,
blanks, apostrophes or, where they cannot be decimals, points. A comma is a decimal one where it cannot part thousands
and no number of the column has a decimal point. A percentage is no number, since nobody says of what.
"""

import re
import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

MINUS = dict.fromkeys(map(ord, "−–—‒‑‐﹣－⁻₋"), "-")
_BLANKS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:(?P<by>[,'’])\d{3})(?:(?P=by)\d{3})*(?:\.\d*)?")
_POINTS = re.compile(r"[-+]?\d{1,3}(?:\.\d{3}){2,}")
_CONTINENTAL = re.compile(r"[-+]?\d{1,3}(?:[.'’]\d{3})+,\d+")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_POINTS_OFF = re.compile(r"扣?\s*+((?=[^\s扣分\d]*+\d)[^\s扣分]++)\s*+分")
_NEGATIVE = re.compile(r"\((?![-+])(.+)\)")


class Numbers(NamedTuple):
    """A column of numbers."""

    values: npt.NDArray[np.float64]  # NaN where there is none
    commas: npt.NDArray[np.bool_]  # which have a decimal comma


def plain_number(text: str) -> str:
    """Bring a number to half-width characters, one sign of minus in front, and no blanks inside."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(MINUS)
    plain = plain.strip()
    if bracketed := _NEGATIVE.fullmatch(plain):
        plain = f"-{bracketed[1].strip()}"
    return _BLANKS.sub("", re.sub(r"^([-+])\s+", r"\1", plain))


def points_of(text: str) -> str:
    """Return what was taken off without its unit: 1.5 of 扣1.5分."""
    points = _POINTS_OFF.fullmatch(text)
    return points[1] if points else text


def read_numbers(written: pd.Series) -> Numbers:
    """Read a column of :func:`geo.readers.values.texts` as numbers."""
    out = pd.to_numeric(written, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
    commas = np.zeros(len(out), bool)
    rest = np.flatnonzero(~np.isfinite(out) & (written != "").to_numpy()).tolist()
    unread: dict[int, str] = {}
    for at in rest:
        text = plain_number(written.iloc[at])
        value = _value(text)
        if value is None and (_COMMA.fullmatch(text) or _CONTINENTAL.fullmatch(text)):
            unread[at] = text
        out[at] = np.nan if value is None else value
    if unread and not _has_points(written):
        for at, text in unread.items():
            out[at], commas[at] = float(re.sub(r"[.'’]", "", text).replace(",", ".")), True
        for at in rest:  # 1,500 beside 1,5 may be either
            if not commas[at] and _THOUSANDS.fullmatch(plain_number(written.iloc[at])):
                out[at] = np.nan
    out[~np.isfinite(out)] = np.nan
    return Numbers(out, commas)


def _value(text: str) -> float | None:
    if _PLAIN.fullmatch(text):
        return float(text)
    if _THOUSANDS.fullmatch(text) and not re.match(r"[-+]?0[,'’]", text):
        return float(re.sub(r"[,'’]", "", text))
    return float(text.replace(".", "")) if _POINTS.fullmatch(text) else None


def _has_points(written: pd.Series) -> bool:
    """Tell whether a number of the column has a decimal point."""
    texts = {plain_number(text) for text in written.unique() if "." in text or "．" in text}
    return any(_PLAIN.fullmatch(text) or (_THOUSANDS.fullmatch(text) and "." in text) for text in texts)

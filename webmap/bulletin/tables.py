"""A table as every output shows it: a frame, and how its columns are headed and written."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

import pandas as pd

from webmap.formats import DASH, number, points

PERCENT = 100.0
GAP = "  "


class ValueKind(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    COUNT = "count"
    POINTS = "points"
    DECIMAL = "decimal"  # two decimals
    SMALL = "small"  # a probability
    SCORE = "score"  # a share, written out of 100
    SHARE = "share"  # per cent
    DEGREES = "degrees"
    DATE = "date"  # 2026-06-12


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or an interval of two.

    Parameters
    ----------
    key
        Of the frame.
    heading
        As it is shown, with its unit.
    kind
        How its values are written.
    until
        Of an interval, the frame's column of the upper ends.
    """

    key: str
    heading: str
    kind: ValueKind = ValueKind.TEXT
    until: str = ""

    @property
    def numeric(self) -> bool:
        """Tell whether it stands on the right."""
        return self.kind not in (ValueKind.TEXT, ValueKind.DATE)

    @property
    def whole(self) -> bool:
        """Tell whether its values must not be broken into lines."""
        return self.kind is not ValueKind.TEXT

    def written(self, row: Any) -> str:  # noqa: ANN401 - a row of any frame
        """Write a value; what isn't known is a dash."""
        low = _written(row[self.key], self.kind)
        if not self.until:
            return low
        high = _written(row[self.until], self.kind)
        return DASH if DASH in (low, high) else f"{low}{DASH}{high}"


@dataclass(frozen=True, slots=True)
class OutputTable:
    """Rows under headings.

    Parameters
    ----------
    title
        What it shows.
    columns
        From left to right.
    rows
        The values; its index is left out.
    group
        Column by whose values the rows stand together under a line of their own; empty for none.
    empty
        What to say instead of no rows.
    """

    title: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    group: str = ""
    empty: str = ""

    def only(self, keys: Sequence[str]) -> Self:
        """Leave out the other columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.key in keys))

    def without(self, *keys: str) -> Self:
        """Leave out these columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.key not in keys))

    def texts(self) -> list[list[str]]:
        """Write every row."""
        return [[column.written(row) for column in self.columns] for row in self.rows.to_dict("records")]

    def groups(self) -> list[str]:
        """Return the group of every row."""
        return [str(name) for name in self.rows[self.group]] if self.group else [""] * len(self.rows)

    def sheet(self) -> pd.DataFrame:
        """Return the bare values under the headings, an interval as two columns; shares as per cent."""
        out: dict[str, pd.Series] = {}
        for column in self.columns:
            ends = [(column.key, "")] if not column.until else [(column.key, " ↓"), (column.until, " ↑")]
            for key, mark in ends:
                out[column.heading + mark] = _bare(self.rows[key], column.kind)
        if self.group and self.group not in {column.key for column in self.columns}:
            out = {self.group: self.rows[self.group], **out}
        return pd.DataFrame(out).reset_index(drop=True)


def _written(value: Any, kind: ValueKind) -> str:  # noqa: ANN401 - a cell
    if kind in (ValueKind.TEXT, ValueKind.DATE):
        return str(value) if value is not None and value != "" else DASH
    if value is None or pd.isna(value):
        return DASH
    return _WRITERS[kind](float(value))


def _small(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - three decimals


_WRITERS: dict[ValueKind, Callable[[float], str]] = {
    ValueKind.COUNT: number,
    ValueKind.POINTS: points,
    ValueKind.DECIMAL: lambda value: number(value, 2),
    ValueKind.SMALL: _small,
    ValueKind.SCORE: lambda value: number(value * PERCENT, 1),
    ValueKind.SHARE: lambda value: number(value * PERCENT, 1) + "%",
    ValueKind.DEGREES: lambda value: f"{value:.6f}",
}


def _bare(values: pd.Series, kind: ValueKind) -> pd.Series:
    if kind in (ValueKind.TEXT, ValueKind.DATE):
        return values
    if kind is ValueKind.COUNT:
        return pd.Series([None if pd.isna(value) else round(value) for value in values], values.index, dtype=object)
    scale = PERCENT if kind in (ValueKind.SCORE, ValueKind.SHARE) else 1.0
    return (values.astype("float64") * scale).round({ValueKind.SMALL: 9, ValueKind.DEGREES: 7}.get(kind, 4))


def lines(table: OutputTable) -> list[str]:
    """Return the table as lines of text, in columns where a Chinese character is two wide."""
    written = [[column.heading for column in table.columns], *table.texts()]
    widths = [max(wide(row[at]) for row in written) for at in range(len(table.columns))]
    return [
        GAP.join(
            _placed(cell, width, right=column.numeric)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in written
    ]


def wide(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _placed(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - wide(text))
    return blank + text if right else text + blank

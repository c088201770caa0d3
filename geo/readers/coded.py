"""A column in which each value stands once, and every row says which it has: what is asked of a value is asked once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np
import numpy.typing as npt

Value = TypeVar("Value")
Other = TypeVar("Other")
Codes = npt.NDArray[np.int64]


class Coded(Sequence[Value], Generic[Value]):
    """A column of hashable values.

    Parameters
    ----------
    codes
        For each row, the place of its value.
    values
        Each once; some may be in no row.
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: Codes, values: Sequence[Value]) -> None:
        self.codes, self.values = codes, values

    @classmethod
    def of(cls, cells: "Sequence[Value] | Coded[Value]") -> "Coded[Value]":
        """Return a column as it is, or cells as a column; the values are in the order in which they first stand."""
        if isinstance(cells, Coded):
            return cells
        place = _places(cells)
        return Coded(np.fromiter(map(place.__getitem__, cells), np.int64, len(cells)), list(place))

    @classmethod
    def constant(cls, value: Value, count: int) -> "Coded[Value]":
        """Return a column of one value."""
        return Coded(np.zeros(count, np.int64), [value])

    @classmethod
    def joined(cls, columns: Iterable["Coded[Value]"]) -> "Coded[Value]":
        """Return columns below one another."""
        columns = list(columns)
        place = _places(value for column in columns for value in column.values)
        own = [np.fromiter(map(place.__getitem__, each.values), np.int64, len(each.values)) for each in columns]
        codes = [each[column.codes] for each, column in zip(own, columns, strict=True)]
        return Coded(np.concatenate(codes), list(place))

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> Value: ...
    @overload
    def __getitem__(self, at: slice) -> Self: ...
    def __getitem__(self, at: int | slice) -> Value | Self:
        if isinstance(at, slice):
            return type(self)(self.codes[at], self.values)
        value: Value = self.values[int(self.codes[at])]
        return value

    def __iter__(self) -> Iterator[Value]:
        return map(self.values.__getitem__, self.codes.tolist())

    def take(self, places: npt.NDArray[Any]) -> "Coded[Value]":
        """Return the rows at these places."""
        return Coded(self.codes[places], self.values)

    def needed(self) -> "Coded[Value]":
        """Return the column without values that are in no row."""
        if len(self.values) == 1:
            return self
        own, codes = np.unique(self.codes, return_inverse=True)
        return Coded(codes, [self.values[at] for at in own.tolist()])

    def with_values(self, values: Sequence[Other]) -> "Coded[Other]":
        """Return the column with another value in the place of each, which several may share."""
        if len(set(values)) == len(values):
            return Coded(self.codes, values)
        place = _places(values)
        return Coded(np.fromiter(map(place.__getitem__, values), np.int64, len(values))[self.codes], list(place))

    def distinct(self) -> "Coded[Value]":
        """Return the column with each value once, where some may stand twice."""
        return self.with_values(self.values)

    def where(self, holds: Callable[[Value], object]) -> npt.NDArray[np.bool_]:
        """Tell of each row whether something holds of its value."""
        return np.fromiter(map(bool, map(holds, self.values)), bool, len(self.values))[self.codes]


def _places(values: Iterable[Value]) -> dict[Value, int]:
    """Return the number of each value, in the order in which they first stand."""
    return {value: at for at, value in enumerate(dict.fromkeys(values))}


def distinct(cells: Sequence[Value]) -> Sequence[Value]:
    """Return the cells, each value of a coded column once: for a look at all of them together."""
    return cells.values if isinstance(cells, Coded) else cells

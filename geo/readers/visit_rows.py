"""Rows of visits between their file and their visits, a column each; put apart so that each visit is whole in one part.

Rows of one visit mostly stand together, but nothing says that they must. So the rows of a large file go into one of
some unnamed files by the hash of their visit: each of these fits into the memory, and holds its visits whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from geo.readers.coded import Coded
from geo.readers.moments import Moments
from geo.spool import Spool
from geo.visit_ids import visit_id

PARTS = 64
_PREFIXES = 256  # of ids: their first two hexadecimal digits
_PART_OF = {f"{prefix:02x}": prefix * PARTS // _PREFIXES for prefix in range(_PREFIXES)}

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VisitRows:
    """Rows of visits: columns of one length."""

    visit: Coded[str]  # id; of a row that names no visit, what keeps it apart from others
    position: Places  # in the file, from 0
    source_row: npt.NDArray[Any]  # what the user calls the row: a number or a text
    checkpoint: Coded[str]
    team: Coded[str]
    moment: npt.NDArray[np.int64]  # of arrival, in ms of UTC since 1970; NOT_A_TIME where the row has none
    item: Coded[str]
    points: npt.NDArray[np.float64]
    minus: Coded[str]  # points below 0 as they are written, else empty
    note: Coded[str]
    round: Coded[str]
    covert: npt.NDArray[np.bool_]
    photos: Coded[tuple[str, ...]]  # by hash
    reason: Coded[str]  # why the row is refused; empty of a good one

    def __len__(self) -> int:
        return len(self.position)

    @property
    def moments(self) -> Moments:
        """The times of arrival as an array."""
        return self.moment.view("datetime64[ms]")

    def columns(self) -> list[Any]:
        """Return the columns in the order of the fields."""
        return [getattr(self, each.name) for each in fields(self)]

    def take(self, places: npt.NDArray[Any]) -> Self:
        """Return the rows at these places, in their order."""
        return type(self)(*(_taken(column, places) for column in self.columns()))

    def starts(self) -> Places:
        """Return where the rows of each visit begin; they stand together."""
        return np.flatnonzero(np.diff(self.visit.codes, prepend=-1))

    def visits(self) -> Iterator[tuple[int, int]]:
        """Yield where the rows of each visit begin and end."""
        return pairwise([*self.starts().tolist(), len(self)])

    def packed(self) -> list[Any]:
        """Return the columns as plain values."""
        return list(map(_packed, self.columns()))

    @classmethod
    def joined(cls, blocks: Sequence[Sequence[Any]]) -> Self:
        """Return what :meth:`packed` made of rows, below one another."""
        return cls(*(_joined(list(map(_unpacked, column))) for column in zip(*blocks, strict=True)))


def _taken(column: Any, places: npt.NDArray[Any]) -> Any:  # noqa: ANN401 - a column of rows
    return column.take(places) if isinstance(column, Coded) else column[places]


def _packed(column: Any) -> Any:  # noqa: ANN401 - a column of rows
    if isinstance(column, Coded):
        needed = column.needed()
        return needed.codes.astype(np.int32).tobytes(), list(needed.values)
    return column.tolist() if column.dtype == object else (column.dtype.str, column.tobytes())


def _unpacked(plain: Any) -> Any:  # noqa: ANN401 - what _packed returns
    if isinstance(plain, list):
        return np.array(plain, dtype=object)
    if isinstance(plain[0], str):
        return np.frombuffer(plain[1], dtype=plain[0])
    return Coded(np.frombuffer(plain[0], dtype=np.int32).astype(np.int64), plain[1])


def _joined(columns: Sequence[Any]) -> Any:  # noqa: ANN401 - columns of rows
    return Coded.joined(columns) if isinstance(columns[0], Coded) else np.concatenate(columns)


NOT_A_TIME = int(np.datetime64("NaT").astype(np.int64))


def ids_of(checkpoint: Coded[str], team: Coded[str], moment: Moments, position: Places) -> Coded[str]:
    """Return the ids of the visits that rows belong to; a row without checkpoint or time belongs to none."""
    numbers = moment.astype(np.int64)
    other = np.ones(len(numbers), bool)
    other[1:] = numbers[1:] != numbers[:-1]
    for column in (checkpoint, team):
        other[1:] |= column.codes[1:] != column.codes[:-1]
    nameless = checkpoint.where(lambda place: not place) | np.isnat(moment)
    begins = np.flatnonzero(other | nameless)
    named = [column.take(begins) for column in (checkpoint, team)]
    known: dict[tuple[str, str, int], str] = {}
    found = []
    moments = np.datetime_as_string(moment[begins], unit="s").tolist(), numbers[begins].tolist()
    at = position[begins].tolist()
    for place, group, second, number, row, bare in zip(*named, *moments, at, nameless[begins].tolist(), strict=True):
        key = place, group, number
        visit = None if bare else known.get(key)
        if visit is None:
            if bare:
                visit = f"{row % _PREFIXES:02x}-{row}"
            else:
                part = f".{number % 1000:03}000" if number % 1000 else ""
                visit = known[key] = visit_id(place, group, f"{second}{part}+00:00")
        found.append(visit)
    run = np.cumsum(other | nameless) - 1
    ids = Coded.of(found)
    return Coded(ids.codes[run], ids.values)


class WholeVisits:
    """Takes rows in any order, and gives them back in parts in which each visit is whole."""

    def __init__(self) -> None:
        self._first: VisitRows | None = None
        self._spools: list[Spool] = []

    def close(self) -> None:
        """Let the rows go."""
        for spool in self._spools:
            spool.close()

    def add(self, rows: VisitRows) -> None:
        """Take some rows; the first ones stay in the memory until there are others."""
        if self._first is None and not self._spools:
            self._first = rows
            return
        if not self._spools:
            self._spools = [Spool() for _ in range(PARTS)]
        for waiting in filter(None, (self._first, rows)):
            self._put(waiting)
        self._first = None

    def parts(self) -> Iterator[VisitRows]:
        """Yield all rows, those of a visit together and in the order in which they came."""
        if self._first is not None:
            yield _together(self._first)
        for spool in self._spools:
            if blocks := list(spool):
                yield _together(VisitRows.joined(blocks))

    def _put(self, rows: VisitRows) -> None:
        part = np.array([_PART_OF[visit[:2]] for visit in rows.visit.values], np.int64)[rows.visit.codes]
        ordered = rows.take(np.argsort(part, kind="stable"))
        ends = np.cumsum(np.bincount(part, minlength=PARTS)).tolist()
        for spool, start, end in zip(self._spools, [0, *ends], ends, strict=False):
            if end > start:
                spool.add(ordered.take(np.arange(start, end)).packed())


def _together(rows: VisitRows) -> VisitRows:
    """Put the rows of a visit beside each other; the visits stay in the order of their first rows."""
    order = rows.visit.codes  # the ids are numbered as they come
    return rows if (np.diff(order) >= 0).all() else rows.take(np.argsort(order, kind="stable"))

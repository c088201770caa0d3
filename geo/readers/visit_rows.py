"""Rows of visits between their file and their visits, a column each; put apart so that each visit is whole in one part.

Rows of one visit mostly stand together, but nothing says that they must. So the rows of a large file go into one of
some unnamed files by the hash of their visit: each of these fits into the memory, and holds its visits whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, compress, pairwise
from operator import itemgetter, ne
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from geo.readers.moments import Moments
from geo.spool import Spool
from geo.visit_ids import visit_id

PARTS = 64
_PREFIXES = 256  # of ids: their first two hexadecimal digits
_PART_OF = {f"{prefix:02x}": prefix * PARTS // _PREFIXES for prefix in range(_PREFIXES)}


@dataclass(frozen=True, slots=True)
class VisitRows:
    """Rows of visits: columns of one length."""

    visit: Sequence[str]  # id; of a row that names no visit, what keeps it apart from others
    position: Sequence[int]  # in the file, from 0
    source_row: Sequence[int | str]  # what the user calls the row
    checkpoint: Sequence[str]
    team: Sequence[str]
    moment: Sequence[int]  # of arrival, in ms of UTC since 1970; NOT_A_TIME where the row has none
    item: Sequence[str]
    points: Sequence[float]
    minus: Sequence[str]  # points below 0 as they are written, else empty
    note: Sequence[str]
    round: Sequence[str]
    covert: Sequence[bool]
    photos: Sequence[tuple[str, ...]]  # by hash
    reason: Sequence[str]  # why the row is refused; empty of a good one

    def __len__(self) -> int:
        return len(self.visit)

    @property
    def moments(self) -> Moments:
        """The times of arrival as an array."""
        return np.array(self.moment, np.int64).view("datetime64[ms]")

    def columns(self) -> list[Sequence[Any]]:
        """Return the columns in the order of the fields."""
        return [getattr(self, each.name) for each in fields(self)]

    def take(self, places: npt.NDArray[np.int64]) -> Self:
        """Return the rows at these places, in their order."""
        at = places.tolist()
        return type(self)(*(_taken(column, at) for column in self.columns()))

    def starts(self) -> list[int]:
        """Return where the rows of each visit begin; they stand together."""
        other = map(ne, self.visit[1:], self.visit)
        return [*range(min(1, len(self))), *compress(range(1, len(self)), other)]

    def visits(self) -> Iterator[tuple[int, int]]:
        """Yield where the rows of each visit begin and end."""
        return pairwise([*self.starts(), len(self)])


def _taken(column: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """Return the cells at these places; most columns of most tables hold one value all the way down."""
    if len(column) and column[0] == column[-1] and column.count(column[0]) == len(column):
        return [column[0]] * len(places)
    return itemgetter(*places)(column) if len(places) > 1 else [column[at] for at in places]


NOT_A_TIME = int(np.datetime64("NaT").astype(np.int64))


def ids_of(checkpoint: Sequence[str], team: Sequence[str], moment: Moments, position: Sequence[int]) -> list[str]:
    """Return the ids of the visits that rows belong to; a row without checkpoint or time belongs to none."""
    seconds = np.datetime_as_string(moment, unit="s").tolist()
    numbers = moment.astype(np.int64)
    parts, numbers = (numbers % 1000).tolist(), numbers.tolist()
    found, known = [], dict[tuple[str, str, int], str]()
    for at, key in enumerate(zip(checkpoint, team, numbers, strict=True)):
        visit = known.get(key)
        if visit is None:
            if not key[0] or key[2] == NOT_A_TIME:
                visit = f"{position[at] % _PREFIXES:02x}-{position[at]}"
            else:
                part = f".{parts[at]:03}000" if parts[at] else ""
                visit = known[key] = visit_id(key[0], key[1], f"{seconds[at]}{part}+00:00")
        found.append(visit)
    return found


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
                yield _together(VisitRows(*(list(chain.from_iterable(column)) for column in zip(*blocks, strict=True))))

    def _put(self, rows: VisitRows) -> None:
        part = np.array([_PART_OF[visit[:2]] for visit in rows.visit], np.int64)
        columns = rows.take(np.argsort(part, kind="stable")).columns()
        ends = np.cumsum(np.bincount(part, minlength=PARTS)).tolist()
        for spool, start, end in zip(self._spools, [0, *ends], ends, strict=False):
            if end > start:
                spool.add([column[start:end] for column in columns])


def _together(rows: VisitRows) -> VisitRows:
    """Put the rows of a visit beside each other; the visits stay in the order of their first rows."""
    first: dict[str, int] = {}
    order = np.array([first.setdefault(visit, at) for at, visit in enumerate(rows.visit)], np.int64)
    return rows if (np.diff(order) >= 0).all() else rows.take(np.argsort(order, kind="stable"))

"""Rows of visits between their file and their visits, a column each; put apart so that each visit is whole in one part.

Rows of one visit mostly stand together, but nothing says that they must. So the rows of a large file go into one of
some unnamed files by the hash of their visit: each of these fits into the memory, and holds its visits whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from geo.readers.moments import Moments
from geo.spool import Spool
from geo.visit_ids import visit_id

PARTS = 64
_HEX = 16
_ARRAYS = {"source_row": "int64", "moment": "datetime64[ms]", "points": "float64", "covert": "bool"}


@dataclass(frozen=True, slots=True)
class VisitRows:
    """Rows of visits: arrays and lists of one length."""

    source_row: npt.NDArray[np.int64]  # as the spreadsheet numbers it
    visit: list[str]  # id; of a row that names no visit, what keeps it apart from others
    checkpoint: list[str]
    team: list[str]
    moment: Moments  # of arrival; NaT where the row has none
    item: list[str]
    points: npt.NDArray[np.float64]
    minus: list[str]  # points below 0 as they are written, else empty
    note: list[str]
    round: list[str]
    covert: npt.NDArray[np.bool_]
    photos: list[tuple[str, ...]]  # by hash
    reason: list[str]  # why the row is refused; empty of a good one
    cells: list[tuple[Any, ...]]  # as they stand in the file, times as text

    def __len__(self) -> int:
        return len(self.visit)

    def take(self, places: npt.NDArray[np.int64]) -> Self:
        """Return the rows at these places, in their order."""
        at = places.tolist()
        columns = (getattr(self, each.name) for each in fields(self))
        taken = (column[places] if isinstance(column, np.ndarray) else [column[n] for n in at] for column in columns)
        return self._made(taken)

    def plain(self) -> list[Any]:
        """Return the rows as plain values, which :meth:`of_plain` takes."""
        columns = (getattr(self, each.name) for each in fields(self))
        return [column.tobytes() if isinstance(column, np.ndarray) else column for column in columns]

    @classmethod
    def of_plain(cls, values: Sequence[Any]) -> Self:
        """Return the rows that :meth:`plain` wrote."""
        columns = dict(zip((each.name for each in fields(cls)), values, strict=True))
        return cls(**columns | {name: np.frombuffer(columns[name], kind) for name, kind in _ARRAYS.items()})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return all rows of some parts, one after the other."""
        if len(parts) == 1:
            return parts[0]
        columns = ([getattr(part, each.name) for part in parts] for each in fields(cls))
        return cls._made(
            np.concatenate(all_) if isinstance(all_[0], np.ndarray) else [*chain(*all_)] for all_ in columns
        )

    @classmethod
    def _made(cls, columns: Iterable[Any]) -> Self:
        return cls(**dict(zip((each.name for each in fields(cls)), columns, strict=True)))


def ids_of(checkpoint: Sequence[str], team: Sequence[str], moment: Moments, source_row: Sequence[int]) -> list[str]:
    """Return the ids of the visits that rows belong to; a row without checkpoint or time belongs to none."""
    whole = (~np.isnat(moment)).tolist()
    seconds = np.datetime_as_string(moment, unit="s").tolist()
    parts = (moment.astype(np.int64) % 1000).tolist()
    found, known = [], dict[tuple[str, str, int], str]()
    for at, (place, who, when) in enumerate(zip(checkpoint, team, moment.astype(np.int64).tolist(), strict=True)):
        if not place or not whole[at]:
            found.append(f"{source_row[at] % 256:02x}-{source_row[at]}")
            continue
        key = (place, who, when)
        if key not in known:
            known[key] = visit_id(place, who, f"{seconds[at]}{f'.{parts[at]:03}000' if parts[at] else ''}+00:00")
        found.append(known[key])
    return found


class WholeVisits:
    """Takes rows in any order, and gives them back in parts in which each visit is whole."""

    def __init__(self) -> None:
        self._first: VisitRows | None = None
        self._files: list[Spool] = []

    def close(self) -> None:
        """Let the rows go."""
        for file in self._files:
            file.close()

    def add(self, rows: VisitRows) -> None:
        """Take some rows; the first ones stay in the memory until there are others."""
        if self._first is None and not self._files:
            self._first = rows
            return
        if not self._files:
            self._files = [Spool() for _ in range(PARTS)]
        for waiting in filter(None, (self._first, rows)):
            self._put(waiting)
        self._first = None

    def parts(self) -> Iterator[VisitRows]:
        """Yield all rows, those of a visit together and in the order in which they came."""
        if self._first is not None:
            yield _together(self._first)
        for file in self._files:
            found = [VisitRows.of_plain(values) for values in file]
            if found:
                yield _together(VisitRows.joined(found))

    def _put(self, rows: VisitRows) -> None:
        part = np.array([int(visit[:2], _HEX) * PARTS >> 8 for visit in rows.visit], np.int64)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(PARTS + 1))
        for number, file in enumerate(self._files):
            places = order[ends[number] : ends[number + 1]]
            if len(places):
                file.add(rows.take(places).plain())


def _together(rows: VisitRows) -> VisitRows:
    """Put the rows of a visit beside each other; the visits stay in the order of their first rows."""
    first: dict[str, int] = {}
    order = np.array([first.setdefault(visit, at) for at, visit in enumerate(rows.visit)], np.int64)
    return rows if (np.diff(order) >= 0).all() else rows.take(np.argsort(order, kind="stable"))

"""Refused rows with their reasons, however many: kept outside of the memory, given back in the order of the file."""

import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from geo.readers.tables import SOURCE_ROW, UNNAMED, blank
from geo.spool import Spool

_BLOCK = 1_000  # rows

Row = tuple[Any, ...]
"""Number, reason, and the original cells."""


class RefusedRows:
    """Takes refused rows in any order."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._runs: list[list[int]] = []  # where the blocks of a run lie
        self._headers: list[str] = []
        self._filled: set[int] = set()  # columns in which something stands
        self._count = 0

    def close(self) -> None:
        """Let the rows go."""
        self._spool.close()

    def __len__(self) -> int:
        return self._count

    def name(self, headers: Sequence[str]) -> None:
        """Say how the columns are called; a later part of a file may have more of them."""
        self._headers += list(headers)[len(self._headers) :]

    def add(self, rows: Sequence[Row]) -> None:
        """Take some rows."""
        ordered = sorted(rows, key=itemgetter(0))
        run = [self._spool.add(ordered[start : start + _BLOCK]) for start in range(0, len(ordered), _BLOCK)]
        self._runs.append(run)
        self._count += len(rows)
        unnamed = [at for at, name in enumerate(self._headers) if name.startswith(UNNAMED) and at not in self._filled]
        self._filled |= {at for at in unnamed if any(len(row) > at + 2 and not blank(row[at + 2]) for row in rows)}

    @property
    def headers(self) -> list[str]:
        """Name the columns of :meth:`rows`: those without a heading only where something stands in them."""
        return [SOURCE_ROW, "reason", *(self._headers[at] for at in self._kept())]

    def rows(self) -> Iterator[Row]:
        """Yield all rows, by their number."""
        kept = self._kept()
        for number, reason, *cells in heapq.merge(*map(self._run, self._runs), key=itemgetter(0)):
            yield number, reason, *(cells[at] if at < len(cells) else None for at in kept)

    def frame(self) -> pd.DataFrame:
        """Return all rows as one frame."""
        found = pd.DataFrame(list(self.rows()), columns=self.headers, dtype=object)
        return found.astype({SOURCE_ROW: "int64", "reason": "str"})

    def _kept(self) -> list[int]:
        return [at for at, name in enumerate(self._headers) if not name.startswith(UNNAMED) or at in self._filled]

    def _run(self, blocks: Sequence[int]) -> Iterator[Row]:
        for place in blocks:
            yield from self._spool.at(place)

"""Refused rows, however many: their reasons are kept outside of the memory, their cells are read again."""

import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from geo.readers.chunks import UNNAMED, Chunk, TableChunks
from geo.readers.sheets import blank
from geo.readers.tables import SOURCE_ROW
from geo.spool import Spool

_BLOCK = 1_000  # rows

Row = tuple[Any, ...]
"""Number, reason, and the original cells."""


class RefusedRows:
    """Takes the reasons of refused rows in any order, and gives the rows back in that of the file.

    Parameters
    ----------
    table
        That the rows are of.
    """

    def __init__(self, table: TableChunks) -> None:
        self._table, self._spool = table, Spool()
        self._runs: list[list[int]] = []  # where the blocks of a run lie
        self._count = 0

    def close(self) -> None:
        """Let the reasons go."""
        self._spool.close()

    def __len__(self) -> int:
        return self._count

    def add(self, reasons: Sequence[tuple[int, str]]) -> None:
        """Take the reasons of some rows, by their position in the file."""
        ordered = sorted(reasons)
        self._runs.append([self._spool.add(ordered[at : at + _BLOCK]) for at in range(0, len(ordered), _BLOCK)])
        self._count += len(ordered)

    def headers(self) -> list[str]:
        """Name the columns of :meth:`rows`: those without a heading only where something stands in them."""
        unnamed = [name for name in self._table.headers if name.startswith(UNNAMED)]
        empty = set(unnamed)
        if unnamed:
            for chunk, at, _ in self._found():
                empty -= {name for name in empty if not blank(_cell(chunk, name, at))}
        return [SOURCE_ROW, "reason", *(name for name in self._table.headers if name not in empty)]

    def rows(self, headers: Sequence[str]) -> Iterator[Row]:
        """Yield the rows with the cells of these columns, which :meth:`headers` names."""
        for chunk, at, reason in self._found():
            yield _row(chunk.rows[at]), reason, *(_cell(chunk, name, at) for name in headers[2:])

    def frame(self) -> pd.DataFrame:
        """Return all rows as one frame."""
        headers = self.headers()
        found = pd.DataFrame(list(self.rows(headers)), columns=headers, dtype=object)
        numbered = all(isinstance(row, int) for row in found[SOURCE_ROW])
        return found.astype({SOURCE_ROW: "int64" if numbered else object, "reason": "str"})

    def _found(self) -> Iterator[tuple[Chunk, int, str]]:
        """Yield chunk, place in it, and reason."""
        reasons = heapq.merge(*map(self._run, self._runs), key=itemgetter(0))
        waiting = next(reasons, None)
        begin = 0
        for chunk in self._table if waiting else ():
            while waiting is not None and waiting[0] < begin + len(chunk):
                yield chunk, waiting[0] - begin, waiting[1]
                waiting = next(reasons, None)
            begin += len(chunk)
            if waiting is None:
                break

    def _run(self, blocks: Sequence[int]) -> Iterator[tuple[int, str]]:
        for place in blocks:
            yield from self._spool.at(place)


def _row(label: Any) -> int | str:  # noqa: ANN401 - a label
    return label if isinstance(label, str) else int(label)


def _cell(chunk: Chunk, name: str, at: int) -> Any:  # noqa: ANN401 - a cell
    return chunk.cells[name][at] if name in chunk.cells else None

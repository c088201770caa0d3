"""Visits and deductions of past rounds: one row per failed item, a row without item where nothing was to fault.

A table goes through in parts. Its rows are read and held against themselves, put apart so that each visit is whole, and
held against the city; what is refused anywhere takes its visit with it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from geo.model import Deduction, Visit
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers import messages
from geo.readers.chosen_file import ChosenFile
from geo.readers.chunks import TableChunks
from geo.readers.coded import Coded
from geo.readers.faults import FaultLog
from geo.readers.refused import RefusedRows
from geo.readers.visit_cells import VisitCells
from geo.readers.visit_cells import VisitContext as VisitContext  # noqa: PLC0414 - what VisitTable is asked with
from geo.readers.visit_rows import NOT_A_TIME, VisitRows, WholeVisits


class VisitReading(NamedTuple):
    """What a table of visits holds."""

    visits: list[Visit]  # in the order of the file
    rejected: pd.DataFrame  # source_row, reason, the original columns
    rows: int  # of the visits
    notes: tuple[Note, ...]
    skipped: int = 0  # rows that are no data, or stand in parts that were not read


def read_visits(path: Path | str, **context: Any) -> tuple[list[Visit], pd.DataFrame]:  # noqa: ANN401 - of VisitContext
    """Read visits into those that are whole and the rows that are not; ``context`` is that of :class:`VisitContext`."""
    reading = read_visit_table(path, VisitContext(**context))
    return reading.visits, reading.rejected


def read_visit_table(
    path: ChosenFile | Path | str, context: VisitContext, *, progress: Progress = silent
) -> VisitReading:
    """Read a table of visits at once, as :class:`VisitTable` reads it in parts."""
    with VisitTable(path, context, progress) as table:
        parts = list(table)
        visits = [visit for part in parts for visit in visits_of(part)]
        return VisitReading(visits, table.refused.frame(), sum(map(len, parts)), table.notes, table.skipped)


class VisitTable:
    """A table of visits of any size; rows of one checkpoint, team and time are one visit.

    A visit with a bad row is rejected as a whole, because half of its deductions would be a wrong score.

    Parameters
    ----------
    given
        A table with ``checkpoint, team, arrived_at, item, points, note``; ``round``, ``covert`` and ``photo`` may stand
        beside.
    context
        What it is held against.
    progress
        Hears ``reading``, ``photos`` and ``rows``.
    """

    def __init__(self, given: ChosenFile | Path | str, context: VisitContext, progress: Progress = silent) -> None:
        source = ChosenFile.of(given)
        self._context, self._progress = context, progress
        self._cells = VisitCells(source.path, context, progress)
        self._table = TableChunks(source, self._cells.headings, self._cells.required, progress=progress)
        self._whole = WholeVisits()
        self.refused = RefusedRows(self._table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._whole.close()
        self.refused.close()

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was decided or found in the file."""
        told = (note for note in self._table.notes if note.template != messages.ENCODING)
        return *told, *self._cells.notes

    @property
    def skipped(self) -> int:
        """How many rows are no data, or stand in parts that were not read."""
        return self._table.skipped

    def __iter__(self) -> Iterator[VisitRows]:
        """Yield the good rows, all rows of a visit in one part, their items by code; :attr:`refused` takes the others.

        Raises
        ------
        InputError
            When the table names photos and nobody says where they are, or the other way round.
        """
        column = "photo"
        for chunk in self._table:
            column = chunk.columns.get("photo", column)
            self._whole.add(self._cells.rows(chunk))
        self._cells.end(self._table.file, column)
        done, count = 0, self._cells.count
        for rows in self._whole.parts():
            self._progress("rows", done, count)
            yield self._good(_judged(rows, self._context, above_zero=self._cells.above_zero))
            done += len(rows)
        self._progress("rows", count, count)

    def _good(self, rows: VisitRows) -> VisitRows:
        """Set aside what is refused."""
        bad = rows.reason.where(bool)
        if not bad.any():
            return rows
        places = np.flatnonzero(bad)
        self.refused.add(list(zip(rows.position[places].tolist(), rows.reason.take(places), strict=True)))
        return rows.take(np.flatnonzero(~bad))


def _judged(rows: VisitRows, context: VisitContext, *, above_zero: bool) -> VisitRows:
    """Hold whole visits against the city."""
    log = FaultLog(rows.source_row)
    log.bad |= rows.reason.where(bool)
    if above_zero and any(rows.minus.values):
        log.add(rows.minus.where(bool), "points", messages.MIXED_SIGNS, value=rows.minus)
    rows = replace(rows, round=_rounds(rows))
    if context.judge is not None:
        rows = replace(rows, item=context.judge(rows, log))
    if not log.bad.any():
        return rows
    bad = log.bad & rows.checkpoint.where(bool) & (rows.moment != NOT_A_TIME)
    broken = np.zeros(len(rows.visit.values), bool)
    broken[rows.visit.codes[bad]] = True
    log.add(broken[rows.visit.codes] & ~log.bad, "checkpoint", messages.SPOILT_VISIT)
    found = zip(rows.reason, log.reasons(context.say), strict=True)
    return replace(rows, reason=Coded.of(["; ".join(filter(None, pair)) for pair in found]))


def _rounds(rows: VisitRows) -> Coded[str]:
    """Set in every row the round that its visit names: in its first row, else in the next that names any."""
    named = rows.round.where(bool)
    if named.all() or not named.any():
        return rows.round
    starts = rows.starts()
    first = starts.copy()
    for at in np.flatnonzero(~named[starts] & np.logical_or.reduceat(named, starts)).tolist():
        first[at] += int(named[starts[at] :].argmax())
    return rows.round.take(np.repeat(first, np.diff(starts, append=len(rows))))


def visits_of(rows: VisitRows) -> Iterator[Visit]:
    """Yield the visits of good rows."""
    for start, end in rows.visits():
        failed = (at for at in range(start, end) if rows.item[at])
        yield Visit(
            rows.checkpoint[start],
            rows.team[start],
            dt.datetime.fromtimestamp(int(rows.moment[start]) / 1000, dt.UTC),
            rows.round[start] or None,
            bool(rows.covert[start:end].any()),
            tuple(Deduction(rows.item[at], float(rows.points[at]), rows.note[at], rows.photos[at]) for at in failed),
        )

"""Visits and deductions of past rounds: one row per failed item, a row without item where nothing was to fault.

A table goes through in parts. Its rows are read and held against themselves, put apart so that each visit is whole, and
held against the city; what is refused anywhere takes its visit with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from geo.model import Deduction, Visit
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers import messages
from geo.readers.faults import FaultLog
from geo.readers.parts import table_parts
from geo.readers.refused import RefusedRows
from geo.readers.visit_cells import VisitCells, headers_of
from geo.readers.visit_cells import VisitContext as VisitContext  # noqa: PLC0414 - what VisitTable is asked with
from geo.readers.visit_rows import VisitRows, WholeVisits


class VisitReading(NamedTuple):
    """What a table of visits holds."""

    visits: list[Visit]  # in the order of the file
    rejected: pd.DataFrame  # source_row, reason, the original columns
    rows: int  # of the visits
    notes: tuple[Note, ...]


def read_visits(path: Path | str, **context: Any) -> tuple[list[Visit], pd.DataFrame]:  # noqa: ANN401 - of VisitContext
    """Read visits into those that are whole and the rows that are not; ``context`` is that of :class:`VisitContext`."""
    reading = read_visit_table(path, VisitContext(**context))
    return reading.visits, reading.rejected


def read_visit_table(path: Path | str, context: VisitContext, *, progress: Progress = silent) -> VisitReading:
    """Read a table of visits at once, as :class:`VisitTable` reads it in parts."""
    with VisitTable(context, progress) as table:
        parts = list(table.parts(path))
        visits = [visit for part in parts for visit in visits_of(part)]
        return VisitReading(visits, table.refused.frame(), sum(map(len, parts)), tuple(table.notes))


class VisitTable:
    """A table of visits of any size; rows of one checkpoint, team and time are one visit.

    A visit with a bad row is rejected as a whole, because half of its deductions would be a wrong score.

    Parameters
    ----------
    context
        What it is held against.
    progress
        Hears ``reading``, ``photos`` and ``rows``.
    """

    def __init__(self, context: VisitContext, progress: Progress = silent) -> None:
        self.notes: list[Note] = []
        self.refused = RefusedRows()
        self._context, self._progress = context, progress
        self._whole = WholeVisits()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._whole.close()
        self.refused.close()

    def parts(self, path: Path | str) -> Iterator[VisitRows]:
        """Yield the good rows, all rows of a visit in one part, their items by code; :attr:`refused` takes the others.

        Parameters
        ----------
        path
            A table with ``checkpoint, team, arrived_at, item, points, note``; ``round``, ``covert`` and ``photo`` may
            stand beside.

        Raises
        ------
        InputError
            When the table names photos and nobody says where they are, or the other way round.
        """
        cells, count = VisitCells(self._context, self._progress), 0
        for table in table_parts(path, cells.headings, progress=self._progress):
            self.refused.name(headers_of(table))
            self._hear(table.notes)
            self._whole.add(cells.rows(table))
            count += len(table.rows)
        cells.end(table)
        done = 0
        for rows in self._whole.parts():
            self._progress("rows", done, count)
            judged = _judged(rows, self._context, above_zero=cells.above_zero)
            yield self._good(judged)
            done += len(rows)
        self._progress("rows", count, count)

    def _good(self, rows: VisitRows) -> VisitRows:
        """Set aside what is refused."""
        bad = np.array([bool(reason) for reason in rows.reason], bool)
        if not bad.any():
            return rows
        at = np.flatnonzero(bad).tolist()
        self.refused.add([(int(rows.source_row[n]), rows.reason[n], *rows.cells[n]) for n in at])
        return rows.take(np.flatnonzero(~bad))

    def _hear(self, notes: Sequence[Note]) -> None:
        """Keep what was said of the file; what is said of each part is counted together."""
        for note in notes:
            said = next((n for n, each in enumerate(self.notes) if each.template == note.template), None)
            if note.template == messages.ENCODING:
                continue
            if said is None:
                self.notes.append(note)
            elif "count" in note.values:
                first = self.notes[said].values
                self.notes[said] = Note(note.template, {**first, "count": first["count"] + note.values["count"]})


def _judged(rows: VisitRows, context: VisitContext, *, above_zero: bool) -> VisitRows:
    """Hold whole visits against the city."""
    log = FaultLog(rows.source_row)
    log.bad |= np.array([bool(reason) for reason in rows.reason], bool)
    if above_zero:
        minus = np.array([bool(text) for text in rows.minus], bool)
        log.add(minus, "points", messages.MIXED_SIGNS, value=rows.minus)
    rounds, item = _rounds(rows), rows.item
    if context.judge is not None:
        columns = {"checkpoint": rows.checkpoint, "team": rows.team, "item": item, "points": rows.points}
        frame = pd.DataFrame({**columns, "round": rounds}, dtype=object)
        item = context.judge(frame.assign(arrived_at=pd.Series(rows.moment).dt.tz_localize("UTC")), log).tolist()
    named = np.array([bool(place) for place in rows.checkpoint], bool) & ~np.isnat(rows.moment)
    broken = {rows.visit[n] for n in np.flatnonzero(log.bad & named).tolist()}
    if broken:
        spoilt = np.array([visit in broken for visit in rows.visit], bool)
        log.add(spoilt & ~log.bad, "checkpoint", messages.SPOILT_VISIT)
    found = log.reasons(context.say)
    reasons = (
        ["; ".join(filter(None, pair)) for pair in zip(rows.reason, found, strict=True)] if log.bad.any() else found
    )
    return replace(rows, round=rounds, item=item, reason=reasons)


def _rounds(rows: VisitRows) -> list[str]:
    """Set in every row the round that any row of its visit names."""
    named: dict[str, str] = {}
    for visit, round_id in zip(rows.visit, rows.round, strict=True):
        if round_id and visit not in named:
            named[visit] = round_id
    return [named.get(visit, "") for visit in rows.visit]


def visits_of(rows: VisitRows) -> Iterator[Visit]:
    """Yield the visits of good rows, one for each checkpoint, team and time."""
    places: dict[str, list[int]] = {}
    for at, visit in enumerate(rows.visit):
        places.setdefault(visit, []).append(at)
    times = pd.Series(rows.moment).dt.tz_localize("UTC").dt.to_pydatetime()
    for own in places.values():
        first = own[0]
        failed = tuple(
            Deduction(rows.item[at], float(rows.points[at]), rows.note[at], rows.photos[at])
            for at in own
            if rows.item[at]
        )
        yield Visit(
            rows.checkpoint[first],
            rows.team[first],
            times.iloc[first],
            rows.round[first] or None,
            bool(rows.covert[own].any()),
            failed,
        )

"""Judged visits that wait to be written, so that the city is locked for the writing alone."""

import math
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import numpy as np

from geo.imports.visit_rounds import RoundFinder
from geo.progress import Progress
from geo.readers.visit_rows import VisitRows
from geo.spool import Spool
from geo.store.visit_batches import VisitBatch
from geo.visit_ids import deduction_id


class VisitSpool:
    """Keeps batches, and gives them back in their order."""

    def __init__(self) -> None:
        self._spool = Spool()
        self.visits = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.close()

    def add(self, batch: VisitBatch) -> None:
        """Take a batch."""
        self._spool.add((batch.visits, batch.deductions, dict(batch.photos)))
        self.visits += len(batch.visits)

    def batches(self, progress: Progress) -> Iterator[VisitBatch]:
        """Yield the batches; ``progress`` hears ``saving``."""
        done = 0
        progress("saving", done, max(1, self.visits))
        for parts in self._spool:
            batch = VisitBatch(*parts)
            yield batch
            done += len(batch.visits)
            progress("saving", done, max(1, self.visits))


def batch(rows: VisitRows, finder: RoundFinder) -> VisitBatch:
    """Return good rows of whole visits as a batch, each visit in the round that it belongs to.

    Parameters
    ----------
    rows
        The rows of a visit stand together, and name an item once.
    finder
        Finds the round of a visit that names none; a visit of a covert round is covert.
    """
    visits: list[tuple[Any, ...]] = []
    deductions: list[tuple[Any, ...]] = []
    photos: dict[str, tuple[str, ...]] = {}
    stamps, days = np.datetime_as_string(rows.moment, unit="ms").tolist(), finder.days(rows.moment)
    points, covert = rows.points.tolist(), rows.covert.tolist()
    for start, end in _visits(rows):
        key, place = rows.visit[start], rows.checkpoint[start]
        costs = []
        for at in range(start, end):
            if item := rows.item[at]:
                fault = deduction_id(key, item, 0)
                deductions.append((fault, key, item, points[at], rows.note[at]))
                costs.append(points[at])
                if rows.photos[at]:
                    photos[fault] = rows.photos[at]
        round_id, hidden, day = rows.round[start] or None, any(covert[start:end]), days[start]
        if round_id is None and day is not None:
            own = finder.find(place, day, None)
            round_id, hidden = (own.id, hidden or own.covert) if own else (None, hidden)
        visits.append((key, round_id, place, rows.team[start], f"{stamps[start]}Z", hidden, math.fsum(costs)))
    return VisitBatch(visits, deductions, photos)


def _visits(rows: VisitRows) -> Iterator[tuple[int, int]]:
    """Yield where the rows of each visit begin and end."""
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows.visit[at] != rows.visit[start]:
            yield start, at
            start = at

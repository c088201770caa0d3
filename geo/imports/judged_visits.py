"""Judged visits that wait to be written, so that the city is locked for the writing alone."""

import math
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import numpy as np

from geo.imports.repeats import Repeats
from geo.imports.visit_rounds import RoundFinder
from geo.notes import Note
from geo.progress import Progress
from geo.readers.visit_rows import VisitRows
from geo.readers.visits import VisitTable
from geo.spool import Spool
from geo.store.visit_batches import VisitBatch
from geo.visit_ids import deduction_id

WITH_PHOTOS = "{count} photos show what was found"


class JudgedVisits:
    """The good visits of a table as batches; all of them are judged before the first is written.

    Parameters
    ----------
    table
        It is read to its end.
    finder
        Finds the round of a visit that names none.
    """

    def __init__(self, table: VisitTable, finder: RoundFinder) -> None:
        self._spool, self._repeats, self._photos = Spool(), Repeats(), set[str]()
        self.rows = self.visits = 0
        for part in table:
            self.rows += len(part)
            made = batch(self._repeats.joined(part), finder)
            self.visits += len(made.visits)
            self._photos.update(photo for photos in made.photos.values() for photo in photos)
            self._spool.add((made.visits, made.deductions, dict(made.photos)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.close()

    @property
    def notes(self) -> tuple[Note, ...]:
        """Say what was put together, and how many photos come with it."""
        shown = (Note(WITH_PHOTOS, {"count": len(self._photos)}),) if self._photos else ()
        return *self._repeats.notes, *shown

    def batches(self, progress: Progress) -> Iterator[VisitBatch]:
        """Yield the batches; ``progress`` hears ``saving``."""
        done, total = 0, max(1, self.visits)
        progress("saving", done, total)
        for parts in self._spool:
            made = VisitBatch(*parts)
            yield made
            done += len(made.visits)
            progress("saving", done, total)


def batch(rows: VisitRows, finder: RoundFinder) -> VisitBatch:
    """Return good rows of whole visits as a batch, each visit in the round that it belongs to.

    Parameters
    ----------
    rows
        Each names an item of its visit once.
    finder
        Finds the round of a visit that names none; a visit of a covert round is covert.
    """
    visits: list[tuple[Any, ...]] = []
    deductions: list[tuple[Any, ...]] = []
    photos: dict[str, tuple[str, ...]] = {}
    keys, items, points, notes, shown = rows.visit, rows.item, rows.points, rows.note, rows.photos
    moments = rows.moments[rows.starts()]
    stamps, days = np.datetime_as_string(moments, unit="ms").tolist(), finder.days(moments)
    for (start, end), stamp, day in zip(rows.visits(), stamps, days, strict=True):
        key, place, cost = keys[start], rows.checkpoint[start], 0.0
        if items[start] or end - start > 1:
            failed = [at for at in range(start, end) if items[at]]
            faults = [deduction_id(key, items[at], 0) for at in failed]
            deductions += [
                (fault, key, items[at], points[at], notes[at]) for fault, at in zip(faults, failed, strict=True)
            ]
            photos |= {fault: shown[at] for fault, at in zip(faults, failed, strict=True) if shown[at]}
            cost = math.fsum([points[at] for at in failed])
        round_id, hidden = rows.round[start] or None, any(rows.covert[start:end])
        if round_id is None and day is not None:
            own = finder.find(place, day, None)
            round_id, hidden = (own.id, hidden or own.covert) if own else (None, hidden)
        visits.append((key, round_id, place, rows.team[start], f"{stamp}Z", hidden, cost))
    return VisitBatch(visits, deductions, photos)

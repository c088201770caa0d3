"""Judged visits that wait to be written, so that the city is locked for the writing alone."""

import math
from collections.abc import Iterator
from itertools import repeat
from types import TracebackType
from typing import Self

import numpy as np

from geo.imports.repeats import Repeats
from geo.imports.visit_rounds import RoundFinder
from geo.notes import Note
from geo.progress import Progress
from geo.readers.coded import Coded
from geo.readers.visit_rows import Places, VisitRows
from geo.readers.visits import VisitTable
from geo.spool import Spool
from geo.store.visit_batches import VisitBatch
from geo.visit_ids import deduction_id

WITH_PHOTOS = "{count} photos show what was found"
_PARTS_OF_A_POINT = 1024
_EXACT = 2.0**40  # such parts of so many points are all numbers of 53 bits


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
    starts = rows.starts()
    moments = rows.moments[starts]
    failed = np.flatnonzero(rows.item.where(bool))
    own = rows.take(failed)
    faults = list(map(deduction_id, own.visit, own.item, repeat(0)))
    photos = (
        {fault: shown for fault, shown in zip(faults, own.photos, strict=True) if shown} if _any(own.photos) else {}
    )
    places, named = rows.checkpoint.take(starts), rows.round.take(starts)
    hidden = np.logical_or.reduceat(rows.covert, starts).tolist() if len(starts) else []
    rounds: list[str | None] = [round_id or None for round_id in named]
    bare = np.flatnonzero(named.where(lambda round_id: not round_id))
    for at, drawn in zip(bare.tolist(), finder.drawn(places.take(bare), moments[bare]), strict=True):
        if drawn is not None:
            rounds[at], hidden[at] = drawn.id, hidden[at] or drawn.covert
    stamps = [f"{stamp}Z" for stamp in np.datetime_as_string(moments, unit="ms").tolist()]
    teams, costs = rows.team.take(starts), _costs(rows, starts, failed)
    visits = zip(rows.visit.take(starts), rounds, places, teams, stamps, hidden, costs, strict=True)
    deductions = zip(faults, own.visit, own.item, own.points.tolist(), own.note, strict=True)
    return VisitBatch(list(visits), list(deductions), photos)


def _any(photos: Coded[tuple[str, ...]]) -> bool:
    return any(photos.values)


def _costs(rows: VisitRows, starts: Places, failed: Places) -> list[float]:
    """Return what each visit takes off, as exact as :func:`math.fsum`."""
    points = np.zeros(len(rows))
    points[failed] = rows.points[failed]
    if not len(starts):
        return []
    if (points * _PARTS_OF_A_POINT % 1 == 0).all() and points.sum() < _EXACT:
        return list(map(float, np.add.reduceat(points, starts)))  # no sum of these is rounded
    ends = np.append(starts[1:], len(rows)).tolist()
    return [math.fsum(points[start:end].tolist()) for start, end in zip(starts.tolist(), ends, strict=True)]

"""The cells of a table of visits as rows of visits, each held against itself; see :mod:`geo.readers.visits`."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.clock import TIMEZONE
from geo.errors import InputError
from geo.notes import Note, Say, in_english
from geo.progress import Progress
from geo.readers import messages, values
from geo.readers.arrival_times import ArrivalTimes
from geo.readers.chunks import Cells, Chunk
from geo.readers.coded import Coded
from geo.readers.columns import VISIT_FIELDS, VISIT_NEEDS, Headings
from geo.readers.faults import FaultLog, log_of
from geo.readers.moments import Moments, moments
from geo.readers.numerals import points_of
from geo.readers.other_forms import OtherForms
from geo.readers.photo_files import PhotoFiles
from geo.readers.texts import VISIT_TEXTS, check_texts, doubtful
from geo.readers.visit_rows import VisitRows, ids_of

Judge = Callable[[VisitRows, FaultLog], Coded[str]]
"""Notes the faults of rows of whole visits, and gives their items by code."""

_BETWEEN_PHOTOS = re.compile(r"[;；,，、\r\n]+")


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What a table of visits is held against."""

    timezone: str = TIMEZONE  # of times that name none
    columns: Mapping[str, str] = field(default_factory=dict)  # field to heading, as in geo.readers.read_roster
    known: Collection[str] | None = None  # ids of the checkpoints that there are; None takes any
    judge: Judge | None = None  # holds the rows against what else the city knows; None takes them as they stand
    now: dt.datetime | None = None  # nothing may have happened after this moment (aware); None takes any time
    photos: PhotoFiles | None = None  # where the photos of the table are; it holds them by their hash afterwards
    say: Say = in_english  # says the reasons of refused rows in another language


@dataclass(slots=True)
class VisitCells:
    """Turns the parts of one table into rows of visits, and sees what only the whole table tells."""

    path: Path
    context: VisitContext
    progress: Progress
    above_zero: bool = False  # some row's points are: then those below are a fault
    count: int = 0  # rows so far
    photos_named: int = 0
    first_photo: str = ""
    _forms: OtherForms = field(init=False)
    _arrivals: ArrivalTimes = field(init=False)

    def __post_init__(self) -> None:
        self._forms = OtherForms(self.context.known or ())
        self._arrivals = ArrivalTimes(self.path, self.context.timezone)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Say what was decided about ids and times."""
        return *self._forms.notes, *self._arrivals.notes

    @property
    def headings(self) -> Headings:
        """The columns to look for."""
        return Headings(VISIT_FIELDS, dict(self.context.columns), VISIT_NEEDS)

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which a table cannot be taken."""
        return ("checkpoint", "arrived_at", *(("photo",) if self.context.photos is not None else ()))

    def rows(self, chunk: Chunk) -> VisitRows:
        """Read the rows of the next chunk of the table; those that cannot be taken carry the reason."""
        context, log = self.context, log_of(chunk)
        names = (*VISIT_TEXTS.names, *VISIT_TEXTS.words)
        texts = {name: Coded.of(values.written(chunk.column(name))) for name in names}
        if any(doubtful(column.values) for column in texts.values()):
            check_texts(
                pd.DataFrame({name: list(column) for name, column in texts.items()}, dtype="str"), VISIT_TEXTS, log
            )
        checkpoint, team, item = self._own(texts["checkpoint"]), texts["team"], texts["item"]
        _check_checkpoints(checkpoint, context.known, log)
        cells, when = self._moments(chunk)
        _check_times(cells, when, log, context.now)
        points, minus = self._points(item, Coded.of(values.written(chunk.column("points"))), log)
        covert = Coded.of(values.written(chunk.column("covert")))
        hidden, wrong = values.flags(pd.Series(covert.values, dtype=object))
        log.add(wrong[covert.codes], "covert", messages.BAD_FLAG, value=covert)
        photos = self._photos(chunk, item, log)
        position = np.arange(self.count, self.count + len(chunk))
        self.count += len(chunk)
        return VisitRows(
            visit=ids_of(checkpoint, team, when, position),
            position=position,
            source_row=chunk.rows,
            checkpoint=checkpoint,
            team=team,
            moment=when.astype(np.int64),
            item=item,
            points=points,
            minus=minus,
            note=texts["note"],
            round=texts["round"],
            covert=hidden[covert.codes],
            photos=photos,
            reason=Coded.of(log.reasons(context.say)) if log.faults else Coded.constant("", len(chunk)),
        )

    def _own(self, checkpoint: Coded[str]) -> Coded[str]:
        """Return the ids that the city has, where the table writes them in another form."""
        known = self.context.known
        if known is None or all(map(known.__contains__, checkpoint.values)):
            return checkpoint
        return Coded.of(self._forms.own(list(checkpoint)))

    def _moments(self, chunk: Chunk) -> tuple[Cells, Moments]:
        """Return the cells that hold the moments, and the moments."""
        cells, timezone = chunk.column("arrived_at"), self.context.timezone
        beside = [chunk.column(name) if chunk.has(name) else None for name in ("day", "clock")]
        if beside != [None, None]:
            cells = self._arrivals.moments(cells, *beside)
            return cells, moments(cells, timezone, lambda others: values.times(others, timezone))
        if isinstance(cells, Coded):
            found = moments(cells.values, timezone, lambda others: [None] * len(others))
            if not np.isnat(found).any():
                return cells, found[cells.codes]
            cells = list(cells)
        return cells, moments(cells, timezone, lambda others: values.times(self._arrivals.moments(others), timezone))

    def end(self, file: str, column: str) -> None:
        """Refuse a table with photos that nobody can look at: its visits would come in without what proves them.

        Raises
        ------
        InputError
            When it names photos and nobody says where they are.
        """
        if self.context.photos is None and self.photos_named:
            raise InputError(
                messages.PHOTOS_NEEDED, file=file, count=self.photos_named, column=column, value=self.first_photo
            )

    def _points(self, item: Coded[str], cells: Coded[str], log: FaultLog) -> tuple[npt.NDArray[np.float64], Coded[str]]:
        """Read the points of failed items; where a score sheet writes all of them below 0, it means the same."""
        written = cells.with_values(list(map(points_of, cells.values)))  # without their units
        numbers = values.numbers(pd.Series(written.values, dtype="str"))
        minus = written.with_values(np.where(numbers < 0, written.values, "").tolist())
        given, named = written.where(bool), item.where(bool)
        self.above_zero = self.above_zero or bool((numbers > 0).any())
        points = np.abs(numbers)[written.codes]
        log.add(given & ~np.isfinite(points), "points", messages.BAD_POINTS, value=written)
        zero = given & (points == 0)
        log.add(zero & named, "points", messages.BAD_POINTS, value=written)
        log.add(given & ~named & (points > 0), "points", messages.POINTS_WITHOUT_ITEM, value=written)
        log.add(named & ~given, "points", messages.ITEM_WITHOUT_POINTS, value=item)
        return points, minus

    def _photos(self, chunk: Chunk, item: Coded[str], log: FaultLog) -> Coded[tuple[str, ...]]:
        """Find the photos of each row, and give their hashes."""
        if not chunk.has("photo"):
            return Coded.constant((), len(chunk))
        cells = chunk.column("photo")
        named = [_names(cell) if text else [] for cell, text in zip(cells, values.written(cells), strict=True)]
        photos = self.context.photos
        if photos is None:
            every = [name for row in named for name in row]
            self.photos_named += len(every)
            self.first_photo = self.first_photo or (every[0] if every else "")
            return Coded.constant((), len(chunk))
        alone = [bool(names) and not text for names, text in zip(named, item, strict=True)]
        log.add(alone, "photo", messages.PHOTO_WITHOUT_ITEM, value=values.written(cells))
        found: list[tuple[str, ...]] = []
        for at, names in enumerate(named):
            found.append(_found(photos, names, at, log))
            if names:
                self.progress("photos", at + 1, len(named))
        return Coded.of(found)


def _check_checkpoints(checkpoint: Coded[str], known: Collection[str] | None, log: FaultLog) -> None:
    if all(checkpoint.values) and (known is None or all(map(known.__contains__, checkpoint.values))):
        return
    log.add(checkpoint.where(lambda place: not place), "checkpoint", messages.NO_CHECKPOINT)
    if known is not None:
        strange = checkpoint.where(lambda place: place and place not in known) & ~log.bad
        log.add(strange, "checkpoint", messages.UNKNOWN_CHECKPOINT, value=checkpoint)


def _check_times(cells: Cells, when: Moments, log: FaultLog, now: dt.datetime | None) -> None:
    missing = np.isnat(when)
    late = np.zeros(len(when), bool)
    if now is not None:
        late = when > np.datetime64(now.astimezone(dt.UTC).replace(tzinfo=None), "ms")
    if not missing.any() and not late.any():
        return
    written = list(map(values.as_text, cells))
    empty = np.array([not text for text in written], bool)
    log.add(empty, "arrived_at", messages.NO_TIME)
    log.add(missing & ~empty, "arrived_at", messages.BAD_TIME, value=written)
    log.add(late, "arrived_at", messages.FUTURE_TIME, value=written)


def _names(cell: object) -> list[str]:
    """Return the file names of a cell; line breaks chunk them too, so it is read as it was written."""
    text = cell if isinstance(cell, str) else values.as_text(cell)
    return [name.strip() for name in _BETWEEN_PHOTOS.split(text) if name.strip()]


def _found(photos: PhotoFiles, names: Sequence[str], at: int, log: FaultLog) -> tuple[str, ...]:
    hashes = []
    for name in names:
        try:
            hashes.append(photos.find(name))
        except InputError as error:
            log.add_row(at, "photo", error.template, **error.values)
    return tuple(dict.fromkeys(hashes))

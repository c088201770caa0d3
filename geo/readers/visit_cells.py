"""The cells of a table of visits as rows of visits, each held against itself; see :mod:`geo.readers.visits`."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.clock import TIMEZONE
from geo.errors import InputError
from geo.notes import Say, in_english
from geo.progress import Progress
from geo.readers import messages, values
from geo.readers.columns import VISIT_FIELDS, Headings
from geo.readers.faults import FaultLog
from geo.readers.moments import Moments, moments
from geo.readers.photo_files import PhotoFiles
from geo.readers.tables import Table
from geo.readers.visit_rows import VisitRows, ids_of
from geo.workbooks import plain

Judge = Callable[[pd.DataFrame, FaultLog], pd.Series]
"""Notes the faults of rows (``checkpoint, team, item, points, round, arrived_at``), and gives their items by code."""

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

    context: VisitContext
    progress: Progress
    above_zero: bool = False  # some row's points are: then those below are a fault
    photos_named: int = 0
    first_photo: str = ""

    @property
    def headings(self) -> Headings:
        """The columns to look for."""
        return Headings(VISIT_FIELDS, dict(self.context.columns))

    def rows(self, table: Table) -> VisitRows:
        """Read the rows of a part of the table; those that cannot be taken carry the reason."""
        context, log = self.context, FaultLog(table.rows)
        self._require(table)
        checkpoint, team, item, note, round_ = (
            values.written(table.column(name)) for name in ("checkpoint", "team", "item", "note", "round")
        )
        _check_checkpoints(checkpoint, context.known, log)
        when = moments(table.column("arrived_at").tolist(), context.timezone)
        _check_times(when, table, log, context.now)
        points, minus = self._points(item, table.texts("points"), log)
        covert = table.texts("covert")
        hidden, wrong = values.flags(covert)
        log.add(wrong, "covert", messages.BAD_FLAG, value=covert)
        photos = self._photos(table, item, log)
        return VisitRows(
            source_row=table.rows,
            visit=ids_of(checkpoint, team, when, table.rows.tolist()),
            checkpoint=checkpoint,
            team=team,
            moment=when,
            item=item,
            points=points,
            minus=minus,
            note=note,
            round=round_,
            covert=hidden,
            photos=photos,
            reason=log.reasons(context.say),
            cells=_cells(table),
        )

    def end(self, table: Table) -> None:
        """Refuse a table with photos that nobody can look at: its visits would come in without what proves them.

        Raises
        ------
        InputError
            When it names photos and nobody says where they are.
        """
        if self.context.photos is None and self.photos_named:
            raise InputError(
                messages.PHOTOS_NEEDED,
                file=table.file,
                count=self.photos_named,
                column=table.columns.get("photo", "photo"),
                value=self.first_photo,
            )

    def _require(self, table: Table) -> None:
        fields = ("checkpoint", "arrived_at", *(("photo",) if self.context.photos is not None else ()))
        table.require(self.headings, *fields)

    def _points(
        self, item: Sequence[str], written: pd.Series, log: FaultLog
    ) -> tuple[npt.NDArray[np.float64], list[str]]:
        """Read the points of failed items; where a score sheet writes all of them below 0, it means the same."""
        points = values.numbers(written)
        given, named = (written != "").to_numpy(), np.array([bool(each) for each in item], bool)
        self.above_zero = self.above_zero or bool((points > 0).any())
        minus = np.where(points < 0, written.to_numpy(dtype=object), "").tolist()
        points = np.abs(points)
        log.add(given & ~np.isfinite(points), "points", messages.BAD_POINTS, value=written)
        zero = given & (points == 0)
        log.add(zero & named, "points", messages.BAD_POINTS, value=written)
        log.add(given & ~named & (points > 0), "points", messages.POINTS_WITHOUT_ITEM, value=written)
        log.add(named & ~given, "points", messages.ITEM_WITHOUT_POINTS, value=item)
        return points, minus

    def _photos(self, table: Table, item: Sequence[str], log: FaultLog) -> list[tuple[str, ...]]:
        """Find the photos of each row, and give their hashes."""
        if not table.has("photo"):
            return [()] * len(table.rows)
        cells = table.column("photo").tolist()
        named = [_names(cell) if text else [] for cell, text in zip(cells, values.written(cells), strict=True)]
        photos = self.context.photos
        if photos is None:
            every = [name for row in named for name in row]
            self.photos_named += len(every)
            self.first_photo = self.first_photo or (every[0] if every else "")
            return [()] * len(named)
        alone = [bool(names) and not text for names, text in zip(named, item, strict=True)]
        log.add(alone, "photo", messages.PHOTO_WITHOUT_ITEM, value=values.written(cells))
        found: list[tuple[str, ...]] = []
        for at, names in enumerate(named):
            found.append(_found(photos, names, at, log))
            if names:
                self.progress("photos", at + 1, len(named))
        return found


def _check_checkpoints(checkpoint: Sequence[str], known: Collection[str] | None, log: FaultLog) -> None:
    log.add([not place for place in checkpoint], "checkpoint", messages.NO_CHECKPOINT)
    if known is not None:
        strange = [bool(place) and place not in known for place in checkpoint]
        log.add(strange, "checkpoint", messages.UNKNOWN_CHECKPOINT, value=checkpoint)


def _check_times(when: Moments, table: Table, log: FaultLog, now: dt.datetime | None) -> None:
    missing = np.isnat(when)
    late = missing if now is None else when > np.datetime64(now.astimezone(dt.UTC).replace(tzinfo=None), "ms")
    if not missing.any() and not late.any():
        return
    written = table.texts("arrived_at")
    log.add((written == "").to_numpy(), "arrived_at", messages.NO_TIME)
    log.add(missing & (written != "").to_numpy(), "arrived_at", messages.BAD_TIME, value=written)
    if now is not None:
        log.add(late, "arrived_at", messages.FUTURE_TIME, value=written)


def _names(cell: object) -> list[str]:
    """Return the file names of a cell; line breaks part them too, so it is read as it was written."""
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


def _cells(table: Table) -> list[tuple[Any, ...]]:
    """Return the cells of each row as they stand in the file, with its geometry where that is no column."""
    columns = [_plain(table.cells[name].tolist()) for name in table.cells.columns]
    if table.geometry is not None and "geometry" not in table.columns:
        columns.append(table.geometry.to_wkt().tolist())
    return list(zip(*columns, strict=True))


def _plain(cells: list[Any]) -> list[Any]:
    """Write what is neither text nor number as a workbook would show it."""
    return cells if set(map(type, cells)) <= {str, type(None)} else [plain(cell) for cell in cells]


def headers_of(table: Table) -> list[str]:
    """Name the cells of the rows."""
    extra = ["geometry"] if table.geometry is not None and "geometry" not in table.columns else []
    return [*map(str, table.cells.columns), *extra]

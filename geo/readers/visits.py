"""Visits and deductions of past rounds: one row per failed item, a row without item where nothing was to fault."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.model import Deduction, Visit
from geo.notes import Note, Say, in_english
from geo.progress import Progress, silent
from geo.readers import messages, values
from geo.readers.columns import VISIT_FIELDS, Headings
from geo.readers.faults import FaultLog, rejected
from geo.readers.photo_files import PhotoFiles
from geo.readers.tables import Table, read_table

Judge = Callable[[pd.DataFrame, FaultLog], pd.Series]
"""Notes the faults of rows (``checkpoint, team, item, points, round, arrived_at``), and gives their items by code."""

_Key = tuple[str, str, dt.datetime | None]  # checkpoint, team, moment
_TEXTS = ("checkpoint", "team", "item", "note", "round")
_BETWEEN_PHOTOS = re.compile(r"[;；,，、\r\n]+")


class VisitReading(NamedTuple):
    """What a table of visits holds."""

    visits: list[Visit]  # in the order of the file
    rejected: pd.DataFrame  # source_row, reason, the original columns
    rows: int  # of the visits
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What a table of visits is held against."""

    timezone: str = "Asia/Shanghai"  # of times that name none
    columns: Mapping[str, str] = field(default_factory=dict)  # field to heading, as in geo.readers.read_roster
    known: Collection[str] | None = None  # ids of the checkpoints that there are; None takes any
    judge: Judge | None = None  # holds the rows against what else the city knows; None takes them as they stand
    now: dt.datetime | None = None  # nothing may have happened after this moment (aware); None takes any time
    photos: PhotoFiles | None = None  # where the photos of the table are; it holds them by their hash afterwards
    say: Say = in_english  # says the reasons of refused rows in another language


def read_visits(path: Path | str, **context: Any) -> tuple[list[Visit], pd.DataFrame]:  # noqa: ANN401 - of VisitContext
    """Read visits into those that are whole and the rows that are not; ``context`` is that of :class:`VisitContext`."""
    reading = read_visit_table(path, VisitContext(**context))
    return reading.visits, reading.rejected


def read_visit_table(path: Path | str, context: VisitContext, *, progress: Progress = silent) -> VisitReading:
    """Read visits; rows of one checkpoint, team and time are one visit.

    A visit with a bad row is rejected as a whole, because half of its deductions would be a wrong score.

    Parameters
    ----------
    path
        A table with ``checkpoint, team, arrived_at, item, points, note``; ``round``, ``covert`` and ``photo`` may stand
        beside.
    context
        What it is held against.
    progress
        Hears ``reading`` and ``photos``.

    Raises
    ------
    InputError
        When the table names photos and nobody says where they are, or the other way round.
    """
    headings = Headings(VISIT_FIELDS, dict(context.columns))
    table = read_table(path, headings, progress=progress)
    table.require(headings, "checkpoint", "arrived_at")
    log = FaultLog(table.rows)
    frame = pd.DataFrame({field: table.texts(field) for field in _TEXTS})
    _check_checkpoints(frame["checkpoint"], context.known, log)
    moments = values.times(table.column("arrived_at"), context.timezone)
    _check_times(moments, table.texts("arrived_at"), log, context.now)
    frame["points"] = _points(frame["item"], table.texts("points"), log)
    covert = table.texts("covert")
    frame["covert"], wrong = values.flags(covert)
    log.add(wrong, "covert", messages.BAD_FLAG, value=covert)
    if context.photos is not None:
        table.require(headings, "photo")
    frame["photos"] = _photos(table, frame["item"], log, context.photos, progress)
    keys = list(zip(frame["checkpoint"], frame["team"], moments, strict=True))
    frame["round"] = _rounds(keys, frame["round"])
    if context.judge is not None:
        moment = pd.Series(moments, index=frame.index, dtype=object)
        frame["item"] = context.judge(frame.assign(arrived_at=moment), log)
    broken = {key for key, bad in zip(keys, log.bad, strict=True) if bad and key[0] and key[2]}
    log.add(np.array([key in broken for key in keys], bool) & ~log.bad, "checkpoint", messages.SPOILT_VISIT)
    visits = _visits(frame, keys, ~log.bad)
    refused = rejected(table, log.faults, say=context.say)
    notes = tuple(note for note in table.notes if note.template != messages.ENCODING)
    return VisitReading(visits, refused, int((~log.bad).sum()), notes)


def _check_checkpoints(checkpoint: pd.Series, known: Collection[str] | None, log: FaultLog) -> None:
    log.add((checkpoint == "").to_numpy(), "checkpoint", messages.NO_CHECKPOINT)
    if known is not None:
        strange = (checkpoint != "") & ~checkpoint.isin(set(known))
        log.add(strange.to_numpy(), "checkpoint", messages.UNKNOWN_CHECKPOINT, value=checkpoint)


def _rounds(keys: list[_Key], written: pd.Series) -> list[str]:
    """Set in every row the round that any row of its visit names."""
    named: dict[_Key, str] = {}
    for key, round_id in zip(keys, written, strict=True):
        named[key] = named.get(key) or round_id
    return [named[key] for key in keys]


def _check_times(moments: list[dt.datetime | None], written: pd.Series, log: FaultLog, now: dt.datetime | None) -> None:
    missing = np.array([moment is None for moment in moments], bool)
    log.add((written == "").to_numpy(), "arrived_at", messages.NO_TIME)
    log.add(missing & (written != "").to_numpy(), "arrived_at", messages.BAD_TIME, value=written)
    if now is not None:
        late = np.array([moment is not None and moment > now for moment in moments], bool)
        log.add(late, "arrived_at", messages.FUTURE_TIME, value=written)


def _points(item: pd.Series, written: pd.Series, log: FaultLog) -> np.ndarray:
    """Read the points of failed items; where a score sheet writes all of them with a minus sign, it means the same."""
    points = values.numbers(written)
    given, named = (written != "").to_numpy(), (item != "").to_numpy()
    log.add((points < 0) & (points > 0).any(), "points", messages.MIXED_SIGNS, value=written)
    points = np.abs(points)
    log.add(given & ~np.isfinite(points), "points", messages.BAD_POINTS, value=written)
    zero = given & (points == 0)
    log.add(zero & named, "points", messages.BAD_POINTS, value=written)
    log.add(given & ~named & (points > 0), "points", messages.POINTS_WITHOUT_ITEM, value=written)
    log.add(named & ~given, "points", messages.ITEM_WITHOUT_POINTS, value=item)
    return points


def _photos(
    table: Table, item: pd.Series, log: FaultLog, photos: PhotoFiles | None, progress: Progress
) -> list[tuple[str, ...]]:
    """Find the photos of each row, and give their hashes."""
    written = table.texts("photo")
    named = [_names(cell) if text else [] for cell, text in zip(table.column("photo"), written, strict=True)]
    if photos is None:
        _refuse_photos(table, named)
        return [()] * len(named)
    log.add((written != "").to_numpy() & (item == "").to_numpy(), "photo", messages.PHOTO_WITHOUT_ITEM, value=written)
    found: list[tuple[str, ...]] = []
    for at, names in enumerate(named):
        hashes = []
        for name in names:
            try:
                hashes.append(photos.find(name))
            except InputError as error:
                log.add_row(at, "photo", error.template, **error.values)
        found.append(tuple(dict.fromkeys(hashes)))
        progress("photos", at + 1, len(named))
    return found


def _names(cell: object) -> list[str]:
    """Return the file names of a cell; line breaks part them too, so it is read as it was written."""
    text = cell if isinstance(cell, str) else values.as_text(cell)
    return [name.strip() for name in _BETWEEN_PHOTOS.split(text) if name.strip()]


def _refuse_photos(table: Table, named: Sequence[Sequence[str]]) -> None:
    """Refuse a table with photos that nobody can look at: its visits would come in without what proves them."""
    names = [name for row in named for name in row]
    if names:
        column = table.columns.get("photo", "photo")
        raise InputError(messages.PHOTOS_NEEDED, file=table.file, count=len(names), column=column, value=names[0])


def _visits(frame: pd.DataFrame, keys: list[_Key], good: npt.NDArray[np.bool_]) -> list[Visit]:
    """Put the good rows together, one visit for each checkpoint, team and time."""
    found: dict[_Key, list[Deduction]] = {}
    rounds = dict(zip(keys, frame["round"], strict=True))
    covert: set[_Key] = set()
    columns = ("item", "points", "note", "photos", "covert")
    rows = zip(keys, good, *(frame[name] for name in columns), strict=True)
    for key, kept, item, points, note, photos, hidden in rows:
        if kept:
            failed = found.setdefault(key, [])
            if item:
                failed.append(Deduction(item, float(points), note, photos))
            covert |= {key} if hidden else set()
    return [
        Visit(key[0], key[1], key[2], rounds[key] or None, key in covert, tuple(failed))
        for key, failed in found.items()
        if key[2] is not None
    ]

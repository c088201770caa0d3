"""Visits and deductions of past rounds: one row per failed item, a row without item where nothing was to fault."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.model import Deduction, Visit
from geo.notes import Say, in_english
from geo.progress import Progress, silent
from geo.readers import messages, values
from geo.readers.columns import VISIT_FIELDS, VISIT_NEEDS, Headings
from geo.readers.faults import FaultLog, rejected
from geo.readers.photo_files import PhotoFiles
from geo.readers.tables import Table, read_table

Judge = Callable[[pd.DataFrame, FaultLog], pd.Series]
"""Notes the faults of rows (``checkpoint, team, item, points, round, arrived_at``), and gives their items by code."""

_Key = tuple[str, str, dt.datetime | None]  # checkpoint, team, moment
_TEXTS = ("checkpoint", "team", "item", "note", "round")
_BETWEEN_PHOTOS = re.compile(r"[;；,，、\r\n]+")


def read_visits(  # noqa: PLR0913 - the options of one command
    path: Path | str,
    *,
    timezone: str = "Asia/Shanghai",
    columns: Mapping[str, str] | None = None,
    known: Collection[str] | None = None,
    judge: Judge | None = None,
    now: dt.datetime | None = None,
    photos: PhotoFiles | None = None,
    say: Say = in_english,
    progress: Progress = silent,
) -> tuple[list[Visit], pd.DataFrame]:
    """Read visits; rows of one checkpoint, team and time are one visit.

    Parameters
    ----------
    path
        A table with ``checkpoint, team, arrived_at, item, points, note``; ``round``, ``covert`` and ``photo`` may stand
        beside.
    timezone
        Of times that name none.
    columns
        Field to heading, as in :func:`geo.readers.read_roster`.
    known
        Ids of the checkpoints that there are; None takes any.
    judge
        Holds the rows against what else the city knows; None takes them as they stand.
    now
        Nothing may have happened after this moment (aware); None takes any time.
    photos
        Where the photos are that the table names. It holds those of the visits by their hash afterwards.
    say
        Says the reasons of refused rows in another language.
    progress
        Hears ``reading`` and ``photos``.

    Returns
    -------
    visits
        In the order of the file.
    rejected
        Rows with their number, the reasons and every original column. A visit with a bad row is rejected as a whole,
        because half of its deductions would be a wrong score.

    Raises
    ------
    InputError
        When the table names photos and nobody says where they are, or the other way round.
    """
    headings = Headings(VISIT_FIELDS, dict(columns or {}), VISIT_NEEDS)
    table = read_table(path, headings, progress=progress)
    table.require(headings, "checkpoint", "arrived_at")
    log = FaultLog.of(table)
    frame = pd.DataFrame({field: table.texts(field) for field in _TEXTS})
    log.add((frame["checkpoint"] == "").to_numpy(), "checkpoint", messages.NO_CHECKPOINT)
    if known is not None:
        strange = (frame["checkpoint"] != "") & ~frame["checkpoint"].isin(set(known))
        log.add(strange.to_numpy(), "checkpoint", messages.UNKNOWN_CHECKPOINT, value=frame["checkpoint"])
    moments = values.times(table.column("arrived_at"), timezone)
    _check_times(moments, table.texts("arrived_at"), log, now)
    frame["points"] = _points(frame["item"], table.texts("points"), log)
    covert = table.texts("covert")
    frame["covert"], wrong = values.flags(covert)
    log.add(wrong, "covert", messages.BAD_FLAG, value=covert)
    if photos is not None:
        table.require(headings, "photo")
    frame["photos"] = _photos(table, frame["item"], log, photos, progress)
    keys = list(zip(frame["checkpoint"], frame["team"], moments, strict=True))
    frame["round"] = _rounds(keys, frame["round"])
    if judge is not None:
        frame["item"] = judge(frame.assign(arrived_at=pd.Series(moments, index=frame.index, dtype=object)), log)
    broken = {key for key, bad in zip(keys, log.bad, strict=True) if bad and key[0] and key[2]}
    log.add(np.array([key in broken for key in keys], bool) & ~log.bad, "checkpoint", messages.SPOILT_VISIT)
    return _visits(frame, keys, ~log.bad), rejected(table, log.faults, say=say)


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

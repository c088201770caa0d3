"""Whole columns of times at once: ``2026-06-12 09:30`` is read by its digits, other forms one by one."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Moments = npt.NDArray[np.datetime64]
"""UTC to the millisecond; NaT where there is no time."""
Others = Callable[[Sequence[Any]], Sequence[dt.datetime | None]]

_TO_THE_MINUTE, _TO_THE_SECOND = 16, 19  # characters
_DATE = (0, 1, 2, 3, 5, 6, 8, 9)  # places of the digits
_CLOCK = (11, 12, 14, 15)
_SECONDS = (17, 18)
_ZERO, _NINE = ord("0"), ord("9")
_NOTHING = np.datetime64("NaT", "ms")


def moments(cells: Sequence[Any], timezone: str, others: Others) -> Moments:
    """Read cells as moments, a column at a time.

    Parameters
    ----------
    cells
        As they stand in the file.
    timezone
        Of times that name none.
    others
        Reads the cells that are written in any other form.
    """
    found: Moments = np.full(len(cells), _NOTHING, dtype="datetime64[ms]")
    rest = np.ones(len(cells), bool)
    lengths = np.array([len(cell) if cell.__class__ is str else 0 for cell in cells], dtype=np.int64)
    for width in (_TO_THE_MINUTE, _TO_THE_SECOND):
        at = np.flatnonzero(lengths == width)
        if len(at):
            local, plain = _by_digits([cells[place] for place in at.tolist()], width)
            moved, certain = _to_utc(local, ZoneInfo(timezone))
            plain &= certain
            found[at[plain]] = moved[plain]
            rest[at[plain]] = False
    left = np.flatnonzero(rest)
    read = others([cells[place] for place in left.tolist()]) if len(left) else []
    found[left] = [_NOTHING if time is None else np.datetime64(time.replace(tzinfo=None), "ms") for time in read]
    return found


def _by_digits(texts: list[str], width: int) -> tuple[Moments, npt.NDArray[np.bool_]]:
    """Read texts of one width; the second array tells where each character is what and where it should be."""
    signs = np.array(texts, dtype=f"U{width}").view(np.uint32).reshape(len(texts), width)
    places = [*_DATE, *_CLOCK, *(_SECONDS if width == _TO_THE_SECOND else ())]
    right = ((signs[:, places] >= _ZERO) & (signs[:, places] <= _NINE)).all(axis=1)
    dash = signs[:, 4]
    right &= ((dash == ord("-")) | (dash == ord("/")) | (dash == ord("."))) & (signs[:, 7] == dash)
    right &= ((signs[:, 10] == ord(" ")) | (signs[:, 10] == ord("T"))) & (signs[:, 13] == ord(":"))
    if width == _TO_THE_SECOND:
        right &= signs[:, 16] == ord(":")
    digits = np.where(right[:, None], signs.astype(np.int64) - _ZERO, 0)
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day, hour, minute = (digits[:, at] * 10 + digits[:, at + 1] for at in (5, 8, 11, 14))
    second = digits[:, 17] * 10 + digits[:, 18] if width == _TO_THE_SECOND else np.zeros(len(texts), np.int64)
    right &= (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 - of a calendar and a clock
    months = (np.where(right, year, 1970) - 1970) * 12 + np.where(right, month, 1) - 1
    first = months.astype("datetime64[M]")
    right &= day <= ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    seconds = (day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    return (first.astype("datetime64[s]") + seconds).astype("datetime64[ms]"), right


def _to_utc(local: Moments, zone: ZoneInfo) -> tuple[Moments, npt.NDArray[np.bool_]]:
    """Move local times to UTC; the second array is false on days on which the clocks change."""
    days, place = np.unique(local.astype("datetime64[D]"), return_inverse=True)
    offsets, certain = np.zeros(len(days), "timedelta64[ms]"), np.zeros(len(days), bool)
    for at, day in enumerate(days.tolist()):
        if dt.date(1, 1, 3) < day < dt.date(9999, 12, 29):
            noon = dt.datetime.combine(day, dt.time(12), zone)
            before, after = (noon + dt.timedelta(days=beside) for beside in (-1, 1))
            offset = noon.utcoffset()
            certain[at] = offset is not None and before.utcoffset() == offset == after.utcoffset()
            offsets[at] = np.timedelta64(round((offset or dt.timedelta()).total_seconds() * 1000), "ms")
    return local - offsets[place], certain[place]


class LocalDays:
    """The local days of moments; how far the clocks of a zone are from UTC is asked once for each day.

    Parameters
    ----------
    zone
        Whose clocks say which day it is.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._offset = cache(self._offset_at)

    def __call__(self, found: Moments) -> npt.NDArray[np.datetime64]:
        """Return the local day of each moment, which must be one."""
        utc_days, place = np.unique(found.astype("datetime64[D]"), return_inverse=True)
        offsets = np.array([self._offset(day) for day in utc_days.tolist()], "timedelta64[ms]")
        after = np.array([self._offset(day) for day in (utc_days + 1).tolist()], "timedelta64[ms]")
        days: npt.NDArray[np.datetime64] = (found + offsets[place]).astype("datetime64[D]")
        for at in np.flatnonzero((offsets != after)[place]).tolist():  # the clocks change on that day
            moment = found[at].astype("datetime64[ms]").item().replace(tzinfo=dt.UTC)
            days[at] = np.datetime64(moment.astimezone(self._zone).date(), "D")
        return days

    def _offset_at(self, day: dt.date) -> np.timedelta64:
        """Return the offset at the beginning of a day of UTC."""
        offset = dt.datetime.combine(day, dt.time(), dt.UTC).astimezone(self._zone).utcoffset() or dt.timedelta()
        return np.timedelta64(round(offset.total_seconds() * 1000), "ms")

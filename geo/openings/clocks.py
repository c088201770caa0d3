"""Two clock times to seconds: marks such as 下午, afternoons written in 12 hours, and closing after midnight.

What may mean two things is refused. A mark before the first time holds for both, unless the second has its own.
"""

from dataclasses import dataclass

from geo.openings.week import DAY_S
from geo.openings.words import NO_TIME, Half, RefusalError

TWO_MEANINGS = (
    "opening hours are {value!r}, of which {part!r} may mean two things: write both times in 24 hours, as 14:30-17:30"
)

_NOON_H, _MIDNIGHT_H = 12, 24
_EARLY_H = range(1, 7)  # hours that are seldom meant for a night when they are written with one digit
_HOURS = {  # what each mark may be said with, and what it makes of it
    Half.DAWN: {hour: hour for hour in range(7)} | {12: 0},
    Half.MORNING: {hour: hour for hour in range(13)},
    Half.NOON: {hour: hour for hour in range(10, 16)} | {hour: hour + 12 for hour in range(1, 4)},
    Half.AFTERNOON: {12: 12} | {hour: hour + 12 for hour in range(1, 12)} | {hour: hour for hour in range(13, 22)},
    Half.EVENING: {hour: hour + 12 for hour in range(5, 13)} | {hour: hour for hour in range(17, 25)},
}


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A clock time as written."""

    hour: int
    minute: int
    text: str
    padded: bool
    half: Half | None = None
    next_day: bool = False

    def at(self, hour: int) -> int:
        """Return the second of the day when the hour is this one."""
        return hour * 3600 + self.minute * 60


def span_s(start: ClockTime, end: ClockTime, after: tuple[int, int] | None = None) -> tuple[int, int]:
    """Return when a span begins and ends, in seconds from midnight; the end may lie after midnight.

    Parameters
    ----------
    start, end
        As written.
    after
        The span before it in the same list.

    Raises
    ------
    RefusalError
        When a time can't be, or the two may mean more than one thing.
    """
    part = f"{start.text}-{end.text}"
    if start.next_day:
        raise RefusalError(NO_TIME, part)
    unmarked = start.half is None and end.half is None
    if unmarked and _early(start) and after is not None and start.at(start.hour) < after[1]:
        return _afternoon(start, end, after, part)
    open_s = _begin(start, part)
    close_s = _end(start, end, open_s, part)
    if not (open_s < DAY_S and open_s < close_s <= open_s + DAY_S):
        raise RefusalError(NO_TIME, part)
    return open_s, close_s


def _early(clock: ClockTime) -> bool:
    return clock.hour in _EARLY_H


def _afternoon(start: ClockTime, end: ClockTime, after: tuple[int, int], part: str) -> tuple[int, int]:
    """Read 2:30-5:30 after 8:30-12:00: nobody writes the night after the morning."""
    open_s = start.at(start.hour + _NOON_H)
    close_s = end.at(end.hour + (_NOON_H if end.hour < _NOON_H else 0))
    morning = _EARLY_H.stop * 3600 <= after[0] and after[1] < (_NOON_H + 1) * 3600
    if start.padded or end.next_day or not morning or not after[1] <= open_s < close_s < DAY_S:
        raise RefusalError(TWO_MEANINGS, part)
    return open_s, close_s


def _begin(start: ClockTime, part: str) -> int:
    if start.half is None:
        return start.at(start.hour)
    hour = _HOURS[start.half].get(start.hour)
    if hour is None or hour >= _MIDNIGHT_H:
        raise RefusalError(NO_TIME, part)
    return start.at(hour)


def _end(start: ClockTime, end: ClockTime, open_s: int, part: str) -> int:
    if end.next_day:
        return _next_day(end, part)
    if end.half is not None:
        return _marked_end(end, open_s, part)
    if start.half is not None:
        return _inherited_end(start.half, end, open_s, part)
    close_s = end.at(end.hour)
    if close_s == open_s:
        raise RefusalError(NO_TIME, part)
    if close_s > open_s:
        night = not start.padded and _early(start) and close_s < _EARLY_H.stop * 3600
        if night:  # 2:30-5:30 alone
            raise RefusalError(TWO_MEANINGS, part)
        return close_s
    if open_s < _NOON_H * 3600 and 0 < end.hour < _NOON_H and not end.padded:  # 8:30-5:30
        raise RefusalError(TWO_MEANINGS, part)
    return close_s + DAY_S


def _next_day(end: ClockTime, part: str) -> int:
    hour = end.hour if end.half is None else _HOURS[end.half].get(end.hour)
    if hour is None or hour > _MIDNIGHT_H:
        raise RefusalError(NO_TIME, part)
    return end.at(hour) + DAY_S


def _marked_end(end: ClockTime, open_s: int, part: str) -> int:
    if end.half is None:
        raise RefusalError(NO_TIME, part)
    hour = _HOURS[end.half].get(end.hour)
    if hour is None and end.half is Half.EVENING and end.hour < _EARLY_H.start + 4:
        hour = end.hour + _MIDNIGHT_H  # 晚上8点-晚上2点
    if hour is None:
        raise RefusalError(NO_TIME, part)
    close_s = end.at(hour)
    if close_s <= open_s and end.half is Half.DAWN:
        return close_s + DAY_S
    if close_s <= open_s:
        raise RefusalError(NO_TIME, part)
    return close_s


def _inherited_end(half: Half, end: ClockTime, open_s: int, part: str) -> int:
    """Read an end without a mark of its own: the nearest time after the beginning that the mark allows."""
    if end.hour == 0 and half in {Half.AFTERNOON, Half.EVENING}:
        return end.at(_MIDNIGHT_H)
    hour = _HOURS[half].get(end.hour, end.hour if end.hour > _NOON_H else None)
    if half is Half.AFTERNOON and end.hour == _NOON_H:
        hour = None  # noon, or midnight
    if hour is None and half is Half.EVENING and end.hour in _EARLY_H:
        hour = end.hour + _MIDNIGHT_H
    if hour is None or end.at(hour) <= open_s:
        raise RefusalError(TWO_MEANINGS, part)
    return end.at(hour)

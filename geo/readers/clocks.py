"""Times as people and their programs write them: one moment in a cell, or a date and a time of day in two."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from geo.readers.numerals import MINUS

_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - of serial numbers; spreadsheets know no zone
EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001 - of those of old Macintosh workbooks
SERIALS = (20_000, 80_000)  # days from the epoch: 1954 to 2119
_DAY_S = 86_400
_HALVES = {  # first and last hour, and what is added to the hour of a clock's face
    **dict.fromkeys(("上午", "am", "a.m."), (0, 11, 0)),
    **dict.fromkeys(("早上", "早晨", "清晨"), (4, 11, 0)),
    **dict.fromkeys(("凌晨",), (0, 6, 0)),
    **dict.fromkeys(("中午",), (11, 14, 12)),
    **dict.fromkeys(("下午", "pm", "p.m."), (12, 23, 12)),
    **dict.fromkeys(("傍晚", "晚上"), (16, 23, 12)),
}
_HALF = "|".join(map(re.escape, sorted(_HALVES, key=len, reverse=True)))
_DATE = re.compile(r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*([-/.月])\s*(\d{1,2})\s*日?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?")
_WEEKDAY = re.compile(r"[(（]?(?:星期|周)[一二三四五六日天][)）]?")
_MINUTE = r"(?P<m>\d{1,2})(?:分(?:(?P<s2>\d{1,2})秒)?|:(?P<s>\d{1,2})(?:[.,]\d+)?秒?)?"
_CLOCK = re.compile(
    rf"(?P<half>{_HALF})?\s*(?P<h>\d{{1,2}})(?P<colon>[:时点])?\s*(?:(?<=[:时点])\s*(?:{_MINUTE}|(?P<part>半|整|一刻|三刻)))?"
    rf"\s*(?P<after>{_HALF})?\s*(?P<zone>z|utc|gmt|[-+]\d{{2}}:?(?:\d{{2}})?)?",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"0?\.\d+|0|0\.0+")
SERIAL = re.compile(r"\d{5}(?:\.\d*)?")
_NO_DAYS = {dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1904, 1, 1)}  # of a time alone in a spreadsheet
_GREENWICH = dict.fromkeys(("Z", "UTC", "GMT"), "+00:00")
_PARTS = {"半": 30, "整": 0, "一刻": 15, "三刻": 45}


def times(cells: Iterable[Any], timezone: str, *, days_from_1904: bool = False) -> list[dt.datetime | None]:
    """Read cells as moments in UTC; what names no zone is local time of ``timezone``. None where it is no time.

    Understood are the times of a spreadsheet, its serial numbers, ISO 8601, 2026/6/12 9:30, 2026-06-12 2:30 PM,
    2026年6月12日下午2时30分 and 20260612.
    """
    zone = ZoneInfo(timezone)
    epoch = EPOCH_1904 if days_from_1904 else _EPOCH
    known: dict[Any, dt.datetime | None] = {}
    out = []
    for cell in cells:
        key = cell if isinstance(cell, str | int | float | dt.datetime | dt.date) else str(cell)
        if key not in known:
            known[key] = _utc(key, zone, epoch)
        out.append(known[key])
    return out


def time_of_day(cell: Any) -> dt.time | None:  # noqa: ANN401 - a cell
    """Read a cell that holds a time of day and no date: 9:30, 下午2点半, a time or the fraction of a day of a sheet."""
    if isinstance(cell, dt.datetime):
        return cell.time() if cell.date() in _NO_DAYS else None
    if isinstance(cell, dt.time):
        return cell
    if isinstance(cell, dt.timedelta):
        return _of_seconds(cell.total_seconds())
    text = _plain(cell)
    if _FRACTION.fullmatch(text):
        return _of_seconds(float(text) * _DAY_S)
    match = _CLOCK.fullmatch(text)
    return None if match is None or match["zone"] else _clock(match)


def _of_seconds(seconds: float) -> dt.time | None:
    whole = round(seconds)
    return dt.time(whole // 3600, whole // 60 % 60, whole % 60) if 0 <= whole < _DAY_S else None


def joined(dates: Sequence[Any], clocks: Sequence[Any], timezone: str) -> list[Any]:
    """Join two columns, of dates and of times of day, to one of moments; a time with its own date stays as it is.

    What is no date or no time of day, or names two dates, is joined as text, so that the row's fault shows both.
    """
    zone, out = ZoneInfo(timezone), []
    for date, clock in zip(dates, clocks, strict=True):
        time, day = time_of_day(clock), times([date], timezone)[0]
        if time is not None and day is not None:
            out.append(f"{day.astimezone(zone).date().isoformat()} {time.isoformat()}")
        elif (whole := times([clock], timezone)[0]) is not None and day in (None, _midnight(whole, zone)):
            out.append(clock)
        else:
            out.append(" ".join(filter(None, (_plain(date), _plain(time or clock)))))
    return out


def _midnight(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(moment.astimezone(zone).date(), dt.time(), zone).astimezone(dt.UTC)


def _utc(cell: Any, zone: ZoneInfo, epoch: dt.datetime) -> dt.datetime | None:  # noqa: ANN401 - a cell
    try:
        moment = _moment(cell, epoch)
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _plain(cell: Any) -> str:  # noqa: ANN401 - a cell
    text = "" if cell is None else str(cell)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text).translate(MINUS)).strip()


def _moment(cell: Any, epoch: dt.datetime) -> dt.datetime | None:  # noqa: ANN401 - a cell
    if isinstance(cell, dt.datetime):
        return dt.datetime.fromisoformat(cell.isoformat())  # a Timestamp of pandas is one too, and counts nanoseconds
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - local, made aware above
    text = _WEEKDAY.sub(" ", _plain(cell)).strip()
    if match := _DIGITS.fullmatch(text):
        return dt.datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[misc, arg-type] # noqa: DTZ001
    if match := _DATE.match(text):
        return _with_clock(match, text[match.end() :].strip(" Tt,，"))
    serial = float(text) if SERIAL.fullmatch(text) else 0.0
    return epoch + dt.timedelta(seconds=round(serial * _DAY_S)) if SERIALS[0] <= serial <= SERIALS[1] else None


def _with_clock(date: re.Match[str], rest: str) -> dt.datetime | None:
    year, first, month, second, day = date.groups()
    if second != ("月" if first == "年" else first):
        return None
    whole = dt.datetime(int(year), int(month), int(day))  # noqa: DTZ001 - made aware by the caller
    if not rest:
        return whole
    match = _CLOCK.fullmatch(rest)
    time = _clock(match) if match else None
    if match is None or time is None:
        return None
    moment = dt.datetime.combine(whole.date(), time)
    zone = (match["zone"] or "").upper()
    return moment if not zone else dt.datetime.fromisoformat(f"{moment.isoformat()}{_GREENWICH.get(zone, zone)}")


def _clock(match: re.Match[str]) -> dt.time | None:
    """Return the time of day of a match, in 24 hours; None where it is none, or may be two."""
    halves = {half.casefold() for half in (match["half"], match["after"]) if half}
    if not halves and not match["colon"]:  # a bare number
        return None
    minute = _PARTS[match["part"]] if match["part"] else int(match["m"] or 0)
    hours = {_in_24_hours(int(match["h"]), half) for half in halves or {""}}
    hour, second = hours.pop(), int(match["s"] or match["s2"] or 0)
    return dt.time(hour, minute, second) if not hours and hour < 24 and minute < 60 and second < 60 else None  # noqa: PLR2004


def _in_24_hours(hour: int, half: str) -> int:
    """Return an hour of a half of the day in 24 hours; 24, which is none, where the two contradict each other."""
    if not half:
        return hour
    first, last, noon = _HALVES[half]
    if first <= hour <= last:
        return hour
    return hour % 12 + noon if hour <= 12 and first <= hour % 12 + noon <= last else 24  # noqa: PLR2004 - a clock's face

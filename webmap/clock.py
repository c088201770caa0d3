"""Which day it is in the city."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from geo.errors import InputError
from geo.store import Store

TIMEZONE = "Asia/Shanghai"
PINNED_TIME = "07:30"  # before the teams set out


@dataclass(frozen=True, slots=True)
class Today:
    """The city's date."""

    date: dt.date
    zone: ZoneInfo
    pinned: bool  # set by hand (the demo does), and said so on the page


def zone_of(store: Store) -> ZoneInfo:
    """Return the city's time zone: its setting ``timezone``, else Shanghai's."""
    return ZoneInfo(store.setting("timezone") or TIMEZONE)


def today(store: Store) -> Today:
    """Return the city's date: its setting ``today`` when there is one, else the clock's.

    Raises
    ------
    InputError
        When the setting is no date.
    """
    zone = zone_of(store)
    pinned = store.setting("today")
    if not pinned:
        return Today(dt.datetime.now(zone).date(), zone, pinned=False)
    try:
        return Today(dt.date.fromisoformat(pinned), zone, pinned=True)
    except ValueError:
        raise InputError("{field} is {value!r}: write it as 2026-06-12", field="today", value=pinned) from None


def now(store: Store) -> dt.datetime:
    """Return the moment in UTC; on a date that was set by hand the time of day is the setting ``time``, else 07:30.

    Raises
    ------
    InputError
        When a setting is no date, or no time of day.
    """
    date = today(store)
    if not date.pinned:
        return dt.datetime.now(dt.UTC)
    text = store.setting("time") or PINNED_TIME
    try:
        clock = dt.time.fromisoformat(text)
    except ValueError:
        raise InputError("{field} is {value!r}: write it as 07:30", field="time", value=text) from None
    return dt.datetime.combine(date.date, clock, date.zone).astimezone(dt.UTC)

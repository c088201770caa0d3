"""The clock of a city: its time zone, and which day it is there."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geo.errors import InputError

TIMEZONE = "Asia/Shanghai"
"""Of a city that names none; nothing else names one."""

PINNED_TIME = "07:30"  # before the teams set out


class SettingReader(Protocol):
    """Reads the settings of a city: :class:`geo.store.settings.CitySettings`."""

    def get(self, key: str, /) -> str | None:
        """Return the text set under ``key``."""


class CityWithSettings(Protocol):
    """What has settings: :class:`geo.store.Store`."""

    @property
    def settings(self) -> SettingReader:
        """The settings of the city."""


@dataclass(frozen=True, slots=True)
class Today:
    """The city's date."""

    date: dt.date
    zone: ZoneInfo
    pinned: bool  # set by hand (the demo does), and said so on the page


def zone_of(city: CityWithSettings) -> ZoneInfo:
    """Return the city's time zone: its setting ``timezone``, else Shanghai's.

    Raises
    ------
    InputError
        When nobody knows a zone of that name.
    """
    name = city.settings.get("timezone") or TIMEZONE
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name may be a path, or that of a folder
        raise InputError(
            "{field} is {value!r}: write a zone of the IANA table, as {example}",
            field="timezone",
            value=name,
            example=TIMEZONE,
        ) from None


def today(city: CityWithSettings) -> Today:
    """Return the city's date: its setting ``today`` when there is one, else the clock's.

    Raises
    ------
    InputError
        When the setting is no date.
    """
    zone = zone_of(city)
    pinned = city.settings.get("today")
    if not pinned:
        return Today(dt.datetime.now(zone).date(), zone, pinned=False)
    try:
        return Today(dt.date.fromisoformat(pinned), zone, pinned=True)
    except ValueError:
        raise InputError("{field} is {value!r}: write it as 2026-06-12", field="today", value=pinned) from None


def now(city: CityWithSettings) -> dt.datetime:
    """Return the moment in UTC; on a date that was set by hand the time of day is the setting ``time``, else 07:30.

    Raises
    ------
    InputError
        When a setting is no date, or no time of day.
    """
    date = today(city)
    if not date.pinned:
        return dt.datetime.now(dt.UTC)
    text = city.settings.get("time") or PINNED_TIME
    try:
        clock = dt.time.fromisoformat(text)
    except ValueError:
        raise InputError("{field} is {value!r}: write it as 07:30", field="time", value=text) from None
    return dt.datetime.combine(date.date, clock, date.zone).astimezone(dt.UTC)

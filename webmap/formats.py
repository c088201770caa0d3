"""How numbers, times and names are written."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import cast

from flask import Flask, current_app, g
from flask_babel import gettext as _

from geo.catalogue import Catalogue, Category
from geo.clock import zone_of
from geo.natural import natural_order
from webmap.accounts.access import city
from webmap.language import saying
from webmap.language.reasons import kept_remedy_text, reason_text
from webmap.language.saying import THIN
from webmap.language.spoken import spoken
from webmap.team_marks import team_name

DASH = "–"
SECONDS_OF_MINUTE = 60
MINUTES_OF_HOUR = 60
METRES_OF_KM = 1000.0


def init_app(app: Flask) -> None:
    """Return the templates these filters."""
    app.jinja_env.filters.update(
        number=number,
        duration=duration,
        more=more,
        km=km,
        clock=clock,
        hhmm=hhmm,
        windows=windows,
        day=day,
        category=category_name,
        points=points,
        team=team_name,
        in_order=natural_order,
        reason=reason_text,
        remedy=kept_remedy_text,
    )


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with thin separators: 1090 -> 1 090; nothing known -> a dash."""
    return DASH if value is None or value != value else f"{value:,.{digits}f}".replace(",", THIN)  # noqa: PLR0124 - NaN


def points(value: float | None) -> str:
    """Write deduction points with as many decimals as they have, two at most."""
    text = number(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text


def duration(seconds: float | None) -> str:
    """Write seconds as hours and minutes: 5 h 07."""
    if seconds is None:
        return DASH
    return saying.duration(seconds, _)


def more(seconds: float) -> str:
    """Write what comes to a duration or goes from it, with its sign: +5 min."""
    text = duration(seconds)
    return text if seconds < 0 or not round(seconds / SECONDS_OF_MINUTE) else f"+{text}"


def km(metres: float | None) -> str:
    """Write metres as kilometres with one decimal."""
    return DASH if metres is None else number(metres / METRES_OF_KM, 1)


def clock(moment: dt.datetime) -> str:
    """Write a moment as the city's hour and minute."""
    return _local(moment).strftime("%H:%M")


def hhmm(second: int) -> str:
    """Write a local second of the day as its hour and minute."""
    hours, minutes = divmod(second // SECONDS_OF_MINUTE, MINUTES_OF_HOUR)
    return f"{hours:02d}:{minutes:02d}"


def windows(spans: Iterable[tuple[int, int]]) -> str:
    """Write opening windows in seconds of the day: 08:30–12:00, 14:00–17:30; a dash when there is none."""
    return ", ".join(f"{hhmm(open_s)}{DASH}{hhmm(close_s)}" for open_s, close_s in spans) or DASH


def day(moment: dt.date | dt.datetime) -> str:
    """Write a date, or the city's date at a moment, as 2026-06-12."""
    return (_local(moment) if isinstance(moment, dt.datetime) else moment).strftime("%Y-%m-%d")


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(zone_of(current_app.extensions["xundian"]))


def catalogue_of_app() -> Catalogue:
    """Return the city's current edition of the catalogue, read once a request."""
    if "catalogue" not in g:
        g.catalogue = city().catalogues.get()
    return cast("Catalogue", g.catalogue)


def every_edition() -> list[Catalogue]:
    """Return every edition of the city's catalogue, the current one first; a catalogue is no secret."""
    kept = city().catalogues
    return [kept.get(edition) for edition in kept.editions()]


def categories() -> Mapping[str, Category]:
    """Return the catalogue's categories."""
    return catalogue_of_app().categories


def category_name(code: str) -> str:
    """Name a category in the language of this request; a code that the catalogue doesn't know stays as it is."""
    category = categories().get(code)
    if category is None:
        return code
    return category.name(spoken())


def category_names() -> dict[str, str]:
    """Name every category in the language of this request."""
    return {code: category_name(code) for code in categories()}

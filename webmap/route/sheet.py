"""Route sheets (路线单) for a printer: one A4 page for each team and day, with its own map."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
from markupsafe import Markup

from geo.clock import today
from geo.store import Store
from routing.sheets.route_sheet import PlanPart, RouteSheet, SheetPlace, no_route, plan_part
from webmap import pages_apart
from webmap.formats import number
from webmap.language.saying import duration
from webmap.language.texts import translate
from webmap.maps.tiles import street_lines
from webmap.route.map import route_map
from webmap.team_marks import team_name

Say = Callable[[str], str]

WIDTH_MM = 186.0  # A4 less its margins of 12 mm
HEIGHT_MM = 276.0  # less 10 and 11 mm
HEAD_MM = 21.0  # title, figures and the line below the map
TABLE_HEAD_MM = 5.0
LEAST_MAP_MM = 74.0
MOST_MAP_MM = 150.0
# Lines of the table: how many fit at most, how high one is, and the class of the stylesheet that draws it so.
DENSITIES = (
    (12, 12.0, "ample"),
    (18, 8.6, "airy"),
    (24, 6.0, "roomy"),
    (30, 5.6, "close"),
    (36, 4.5, "dense"),
    (54, 3.3, "tight"),
    (80, 2.25, "tiny"),
)
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready to be written."""

    sheet: RouteSheet
    team: str
    map: Markup
    density: str
    travel: str
    way_km: str
    questionnaires: int


def pages(part: PlanPart, streets: gpd.GeoDataFrame, *, say: Say) -> Iterator[Page]:
    """Make a page of each route.

    Parameters
    ----------
    part
        What is printed.
    streets
        The city's, as :func:`webmap.maps.tiles.street_lines` gives them.
    say
        Translates a text.
    """
    lines = {(row.team, row.day): row.geometry for row in part.routes.itertuples()}
    for sheet in part.sheets():
        density, map_mm = _room(len(sheet.places))
        team = team_name(sheet.team, say=say)
        title = say("Map of the route of {team} on {date}").format(team=team, date=sheet.date)
        line = lines[sheet.team, sheet.day]
        drawn = route_map(sheet, line, streets, title=title, size_mm=(WIDTH_MM, map_mm))
        yield Page(
            sheet=sheet,
            team=team,
            map=drawn,
            density=density,
            travel=duration(sheet.travel_s, say),
            way_km=number(sheet.length_m / 1000.0, 1),
            questionnaires=sum(place.questionnaires for place in sheet.stops),
        )


def write_sheets(
    store: Store, round_id: str, path: Path, *, team: str | None = None, day: int | None = None, language: str = "zh"
) -> int:
    """Write the sheets of a round, or of a team or day of it, into one file that opens from disk; give their number.

    Raises
    ------
    StateError
        When the round has no routes yet.
    NotFoundError
        When it has none of the team or day.
    """
    part = plan_part(store, round_id, team=team, day=day)
    if part.routes.empty:
        raise no_route(store, round_id, team=team, day=day)

    made = list(pages(part, street_lines(store.streets.frame()), say=lambda text: translate(text, language)))
    page = pages_apart.templates(language).get_template("route_sheets.html")
    shown = view(part, made, language=language)
    html = page.render(**shown, style=stylesheet(), made_on=today(store).date.isoformat())
    path.write_text(pages_apart.sealed(html), encoding="utf-8", newline="\n")
    return len(made)


def view(part: PlanPart, made: list[Page], *, language: str) -> dict[str, Any]:
    """Return the template what it writes."""
    return {"part": part, "pages": made, "language": language, "detail": detail, "minutes": minutes}


def stylesheet() -> str:
    """Return the rules of the sheets, for a file of its own."""
    return (pages_apart.STATIC / "sheets.css").read_text(encoding="utf-8")


def minutes(seconds: int) -> int:
    """Return whole minutes."""
    return round(seconds / _MINUTE_S)


def detail(place: SheetPlace, language: str) -> str:
    """Name what is to be checked, in short: the items, the costliest first."""
    items = sorted(place.items, key=lambda item: -item.points)
    return ("；" if language == "zh" else "; ").join(item.name(language) for item in items)


def _room(lines: int) -> tuple[str, float]:
    """Return how dense the table must be, and the height of the map that is left."""
    for most, line_mm, name in DENSITIES:
        left = HEIGHT_MM - HEAD_MM - TABLE_HEAD_MM - lines * line_mm
        if lines <= most and left >= LEAST_MAP_MM:
            return name, min(left, MOST_MAP_MM)
    _, line_mm, name = DENSITIES[-1]
    return name, max(HEIGHT_MM - HEAD_MM - TABLE_HEAD_MM - lines * line_mm, 0.3 * HEIGHT_MM)

"""What one takes along of a plan: sheets to print and files, the planner's of any team and day, a team's its own."""

from functools import lru_cache

import geopandas as gpd
from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from geo.model import Action
from geo.store.streets import KeptStreets
from routing.sheets.export import FORMATS, routes_file
from routing.sheets.route_sheet import PlanPart
from webmap.accounts import access
from webmap.language.reasons import wording
from webmap.language.spoken import spoken
from webmap.maps.tiles import street_lines
from webmap.route import sheet

pages = Blueprint("route", __name__, url_prefix="/rounds/<round_id>")

TYPES = {
    "gpx": "application/gpx+xml",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pages.get("/sheets")
@access.needs(Action.SEE_ROUTES)
def sheets(round_id: str) -> str:
    """Show the route sheets, a page of A4 each, ready to be printed."""
    part, asked = _part(round_id), access.visible()
    streets = asked.streets
    made = list(sheet.pages(part, _lines(streets, streets.sha256()), say=_)) if len(part.routes) else []
    return render_template(
        "route_sheets.html",
        **sheet.view(part, made, language=spoken()),
        made_on=asked.today.date.isoformat(),
        back=url_for("planner.page" if access.opens("planner.page") else "field.page", round=round_id),
        demo=_("Demo: streets real, the rest invented") if asked.demo else "",
    )


@pages.get("/route.<any(" + ",".join(FORMATS) + "):format_>")
@access.needs(Action.SEE_ROUTES)
def file(round_id: str, format_: str) -> Response:
    """Return the routes as a file for a GPS, a map or Excel."""
    part = _part(round_id)
    body = routes_file(part, format_, wording=wording(spoken(), _))
    answer = Response(body, mimetype=TYPES[format_])
    answer.headers.set("Content-Disposition", "attachment", filename=_name(part, format_))
    return answer


@lru_cache(maxsize=1)
def _lines(streets: KeptStreets, _sha256: str | None) -> gpd.GeoDataFrame:
    """Return the streets as maps draw them, read once for each state of them."""
    return street_lines(streets.frame())


def _part(round_id: str) -> PlanPart:
    """Read what is asked for, as far as the account may see it."""
    team, day = request.args.get("team") or None, request.args.get("day", type=int)
    return access.visible().plan(round_id, team=team, day=day)


def _name(part: PlanPart, format_: str) -> str:
    """Name a file by its dates alone: a name is read by whoever sees the phone, and a covert route is nobody's."""
    days = sorted(part.routes["day"].unique()) or [1]
    dates = dict.fromkeys(part.round.date(int(day)).isoformat() for day in (days[0], days[-1]))
    return f"xundian-{'-'.join(dates)}.{format_}"

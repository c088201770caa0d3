"""A team's own page: its route of today, the next stop first, and what to know at each. A phone comes first."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from geo.model import Action
from routing.sheets.route_sheet import PlanPart, RouteSheet, SheetPlace
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.extent import CHINA, bounds_of, extent_of
from webmap.language.spoken import spoken
from webmap.maps import tiles
from webmap.rounds.amending import changes_of
from webmap.route.navigation import Link, links

pages = Blueprint("field", __name__)

AT = "at"  # in the session: how far a team is on its route, by round


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A place of the route as the page shows it."""

    place: SheetPlace
    links: tuple[Link, ...]
    steps: tuple[str, ...]  # how to get there


@pages.get("/field")
@access.needs(Action.WALK)
def page() -> str:
    """Show the team's route of today."""
    visible = access.visible()
    parts = _parts(visible)
    asked = request.args.get("round")
    part = next((one for one in parts if one.round.id == asked), parts[0] if parts else None)
    sheet = next(part.sheets()) if part else None
    lines = _lines(visible, sheet) if sheet else []
    at = _at(visible, sheet) if sheet else 0
    return render_template(
        "field.html",
        today=visible.today,
        parts=parts,
        part=part,
        sheet=sheet,
        lines=lines,
        at=at,
        next=_next(lines, at),
        changes=changes_of(visible, part.round.id) if part else [],
        settings=_settings(visible, part),
    )


@pages.post("/field/at")
@access.needs(Action.WALK)
def move() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Remember which stop is next."""
    visible = access.visible()
    asked = request.form.get("round", "")
    part = visible.plan(asked)
    number = request.form.get("number", type=int) or 1
    stops = int(part.routes["stops"].sum())
    session[AT] = {_key(visible, asked): min(max(number, 1), stops + 1)}
    return redirect(url_for("field.page", round=asked, _anchor="next"))


def _parts(visible: VisibleCity) -> list[PlanPart]:
    parts = [visible.plan(one.id) for one in visible.rounds()]
    return [part for part in parts if len(part.routes)]


def _lines(visible: VisibleCity, sheet: RouteSheet) -> list[RouteLine]:
    said = visible.directions(sheet, spoken())
    return [
        RouteLine(place, links(place.lon, place.lat, name=place.name or sheet.team, mode=sheet.mode), steps)
        for place, steps in zip(sheet.places, said, strict=True)
    ]


def _key(visible: VisibleCity, round_id: str) -> str:
    return f"{round_id} {visible.today.date.isoformat()}"


def _at(visible: VisibleCity, sheet: RouteSheet) -> int:
    """Return the number of the next stop: what the team said, else what the clock says; one more than all: back."""
    said = session.get(AT, {}).get(_key(visible, sheet.round.id))
    if isinstance(said, int):
        return said
    now = visible.now()
    return next((stop.number for stop in sheet.stops if stop.depart > now), len(sheet.stops) + 1)


def _next(lines: list[RouteLine], at: int) -> RouteLine | None:
    """Return the line of the next stop, or of the base when all are done."""
    stop = next((line for line in lines if line.place.number == at), None)
    return stop or (lines[-1] if lines and lines[-1].place.kind == "base" else None)


def _settings(visible: VisibleCity, part: PlanPart | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "streets": tiles.street_address(visible),
        "bounds": CHINA,
        "own": True,
        "teams": [],
    }
    if part is not None:
        settings["bounds"] = bounds_of(part.routes)
        settings["routes"] = url_for("layers.routes", round_id=part.round.id)
        settings["stops"] = url_for("layers.stops", round_id=part.round.id)
    elif settings["streets"]:
        settings["bounds"] = extent_of(visible.streets.extent())
    return settings

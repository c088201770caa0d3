"""Streets that a planner closes for some days: drawn or picked on the map, listed, opened again."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from shapely.errors import ShapelyError
from shapely.geometry import shape

from geo.errors import InputError
from geo.frames import WGS84
from geo.model import Action, Round
from geo.natural import natural_key
from routing.amend.context import streets_of
from routing.streets.closures import closed_edges
from routing.streets.network import StreetNetwork, edges_named
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.maps import geojson
from webmap.team_marks import team_name

pages = Blueprint("closures", __name__)

NAMED = 4  # routes on closed streets that are named; more are counted


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """A closure as the page lists it."""

    id: int
    street: str
    first_day: str
    last_day: str
    reason: str
    who: str
    routes: str  # teams and days of this plan that drive there while it is closed


@pages.get("/data/rounds/<round_id>/closures.geojson")
@access.needs(Action.PLAN)
def drawn(round_id: str) -> Response:
    """Return what is closed on a day of a round: the areas, and the streets that they close."""
    visible = access.visible()
    held = held_in(visible, visible.store.rounds.get(round_id))
    network = streets_of(visible.store).network if len(held) else None
    streets = held.set_geometry([_streets(network, held, at) for at in held.index], crs=WGS84) if network else held
    both = [held.assign(part="area"), streets.assign(part="street")]
    rows = [row for frame in both for row in frame.itertuples()]
    columns = ("part", "street", "first_day", "last_day", "reason")
    frame = gpd.GeoDataFrame(
        {name: [getattr(row, name) for row in rows] for name in columns},
        geometry=[row.geometry for row in rows],
        index=[row.Index for row in rows],
        crs=WGS84,
    )
    return geojson.answer(frame, columns)


@pages.post("/rounds/<round_id>/closures")
@access.needs(Action.PLAN)
def close(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Close an area or a street."""
    visible, street = access.visible(), request.form.get("street", "").strip()
    edges = streets_of(visible.store).network.edges
    area = _area(request.form.get("area", ""))
    if street:
        edges_named(edges, street)
    visible.store.closures.add(
        area=area,
        street=street,
        first_day=_date("first_day"),
        last_day=_date("last_day"),
        reason=request.form.get("reason", ""),
        who=visible.user.name,
    )
    flash(_("Closed. The next planning keeps away from it; routes that are planned already stay."))
    return _back(round_id)


@pages.post("/rounds/<round_id>/closures/<int:closure>/lift")
@access.needs(Action.PLAN)
def lift(round_id: str, closure: int) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Open the streets again."""
    access.visible().store.closures.lift(closure)
    flash(_("Open again. The next planning may use it."))
    return _back(round_id)


def held_in(visible: VisibleCity, round_: Round) -> gpd.GeoDataFrame:
    """Return the closures that hold on a day of a round."""
    every = visible.store.closures.frame()
    first, last = round_.start.isoformat(), round_.date(round_.days).isoformat()
    return every[(every["first_day"] <= last) & (every["last_day"] >= first)]


def lines(visible: VisibleCity, round_: Round) -> list[ClosureLine]:
    """List what is closed on a day of a round, with the routes that drive there all the same."""
    held = held_in(visible, round_)
    if held.empty:
        return []
    network, routes = streets_of(visible.store).network, visible.routes(round_.id)
    rows: Any = held.itertuples()
    return [
        ClosureLine(
            int(row.Index),
            row.street,
            row.first_day,
            row.last_day,
            row.reason,
            row.who,
            _users(routes, round_, row.first_day, row.last_day, _streets(network, held, row.Index)),
        )
        for row in rows
    ]


def _streets(network: StreetNetwork | None, held: gpd.GeoDataFrame, at: int) -> shapely.Geometry | None:
    """Return the lines of the edges that a closure closes."""
    if network is None:
        return None
    one = held.loc[[at]]
    edges = network.edges
    closed = closed_edges(edges, one, dt.date.fromisoformat(one["first_day"].iloc[0]))
    return shapely.union_all(edges.loc[edges.index.isin(closed)].geometry.to_numpy())


def _users(
    routes: gpd.GeoDataFrame, round_: Round, first_day: str, last_day: str, streets: shapely.Geometry | None
) -> str:
    """Name the teams, each with its day, whose way lies on closed streets while they are closed."""
    dates = routes["day"].map(lambda day: round_.date(int(day)).isoformat())
    while_closed = routes[(dates >= first_day) & (dates <= last_day)]
    if streets is None or streets.is_empty:
        return ""
    on = shapely.length(shapely.intersection(while_closed.geometry.to_numpy(), streets)) > 0
    pairs = zip(while_closed["day"][on], while_closed["team"][on], strict=True)
    used = sorted(pairs, key=lambda one: (one[0], natural_key(one[1])))
    if len(used) > NAMED:
        return str(_("%(count)s of %(all)s", count=len(used), all=len(routes)))
    return ", ".join(f"{team_name(team)} ({_('Day %(day)s', day=day)})" for day, team in used)


def _area(text: str) -> shapely.Geometry | None:
    if not text.strip():
        return None
    try:
        return shape(json.loads(text))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError("{field} is no polygon: draw it again", field="area") from None


def _date(field: str) -> dt.date:
    text = request.form.get(field, "").strip()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError("{field} is {value!r}: write it as 2026-06-12", field=field, value=text) from None


def _back(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    return redirect(
        url_for("rounds.page", round_id=round_id, day=request.form.get("day", type=int), _anchor="closures")
    )

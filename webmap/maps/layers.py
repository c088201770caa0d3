"""What the maps draw, as GeoJSON; every answer goes through :class:`webmap.accounts.visibility.VisibleCity`."""

import geopandas as gpd
from flask import Blueprint, Response, request, url_for

from geo.model import Action
from webmap.accounts import access
from webmap.formats import category_name
from webmap.maps import geojson
from webmap.maps.stop_rows import stop_rows

pages = Blueprint("layers", __name__, url_prefix="/data")

PAGE = 2000  # checkpoints in one answer


@pages.get("/rounds/<round_id>/routes.geojson")
@access.needs(Action.SEE_ROUTES)
def routes(round_id: str) -> Response:
    """Return a round's routes, one line per team and day."""
    frame = access.visible().routes(round_id, day=_day())
    return geojson.answer(frame, ("team", "day", "mode", "travel_s", "length_m", "stops"))


@pages.get("/rounds/<round_id>/stops.geojson")
@access.needs(Action.SEE_ROUTES)
def stops(round_id: str) -> Response:
    """Return a round's bases, stops and lunches in their order, with local times and the checkpoint's name."""
    visible = access.visible()
    frame = stop_rows(*visible.stops(round_id, day=_day()), zone=visible.today.zone, category=category_name)
    columns = ("team", "day", "order", "number", "kind", "checkpoint", "name", "category", "from", "to", "dwell_s")
    return geojson.answer(frame, columns)


@pages.get("/checkpoints.geojson")
@access.needs(Action.SEE_CHECKPOINTS)
def checkpoints() -> Response:
    """Return the roster, or the part of it that the account may see: a page of it, in the order of the ids."""
    frame = access.visible().checkpoints_after(request.args.get("after", ""), PAGE + 1)
    answer = geojson.answer(with_category(frame.head(PAGE)), ("name", "category", "address", "unit"))
    return _paged(answer, frame, "layers.checkpoints")


@pages.get("/zones.geojson")
@access.needs(Action.SEE_ZONES)
def zones() -> Response:
    """Return the zones, or the part of them that the account may see."""
    return geojson.answer(access.visible().zones(), ("level", "name", "parent", "unit"))


@pages.get("/zone-names.geojson")
@access.needs(Action.PLAN)
def zone_names() -> Response:
    """Return a point inside each zone for its name: a polygon cut into tiles would show it once a tile."""
    zones = access.visible().zones()
    return geojson.answer(zones.set_geometry(zones.representative_point()), ("level", "name"))


@pages.get("/problems.geojson")
@access.needs(Action.SEE_PROBLEMS)
def problems() -> Response:
    """Return what was found in the own zone or unit: a point for each checkpoint, how often and how many points.

    Of the whole city it is a page, in the order of the ids.
    """
    visible, after = access.visible(), request.args.get("after", "")
    columns = ("name", "points", "found", "last")
    if not visible.sees_all(Action.SEE_PROBLEMS):
        return geojson.answer(visible.found_at(after), columns)
    frame = visible.found_at(after, PAGE + 1)
    return _paged(geojson.answer(frame.head(PAGE), columns), frame, "layers.problems")


def _paged(answer: Response, frame: gpd.GeoDataFrame, endpoint: str) -> Response:
    """Say where the next page begins by a link of the relation ``next``, as RFC 8288 has it, when there is one."""
    if len(frame) > PAGE:
        answer.headers["Link"] = f'<{url_for(endpoint, after=frame.index[PAGE - 1])}>; rel="next"'
    return answer


def _day() -> int | None:
    """Return the day of the round that is asked for, None for all of them."""
    return request.args.get("day", type=int) or None


def with_category(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write the categories in the language of this request."""
    return frame.assign(category=frame["category"].map(category_name))

"""A plan as frames: routes along the streets, their stops in order, and what is left out."""

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.frames import ROUTES, STOPS, UNSERVED, WGS84, Schema
from geo.model import Mode
from geo.progress import Progress, silent
from routing.check import travelled_s
from routing.plan.problem_builder import PosedRound
from routing.plan.remedies import Remedy
from routing.problem import Plan, PlannedRoute
from routing.streets.matrix import Way, way
from routing.streets.network import StreetNetwork

_DTYPES: dict[str, Any] = {
    "str": "str",
    "int": "int64",
    "float": "float64",
    "bool": "bool",
    "time": "datetime64[us, UTC]",
    "json": object,
}


def plan_frames(
    posed: PosedRound, plan: Plan, network: StreetNetwork, *, progress: Progress = silent
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw every route along the streets.

    Parameters
    ----------
    posed
        What the plan answers.
    plan
        The plan.
    network
        The streets.
    progress
        Told after each route.

    Returns
    -------
    tuple of GeoDataFrame
        ROUTES and STOPS frames.
    """
    routes, stops = [], []
    for done, route in enumerate(posed.real(plan).routes, start=1):
        legs = _legs(posed, route, network)
        legs_s = _travelled(posed, route, legs)
        name = _route_id(posed, route)
        routes.append(
            {
                "id": name,
                **_whose(posed, route),
                "mode": posed.problem.teams[route.team].mode,
                "travel_s": sum(legs_s),
                "length_m": sum(leg.length_m for leg in legs),
                "stops": len(route.stops),
                "geometry": joined([leg.geometry for leg in legs]),
            }
        )
        rows = list(_rows(posed, route, legs_s))
        stops += [{"id": f"{name}-{number:02d}", "order": number, **row} for number, row in enumerate(rows)]
        progress("route lines", done, len(plan.routes))
    return frame_of(routes, ROUTES), frame_of(stops, STOPS)


def unserved_frame(posed: PosedRound, plan: Plan, remedies: Mapping[int, Remedy]) -> pd.DataFrame:
    """Return what is left out, why, and what would serve it: an UNSERVED frame."""
    ids, days = posed.sample.index, posed.sample["day"].to_numpy()
    rows = [
        {
            "checkpoint": ids[stop],
            "round_id": posed.round.id,
            "day": int(days[stop]),
            "reason": str(reason),
            "remedy": remedies[stop].plain(),
        }
        for stop, reason in plan.unserved.items()
    ]
    frame = pd.DataFrame(rows, columns=[UNSERVED.index, *UNSERVED.columns]).set_index(UNSERVED.index)
    return frame.astype({column: _DTYPES[kind] for column, kind in UNSERVED.columns.items()})


def _legs(posed: PosedRound, route: PlannedRoute, network: StreetNetwork) -> list[Way]:
    team = posed.problem.teams[route.team]
    rows = [team.base, *route.stops] + ([] if team.end_base is None else [team.end_base])
    positions = posed.positions[team.mode]
    return [
        way(network, positions, here, there, mode=Mode(team.mode), closures=posed.terms.closures)
        for here, there in pairwise(rows)
    ]


def _travelled(posed: PosedRound, route: PlannedRoute, legs: list[Way]) -> list[int]:
    """Return how long each leg takes at the speeds of its hour; lunch on the way is near noon, in no rush."""
    slices = posed.hours.slices.get(posed.problem.teams[route.team].mode)
    if slices is None:
        return [leg.travel_s for leg in legs]
    team = posed.problem.teams[route.team]
    rows = [team.base, *route.stops] + ([] if team.end_base is None else [team.end_base])
    begun_s = [route.leave_s, *route.depart_s]
    return [round(travelled_s(slices, *pair, from_s)) for pair, from_s in zip(pairwise(rows), begun_s, strict=False)]


def joined(lines: list[shapely.LineString]) -> shapely.LineString:
    """Join lines of which each begins where the one before ends."""
    coordinates = [shapely.get_coordinates(line) for line in lines]
    every = [point for line in coordinates for point in line.tolist()]
    kept = [point for number, point in enumerate(every) if number == 0 or point != every[number - 1]]
    return shapely.LineString(kept if len(kept) > 1 else kept * 2)


def _rows(posed: PosedRound, route: PlannedRoute, legs_s: list[int]) -> Iterator[dict[str, Any]]:
    """Walk the day: base, stops, lunch where it is taken, base."""
    team = posed.problem.teams[route.team]
    eats = 0 if route.lunch_s is None else team.shift.lunch_s
    lunch_s = -1 if route.lunch_s is None else route.lunch_s
    at_base = eats and lunch_s + eats <= route.leave_s
    if at_base:
        yield _row(posed, route, "base", team.base, (lunch_s, lunch_s), 0)
        yield _row(posed, route, "lunch", team.base, (lunch_s, lunch_s + eats), 0)
    yield _row(posed, route, "base", team.base, (route.leave_s, route.leave_s), 0)
    eaten = bool(at_base) or not eats
    ends = [] if team.end_base is None else [("base", team.end_base, route.back_s, route.back_s)]
    places = [("stop", *visit) for visit in zip(route.stops, route.arrive_s, route.depart_s, strict=True)] + ends
    for (kind, place, arrive_s, depart_s), leg_s in zip(places, legs_s, strict=True):
        travel_s = leg_s
        if not eaten and lunch_s < arrive_s:
            on_arrival = route.lunch_at == place
            yield _row(posed, route, "lunch", route.lunch_at, (lunch_s, lunch_s + eats), leg_s if on_arrival else 0)
            travel_s, eaten = 0 if on_arrival else leg_s, True
        yield _row(posed, route, kind, place, (arrive_s, depart_s), travel_s)
    if not eaten:
        yield _row(posed, route, "lunch", route.lunch_at, (lunch_s, lunch_s + eats), 0)


def _row(
    posed: PosedRound, route: PlannedRoute, kind: str, place: int | None, span: tuple[int, int], travel_s: int
) -> dict[str, Any]:
    is_stop = kind == "stop" and place is not None
    row = -1 if place is None else place
    team = posed.teams[route.team]
    at_stop = 0 <= row < len(posed.sample)
    return {
        **_whose(posed, route),
        "kind": kind,
        "checkpoint": str(posed.sample.index[row]) if is_stop else "",
        "arrive": moment(posed, route.day + 1, span[0]),
        "depart": moment(posed, route.day + 1, span[1]),
        "dwell_s": span[1] - span[0],
        "travel_s": travel_s,
        "geometry": posed.sample.geometry.iloc[row] if at_stop else shapely.Point(team.base_lon, team.base_lat),
    }


def _whose(posed: PosedRound, route: PlannedRoute) -> dict[str, Any]:
    return {"round_id": posed.round.id, "team": posed.teams[route.team].id, "day": route.day + 1}


def _route_id(posed: PosedRound, route: PlannedRoute) -> str:
    return f"{posed.round.id}-{posed.teams[route.team].id}-{route.day + 1}"


def moment(posed: PosedRound, day: int, second: int) -> dt.datetime:
    """Return the moment at which local clocks show ``second`` of a day, which counts from 1."""
    local = dt.datetime.combine(posed.round.date(day), dt.time()) + dt.timedelta(seconds=second)
    return local.replace(tzinfo=posed.timezone).astimezone(dt.UTC)


def frame_of(rows: list[dict[str, Any]], schema: Schema) -> gpd.GeoDataFrame:
    """Make a frame of a schema from its rows, with no rows too."""
    columns = [schema.index, *schema.columns, "geometry"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=WGS84)
    frame = frame.set_index(schema.index)
    return frame.astype({column: _DTYPES[kind] for column, kind in schema.columns.items()})

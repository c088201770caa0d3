"""A team's day after a change, as frames: what is done as it was, what remains as it is planned now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.frames import ROUTES, STOPS, WGS84, Schema
from routing.amend.context import AmendmentContext
from routing.amend.remainder import Answer
from routing.check import travelled_s
from routing.plan.itinerary import frame_of, joined, moment, plan_frames
from routing.problem import UNREACHABLE_S
from routing.streets.matrix import way
from routing.streets.ways import Way


@dataclass(frozen=True, slots=True, eq=False)
class AmendedRoute:
    """One team's day after a change."""

    team: str
    day: int
    route: gpd.GeoDataFrame  # ROUTES frame of one row, or none where nothing is left to visit
    stops: gpd.GeoDataFrame  # STOPS frame, in order
    done: int  # rows of it that stay as they were
    travel_s: int
    before_s: int  # travel of the day as it was
    back: dt.datetime | None  # UTC, when the day is over: the team is at its base again, or done with its last stop
    open_end: bool = False  # the day ends at the last stop

    @property
    def slot(self) -> tuple[str, int]:
        """Whose route of which day it is."""
        return self.team, self.day


def redrawn(context: AmendmentContext, found: Answer) -> AmendedRoute:
    """Put what is done and what remains together, and draw the way."""
    rest, done = found.rest, found.rest.progress.done
    old = context.store.plans.routes(context.round.id, team=rest.team, day=rest.day)
    ahead, line = _ahead(context, found)
    rows = together([done, ahead], STOPS)
    if not (rows["kind"] == "stop").any():
        rows = rows.iloc[:0]
    name = f"{context.round.id}-{rest.team}-{rest.day}"
    rows = rows.assign(order=range(len(rows)))
    rows.index = pd.Index([f"{name}-{number:02d}" for number in range(len(rows))], name=STOPS.index, dtype=object)
    ways = [*_behind(context, found), *line]
    lines = [leg.geometry for leg in ways]
    if not lines and len(rows):  # an open end where it began
        lines = [shapely.LineString([rows.geometry.iloc[0]] * 2)]
    travel_s = int(rows["travel_s"].sum())
    whole = {
        "id": name,
        "round_id": context.round.id,
        "team": rest.team,
        "day": rest.day,
        "mode": str(context.team(rest.team).mode),
        "travel_s": travel_s,
        "length_m": sum(leg.length_m for leg in ways),
        "stops": int((rows["kind"] == "stop").sum()),
        "geometry": joined(lines) if lines else None,
    }
    return AmendedRoute(
        rest.team,
        rest.day,
        frame_of([whole] if len(rows) else [], ROUTES),
        rows,
        len(done) if len(rows) else 0,
        travel_s,
        int(old["travel_s"].sum()),
        rows["depart"].iloc[-1].to_pydatetime() if len(rows) else None,
        context.team(rest.team).open_end,
    )


def together(parts: Sequence[gpd.GeoDataFrame], schema: Schema) -> gpd.GeoDataFrame:
    """Put frames of a schema together, of which any may be empty."""
    filled = [part for part in parts if len(part)]
    return gpd.GeoDataFrame(pd.concat(filled), crs=WGS84) if filled else frame_of([], schema)


def _ahead(context: AmendmentContext, found: Answer) -> tuple[gpd.GeoDataFrame, list[Any]]:
    """Return the rows that are still to come, and the line along them as one leg."""
    if not found.plan.routes:
        return _homeward(context, found)
    routes, rows = plan_frames(found.posed, found.plan, context.streets.network)
    if len(found.rest.progress.done):
        first = (rows["kind"] == "stop").to_numpy().argmax()
        rows = rows[(rows["kind"] != "base").to_numpy() | (pd.RangeIndex(len(rows)) > first)]
        rows = rows.assign(travel_s=[rows["travel_s"].iloc[0] + _driven_s(found), *rows["travel_s"].iloc[1:]])
    return rows, list(routes[["geometry", "length_m"]].itertuples(index=False))


def _homeward(context: AmendmentContext, found: Answer) -> tuple[gpd.GeoDataFrame, list[Way]]:
    """Go home, or stay where the team is when its day ends anywhere, and have lunch there when it is still to come."""
    progress, team, home = found.rest.progress, found.posed.problem.teams[0], context.team(found.rest.team)
    if progress.home or progress.place is None or progress.done.empty:
        return frame_of([], STOPS), []
    lines = [] if team.end_base is None else [_way_home(context, found, team.base, team.end_base)]
    shift, driven_s = found.posed.hours.shifts[0], _driven_s(found)
    home_s = sum(_home_s(found, line) for line in lines)
    back_s = shift.start_s + home_s
    events = [("base", back_s, back_s, home_s + driven_s) for _ in lines]
    lunch_s = max(back_s, shift.lunch_from_s)
    if shift.lunch_s and lunch_s + shift.lunch_s <= max(shift.lunch_until_s, back_s + shift.lunch_s):
        events.append(("lunch", lunch_s, lunch_s + shift.lunch_s, 0 if lines else driven_s))
    place, day = found.posed.sample.geometry.iloc[-1], found.rest.day
    rows = [
        {
            "id": str(number),
            "round_id": context.round.id,
            "team": home.id,
            "day": day,
            "order": number,
            "kind": kind,
            "checkpoint": "",
            "arrive": moment(found.posed, day, begin_s),
            "depart": moment(found.posed, day, end_s),
            "dwell_s": end_s - begin_s,
            "travel_s": travel_s,
            "geometry": shapely.Point(home.base_lon, home.base_lat) if lines else place,
        }
        for number, (kind, begin_s, end_s, travel_s) in enumerate(events)
    ]
    return frame_of(rows, STOPS), lines


def _way_home(context: AmendmentContext, found: Answer, here: int, base: int) -> Way:
    """Draw the way to the base; a team that closures shut in goes through them."""
    mode = context.team(found.rest.team).mode
    shut_in = found.posed.problem.matrix(0)[here, base] >= UNREACHABLE_S
    return way(
        context.streets.network,
        found.posed.positions[str(mode)],
        here,
        base,
        mode=mode,
        closures=() if shut_in else found.rest.closures,
    )


def _home_s(found: Answer, line: Way) -> int:
    """Return how long the way to the base takes at the speeds of its hour."""
    team, hours = found.posed.problem.teams[0], found.posed.hours
    if team.end_base is None or found.posed.problem.matrix(0)[team.base, team.end_base] >= UNREACHABLE_S:
        return line.travel_s
    return round(travelled_s(hours.slices[team.mode], team.base, team.end_base, hours.shifts[0].start_s))


def _driven_s(found: Answer) -> int:
    """Return how long the team has been on the way that it is on."""
    under = found.rest.progress.underway
    return 0 if under is None else found.posed.hours.shifts[0].start_s - under.since_s


def _behind(context: AmendmentContext, found: Answer) -> list[Way]:
    """Draw the way that was driven, from place to place, to where the team is; streets closed since were open then."""
    rest, mode = found.rest, context.team(found.rest.team).mode
    if rest.progress.done.empty:
        return []
    places = [*rest.progress.done.geometry, *([rest.progress.place] if rest.progress.place else [])]
    if rest.progress.underway is not None:
        places.append(found.posed.sample.geometry.iloc[-1])
    apart = [place for number, place in enumerate(places) if number == 0 or place != places[number - 1]]
    positions = context.streets.snap(apart, mode)
    return [way(context.streets.network, positions, *pair, mode=mode) for pair in pairwise(range(len(apart)))]

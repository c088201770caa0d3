"""What remains of a team's day, as a routing problem of its own, and its shortest good order.

What is done is no part of it: the problem begins where the team is and when it is free, and ends at its base, or at
the last stop of a team whose day ends there. The independent checker replays the answer before anything is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely

from geo.frames import WGS84
from geo.model import Team
from geo.streets.edges import FAR_M, Positions
from routing.amend.context import AmendmentContext
from routing.amend.day_progress import DayProgress
from routing.check import ensure
from routing.hours import own_shift
from routing.plan.problem_builder import Hours, PosedRound, by_slices, hours_and_dwell, lost_points, met_by, speeds_left
from routing.plan.rush import rush_of
from routing.problem import UNREACHABLE_S, Plan, RoutingProblem, RoutingTeam, Shift
from routing.search.drafts import Drafts, detour_s, holds, keep, routes_of, tour_s
from routing.search.places import InsertionPlaces
from routing.search.unserved import reason_of
from routing.solver import solve
from routing.streets.matrix import travel_matrix, way
from routing.streets.speeds import TimeSlice

STEPS_PER_STOP = 40  # of the search: 25 stops are at their best known in a tenth of a second
WORTH = 0.05
"""A wholly new order must save this part of the travel: the team knows its list, and a varied route stays varied."""
_HERE = "\x00here"  # the row of the place where the team is


@dataclass(frozen=True, slots=True)
class Rest:
    """What is asked of the remainder of a team's day."""

    team: str
    day: int
    progress: DayProgress
    stops: tuple[str, ...]  # to visit, in the order of now
    added: tuple[str, ...] = ()  # to be put where they cost least
    closures: frozenset[int] = frozenset()
    untried: bool = False  # what is added was on no route before, so perhaps there is no way there
    anew: bool = False  # look for another order even where the one of now can be kept

    @property
    def first(self) -> str | None:
        """The stop that the team is on its way to, if it is still to be visited: nobody turns round without need."""
        under = self.progress.underway
        return under.checkpoint if under and under.checkpoint in self.stops else None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The remainder, planned."""

    rest: Rest
    posed: PosedRound
    plan: Plan  # of one route at most; stops are rows of the posed round's sample

    @property
    def order(self) -> tuple[str, ...]:
        """Checkpoints in order."""
        ids = self.posed.sample.index
        return tuple(str(ids[stop]) for route in self.plan.routes for stop in route.stops)


def pose(context: AmendmentContext, rest: Rest) -> PosedRound:
    """Pose the remainder as a problem: stops first, then where the team is, then its base."""
    team, progress = context.team(rest.team), rest.progress
    ids = [*rest.stops, *rest.added]
    stops = context.points(ids).assign(day=rest.day)
    here, free_s = _place(context, progress, team)
    base = shapely.Point(team.base_lon, team.base_lat)
    places = stops if here is None else _with_place(stops, here)
    positions = context.streets.snap([*places.geometry, base], team.mode)
    shift = _shift(own_shift(team, context.terms.shift), free_s, eaten=progress.eaten)
    lost = _lost(context, rest, places, positions)
    travel = by_slices(context.streets.network, positions, team.mode, met_by([shift]), rest.closures, lost)
    rush = rush_of([speeds_left(team.mode, travel)])
    shift = shift if rush.shift(shift).lunch_starts else replace(shift, lunch_s=0)  # too late for one in a rush
    dwell_s, windows = hours_and_dwell(stops, context.round, context.catalogue)
    last = len(places)
    bare = [None] * (last + 1 - len(ids))
    avoids = context.barred(rest.team, rest.day, ids)
    problem = RoutingProblem(
        {str(team.mode): travel[TimeSlice.DAY]},
        [*dwell_s, *[0] * (last + 1 - len(ids))],
        [
            RoutingTeam(
                last if here is None else len(ids),
                rush.shift(shift),
                str(team.mode),
                end=last,
                open_end=team.open_end,
                avoids=avoids,
                days=frozenset({rest.day - 1}),
            )
        ],
        days=context.round.days,
        windows=[*(own if own is None else [rush.windows(day) for day in own] for own in windows), *bare],
        day_of=[rest.day - 1] * (last + 1),
        stops=range(len(ids)),
        balance=None,
    )
    terms, by_mode = replace(context.terms, closures=rest.closures), {str(team.mode): positions}
    hours = Hours(rush, [shift], [*windows, *bare], {str(team.mode): travel})
    return PosedRound(context.round, places, (team,), by_mode, problem, {}, terms, context.zone, hours)


def answer(context: AmendmentContext, rest: Rest) -> Answer:
    """Plan the remainder: the order of now with what is added at its best place, or a new one where that is worth it.

    A team that has not left its base leaves when it was told to, or sooner where that serves more.

    Raises
    ------
    PlanError
        When the independent checker refuses the answer.
    """
    found, progress = _answer(context, rest), rest.progress
    if not found.plan.unserved or progress.sooner_s is None:
        return found
    sooner = _answer(context, replace(rest, progress=replace(progress, free_s=progress.sooner_s)))
    return sooner if len(sooner.plan.unserved) < len(found.plan.unserved) else found


def _answer(context: AmendmentContext, rest: Rest) -> Answer:
    posed = pose(context, rest)
    problem, slot = posed.problem, (0, rest.day - 1)
    known = keep(problem, slot, [stop for stop in range(len(rest.stops)) if _may(problem, slot, stop)])
    first = None if rest.first is None else rest.stops.index(rest.first)
    order = _inserted(problem, slot, known, set(problem.stops) - set(known), first)
    if len(problem.stops) > 1 and (rest.anew or rest.added or len(order) < len(problem.stops)):
        order = _better(problem, slot, order, first)
    plan = _served(problem, slot, order)
    ensure(problem, plan)
    posed.ensure_real(plan)
    return Answer(rest, posed, plan)


def _better(
    problem: RoutingProblem, slot: tuple[int, int], order: tuple[int, ...], first: int | None
) -> tuple[int, ...]:
    """Search on from an order; a new one is taken when it serves more, or saves enough travel."""
    start = _served(problem, slot, order)
    found = solve(problem, iterations=STEPS_PER_STOP * len(problem.stops), seed=0, start=start)
    other = found.routes[0].stops if found.routes else ()
    if first in other and other[0] != first and first in order:
        turned = (other[other.index(first)], *(stop for stop in other if stop != first))
        other = turned if holds(problem, slot, turned) else ()
    if len(other) != len(order):
        return other if len(other) > len(order) else order
    if not order:
        return order
    return other if tour_s(problem, slot, other) < (1 - WORTH) * tour_s(problem, slot, order) else order


def _inserted(
    problem: RoutingProblem, slot: tuple[int, int], order: tuple[int, ...], missing: set[int], first: int | None
) -> tuple[int, ...]:
    """Put stops where they fit at the least travel, but not before the one that the team is on its way to."""
    for stop in sorted(missing):
        if not _may(problem, slot, stop):
            continue
        earliest = 1 if order and order[0] == first else 0
        places = sorted(
            (detour_s(problem, slot, order, place, stop), place) for place in range(earliest, len(order) + 1)
        )
        for added_s, place in places:
            longer = (*order[:place], stop, *order[place:])
            if added_s < UNREACHABLE_S and holds(problem, slot, longer):
                order = longer
                break
    return order


def _may(problem: RoutingProblem, slot: tuple[int, int], stop: int) -> bool:
    return stop not in problem.teams[slot[0]].avoids and holds(problem, slot, [stop])


def _served(problem: RoutingProblem, slot: tuple[int, int], order: Sequence[int]) -> Plan:
    drafts: Drafts = {slot: tuple(order)} if len(order) else {}
    left = set(problem.stops) - set(order)
    places = InsertionPlaces(problem, drafts)
    return Plan(routes_of(problem, drafts), {stop: reason_of(places, stop) for stop in sorted(left)})


def _shift(shift: Shift, free_s: int | None, *, eaten: bool) -> Shift:
    """Begin when the team is free; a lunch that is still to come stays, even where it is late for it."""
    start_s = max(shift.start_s, free_s or 0)
    if eaten or start_s + shift.lunch_s > shift.end_s:
        return _lasting(shift, start_s, 0)
    until_s = max(shift.lunch_until_s, start_s + shift.lunch_s) if shift.lunch_starts else shift.lunch_until_s
    return _lasting(replace(shift, lunch_until_s=until_s), start_s, shift.lunch_s)


def _lasting(shift: Shift, start_s: int, lunch_s: int) -> Shift:
    return replace(shift, start_s=start_s, end_s=max(shift.end_s, start_s + 1), lunch_s=lunch_s)


def _place(context: AmendmentContext, progress: DayProgress, team: Team) -> tuple[shapely.Point | None, int | None]:
    """Tell where the team is and when it is free there: at a place of its route or on the way; None for its base.

    On the way it is as far along the line as its time is, and free when it can have got there.
    """
    under = progress.underway
    if progress.place is None or under is None:
        return progress.place, progress.free_s
    network = context.streets.network
    found = way(network, context.streets.snap([under.start, under.goal], team.mode), 0, 1, mode=team.mode)
    here = shapely.line_interpolate_point(found.geometry, under.share, normalized=True)
    driven_s = travel_matrix(network, context.streets.snap([under.start, here], team.mode), mode=team.mode)[0, 1]
    return here, max(progress.free_s or 0, under.since_s + int(driven_s))


def _lost(context: AmendmentContext, rest: Rest, places: gpd.GeoDataFrame, positions: Positions) -> list[int]:
    """Return the rows of what is added, and of the base, that have no way there, as ``pose_round`` finds them."""
    base = len(places)  # the last row
    new = [*range(len(rest.stops), len(rest.stops) + len(rest.added)), base] if rest.untried else []
    far = [row for row in new if positions.distance_m[row] > FAR_M]
    if not far:
        return []
    team = context.team(rest.team)
    every = [*places.geometry, shapely.Point(team.base_lon, team.base_lat)]
    points = gpd.GeoSeries([every[row] for row in far], crs=WGS84)
    return [far[row] for row in lost_points(context.streets.network, points, team.mode)]


def _with_place(stops: gpd.GeoDataFrame, here: shapely.Point) -> gpd.GeoDataFrame:
    row = gpd.GeoDataFrame({"day": [0]}, geometry=[here], crs=WGS84, index=pd.Index([_HERE], name=stops.index.name))
    return row if stops.empty else gpd.GeoDataFrame(pd.concat([stops[["day", "geometry"]], row]), crs=WGS84)

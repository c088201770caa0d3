"""From a pool in flat arrays back to days of the plan, and which of them may be candidates."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from geo.errors import PlanError
from routing.check import violations
from routing.problem import Plan, PlannedRoute, RoutingProblem
from routing.vary.day_constraints import DayConstraints
from routing.vary.pool import DayPool
from routing.vary.replay import replay


def days_of(
    problem: RoutingProblem, limits: DayConstraints, route: PlannedRoute, pool: DayPool
) -> Iterator[PlannedRoute]:
    """Walk every day of a pool again and say it as a route in the place of ``route``; equal ones come once."""
    stops = np.array(route.stops, np.int64)
    arrive = np.zeros(len(stops), np.int64)
    met = set()
    for number in range(pool.found):
        order = pool.order[number]
        back_s, late_s, lunch_s, lunch_at = replay(limits, order, pool.want_s[number], pool.delay_s[number], arrive)
        begin_s = arrive[order]
        done = (tuple(order.tolist()), tuple(begin_s.tolist()), lunch_s)
        if late_s or done in met:
            continue
        met.add(done)
        on_arrival_first = lunch_s >= 0 and lunch_at == order[0] and lunch_s < begin_s[0]
        first_s = lunch_s if on_arrival_first else int(begin_s[0])
        yield replace(
            route,
            stops=tuple(stops[order].tolist()),
            arrive_s=done[1],
            depart_s=tuple((begin_s + limits.dwell[order]).tolist()),
            leave_s=int(first_s - limits.travel[len(stops), order[0]]),  # just in time
            back_s=int(back_s),
            lunch_s=int(lunch_s) if limits.lunch_s else None,
            lunch_at=_row(problem, route, order.tolist(), int(lunch_at)) if limits.lunch_s else None,
            travel_s=int(pool.travel_s[number]),
        )


def _row(problem: RoutingProblem, route: PlannedRoute, order: Sequence[int], at: int) -> int:
    """Return the row of the problem's matrix that a number of the limits stands for."""
    team, stops = problem.teams[route.team], len(order)
    if at == stops:
        return team.base
    if at > stops:
        return route.stops[order[-1]] if team.end_base is None else team.end_base
    return route.stops[at]


def sound(problem: RoutingProblem, days: Sequence[PlannedRoute]) -> list[PlannedRoute]:
    """Replay every day by the independent checker.

    Raises
    ------
    PlanError
        When it refuses one, which is a fault of the program.
    """
    alone = replace(problem, stops=days[0].stops)
    for day in days:
        broken = violations(alone, Plan((day,), {}))
        if broken:
            raise PlanError(
                "a varied route of team {team} breaks a rule: {fault}; nothing was saved, report this",
                team=day.team,
                fault=broken[0].text,
            )
    return list(days)


def unlike(
    problem: RoutingProblem,
    days: Sequence[PlannedRoute],
    *,
    legs: Collection[tuple[int, int]],
    bar: float,
    premium: float,
) -> list[PlannedRoute]:
    """Keep the days whose share of legs of past rounds is below a bar, which is raised when none below it is short.

    Parameters
    ----------
    problem, days
        Days of one team.
    legs
        Of past rounds.
    bar
        Share of them above which a day is known.
    premium
        A day is short when it travels this share more than the shortest at most.
    """
    if not legs:
        return list(days)
    known = {frozenset(leg) for leg in legs}
    share = [_share(problem, day, known) for day in days]
    shortest_s = min(day.travel_s for day in days)
    short = [own for own, day in zip(share, days, strict=True) if day.travel_s <= shortest_s * (1 + premium)]
    if min(short) >= bar:
        return [day for own, day in zip(share, days, strict=True) if own <= min(short)]
    return [day for own, day in zip(share, days, strict=True) if own < bar]


def _share(problem: RoutingProblem, day: PlannedRoute, known: set[frozenset[int]]) -> float:
    team = problem.teams[day.team]
    places = [team.base, *day.stops] + ([] if team.end_base is None else [team.end_base])
    legs = [frozenset(leg) for leg in pairwise(places)]
    return sum(leg in known for leg in legs) / len(legs)

"""Lots among equal teams: those from the same base, with the same hours and means, can swap days for free."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from routing.draw.stream import shuffled
from routing.problem import Plan, PlannedRoute, RoutingProblem
from routing.vary.choice import subkey

TRIES = 64  # lots thrown anew when one breaks avoidance, working days or the balance of loads


def exchange(problem: RoutingProblem, plan: Plan, key: bytes) -> tuple[Plan, bool]:
    """Give the routes of each day to the teams that could drive them as well, by lot.

    Every throw takes the day's key. One in which a team would get a stop that it must avoid, work on a day off, or have
    a load outside the band of the problem (or, where some load is outside already, farther out than that) is thrown
    anew; after 64 throws the routes stay as they are, and the second value says so by False.
    """
    for throw in range(TRIES):
        routes = _thrown(problem, plan, key, throw)
        if all(_may(problem, route) for route in routes) and _even(problem, plan.routes, routes):
            return replace(plan, routes=tuple(sorted(routes, key=lambda route: (route.day, route.team)))), True
    return plan, False


def equals(problem: RoutingProblem, plan: Plan) -> Mapping[tuple[int, int], tuple[int, ...]]:
    """Give the teams with a route that day which are equal to each ``(team, day)`` of the plan, itself included."""
    groups: dict[object, list[int]] = {}
    for route in plan.routes:
        groups.setdefault(_class(problem, route), []).append(route.team)
    return {(route.team, route.day): tuple(sorted(groups[_class(problem, route)])) for route in plan.routes}


def _class(problem: RoutingProblem, route: PlannedRoute) -> object:
    team = problem.teams[route.team]
    return route.day, team.base, team.end_base, team.shift, team.mode


def _thrown(problem: RoutingProblem, plan: Plan, key: bytes, throw: int) -> list[PlannedRoute]:
    given = {}
    for (_, day), teams in equals(problem, plan).items():
        if len(teams) > 1 and (teams[0], day) not in given:
            order = shuffled(subkey(key, day), f"vary teams|{day}|{teams[0]}|{throw}", np.array(teams, np.int64))
            given.update({(team, day): int(new) for team, new in zip(teams, order, strict=True)})
    return [replace(route, team=given.get((route.team, route.day), route.team)) for route in plan.routes]


def _may(problem: RoutingProblem, route: PlannedRoute) -> bool:
    team = problem.teams[route.team]
    return not team.avoids.intersection(route.stops) and (team.days is None or route.day in team.days)


def _even(problem: RoutingProblem, before: Iterable[PlannedRoute], after: Iterable[PlannedRoute]) -> bool:
    """Say whether no load leaves the band that the problem, or the plan before, has around the mean."""
    was, now = _loads(problem, before), _loads(problem, after)
    band = max(problem.balance or 0.0, float(np.abs(was / was.mean() - 1).max())) if was.any() else 0.0
    return problem.balance is None or not was.any() or float(np.abs(now / now.mean() - 1).max()) <= band + 1e-9


def _loads(problem: RoutingProblem, routes: Iterable[PlannedRoute]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    loads = np.zeros(len(problem.teams))
    for route in routes:
        loads[route.team] += route.travel_s + problem.dwell_s[list(route.stops)].sum()
    return loads

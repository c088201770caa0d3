"""Lots among equal teams: those from the same base, with the same hours and means, can swap days for free."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from routing.draw.stream import words
from routing.problem import Plan, PlannedRoute, RoutingProblem
from routing.vary.choice import subkey

SWAPS = 100  # tried for each team in a day's lot
SEEN = 300  # lots that a guesser looks at
_BETWEEN = 4  # swaps for each team from one of them to the next
_HEAD = bytes(32)  # the guesser has no key


def exchange(problem: RoutingProblem, plan: Plan, key: bytes) -> Plan:
    """Return the routes of each day to the teams that could drive them as well, by lot.

    From the plan on, two equal teams are drawn again and again: first they swap all their days, then what they have on
    one day, which may be nothing. No swap gives a team a stop that it must avoid, or takes a load out of the band of
    the problem, or of the plan where that is wider. The same draw would undo a swap, so whatever can be reached is
    about equally likely in the end. Swaps of a day take its own key.
    """
    lots = _Lots(problem, plan)
    lots.rename(key, "vary teams", SWAPS * len(problem.teams))
    for number, (day, items) in enumerate(lots.pools):
        lots.swap(items, subkey(key, day), f"vary teams|{day}|{number}", SWAPS * len(items))
    routes = [replace(route, team=lots.team[at]) for at, route in enumerate(plan.routes)]
    return replace(plan, routes=tuple(sorted(routes, key=lambda route: (route.day, route.team))))


def holders(problem: RoutingProblem, plan: Plan) -> Mapping[tuple[int, int], float]:
    """Return for each ``(team, day)`` of a plan the chance of the team that is the best guess for its route.

    Parameters
    ----------
    problem, plan
        A plan that :func:`exchange` gave, or could give. The guesser knows its routes and how lots are drawn.
    """
    lots = _Lots(problem, plan)
    had = np.zeros((len(plan.routes), len(problem.teams)))
    for look in range(SEEN):
        lots.rename(_HEAD, f"guess teams|{look}", _BETWEEN * len(problem.teams))
        for number, (day, items) in enumerate(lots.pools):
            lots.swap(items, _HEAD, f"guess teams|{day}|{number}|{look}", _BETWEEN * len(items))
        had[np.arange(len(plan.routes)), lots.team[: len(plan.routes)]] += 1
    best = had.max(axis=1, initial=0.0) / SEEN
    return {(route.team, route.day): float(best[at]) for at, route in enumerate(plan.routes)}


def equals(problem: RoutingProblem, plan: Plan) -> Mapping[tuple[int, int], tuple[int, ...]]:
    """Return the teams at work that day that equal each ``(team, day)`` of the plan, itself and idle ones too."""
    groups = _groups(problem)
    return {(route.team, route.day): tuple(groups[_class(problem, route.team, route.day)]) for route in plan.routes}


def _groups(problem: RoutingProblem) -> dict[tuple[int, object], list[int]]:
    groups: dict[tuple[int, object], list[int]] = {}
    for team, day in problem.slots():
        groups.setdefault(_class(problem, team, day), []).append(team)
    return groups


def _class(problem: RoutingProblem, team: int, day: int) -> tuple[int, object]:
    own = problem.teams[team]
    return day, (own.base, own.end_base, own.shift, own.mode)


class _Lots:
    """Who has which route; an idle team has an item without stops."""

    def __init__(self, problem: RoutingProblem, plan: Plan) -> None:
        self.team = [route.team for route in plan.routes]
        self.like = [(own.base, own.end_base, own.shift, own.mode, own.days) for own in problem.teams]
        self.pools: list[tuple[int, list[int]]] = []  # day and items of each lot
        having = {(route.team, route.day): at for at, route in enumerate(plan.routes)}
        for (day, _), teams in _groups(problem).items():
            if len(teams) > 1 and any((team, day) in having for team in teams):
                idle = [team for team in teams if (team, day) not in having]
                items = [having[team, day] for team in teams if (team, day) in having]
                self.pools.append((day, [*items, *range(len(self.team), len(self.team) + len(idle))]))
                self.team += idle
        spare = len(self.team) - len(plan.routes)
        self.work = [*(_work(problem, route) for route in plan.routes), *[0] * spare]
        stops: list[Sequence[int]] = [*(route.stops for route in plan.routes), *[()] * spare]
        self.may = [[team.avoids.isdisjoint(own) for team in problem.teams] for own in stops]
        self.loads = np.bincount(self.team, self.work, len(problem.teams)).tolist()
        self.mean = sum(self.loads) / len(self.loads)
        farthest = max(abs(load - self.mean) for load in self.loads)
        self.off_s = np.inf if problem.balance is None else max(problem.balance * self.mean, farthest) + 1e-6

    def rename(self, key: bytes, label: str, times: int) -> None:
        """Try to swap all days of two teams, drawn by the key."""
        drawn = words(key, label, 2 * times) % len(self.like)
        for one, other in drawn.reshape(times, 2).tolist():
            if one == other or self.like[one] != self.like[other]:
                continue
            mine = [at for at, team in enumerate(self.team) if team == one]
            yours = [at for at, team in enumerate(self.team) if team == other]
            if all(self.may[at][other] for at in mine) and all(self.may[at][one] for at in yours):
                for items, team in ((mine, other), (yours, one)):
                    for at in items:
                        self.team[at] = team
                self.loads[one], self.loads[other] = self.loads[other], self.loads[one]

    def swap(self, items: Sequence[int], key: bytes, label: str, times: int) -> None:
        """Try swaps of two of the items, drawn by the key."""
        drawn = words(key, label, 2 * times) % len(items)
        for one, other in drawn.reshape(times, 2).tolist():
            self._try(items[one], items[other])

    def _try(self, one: int, other: int) -> None:
        mine, yours = self.team[one], self.team[other]
        more = self.work[other] - self.work[one]
        after = self.loads[mine] + more, self.loads[yours] - more
        may = self.may[one][yours] and self.may[other][mine]
        if one != other and may and all(abs(load - self.mean) <= self.off_s for load in after):
            self.team[one], self.team[other] = yours, mine
            self.loads[mine], self.loads[yours] = after


def _work(problem: RoutingProblem, route: PlannedRoute) -> int:
    return route.travel_s + int(problem.dwell_s[list(route.stops)].sum())

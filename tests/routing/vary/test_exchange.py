"""Equal teams get each other's days by lot; nobody gets what they must avoid."""

from dataclasses import replace

import pytest

from routing.check import violations
from routing.draw import trial_key
from routing.solver import solve
from routing.vary.exchange import equals, exchange


@pytest.fixture(scope="module")
def three(town):
    problem = replace(town(11, 30, days=2, team=[{}, {}, {}]), day_of=[n % 2 for n in range(30)], balance=None)
    tight = replace(problem, dwell_s=[3600] * 30)
    return tight, solve(tight, iterations=400, seed=1)


def test_every_lot_of_equal_teams_comes_up(three) -> None:
    problem, plan = three
    assert {len(teams) for teams in equals(problem, plan).values()} == {3}
    owners = set()
    for seed in range(60):
        given, thrown = exchange(problem, plan, trial_key("x", seed))
        assert thrown
        assert violations(problem, given) == []
        assert given.travel_s == plan.travel_s
        where = {route.stops: route.team for route in given.routes}
        owners.add(tuple(where[route.stops] for route in plan.routes))
    assert len(owners) > 20  # of 36


def test_avoidance_decides_before_the_lot(three) -> None:
    problem, plan = three
    first = plan.routes[0]
    teams = [
        team if number == first.team else replace(team, avoids=frozenset(first.stops[:1]))
        for number, team in enumerate(problem.teams)
    ]
    wary = replace(problem, teams=teams)
    for seed in range(20):
        given, thrown = exchange(wary, plan, trial_key("x", seed))
        assert thrown
        assert violations(wary, given) == []
        assert next(r.team for r in given.routes if r.stops == first.stops) == first.team


def test_teams_that_differ_keep_their_days(three) -> None:
    problem, plan = three
    teams = [
        replace(team, shift=replace(team.shift, end_s=team.shift.end_s - n)) for n, team in enumerate(problem.teams)
    ]
    other = replace(problem, teams=teams)
    assert exchange(other, plan, trial_key("x", 1)) == (plan, True)
    assert {len(group) for group in equals(other, plan).values()} == {1}


def test_loads_stay_even(three) -> None:
    problem, plan = three

    def off(routes) -> float:
        loads = [0, 0, 0]
        for route in routes:
            loads[route.team] += route.travel_s + 3600 * len(route.stops)
        return max(abs(3 * load / sum(loads) - 1) for load in loads)

    band = max(0.15, off(plan.routes))
    for seed in range(30):
        assert off(exchange(replace(problem, balance=0.15), plan, trial_key("x", seed))[0].routes) <= band + 1e-9

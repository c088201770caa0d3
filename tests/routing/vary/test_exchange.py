"""Equal teams get each other's days by lot; nobody gets what they must avoid."""

from dataclasses import replace

import pytest

from routing.check import violations
from routing.draw.design import trial_key
from routing.solver import solve
from routing.vary.exchange import equals, exchange, holders


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
        given = exchange(problem, plan, trial_key("x", seed))
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
        given = exchange(wary, plan, trial_key("x", seed))
        assert violations(wary, given) == []
        assert next(r.team for r in given.routes if r.stops == first.stops) == first.team


def test_teams_that_differ_keep_their_days(three) -> None:
    problem, plan = three
    teams = [
        replace(team, shift=replace(team.shift, end_s=team.shift.end_s - n)) for n, team in enumerate(problem.teams)
    ]
    other = replace(problem, teams=teams)
    assert exchange(other, plan, trial_key("x", 1)) == plan
    assert set(holders(other, plan).values()) == {1.0}
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
        assert off(exchange(replace(problem, balance=0.15), plan, trial_key("x", seed)).routes) <= band + 1e-9


def test_the_guesser_knows_how_lots_fall(three) -> None:
    problem, plan = three
    lots = [exchange(problem, plan, trial_key("x", seed)) for seed in range(300)]
    for (team, day), chance in holders(problem, plan).items():
        stops = next(route.stops for route in plan.routes if (route.team, route.day) == (team, day))
        had = [route.team for given in lots for route in given.routes if route.stops == stops]
        assert chance == pytest.approx(1 / 3, abs=0.1)
        assert max(had.count(one) for one in range(3)) / len(had) == pytest.approx(1 / 3, abs=0.1)


def test_where_nearly_everything_is_avoided_the_rest_is_still_by_lot(town) -> None:
    """Each of eleven teams must avoid a stop of more than half of the days: a lot thrown blindly would never hold."""
    problem = replace(town(4, 66, team=[{}] * 11), dwell_s=[4500] * 66, balance=None)
    plan = solve(problem, iterations=600, seed=1)
    assert len(plan.routes) == 11
    first = {route.team: route.stops[0] for route in plan.routes}
    avoids = [
        frozenset(first[other] for other in first if (other - team) % 11 not in (0, 3, 5, 8, 10)) for team in range(11)
    ]
    wary = replace(problem, teams=[replace(own, avoids=mine) for own, mine in zip(problem.teams, avoids, strict=True)])
    given = [exchange(wary, plan, trial_key("x", seed)) for seed in range(10)]
    assert all(violations(wary, one) == [] for one in given)
    assert len({tuple(route.team for route in sorted(one.routes, key=lambda r: r.stops)) for one in given}) > 1
    assert max(holders(wary, plan).values()) < 1


def test_an_idle_team_may_get_a_day(three) -> None:
    problem, plan = three
    more = replace(problem, teams=[*problem.teams, problem.teams[0]])
    worked = {route.team for seed in range(10) for route in exchange(more, plan, trial_key("x", seed)).routes}
    assert worked == {0, 1, 2, 3}

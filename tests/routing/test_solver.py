"""Small problems with known answers, and how a search is watched and stopped."""

from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

import numpy as np
import pytest

from geo.model import Mode
from routing.check import violations
from routing.problem import HOUR_S, Plan, Reason, RoutingProblem, RoutingTeam, Shift
from routing.search import part_searches as polish
from routing.search.groups import group_count, territories
from routing.search.loads import Loads, farthest_load
from routing.search.menus import best_menus
from routing.search.timetable import timetable
from routing.search.vrp import PartProblem
from routing.solver import SearchState, solve

H = HOUR_S
OFFICE = [(8 * H + 1800, 11 * H + 1800), (14 * H, 17 * H)]  # closed over noon, as most offices are


def city(count: int, seed: int = 1, crews: int = 1, **changes: Any) -> RoutingProblem:
    """Scatter stops over an hour's drive, the base in the middle."""
    random = np.random.default_rng(seed)
    place = np.vstack([random.integers(0, 2400, (count, 2)), [[1200, 1200]]])
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    arguments: dict[str, Any] = {"dwell_s": [600] * count, "teams": [RoutingTeam(base=count)] * crews, **changes}
    return RoutingProblem(travel, **arguments)


def brute_force(problem: RoutingProblem) -> int:
    """Try every order of all stops in one day."""
    routes = (timetable(problem, 0, 0, order) for order in permutations(problem.stops))
    return min(route.travel_s for route in routes if route is not None)


@pytest.mark.parametrize("seed", range(4))
def test_seven_stops_are_optimal(seed: int) -> None:
    random = np.random.default_rng(seed)
    windows = [[OFFICE] if flip else None for flip in random.integers(0, 2, 7)]
    problem = city(7, seed, windows=windows, teams=[RoutingTeam(base=7, open_end=bool(seed % 2))])
    plan = solve(problem, iterations=500, seed=seed)
    assert violations(problem, plan) == []
    assert (plan.travel_s, plan.unserved) == (brute_force(problem), {})


def test_offices_closed_over_noon_are_all_served() -> None:
    problem = city(12, dwell_s=[1200] * 12, windows=[[OFFICE]] * 12)
    plan = solve(problem, iterations=2000, seed=1)
    assert violations(problem, plan) == []
    assert not plan.unserved
    assert 11 * H + 1800 <= (plan.routes[0].lunch_s or 0) <= 13 * H


def test_a_place_open_only_in_the_lunch_hour_is_served() -> None:
    problem = city(4, windows=[[[(12 * H, 13 * H)]], None, None, None])
    plan = solve(problem, iterations=200, seed=1)
    assert violations(problem, plan) == []
    assert not plan.unserved


def test_lunch_is_cut_out_where_it_hides_no_stop() -> None:
    problem = city(6, windows=[[[(12 * H, 13 * H)]]] * 2 + [None] * 4)
    menus = best_menus(problem)
    assert menus.clocks[0].cut_s != 12 * H
    assert set(menus.of((0, 0))) == set(range(6))
    assert best_menus(city(6)).clocks[0].cut_s == 12 * H
    assert not solve(problem, iterations=300, seed=1).unserved


def test_every_day_has_its_hours() -> None:
    morning, evening = [(9 * H, 12 * H)], [(14 * H, 17 * H)]
    problem = city(8, days=2, windows=[[morning, []], [[], evening], *[[morning, evening]] * 6])
    plan = solve(problem, iterations=500, seed=1)
    assert violations(problem, plan) == []
    day_of = {stop: route.day for route in plan.routes for stop in route.stops}
    assert (day_of[0], day_of[1], len(day_of)) == (0, 1, 8)


def test_drawn_days_are_kept_and_cost_something() -> None:
    free = city(30, days=3, crews=2, balance=None)
    drawn = replace(free, day_of=[stop % 3 for stop in range(30)])
    kept = solve(drawn, iterations=3000, seed=1)
    assert violations(drawn, kept) == []
    assert all(stop % 3 == route.day for route in kept.routes for stop in route.stops)
    assert solve(free, iterations=3000, seed=1).travel_s < kept.travel_s


def test_each_team_goes_its_own_way() -> None:
    problem = city(12, crews=2)
    walk = np.minimum(5 * problem.travel_s[Mode.CAR], 10**8)
    teams = [RoutingTeam(base=12, mode=Mode.CAR), RoutingTeam(base=12, mode=Mode.WALK, avoids=frozenset({3, 4}))]
    mixed = RoutingProblem({Mode.CAR: problem.travel_s[Mode.CAR], Mode.WALK: walk}, problem.dwell_s[:12], teams)
    plan = solve(mixed, iterations=1500, seed=1)
    assert violations(mixed, plan) == []
    assert not plan.unserved
    assert len(plan.routes) == 2


def test_a_may_visit_is_made_when_it_pays() -> None:
    problem = city(10, prizes=[None] * 8 + [1, 100_000])
    plan = solve(problem, iterations=1000, seed=1)
    assert plan.unserved == {8: Reason.NOT_WORTH}


def test_must_comes_before_may() -> None:
    short = RoutingTeam(base=20, shift=Shift(8 * H, 10 * H + 1800))
    problem = city(20, teams=[short], prizes=[None if stop < 5 else 5_000 for stop in range(20)])
    plan = solve(problem, iterations=2000, seed=1)
    assert violations(problem, plan) == []
    assert not set(range(5)) & set(plan.unserved)
    assert Reason.FULL in plan.unserved.values()


@pytest.mark.parametrize(("crews", "count", "days"), [(2, 24, 1), (3, 40, 2), (4, 60, 1)])
def test_loads_are_even(crews: int, count: int, days: int) -> None:
    problem = city(count, crews=crews, days=days)
    plan = solve(problem, iterations=4000, seed=1)
    assert violations(problem, plan) == []
    assert not plan.unserved
    assert farthest_load(problem, plan) <= 0.15
    loose = replace(problem, balance=None)
    any_load = solve(loose, iterations=4000, seed=1)
    assert any_load.travel_s <= plan.travel_s
    assert farthest_load(loose, any_load) > 0.15


def test_evening_out_leaves_off_when_time_is_up() -> None:
    problem = city(40, crews=3, days=2)
    uneven = solve(replace(problem, balance=None), iterations=400, seed=1)
    tours = {(route.team, route.day): route.stops for route in uneven.routes}
    loads = Loads(problem)
    assert loads.even_out(tours, until_s=0.0) == tours
    assert loads.off_s(loads.of(loads.even_out(tours))) < loads.off_s(loads.of(tours))


def test_any_whole_number_is_a_seed() -> None:
    assert solve(city(6), iterations=50, seed=np.int64(3)) == solve(city(6), iterations=50, seed=3)  # type: ignore[arg-type]


def test_a_team_with_half_the_days_gets_half_the_work() -> None:
    teams = [RoutingTeam(base=40), RoutingTeam(base=40, days=frozenset({1}))]
    problem = city(40, teams=teams, days=2)
    plan = solve(problem, iterations=4000, seed=1)
    work = Loads(problem).of({(route.team, route.day): route.stops for route in plan.routes})
    assert work[0] / work.sum() == pytest.approx(2 / 3, rel=0.15)


def test_a_watcher_sees_the_search_and_ends_it() -> None:
    seen: list[SearchState] = []
    told: list[tuple[str, int, int]] = []

    def watch(standing: SearchState) -> bool:
        seen.append(standing)
        return len(seen) >= 3

    problem = city(60, crews=3)
    plan = solve(problem, seconds=600, seed=1, watch=watch, progress=lambda *step: told.append(step))
    assert violations(problem, plan) == []
    assert len(plan.unserved) + sum(len(route.stops) for route in plan.routes) == 60
    assert 3 <= len(seen) < 20
    assert all(0 <= (standing.seconds_left or 0) <= 600 for standing in seen)
    assert {(stage, total) for stage, _, total in told} == {("routes", 100)}


def test_a_plan_can_be_the_start_of_another_problem() -> None:
    problem = city(30, crews=2)
    plan = solve(problem, iterations=2000, seed=1)
    closed = replace(problem, windows={plan.routes[0].stops[3]: [[]]})
    again = solve(closed, iterations=0, seed=1, start=plan)
    assert violations(closed, again) == []
    assert again.unserved == {plan.routes[0].stops[3]: Reason.CLOSED}
    order = [stop for stop in plan.routes[0].stops if stop not in again.unserved]
    assert [*again.routes[0].stops] == order


def test_nothing_to_do_is_a_plan() -> None:
    assert solve(RoutingProblem([[0]], [], [RoutingTeam(base=0)]), iterations=10, seed=1) == Plan((), {})
    nobody = RoutingProblem([[0, 9], [9, 0]], [1, 1], [])
    assert solve(nobody, iterations=10, seed=1) == Plan((), dict.fromkeys([0, 1], Reason.FULL))


def test_the_search_looks_wider_where_windows_are_tight() -> None:
    tight, wide = [[(9 * H, 10 * H)]], [[(8 * H, 17 * H)]]
    for share, windows in [(0, [wide] * 8), (0.25, [tight] * 2 + [None] * 6), (1, [tight] * 8)]:
        problem = city(8, windows=windows)
        assert PartProblem(best_menus(problem), problem.stops, problem.slots()).tightness() == share


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_territories_part_everything_and_lie_apart(count: int) -> None:
    problem = city(60, crews=10, days=2)
    part = (list(problem.stops), problem.slots())
    found = territories(problem, part, count, Random(1))
    assert sorted(stop for stops, _ in found for stop in stops) == list(problem.stops)
    assert sorted(slot for _, slots in found for slot in slots) == sorted(problem.slots())
    assert {len(stops) for stops, _ in found} == {60 // count}
    assert {len(slots) for _, slots in found} == {20 // count, -(-20 // count)}
    travel = problem.matrix(0)
    within = np.mean([travel[np.ix_(stops, stops)].mean() for stops, _ in found])
    assert count == 1 or within < 0.85 * travel[:60, :60].mean()


@pytest.mark.parametrize(
    ("stops", "slots", "count"), [(0, 0, 1), (25, 1, 1), (1090, 40, 2), (1090, 4, 1), (9000, 400, 20), (3, 400, 3)]
)
def test_a_group_has_enough_of_both(stops: int, slots: int, count: int) -> None:
    assert group_count(stops, slots) == count


def test_few_steps_are_shared_by_all_days() -> None:
    problem = replace(city(40, crews=2, days=4), day_of=[stop % 4 for stop in range(40)])
    plan = solve(problem, iterations=1600, seed=1)
    assert not plan.unserved
    assert farthest_load(problem, plan) <= problem.balance
    again = solve(problem, iterations=40_000, seed=1)
    assert plan.travel_s <= 1.02 * again.travel_s


def far_off(seed: int) -> RoutingProblem:
    """Put a team's base far from where the others and all stops are, with drawn days: travel alone leaves it idle."""
    random = np.random.default_rng(seed)
    place = np.vstack([random.integers(0, 5_000, (72, 2)), [[0, 0], [5_000, 5_000], [9_000, 0]]])
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    teams = [RoutingTeam(base=72 + number) for number in range(3)]
    return RoutingProblem(travel, [600] * 72, teams, days=2, day_of=[stop % 2 for stop in range(72)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_round_that_prices_work_evens_loads_out_at_less_travel(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = far_off(seed)
    plan = solve(problem, iterations=12_000, seed=1)
    assert violations(problem, plan) == []
    assert not plan.unserved
    assert farthest_load(problem, plan) <= problem.balance
    monkeypatch.setattr(polish, "LEVELLING", 0)  # stop by stop only
    assert plan.travel_s < solve(problem, iterations=12_000, seed=1).travel_s


def test_room_is_what_brings_loads_to_their_shares() -> None:
    problem = far_off(1)
    loads = Loads(problem)
    tours = {(0, 0): tuple(range(0, 40, 2)), (0, 1): tuple(range(1, 41, 2)), (1, 0): (40, 42), (1, 1): (41, 43)}
    room_s = loads.room_s(tours)
    work, band = loads.of(tours), problem.balance
    fair = work.sum() / 3
    each = [room_s[team, 0] + room_s[team, 1] for team in range(3)]
    assert each[0] == pytest.approx(fair * (1 + 0.8 * band) - work[0])  # too much: down into the band
    assert each[1] == pytest.approx(fair * (1 + 0.35 * band) - work[1])
    assert each[2] == pytest.approx(fair * (1 + 0.35 * band))


@pytest.mark.parametrize("seed", [10, 44])
def test_loads_are_even_where_opening_hours_forbid_the_cheapest_places(seed: int) -> None:
    random = np.random.default_rng(seed)
    hours = [OFFICE, [(9 * H, 17 * H)], [(8 * H + 1800, 12 * H)], [(14 * H, 17 * H + 1800)]]
    windows = [[hours[random.integers(4)] if random.random() < 0.5 else [(0, 24 * H)]] for _ in range(30)]
    dwell_s = random.integers(300, 1200, 30).tolist()
    place = random.integers(0, 3600, (31, 2))
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    problem = RoutingProblem(travel, dwell_s, [RoutingTeam(base=30)] * 2, windows=windows)
    plan = solve(problem, iterations=1_000, seed=1)
    assert not plan.unserved
    assert violations(problem, plan) == []
    assert farthest_load(problem, plan) <= problem.balance


def test_teams_whose_day_is_all_lunch_serve_nothing() -> None:
    noon = Shift(11 * H, 12 * H)
    problem = city(3, teams=[RoutingTeam(base=3, shift=noon), RoutingTeam(base=3, shift=Shift(12 * H, 13 * H))])
    assert set(solve(problem, iterations=50, seed=1).unserved.values()) == {Reason.FULL}

"""Varied plans: sound, within the premium, repeatable, and hard to guess."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.model import Mode
from routing.check import violations
from routing.draw.design import trial_key
from routing.problem import HOUR_S, Plan, RoutingProblem, RoutingTeam, Shift
from routing.solver import solve
from routing.vary import Variety, subkey, vary
from routing.vary.guess import best_guess, entropy_bits, guess_after_first

KEY = trial_key("vary", 1)
QUICK = Variety(candidates=60)
WINDOWS = (
    [(8 * HOUR_S, 12 * HOUR_S), (14 * HOUR_S, 17 * HOUR_S)],
    [(11 * HOUR_S, 14 * HOUR_S)],
    [(10 * HOUR_S, 10 * HOUR_S + 1800), (15 * HOUR_S, 16 * HOUR_S)],
)
SHIFTS = (
    Shift(),
    Shift(8 * HOUR_S, 12 * HOUR_S),
    Shift(8 * HOUR_S, 11 * HOUR_S + 1800),
    Shift(13 * HOUR_S, 20 * HOUR_S),
    Shift(9 * HOUR_S, 18 * HOUR_S, lunch_s=0),
    Shift(9 * HOUR_S, 18 * HOUR_S, lunch_from_s=12 * HOUR_S, lunch_until_s=13 * HOUR_S, lunch_s=1800),
)


@st.composite
def problems(draw: st.DrawFn) -> RoutingProblem:
    """Make small problems with shifts, lunches, ends, windows, avoidance and days of every kind."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, days, crews = draw(st.integers(1, 9)), draw(st.integers(1, 2)), draw(st.integers(1, 3))
    place = random.integers(0, 4000, (count + 2, 2))
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    travel += random.integers(0, 60, travel.shape)
    np.fill_diagonal(travel, 0)
    same = draw(st.booleans())
    shift, ends, opened = draw(st.sampled_from(SHIFTS)), draw(st.sampled_from([None, count + 1])), draw(st.booleans())
    teams = [
        RoutingTeam(
            base=count,
            shift=shift if same else draw(st.sampled_from(SHIFTS)),
            mode=Mode.CAR if same else draw(st.sampled_from([Mode.CAR, Mode.WALK])),
            end=ends,
            open_end=opened,
            avoids=draw(st.frozensets(st.integers(0, count - 1), max_size=2)),
            days=draw(st.sampled_from([None, frozenset({0})])),
        )
        for _ in range(crews)
    ]
    return RoutingProblem(
        travel_s={Mode.CAR: travel, Mode.WALK: 2 * travel},
        dwell_s=random.choice([0, 300, 1200, 5400], count),
        teams=teams,
        days=days,
        windows=[
            None if draw(st.booleans()) else [draw(st.sampled_from(WINDOWS)) for _ in range(days)] for _ in range(count)
        ],
        stops=range(count),
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    problem=problems(),
    seed=st.integers(0, 1000),
    premium=st.sampled_from([0.0, 0.03, 0.2]),
    slack=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_every_candidate_is_sound_and_the_mean_keeps_the_premium(problem, seed, premium, slack) -> None:
    plan = solve(problem, iterations=40, seed=seed)
    varied = vary(problem, plan, trial_key("p", seed), premium=premium, variety=replace(QUICK, slack=slack))
    assert violations(problem, varied.plan) == []
    assert varied.plan.unserved == plan.unserved
    days = {route.day: set() for route in plan.routes}
    for route in plan.routes:
        days[route.day].add(frozenset(route.stops))
    assert days == {day: {frozenset(r.stops) for r in varied.plan.routes if r.day == day} for day in days}, (
        "stops left their day or their route"
    )
    for one in varied.candidates:
        for route in one.routes:
            others = tuple(other for other in varied.plan.routes if (other.team, other.day) != (one.team, one.day))
            assert violations(problem, replace(varied.plan, routes=(*others, route))) == []
            assert route.travel_s >= one.shortest_s
        travel_s = sum(w * route.travel_s for w, route in zip(one.weights, one.routes, strict=True))
        assert travel_s <= (1 + premium) * one.shortest_s * sum(one.weights)


def test_the_same_key_gives_the_same_plan_and_another_key_another(twenty) -> None:
    problem, plan = twenty
    first, again = (vary(problem, plan, KEY, variety=QUICK) for _ in range(2))
    assert first == again
    other = vary(problem, plan, trial_key("vary", 2), variety=QUICK)
    assert other.candidates_sha256 != first.candidates_sha256
    assert other.plan != first.plan


def test_two_days_have_nothing_to_do_with_each_other(town) -> None:
    problem = town(7, 12, days=2, day_of=[0] * 12, team=[{}])
    plan = solve(problem, iterations=200, seed=1)
    later = Plan(tuple(replace(route, day=1) for route in plan.routes), {})
    shifted = replace(problem, day_of=dict.fromkeys(range(12), 1))
    assert subkey(KEY, 0) != subkey(KEY, 1)
    today, tomorrow = vary(problem, plan, KEY, variety=QUICK), vary(shifted, later, KEY, variety=QUICK)
    assert [route.stops for route in today.candidates[0].routes] != [r.stops for r in tomorrow.candidates[0].routes]


def test_candidates_are_kept_before_the_choice(twenty) -> None:
    problem, plan = twenty
    kept = []
    varied = vary(problem, plan, KEY, variety=QUICK, keep=lambda *both: kept.append(both))
    assert kept == [(varied.candidates, varied.candidates_sha256)]


def test_a_plan_is_not_varied_when_keeping_fails(twenty) -> None:
    problem, plan = twenty

    def full(*_) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        vary(problem, plan, KEY, variety=QUICK, keep=full)


def test_stops_are_spread_far_better_than_by_turning_the_tour_round(twenty) -> None:
    problem, plan = twenty
    one = vary(problem, plan, KEY).candidates[0]
    share = one.share
    assert entropy_bits(one.places(), share).mean() > 2.9  # one bit is the tour and its reverse
    assert best_guess(one.arrivals(), share).mean() < 0.5
    assert guess_after_first(one.places(), one.arrivals(), share).mean() < 0.7
    assert one.premium() <= 0.03


def test_windows_are_kept_and_the_rest_is_spread(hours) -> None:
    problem, plan = hours
    one = vary(problem, plan, KEY).candidates[0]
    assert entropy_bits(one.places(), one.share).mean() > 1.5
    assert best_guess(one.arrivals(), one.share).mean() < 0.75


def test_a_wider_premium_is_used(twenty) -> None:
    problem, plan = twenty
    found = [vary(problem, plan, KEY, premium=premium).candidates[0] for premium in (0.0, 0.01, 0.05)]
    bits = [entropy_bits(one.places(), one.share).mean() for one in found]
    assert bits[0] < bits[1] < bits[2]


def test_without_slack_a_day_begins_with_its_shift(twenty) -> None:
    problem, plan = twenty
    still = vary(problem, plan, KEY, variety=replace(QUICK, slack=0.0)).candidates[0]
    later = vary(problem, plan, KEY, variety=replace(QUICK, slack=0.5)).candidates[0]
    assert {route.leave_s for route in still.routes} == {8 * HOUR_S}
    assert max(route.leave_s for route in later.routes) > 8 * HOUR_S + 900
    spare_s = 17 * HOUR_S - plan.routes[0].back_s
    late = [route for route in later.routes if route.leave_s > 8 * HOUR_S]
    assert max(route.back_s for route in late) <= 17 * HOUR_S - spare_s // 2


def test_legs_of_past_rounds_stay_below_the_bar(twenty) -> None:
    problem, plan = twenty
    past = frozenset(zip(plan.routes[0].stops, plan.routes[0].stops[1:], strict=False))
    varied = vary(problem, plan, KEY, premium=0.1, variety=Variety(past=past))
    known = {frozenset(leg) for leg in past}
    for route in varied.candidates[0].routes:
        legs = [frozenset(leg) for leg in zip([20, *route.stops], [*route.stops, 20], strict=True)]
        assert sum(leg in known for leg in legs) < 0.4 * len(legs)


def test_the_bar_is_raised_when_no_short_route_is_below_it(twenty) -> None:
    problem, plan = twenty
    every = frozenset((a, b) for a in range(21) for b in range(a))
    varied = vary(problem, plan, KEY, variety=replace(QUICK, past=every))
    assert len(varied.candidates[0].routes) > 10


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"premium": -0.1}, "premium"),
        ({"premium": 1.5}, "premium"),
        ({"slack": 2.0}, "slack"),
        ({"known": -1}, "known"),
    ],
)
def test_settings_out_of_range_are_refused(twenty, change, field) -> None:
    problem, plan = twenty
    premium = change.pop("premium", 0.03)
    with pytest.raises(InputError, match=f"{field} is"):
        vary(problem, plan, KEY, premium=premium, variety=Variety(**change))
    with pytest.raises(InputError, match="candidates is 0"):
        vary(problem, plan, KEY, variety=Variety(candidates=0))

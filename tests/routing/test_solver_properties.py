"""Any small problem gives a plan that the independent checker accepts, with every stop served or listed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.model import NO_LUNCH, Mode, Team
from routing.check import violations
from routing.hours import own_shift
from routing.plan.problem_builder import Hours
from routing.plan.rush import rush_of, share_left
from routing.problem import HOUR_S, UNREACHABLE_S, Reason, RoutingProblem, RoutingTeam, Shift
from routing.search import groups, part_searches
from routing.search.drafts import detour_s, holds
from routing.search.places import InsertionPlaces
from routing.solver import solve
from routing.streets.speeds import TimeSlice

WINDOWS = (
    [],
    [(0, 24 * HOUR_S)],
    [(8 * HOUR_S + 1800, 12 * HOUR_S), (14 * HOUR_S, 17 * HOUR_S + 1800)],
    [(8 * HOUR_S + 1800, 11 * HOUR_S + 1800), (14 * HOUR_S, 17 * HOUR_S)],
    [(9 * HOUR_S, 12 * HOUR_S), (12 * HOUR_S, 15 * HOUR_S)],
    [(12 * HOUR_S, 13 * HOUR_S)],
    [(11 * HOUR_S, 14 * HOUR_S)],
    [(17 * HOUR_S, 21 * HOUR_S)],
    [(10 * HOUR_S, 10 * HOUR_S + 1200), (12 * HOUR_S + 600, 13 * HOUR_S), (15 * HOUR_S, 16 * HOUR_S)],
)
SHIFTS = (
    Shift(),
    Shift(8 * HOUR_S, 17 * HOUR_S),
    Shift(8 * HOUR_S, 12 * HOUR_S),  # holds a lunch, if only from 11 to 12
    Shift(8 * HOUR_S, 11 * HOUR_S + 1800),  # holds none
    Shift(13 * HOUR_S, 20 * HOUR_S),
    Shift(9 * HOUR_S, 18 * HOUR_S, lunch_s=0),
    Shift(9 * HOUR_S, 18 * HOUR_S, lunch_from_s=12 * HOUR_S, lunch_until_s=13 * HOUR_S + 1800, lunch_s=1800),
)


OWN_SHIFTS = (
    None,
    (7 * HOUR_S, 12 * HOUR_S),
    (8 * HOUR_S, 12 * HOUR_S + 1800),
    (13 * HOUR_S, 20 * HOUR_S),
    (6 * HOUR_S, 22 * HOUR_S),
)
LUNCHES = (None, NO_LUNCH, (11 * HOUR_S, 12 * HOUR_S), (9 * HOUR_S, 17 * HOUR_S), (12 * HOUR_S, 13 * HOUR_S + 1800))


@st.composite
def problems(draw: st.DrawFn) -> RoutingProblem:
    """Make a problem of up to nine stops with everything in it that a problem can have."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, days, crews = draw(st.integers(1, 9)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size = count + crews
    place = random.integers(0, 5000, (size, 2))
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    travel += random.integers(0, 60, (size, size))
    np.fill_diagonal(travel, 0)
    if draw(st.booleans()):
        lost = int(random.integers(count))
        travel[lost, :] = travel[:, lost] = UNREACHABLE_S
    teams = [
        RoutingTeam(
            base=count + number,
            shift=draw(st.sampled_from(SHIFTS)),
            mode=draw(st.sampled_from([Mode.CAR, Mode.WALK])),
            end=draw(st.sampled_from([None, count])),
            open_end=draw(st.booleans()),
            avoids=draw(st.frozensets(st.integers(0, count - 1), max_size=3)),
            days=draw(st.sampled_from([None, frozenset({0}), frozenset(range(days))])),
        )
        for number in range(crews)
    ]
    return RoutingProblem(
        travel_s={Mode.CAR: travel, Mode.WALK: np.minimum(3 * travel, UNREACHABLE_S)},
        dwell_s=random.choice([0, 300, 1200, 5400, 9000], count, p=[0.1, 0.4, 0.3, 0.15, 0.05]),
        teams=teams,
        days=days,
        windows=[
            None if draw(st.booleans()) else [draw(st.sampled_from(WINDOWS)) for _ in range(days)] for _ in range(count)
        ],
        day_of=draw(st.sampled_from([None, random.integers(-1, days, count), random.integers(0, days, count)])),
        prizes=draw(
            st.sampled_from([None, [None if flip else 900 for flip in random.integers(0, 2, count)], [0] * count])
        ),
        balance=draw(st.sampled_from([0.15, 0.0, None])),
    )


def teams_of_the_table() -> st.SearchStrategy[Team]:
    """Make teams with whatever the team table can say of their days."""
    return st.builds(
        Team,
        st.just("T"),
        st.just(0.0),
        st.just(0.0),
        shift_s=st.sampled_from(OWN_SHIFTS),
        lunch_within_s=st.sampled_from(LUNCHES),
        open_end=st.booleans(),
        days=st.one_of(st.none(), st.frozensets(st.integers(1, 4))),
    )


@contextmanager
def many_rounds() -> Iterator[None]:
    """Make even small searches begin with territories, change their groups, and keep loads even for some rounds."""
    with (
        mock.patch.multiple(part_searches, ROUND_STEPS=8, LONE_STEPS=8),
        mock.patch.multiple(groups, GROUP_STOPS=3, GROUP_SLOTS=1, LEAST_SLOTS=1),
    ):
        yield


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems(), seed=st.integers(0, 1000))
def test_every_plan_passes_the_checker(problem: RoutingProblem, seed: int) -> None:
    plan = solve(problem, iterations=60, seed=seed)
    assert violations(problem, plan) == []
    served = [stop for route in plan.routes for stop in route.stops]
    assert sorted([*served, *plan.unserved]) == list(problem.stops)
    assert all(isinstance(reason, Reason) for reason in plan.unserved.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems(), seed=st.integers(0, 1000))
def test_every_plan_of_many_rounds_passes_the_checker_and_repeats(problem: RoutingProblem, seed: int) -> None:
    with many_rounds():
        plan = solve(problem, iterations=80, seed=seed)
        assert solve(problem, iterations=80, seed=seed) == plan
    assert violations(problem, plan) == []
    assert sorted([*plan.unserved, *(s for route in plan.routes for s in route.stops)]) == list(problem.stops)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems(), seed=st.integers(0, 1000))
def test_a_plan_started_from_another_problem_passes_the_checker(problem: RoutingProblem, seed: int) -> None:
    plan = solve(problem, iterations=30, seed=seed)
    changed = [replace(team, open_end=not team.open_end, avoids=frozenset({0})) for team in problem.teams]
    other = replace(problem, teams=changed, dwell_s=problem.dwell_s + 300, prizes=None)
    with many_rounds():
        again = solve(other, iterations=40, seed=seed, start=plan)
    assert violations(other, again) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems(), seed=st.integers(0, 1000))
def test_the_same_seed_and_iterations_give_the_same_plan(problem: RoutingProblem, seed: int) -> None:
    again = replace(problem, dwell_s=list(problem.dwell_s))
    assert solve(problem, iterations=40, seed=seed) == solve(again, iterations=40, seed=seed)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems())
def test_a_stop_said_to_be_impossible_is_impossible_alone(problem: RoutingProblem) -> None:
    plan = solve(problem, iterations=30, seed=1)
    for stop, reason in plan.unserved.items():
        if reason in (Reason.FULL, Reason.NOT_WORTH):
            continue
        alone = RoutingProblem(
            problem.travel_s,
            problem.dwell_s,
            problem.teams,
            days=problem.days,
            windows=problem.windows,
            day_of={stop: problem.day_of[stop]},
            stops=[stop],
        )
        assert stop in solve(alone, iterations=20, seed=1).unserved


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems(), order=st.permutations(range(9)), day=st.sampled_from(["own", "any"]))
def test_the_cheapest_place_is_that_of_trying_them_all(problem: RoutingProblem, order: list[int], day: str) -> None:
    any_day = day == "any"
    free = replace(problem, day_of=None) if any_day else problem
    places = InsertionPlaces(problem, {})
    for stop in (one for one in order if one < len(problem.stops)):
        options = [
            (added_s, slot, place)
            for slot in free.slots()
            if stop not in free.teams[slot[0]].avoids
            for stops in [places.drafts.get(slot, ())]
            for place in range(len(stops) + 1)
            if (added_s := detour_s(free, slot, stops, place, stop)) < UNREACHABLE_S
            and holds(free, slot, [*stops[:place], stop, *stops[place:]])
        ]
        assert places.cheapest(stop, any_day=any_day) == (min(options)[1:] if options else None)
        own = places.cheapest(stop)
        if own is not None:
            places.put(*own, stop)
    assert all(holds(problem, slot, stops) for slot, stops in places.drafts.items())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=problems(), own=st.lists(teams_of_the_table(), min_size=3, max_size=3), seed=st.integers(0, 1000))
def test_teams_with_terms_of_their_own_keep_them_on_the_real_clock(
    problem: RoutingProblem, own: list[Team], seed: int
) -> None:
    travel = {
        mode: {
            TimeSlice.DAY: day_s,
            TimeSlice.MORNING_PEAK: np.minimum(day_s * 8 // 5, UNREACHABLE_S),
            TimeSlice.EVENING_PEAK: np.minimum(day_s * 2, UNREACHABLE_S),
        }
        for mode, day_s in problem.travel_s.items()
    }
    rush = rush_of(
        (
            share_left(part[TimeSlice.DAY], part[TimeSlice.MORNING_PEAK]),
            share_left(part[TimeSlice.DAY], part[TimeSlice.EVENING_PEAK]),
        )
        for part in travel.values()
    )
    pairs = [*zip(problem.teams, own, strict=False)]
    shifts = [own_shift(team, Shift()) for _, team in pairs]
    real = replace(
        problem,
        teams=[
            replace(
                old,
                shift=shift,
                open_end=team.open_end,
                days=None if team.days is None else frozenset(day - 1 for day in team.days),
            )
            for (old, team), shift in zip(pairs, shifts, strict=True)
        ],
    )
    asked = replace(
        real,
        teams=[replace(team, shift=rush.shift(team.shift)) for team in real.teams],
        windows={stop: [rush.windows(day) for day in days] for stop, days in problem.windows.items()},
    )
    plan = solve(asked, iterations=60, seed=seed)
    assert violations(real, rush.real(plan), slices=Hours(rush, shifts, None, travel).slices) == []
    assert sorted([*plan.unserved, *(s for route in plan.routes for s in route.stops)]) == list(problem.stops)

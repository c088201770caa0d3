"""Rush hours: what fits on the solver's clock fits on the real one, with the speeds of each hour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.check import travelled_s, violations
from routing.plan.rush import EVENING_RUSH_S as EVENING_S
from routing.plan.rush import MORNING_RUSH_S as MORNING_S
from routing.plan.rush import RushClock, rush_of, share_left
from routing.problem import Plan, PlannedRoute, RoutingProblem, RoutingTeam, Shift

HOUR_S = 3600
CAR = RushClock(0.6, 0.5)


def test_the_clock_is_slower_in_the_rush_and_true_between() -> None:
    assert CAR.solver_s(12 * HOUR_S) == 12 * HOUR_S == CAR.real_s(12 * HOUR_S)
    assert CAR.solver_s(8.5 * HOUR_S) == pytest.approx(8.7 * HOUR_S)
    assert CAR.solver_s(17.5 * HOUR_S) == pytest.approx(17.25 * HOUR_S)
    assert CAR.solver_s(6 * HOUR_S) == pytest.approx(6.8 * HOUR_S)
    assert CAR.solver_s(20 * HOUR_S) == pytest.approx(19 * HOUR_S)


@given(st.integers(0, 24 * HOUR_S), st.floats(0.3, 1), st.floats(0.3, 1))
def test_the_clocks_turn_into_each_other(second: int, morning: float, evening: float) -> None:
    clock = RushClock(morning, evening)
    assert clock.real_s(clock.solver_s(second)) == pytest.approx(second, abs=1e-6)
    assert clock.solver_s(second + 1) > clock.solver_s(second)


@given(st.integers(0, 24 * HOUR_S), st.integers(1, 4 * HOUR_S), st.integers(0, 24 * HOUR_S), st.integers(60, 1_800))
def test_a_visit_inside_its_window_on_one_clock_is_inside_on_the_other(
    open_s: int, long_s: int, arrive_s: int, dwell_s: int
) -> None:
    for begin_s, end_s in CAR.windows([(open_s, open_s + long_s)]):
        if begin_s <= arrive_s and arrive_s + dwell_s <= end_s:
            real_s = CAR.begin_s(arrive_s)
            assert open_s <= real_s
            assert real_s + dwell_s <= open_s + long_s


def _two_places(day_s: int, share: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    off = np.array([[0, 1], [1, 0]])
    return (off * day_s, *(np.ceil(off * day_s / each).astype(np.int64) for each in share))


def test_a_leg_goes_on_at_the_speed_of_the_hour_that_it_meets() -> None:
    day, morning, _ = _two_places(600, (0.5, 1))
    slices = [(MORNING_S[0], day), (MORNING_S[1], morning), (24 * HOUR_S, day)]
    assert travelled_s(slices, 0, 1, 8 * HOUR_S) == 1_200
    assert travelled_s(slices, 0, 1, 10 * HOUR_S) == 600
    assert travelled_s(slices, 0, 1, 9 * HOUR_S - 600) == 600 + 300  # half the way in the rush
    assert travelled_s(slices, 0, 0, 8 * HOUR_S) == 0


def test_the_slowest_pair_decides_but_not_below_the_slowest_street() -> None:
    day = np.array([[0, 1, 100], [1, 0, 200], [100, 200, 0]])
    rush = np.array([[0, 2, 160], [2, 0, 250], [160, 250, 0]])
    assert share_left(day, rush) == 0.499
    assert share_left(day, rush, least=0.6) == 0.599
    assert share_left(day, day) == 1
    assert rush_of([(0.6, 1.0), (0.9, 0.9)]) == RushClock(0.6, 0.9)


@given(st.integers(8 * HOUR_S, 16 * HOUR_S), st.integers(5, 3_000), st.integers(120, 2_400), st.floats(0.4, 1.0))
def test_a_day_that_holds_on_the_solvers_clock_holds_on_the_real_one(
    start_s: int, day_s: int, dwell_s: int, share: float
) -> None:
    day, morning, evening = _two_places(day_s, (share, share))
    rush = RushClock(share_left(day, morning), share_left(day, evening))
    shift = Shift(start_s, 19 * HOUR_S, lunch_s=0)
    own = rush.shift(shift)
    arrive_s = own.start_s + day_s
    route = PlannedRoute(
        0, 0, (0,), (arrive_s,), (arrive_s + dwell_s,), own.start_s, arrive_s + dwell_s + day_s, None, None, 2 * day_s
    )
    if route.back_s > own.end_s:
        return
    problem = RoutingProblem(day, [dwell_s], [RoutingTeam(1, shift)], windows=[[[(0, 24 * HOUR_S)]]])
    slices = {
        "car": [
            (MORNING_S[0], day),
            (MORNING_S[1], morning),
            (EVENING_S[0], day),
            (EVENING_S[1], evening),
        ]
    }
    plan = Plan((route,), {})
    assert violations(problem, rush.real(plan), slices=slices) == []


def test_the_checker_sees_a_leg_that_the_rush_makes_too_long() -> None:
    day, morning, evening = _two_places(1_200, (0.5, 0.5))
    problem = RoutingProblem(day, [600], [RoutingTeam(1, Shift(8 * HOUR_S, 12 * HOUR_S, lunch_s=0))])
    eight = 8 * HOUR_S
    late = PlannedRoute(0, 0, (0,), (eight + 1_200,), (eight + 1_800,), eight, eight + 3_000, None, None, 2_400)
    slices = {
        "car": [
            (MORNING_S[0], day),
            (MORNING_S[1], morning),
            (EVENING_S[0], day),
            (EVENING_S[1], evening),
        ]
    }
    assert violations(problem, Plan((late,), {})) == []
    assert {one.rule for one in violations(problem, Plan((late,), {}), slices=slices)} == {"travel"}

"""Lunch lies where it fits: small days worked by hand, and every place tried by brute force."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.problem import HOUR_S, RoutingProblem, RoutingTeam, Shift
from routing.search.timetable import NEVER_S, TimetableDay, earliest_back, timetable

H = HOUR_S


def row(
    windows: list[list[tuple[int, int]] | None], dwell_s: list[int], leg_s: int = 1200, **team: object
) -> RoutingProblem:
    """Put stops ``leg_s`` apart in a row, the base before the first."""
    places = np.array([*range(1, len(dwell_s) + 1), 0])
    travel = leg_s * np.abs(places[:, None] - places[None])
    week = [None if day is None else [day] for day in windows]
    return RoutingProblem(travel, dwell_s, [RoutingTeam(base=len(dwell_s), **team)], windows=week)  # type: ignore[arg-type]


def test_lunch_comes_before_a_leg_that_noon_would_cut() -> None:
    problem = row([[(8 * H, 11 * H + 3000)], [(13 * H, 17 * H)]], [3000, 600])
    route = timetable(problem, 0, 0, [0, 1])
    assert route is not None
    assert route.leave_s == 8 * H + 1800
    assert route.arrive_s == (8 * H + 3000, 13 * H)
    assert (route.lunch_s, route.lunch_at) == (12 * H, 1)
    assert route.back_s == 13 * H + 600 + 2400


def test_a_place_open_in_the_lunch_hour_only_is_served() -> None:
    route = timetable(row([[(12 * H, 13 * H)]], [3000]), 0, 0, [0])
    assert route is not None
    assert route.arrive_s == (12 * H,)
    assert route.lunch_s == 11 * H


def test_a_dwell_across_noon_is_not_cut() -> None:
    problem = row([[(11 * H + 1800, 12 * H + 3600)]], [5400])
    route = timetable(problem, 0, 0, [0])
    assert route is not None
    assert (route.arrive_s, route.depart_s, route.lunch_s) == ((11 * H + 1800,), (13 * H,), 13 * H)


def test_a_visit_that_leaves_no_room_for_lunch_is_refused() -> None:
    problem = row([[(10 * H, 14 * H)]], [4 * H])
    assert timetable(problem, 0, 0, [0]) is None
    assert timetable(row([[(10 * H, 14 * H)]], [4 * H], shift=Shift(lunch_s=0)), 0, 0, [0]) is not None


def test_two_windows_and_a_closed_noon() -> None:
    office = [(8 * H + 1800, 11 * H + 1800), (14 * H, 17 * H)]
    route = timetable(row([office] * 3, [3600] * 3), 0, 0, [0, 1, 2])
    assert route is not None
    assert route.arrive_s == (8 * H + 3000, 10 * H + 600, 14 * H)
    assert route.lunch_s == 12 * H


def test_an_open_end_and_a_short_shift() -> None:
    shift = Shift(8 * H, 11 * H)
    assert timetable(row([None, None], [3600, 3600], 1800, shift=shift), 0, 0, [0, 1]) is None
    route = timetable(row([None, None], [3600, 3600], 1800, shift=shift, open_end=True), 0, 0, [0, 1])
    assert route is not None
    assert (route.back_s, route.lunch_s, route.travel_s) == (11 * H, None, 3600)


def test_lunch_after_the_day_is_no_delay() -> None:
    route = timetable(row([[(9 * H, 10 * H)]], [3600]), 0, 0, [0])
    assert route is not None
    assert route.back_s == 10 * H + 1200
    assert route.lunch_s == 11 * H


@settings(max_examples=200, deadline=None)
@given(
    windows=st.lists(
        st.sampled_from([None, [(8 * H, 12 * H)], [(12 * H, 13 * H)], [(9 * H, 11 * H), (13 * H, 15 * H)]]), max_size=5
    ),
    dwell_s=st.lists(st.sampled_from([0, 600, 2400, 5400]), min_size=5, max_size=5),
    leg_s=st.sampled_from([60, 1200, 3000]),
)
def test_carrying_two_times_is_exact(
    windows: list[list[tuple[int, int]] | None], dwell_s: list[int], leg_s: int
) -> None:
    problem = row(windows, dwell_s[: len(windows)], leg_s, shift=Shift(8 * H, 24 * H))
    stops = range(len(windows))
    day = TimetableDay.of(problem, 0, 0)
    assert earliest_back(day, stops) == _every_minute(problem, stops)


def _every_minute(problem: RoutingProblem, stops: range) -> int:
    """Search all days over (place, fed) by brute force: the earliest end, taking lunch at any minute of its hours."""
    shift, base = problem.teams[0].shift, problem.teams[0].base
    best = NEVER_S
    for leg in range(len(stops) + 1):
        for at_end in (False, True):
            for lunch_s in range(shift.lunch_from_s, shift.lunch_until_s - shift.lunch_s + 1, 60):
                best = min(best, _end(problem, stops, base, leg, lunch_s, at_end=at_end))
    return best


def _end(problem: RoutingProblem, stops: range, base: int, leg: int, lunch_s: int, *, at_end: bool) -> int:
    now, here = problem.teams[0].shift.start_s, base
    for number, there in enumerate([*stops, base]):
        way = int(problem.travel_s["car"][here, there])
        if number == leg:
            if lunch_s < now + (way if at_end else 0):
                return NEVER_S
            now = lunch_s + problem.teams[0].shift.lunch_s + (0 if at_end else way)
        else:
            now += way
        if number < len(stops):
            fits = [max(now, o) for o, c in problem.windows[there][0] if max(now, o) + problem.dwell_s[there] <= c]
            if not fits:
                return NEVER_S
            now = min(fits) + int(problem.dwell_s[there])
        here = there
    return now

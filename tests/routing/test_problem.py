"""A problem is made of plain arrays, and says which of them it cannot take."""

from typing import Any

import numpy as np
import pytest

from geo.errors import InputError
from geo.model import Mode
from routing.problem import DAY_S, HOUR_S, UNREACHABLE_S, RoutingProblem, RoutingTeam, Shift
from routing.streets.matrix import UNREACHABLE_S as MATRIX_UNREACHABLE_S

TRAVEL = np.array([[0, 60, 70], [60, 0, 80], [70, 80, 0]])
H = HOUR_S


def test_no_way_is_the_same_everywhere() -> None:
    assert UNREACHABLE_S == MATRIX_UNREACHABLE_S


@pytest.mark.parametrize(
    ("dwell_s", "base", "stops"),
    [([5, 5, 5], 0, (1, 2)), ([5, 5, 5], 2, (0, 1)), ([5, 5], 2, (0, 1))],
)
def test_rows_that_are_no_base_are_stops(dwell_s: list[int], base: int, stops: tuple[int, ...]) -> None:
    assert RoutingProblem(TRAVEL, dwell_s, [RoutingTeam(base=base)]).stops == stops


@pytest.mark.parametrize("team", [RoutingTeam(base=1), RoutingTeam(base=2, end=1)])
def test_a_base_among_the_first_rows_is_a_stop_only_when_it_is_said(team: RoutingTeam) -> None:
    with pytest.raises(InputError, match=r"dwell_s has 2 entries for the 3 rows .* row 1 .* base: give dwell_s for ev"):
        RoutingProblem(TRAVEL, [5, 5], [team])
    assert RoutingProblem(TRAVEL, [5, 5], [team], stops=[0, 1]).stops == (0, 1)
    assert RoutingProblem(TRAVEL, [5, 5, 5], [RoutingTeam(base=1)]).stops == (0, 2)


def test_what_is_not_said_is_free() -> None:
    problem = RoutingProblem(TRAVEL, [5, 5], [RoutingTeam(base=2)], days=2)
    assert problem.open_on(0, 1) == ((0, DAY_S),)
    assert problem.day_of == {0: None, 1: None}
    assert problem.prizes == {0: None, 1: None}
    assert problem.slots() == [(0, 0), (0, 1)]


def test_a_drawn_stop_is_shut_on_other_days() -> None:
    windows = [[[(13 * H, 14 * H), (9 * H, 10 * H), (9 * H + 60, 11 * H)]] * 2, None]
    problem = RoutingProblem(TRAVEL, [5, 5], [RoutingTeam(base=2)], days=2, windows=windows, day_of=[1, -1])
    assert problem.open_on(0, 0) == ()
    assert problem.open_on(0, 1) == ((9 * H, 10 * H), (9 * H + 60, 11 * H), (13 * H, 14 * H))
    assert problem.day_of == {0: 1, 1: None}


def test_prizes_that_are_not_finite_mean_must() -> None:
    assert RoutingProblem(TRAVEL, [5, 5], [RoutingTeam(base=2)], prizes=[np.inf, 40]).prizes == {0: None, 1: 40}


def test_each_mode_has_its_matrix() -> None:
    team = RoutingTeam(base=2, mode=Mode.WALK)
    problem = RoutingProblem({"walk": 3 * TRAVEL, "car": TRAVEL}, [5, 5], [team])
    assert problem.matrix(0)[0, 1] == 180


def test_what_stands_on_the_diagonal_does_not_count() -> None:
    marked = TRAVEL + np.diag([UNREACHABLE_S] * 3)
    assert (RoutingProblem(marked, [5, 5], [RoutingTeam(base=2)]).matrix(0) == TRAVEL).all()
    assert marked[0, 0] == UNREACHABLE_S


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"travel_s": TRAVEL[:2]}, "travel_s has shape \\(2, 3\\)"),
        ({"travel_s": TRAVEL / 2}, "travel_s holds float64"),
        ({"travel_s": {"walk": TRAVEL}}, "has matrices for walk: a team goes by car"),
        ({"travel_s": {"car": TRAVEL, "walk": TRAVEL[:2, :2]}}, "matrices of shapes \\(3, 3\\), \\(2, 2\\)"),
        ({"dwell_s": [5, -1]}, "dwell_s holds int64"),
        ({"dwell_s": [5] * 4}, "dwell_s has 4 entries"),
        ({"teams": [RoutingTeam(base=3)]}, "team 0 has base 3"),
        ({"day_of": [0, 1]}, "day_of\\[1\\] is 1"),
        ({"day_of": [0]}, "day_of has 1 entries"),
        ({"windows": [None]}, "windows has 1 entries"),
        ({"windows": [None, [[], []]]}, "windows\\[1\\] has 2 days"),
        ({"stops": [7]}, "stops names row 7"),
    ],
)
def test_what_cannot_be_taken_is_named(arguments: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"travel_s": TRAVEL, "dwell_s": [5, 5], "teams": [RoutingTeam(base=2)]}
    with pytest.raises(InputError, match=message):
        RoutingProblem(**{**good, **arguments})


@pytest.mark.parametrize("arguments", [{"end_s": 8 * H}, {"lunch_s": 4 * H}, {"lunch_s": -1}])
def test_a_shift_that_cannot_be_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Shift(**arguments)


@pytest.mark.parametrize(
    ("shift", "starts"),
    [
        (Shift(), (11 * H, 13 * H)),
        (Shift(8 * H, 12 * H + 1800), (11 * H, 11 * H + 1800)),
        (Shift(12 * H, 17 * H), (12 * H, 13 * H)),
        (Shift(8 * H, 11 * H + 1800), None),
        (Shift(lunch_s=0), None),
    ],
)
def test_lunch_lies_in_the_shift(shift: Shift, starts: tuple[int, int] | None) -> None:
    assert shift.lunch_starts == starts

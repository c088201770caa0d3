"""What is not served comes with the least change that would serve it, and that change does."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing.plan.remedies import CHANGES, Change, Remedy, remedies, teams_for_all
from routing.problem import HOUR_S, UNREACHABLE_S, Reason, RoutingProblem, RoutingTeam, Shift
from routing.solver import solve

H = HOUR_S


def problem(count: int = 3, **changes: Any) -> RoutingProblem:
    """Put stops ten minutes apart from each other and from the base."""
    travel = np.full((count + 1, count + 1), 600)
    np.fill_diagonal(travel, 0)
    arguments: dict[str, Any] = {"dwell_s": [H] * count, "teams": [RoutingTeam(base=count)], **changes}
    return RoutingProblem(arguments.pop("travel_s", travel), **arguments)


def only(asked: RoutingProblem) -> tuple[Reason, Remedy]:
    plan = solve(asked, iterations=100, seed=1)
    assert len(plan.unserved) == 1
    (stop,) = plan.unserved
    return plan.unserved[stop], remedies(asked, plan)[stop]


def test_no_way() -> None:
    travel = np.full((4, 4), 600)
    travel[1, :] = travel[:, 1] = UNREACHABLE_S
    assert only(problem(travel_s=travel)) == (Reason.NO_WAY, Remedy(Change.WAY, {"mode": "car"}))


def test_avoided_by_all() -> None:
    teams = [RoutingTeam(base=3, avoids=frozenset({2}))] * 2
    assert only(problem(teams=teams)) == (Reason.AVOIDED, Remedy(Change.TEAM, {}))


def test_closed_on_its_day_and_open_on_another() -> None:
    asked = problem(days=2, day_of=[0, 0, 0], windows=[None, None, [[], [(9 * H, 12 * H)]]])
    assert only(asked) == (Reason.CLOSED, Remedy(Change.DAY, {"day": 2, "team": 0}))
    assert not solve(replace(asked, day_of=[0, 0, 1]), iterations=100, seed=1).unserved


@pytest.mark.parametrize(
    ("windows", "remedy"),
    [
        ([(9 * H, 9 * H + 1800)], Remedy(Change.OPEN_UNTIL, {"time": "10:00", "day": 1})),
        ([(7 * H, 8 * H + 1800)], Remedy(Change.OPEN_UNTIL, {"time": "09:40", "day": 1})),
        ([(17 * H, 20 * H)], Remedy(Change.OPEN_FROM, {"time": "16:20", "day": 1})),
        ([], Remedy(Change.OPEN, {"minutes": 60, "day": 1})),
    ],
)
def test_hours_are_widened_by_the_least(windows: list[tuple[int, int]], remedy: Remedy) -> None:
    assert only(problem(windows=[None, None, [windows]])) == (Reason.CLOSED, remedy)


def test_the_wider_hours_are_enough() -> None:
    for window in [(9 * H, 10 * H), (7 * H, 9 * H + 2400), (16 * H + 1200, 20 * H)]:
        assert not solve(problem(windows=[None, None, [[window]]]), iterations=100, seed=1).unserved


def test_a_full_shift_asks_for_the_least_overtime() -> None:
    # Three hours of visits and forty minutes of travel, and no lunch: ten minutes too many.
    short = Shift(8 * H, 11 * H + 1800)
    reason, remedy = only(problem(teams=[RoutingTeam(base=3, shift=short)]))
    assert (reason, remedy) == (Reason.FULL, Remedy(Change.OVERTIME, {"team": 0, "minutes": 10, "day": 1}))
    longer = replace(short, end_s=short.end_s + 600, lunch_s=0)
    assert not solve(problem(teams=[RoutingTeam(base=3, shift=longer)]), iterations=100, seed=1).unserved


def test_a_full_shift_asks_for_a_day_with_room_first() -> None:
    short = RoutingTeam(base=3, shift=Shift(8 * H, 11 * H))
    reason, remedy = only(problem(teams=[short], days=2, day_of=[0, 0, 0]))
    assert (reason, remedy) == (Reason.FULL, Remedy(Change.DAY, {"day": 2, "team": 0}))


def test_a_shift_much_too_short_asks_for_a_team() -> None:
    asked = problem(9, teams=[RoutingTeam(base=9, shift=Shift(8 * H, 10 * H + 1800))])
    plan = solve(asked, iterations=200, seed=1)
    assert len(plan.unserved) == 7
    assert list(remedies(asked, plan).values()) == [Remedy(Change.MORE, {})] * 7
    needed = teams_for_all(asked, plan)
    assert needed == 5
    assert not solve(replace(asked, teams=asked.teams * needed), iterations=400, seed=1).unserved


@pytest.mark.parametrize("hours", [4, 6])
def test_a_stop_too_far_for_a_shift_is_not_said_to_be_closed(hours: int) -> None:
    travel = np.full((4, 4), 600)
    travel[1, :] = travel[:, 1] = hours * H
    np.fill_diagonal(travel, 0)
    asked = problem(travel_s=travel)
    reason, remedy = only(asked)
    assert (reason, remedy.change) == (Reason.FULL, Change.OVERTIME)
    assert teams_for_all(asked, solve(asked, iterations=100, seed=1)) == 1  # another team would not help
    longer = Shift(end_s=Shift().end_s + 60 * int(str(remedy.values["minutes"])))
    assert not solve(
        problem(travel_s=travel, teams=[RoutingTeam(base=3, shift=longer)]), iterations=100, seed=1
    ).unserved


def test_when_all_is_served_the_teams_are_enough() -> None:
    assert teams_for_all(problem(), solve(problem(), iterations=50, seed=1)) == 1


def test_a_prize_below_its_cost() -> None:
    assert only(problem(1, prizes=[500])) == (Reason.NOT_WORTH, Remedy(Change.PRIZE, {"seconds": 1200}))
    assert not solve(problem(1, prizes=[1201]), iterations=50, seed=1).unserved


@pytest.mark.parametrize("change", Change)
def test_every_remedy_is_kept_as_its_code_and_values(change: Change) -> None:
    values = {"metres": 512, "mode": "car, walk", "day": 3, "team": 1, "time": "16:20", "minutes": 25, "seconds": 9}
    own = {name: value for name, value in values.items() if f"{{{name}}}" in CHANGES[change]}
    remedy = Remedy(change, own)
    kept = json.loads(json.dumps(remedy.named(["第一组", "第二组"]).plain()))
    assert kept["change"] == change.value
    assert Remedy.of(kept).text() == remedy.text(["第一组", "第二组"])
    assert ("team" in own) == ("第二组" in remedy.text(["第一组", "第二组"]))

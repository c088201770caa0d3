"""The checker finds every fault that a plan can have."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geo.errors import PlanError
from routing.check import ensure, violations
from routing.problem import HOUR_S, UNREACHABLE_S, Plan, PlannedRoute, Reason, RoutingProblem, RoutingTeam

H = HOUR_S
# Three stops a quarter of an hour apart in a row, the base (3) a quarter of an hour before the first.
TRAVEL = 900 * np.abs(np.subtract.outer([1, 2, 3, 0], [1, 2, 3, 0]))
PROBLEM = RoutingProblem(
    TRAVEL,
    [1800, 1800, 1800],
    [RoutingTeam(base=3), RoutingTeam(base=3, avoids=frozenset({1}), days=frozenset({1}))],
    days=2,
    windows=[[[(9 * H, 10 * H)]] * 2, None, [[(13 * H, 14 * H)], []]],
    day_of=[0, None, 0],
)
ROUTE = PlannedRoute(
    team=0,
    day=0,
    stops=(0, 1, 2),
    arrive_s=(9 * H, 9 * H + 2700, 13 * H),
    depart_s=(9 * H + 1800, 10 * H + 900, 13 * H + 1800),
    leave_s=9 * H - 900,
    back_s=13 * H + 4500,
    lunch_s=11 * H,
    lunch_at=1,
    travel_s=6 * 900,
)


def plan(*routes: PlannedRoute, unserved: dict[int, Any] | None = None) -> Plan:
    return Plan(routes, unserved or {})


def test_a_sound_plan_has_no_violation() -> None:
    assert violations(PROBLEM, plan(ROUTE)) == []
    assert ensure(PROBLEM, plan(ROUTE)).travel_s == 5400


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"leave_s": 8 * H + 1800}, None),  # early is allowed, the team waits
        ({"leave_s": 9 * H - 899}, "travel"),
        ({"leave_s": 8 * H + 1799}, "shift"),
        ({"back_s": 13 * H + 4499}, "travel"),
        ({"back_s": 17 * H + 1801}, "shift"),
        ({"travel_s": 5399}, "travel"),
        ({"arrive_s": (9 * H + 1, 9 * H + 2700, 13 * H)}, "dwell"),
        (
            {"arrive_s": (9 * H - 1, 9 * H + 2700, 13 * H), "depart_s": (9 * H + 1799, 10 * H + 900, 13 * H + 1800)},
            "window",
        ),
        (
            {"arrive_s": (9 * H, 9 * H + 2699, 13 * H), "depart_s": (9 * H + 1800, 10 * H + 899, 13 * H + 1800)},
            "travel",
        ),
        ({"lunch_s": None}, "lunch"),
        ({"lunch_s": 11 * H - 1}, "lunch"),
        ({"lunch_s": 13 * H + 1}, "lunch"),
        ({"lunch_s": 12 * H}, None),  # on arrival at the next stop
        ({"lunch_s": 12 * H + 1}, "lunch"),  # reaches into the visit at 13:00
        ({"lunch_s": 12 * H, "day": 1}, "day"),
        ({"stops": (0, 1)}, "shape"),
        ({"stops": (0, 1, 1)}, "once"),
        ({"team": 1}, "avoid"),
        ({"team": 1, "day": 0}, "slot"),
        ({"team": 7}, "slot"),
    ],
)
def test_each_fault_is_found(change: dict[str, Any], rule: str | None) -> None:
    found = {violation.rule for violation in violations(PROBLEM, plan(replace(ROUTE, **change)))}
    if rule is None:
        assert found == set()
    else:
        assert rule in found


def test_a_leg_interrupted_by_lunch_is_found() -> None:
    travel = TRAVEL.copy()
    travel[1, 2] = 4800  # 10:15 + 1 h 20 = 11:35: lunch from 11:00 would cut the leg, and leaves no time around it
    problem = replace(PROBLEM, travel_s=travel)
    route = replace(ROUTE, travel_s=5400 + 3900, lunch_s=11 * H)
    assert {v.rule for v in violations(problem, plan(route))} == {"travel"}
    assert violations(problem, plan(replace(route, lunch_s=11 * H + 2100))) == []


def test_no_way_is_found() -> None:
    travel = TRAVEL.copy()
    travel[2, 3] = UNREACHABLE_S
    found = violations(replace(PROBLEM, travel_s=travel), plan(ROUTE))
    assert "way" in {violation.rule for violation in found}


def test_every_stop_is_accounted_for() -> None:
    assert [v.text for v in violations(PROBLEM, plan())] == [
        f"stop {stop} is neither visited nor listed as unserved" for stop in range(3)
    ]
    listed = dict.fromkeys(range(3), Reason.FULL)
    assert violations(PROBLEM, plan(unserved=listed)) == []
    assert {v.rule for v in violations(PROBLEM, plan(ROUTE, unserved={2: Reason.FULL}))} == {"once"}
    assert {v.rule for v in violations(PROBLEM, plan(ROUTE, unserved={9: Reason.FULL}))} == {"once"}
    assert {v.rule for v in violations(PROBLEM, plan(unserved={**listed, 1: ""}))} == {"reason"}
    assert {v.rule for v in violations(PROBLEM, plan(ROUTE, ROUTE))} == {"once", "slot"}


def test_a_refused_plan_says_what_is_wrong() -> None:
    with pytest.raises(PlanError, match="breaks 3 rules: stop 0 is neither"):
        ensure(PROBLEM, plan())

"""A province on a pool, where a worker is killed, and on a cluster: every plan is there, as a loop makes it."""

import multiprocessing
import os
import signal

import distributed
import numpy as np
import pytest

from geo.errors import PlanError
from routing import districts as room
from routing.districts import DistrictProblem, plan_districts
from routing.problem import Plan, RoutingProblem, RoutingTeam


def district(seed: int, stops: int = 30, steps: int = 1500) -> DistrictProblem:
    random = np.random.default_rng(seed)
    place = random.integers(0, 2400, (stops + 1, 2))
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    problem = RoutingProblem(travel, [600] * stops, [RoutingTeam(base=stops)] * 2, days=2)
    return DistrictProblem(problem, iterations=steps, seed=seed)


PROVINCE = [district(seed) for seed in range(8)]


@pytest.fixture(scope="module")
def looped() -> list[Plan]:
    return plan_districts(PROVINCE, workers=1, scheduler="")


def test_a_worker_is_killed_in_the_middle_and_every_plan_is_there(looped: list[Plan]) -> None:
    killed: list[int] = []

    def kill_one(_stage: str, done: int, _total: int) -> None:
        if done >= 3 and not killed:
            child = multiprocessing.active_children()[0]
            killed.append(child.pid or 0)
            os.kill(child.pid or 0, signal.SIGTERM)

    assert plan_districts(PROVINCE, workers=2, scheduler="", progress=kill_one) == looped
    assert killed


def test_a_cluster_makes_the_same_plans(looped: list[Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        monkeypatch.setenv("XUNDIAN_SCHEDULER", cluster.scheduler_address)
        assert plan_districts(PROVINCE) == looped


def test_every_district_is_served(looped: list[Plan]) -> None:
    assert [sum(len(route.stops) for route in plan.routes) for plan in looped] == [30] * 8
    assert len({plan.travel_s for plan in looped}) == 8


def test_a_plan_that_the_checker_refuses_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "solve", lambda *_, **__: Plan((), {}))
    with pytest.raises(PlanError, match="neither visited nor listed"):
        plan_districts(PROVINCE[:1], workers=1, scheduler="")

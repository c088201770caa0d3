"""Towns to vary a plan in."""

from collections.abc import Callable

import numpy as np
import pytest

from routing.problem import HOUR_S, Plan, RoutingProblem, RoutingTeam, Shift
from routing.solver import solve

SHIFT = Shift(8 * HOUR_S, 17 * HOUR_S)
HOURS = (
    [(8 * HOUR_S + 1800, 12 * HOUR_S), (14 * HOUR_S, 17 * HOUR_S)],
    [(9 * HOUR_S, 16 * HOUR_S)],
    [(7 * HOUR_S, 11 * HOUR_S)],
)


def _town(seed: int, stops: int, *, windows: bool = False, team=None, **more) -> RoutingProblem:
    rng = np.random.default_rng(seed)
    place = rng.integers(0, 2400, (stops + 1, 2))
    travel = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)).astype(np.int64)
    travel += rng.integers(0, 30, travel.shape)
    np.fill_diagonal(travel, 0)
    days = more.get("days", 1)
    hours = [[HOURS[rng.integers(3)]] * days if windows and rng.random() < 0.3 else None for _ in range(stops)]
    teams = [RoutingTeam(**{"base": stops, "shift": SHIFT, **own}) for own in team or [{}]]
    return RoutingProblem(travel, rng.choice([300, 600, 900], stops), teams, windows=hours, stops=range(stops), **more)


@pytest.fixture(scope="session")
def town() -> Callable[..., RoutingProblem]:
    """Return what scatters stops and a base in a town of 40 minutes across; ``team`` is a list of settings of teams."""
    return _town


@pytest.fixture(scope="session")
def twenty() -> tuple[RoutingProblem, Plan]:
    """Return a day of twenty stops without windows and its shortest plan."""
    problem = _town(5, 20)
    return problem, solve(problem, iterations=300, seed=1)


@pytest.fixture(scope="session")
def hours() -> tuple[RoutingProblem, Plan]:
    """Return a day of twenty stops, some with windows, and its shortest plan."""
    problem = _town(6, 20, windows=True)
    return problem, solve(problem, iterations=300, seed=1)

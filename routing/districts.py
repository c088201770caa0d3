"""Many districts' routes: independent tasks of a pool or a cluster, each plan proved where it is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.progress import Progress, silent
from geo.tasks import run_tasks
from routing.check import ensure
from routing.problem import Plan, RoutingProblem
from routing.solver import solve


@dataclass(frozen=True, slots=True, eq=False)
class DistrictProblem:
    """A district's routing problem, and how long to search.

    Parameters
    ----------
    problem
        What is asked.
    seconds, iterations
        When the search ends, see :func:`routing.solver.solve`. With ``iterations`` alone the plan is the same anywhere.
    seed
        Of the search.
    """

    problem: RoutingProblem
    seconds: float | None = None
    iterations: int | None = None
    seed: int = 0


def plan_districts(
    districts: Sequence[DistrictProblem],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> list[Plan]:
    """Plan every district; a district whose worker dies is planned again by another.

    Parameters
    ----------
    districts
        What is asked of each.
    workers, scheduler
        Where they run, see :func:`geo.tasks.run_tasks`.
    progress
        Told after every district.

    Returns
    -------
    list of Plan
        In the order of the districts, each passed by the independent checker.

    Raises
    ------
    PlanError
        When the checker refuses a plan.
    """
    return run_tasks(
        plan_district, districts, workers=workers, scheduler=scheduler, stage="districts", progress=progress
    )


def plan_district(district: DistrictProblem) -> Plan:
    """Plan one district, and prove the plan."""
    plan = solve(district.problem, seconds=district.seconds, iterations=district.iterations, seed=district.seed)
    return ensure(district.problem, plan)

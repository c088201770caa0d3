"""PyVRP, VROOM and OR-Tools on a routing problem, each as it does best, and what came of it.

VROOM and OR-Tools are not needed by the product: ``pip install 'xundian[bench]'``.
"""

import datetime as dt
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyvrp

from routing.check import violations
from routing.problem import Plan, RoutingProblem
from routing.search.loads import farthest_load
from routing.search.menus import Menus
from routing.search.vrp import PartProblem
from routing.solver import build_plan


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    solver: str
    wall_s: float
    cpu_s: float
    travel_s: int
    team_days: int
    unserved: int
    farthest_load: float
    faults: int  # -1: not replayed


def timed(name: str, problem: RoutingProblem, run: Callable[[], Plan]) -> Row:
    """Run a solver and replay its plan."""
    wall, cpu = time.perf_counter(), time.process_time()
    plan = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    faults = len(violations(problem, plan))
    return Row(
        name, wall, cpu, plan.travel_s, len(plan.routes), len(plan.unserved), farthest_load(problem, plan), faults
    )


class _Budgets(pyvrp.IteratedLocalSearchCallbacks):
    """PyVRP's stopping rule: ends at the last of some CPU seconds, and keeps what was best at each."""

    def __init__(self, budgets: Sequence[float]) -> None:
        self.left = sorted(budgets)
        self.began_s, self.began_at = time.process_time(), time.perf_counter()
        self.best: pyvrp.Solution | None = None
        self.passed: list[tuple[float, float, pyvrp.Solution | None]] = []  # CPU seconds, wall seconds, best

    def on_best(self, best: pyvrp.Solution) -> None:
        """Keep it."""
        self.best = best

    def __call__(self, _best_cost: float) -> bool:
        spent_s = time.process_time() - self.began_s
        while self.left and spent_s >= self.left[0]:
            self.left.pop(0)
            self.passed.append((spent_s, time.perf_counter() - self.began_at, self.best))
        return not self.left


def pyvrp_rows(problem: RoutingProblem, budgets: Sequence[float], seed: int) -> list[Row]:
    """Run PyVRP as it comes, on everything at once, and take what it has after so many CPU seconds of this process."""
    part = PartProblem(Menus(problem), problem.stops, problem.slots())
    rows = []
    for spent_s, wall_s, best in _search(part, budgets, seed).passed:
        plan = build_plan(problem, part.tours(best) if best else {})
        row = timed(f"PyVRP, {spent_s:.0f} CPU s", problem, lambda plan=plan: plan)
        rows.append(replace(row, wall_s=wall_s, cpu_s=spent_s))
    return rows


def pyvrp_plan(problem: RoutingProblem, seconds: float, seed: int) -> Plan:
    """Run PyVRP as it comes for so many CPU seconds of this process."""
    part = PartProblem(Menus(problem), problem.stops, problem.slots())
    best = _search(part, [seconds], seed).best
    return build_plan(problem, part.tours(best) if best else {})


def _search(part: PartProblem, budgets: Sequence[float], seed: int) -> _Budgets:
    watched = _Budgets(budgets)
    params = pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=watched))
    pyvrp.solve(part.data, watched, seed=seed % 1_000, collect_stats=False, params=params)
    return watched


def vroom_rows(problem: RoutingProblem, seconds: float) -> list[Row]:
    """Run VROOM on all cores with lunch as its own break, and the starts that its windows mean."""
    import vroom  # noqa: PLC0415 - an optional peer

    ask = vroom.Input()
    ask.set_durations_matrix("car", problem.matrix(0).astype(np.uint32))
    for number, (team, _) in enumerate(problem.slots()):
        shift, base = problem.teams[team].shift, problem.teams[team].base
        rest = vroom.Break(number, [vroom.TimeWindow(*shift.lunch_starts)], service=shift.lunch_s)
        hours = vroom.TimeWindow(shift.start_s, shift.end_s)
        ask.add_vehicle(vroom.Vehicle(number, start=base, end=base, profile="car", time_window=hours, breaks=[rest]))
    for stop in problem.stops:
        dwell_s = int(problem.dwell_s[stop])
        opens = [vroom.TimeWindow(a, b - dwell_s) for a, b in problem.windows[stop][0] if b - a >= dwell_s]
        ask.add_job(vroom.Job(stop, location=stop, default_service=dwell_s, time_windows=opens))
    wall, cpu = time.perf_counter(), time.process_time()
    limit = dt.timedelta(seconds=seconds)
    found = ask.solve(exploration_level=5, nb_threads=os.cpu_count() or 1, timeout=limit)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    routes = found.routes["vehicle_id"].nunique()
    return [Row("VROOM", wall, cpu, int(found.summary.duration), routes, int(found.summary.unassigned), np.nan, -1)]


def ortools_rows(problem: RoutingProblem, seconds: float) -> list[Row]:
    """Run OR-Tools with guided local search on the clock with lunch cut out, as PyVRP."""
    return [timed("OR-Tools", problem, lambda: _ortools(problem, seconds))]


def _ortools(problem: RoutingProblem, seconds: float) -> Plan:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415 - an optional peer

    menus, slots, base = Menus(problem), problem.slots(), problem.teams[0].base
    travel, menu, shift = problem.matrix(0), menus.of(slots[0]), problem.teams[0].shift
    end_s = menus.clocks[0].cut(shift.end_s)
    manager = pywrapcp.RoutingIndexManager(problem.size, len(slots), base)
    routing = pywrapcp.RoutingModel(manager)
    dwell_s = np.append(problem.dwell_s, 0)[: problem.size]
    legs = routing.RegisterTransitMatrix(travel.tolist())
    times = routing.RegisterTransitMatrix((travel + dwell_s[:, None]).tolist())
    routing.SetArcCostEvaluatorOfAllVehicles(legs)
    routing.AddDimension(times, end_s, end_s, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for slot in range(len(slots)):
        clock.CumulVar(routing.Start(slot)).SetRange(shift.start_s, end_s)
        clock.CumulVar(routing.End(slot)).SetRange(shift.start_s, end_s)
    for stop in problem.stops:
        index, starts = manager.NodeToIndex(stop), menu[stop]
        clock.CumulVar(index).SetRange(starts[0][0], starts[-1][1])
        for (_, shut), (opens, _) in pairwise(starts):
            if shut + 1 < opens:
                clock.CumulVar(index).RemoveInterval(shut + 1, opens - 1)
        routing.AddDisjunction([index], 100_000)
    wanted = pywrapcp.DefaultRoutingSearchParameters()
    wanted.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    wanted.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    wanted.time_limit.FromSeconds(int(seconds))
    found = routing.SolveWithParameters(wanted)
    tours = {}
    for number, slot in enumerate(slots):
        index, stops = routing.Start(number), []
        while not routing.IsEnd(index):
            index = found.Value(routing.NextVar(index))
            stops.append(manager.IndexToNode(index))
        if stops[:-1]:
            tours[slot] = tuple(stops[:-1])
    return build_plan(problem, tours)

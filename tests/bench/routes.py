"""A city's round against PyVRP alone, VROOM and OR-Tools: the same matrix, the same instance, the same run.

    python -m tests.bench.routes [--seconds 60] [--peers pyvrp,vroom,ortools] [--peer-seconds 200]
                                 [--part city,daily,generated]

The city is Wuhan whole of ``XUNDIAN_DATA``,
else the demo's: 1,090 stops, 27 % with windows, 10 teams x 4 days, 08:00-17:00 with an hour
of lunch, any day. Ours gets ``--seconds`` of wall time, once keeping the teams' loads even and once not; PyVRP alone
gets as many CPU seconds, as many as ours took, and 300; VROOM (with lunch as a break of its own, and all cores)
and OR-Tools get ``--peer-seconds``. Every plan but VROOM's is set on the real clock and replayed by the checker. VROOM
and OR-Tools are not needed by the product: ``pip install 'xundian[bench]'``.
"""

import argparse
import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyvrp
import shapely

from data.demo.clip import STREETS
from geo.model import Mode
from geo.streets import read_streets, snap
from routing.check import violations
from routing.loads import farthest_load
from routing.matrix import travel_matrix
from routing.menus import Menus
from routing.network import StreetNetwork
from routing.problem import HOUR_S, Plan, RoutingProblem, RoutingTeam, Shift
from routing.solver import settle, solve
from routing.vrp import Part

SEED = 20260612
STOPS = 1_090
H = HOUR_S
SHIFT = Shift(8 * H, 17 * H)
WINDOWS = (
    [(8 * H + 1800, 12 * H), (14 * H, 17 * H + 1800)],
    [(9 * H, 17 * H)],
    [(8 * H + 1800, 12 * H)],
    [(14 * H, 17 * H + 1800)],
    [(11 * H, 14 * H)],
)
WINDOW_SHARES = (0.5, 0.2, 0.12, 0.1, 0.08)
NOT_FOR_STOPS = ("motorway", "motorway_link", "trunk", "trunk_link")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    solver: str
    wall_s: float
    cpu_s: float
    travel_s: int
    team_days: int
    unserved: int
    farthest_load: float
    faults: int


def city(streets: Path, *, teams: int = 10, days: int = 4) -> RoutingProblem:
    """Put stops on a city's streets, more where there are more streets, and the base in the middle."""
    edges = read_streets(streets).edges
    network = StreetNetwork(edges)
    rng = np.random.default_rng(SEED)
    weight = np.where(edges.highway.isin(NOT_FOR_STOPS), 0.0, edges.length_m)
    chosen = edges.geometry.to_numpy()[rng.choice(len(edges), STOPS, p=weight / weight.sum())]
    points = shapely.line_interpolate_point(chosen, rng.random(STOPS), normalized=True)
    middle = shapely.Point(np.median(shapely.get_coordinates(points), axis=0))
    places = gpd.GeoSeries([*points, middle], crs=4326)
    travel = travel_matrix(network, snap(edges, places, Mode.CAR), mode=Mode.CAR)
    windows = [None] * STOPS
    for stop in np.flatnonzero(rng.random(STOPS) < 0.27):
        windows[stop] = [WINDOWS[rng.choice(len(WINDOWS), p=WINDOW_SHARES)]] * days
    dwell_s = rng.choice([300, 600, 900, 1140], STOPS)
    return RoutingProblem(travel, dwell_s, [RoutingTeam(STOPS, SHIFT)] * teams, days=days, windows=windows)


def generated(kind: str, size: int = 1_000) -> RoutingProblem:
    """Make an instance in the style of Gehring and Homberger's second type: a long horizon, no lunch."""
    rng = np.random.default_rng(SEED)
    side, horizon = 500, 5_000
    places = rng.integers(0, side, (size, 2))
    if kind == "C":
        centres = rng.integers(0, side, (size // 50, 2))
        places = np.clip(centres[rng.integers(0, len(centres), size)] + rng.normal(0, 12, (size, 2)), 0, side)
    places = np.vstack([places, [[side // 2, side // 2]]])
    travel = np.rint(10 * np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))).astype(np.int64)
    out = travel[size, :size]
    centre = rng.integers(out, 10 * horizon - out - 100)
    half = rng.integers(600, 2_400, size)
    windows = [
        [[(max(int(c - w), int(o)), min(int(c + w), 10 * horizon - int(o)) + 100)]]
        for c, w, o in zip(centre, half, out, strict=True)
    ]
    team = RoutingTeam(size, Shift(0, 10 * horizon + 1_000, lunch_s=0))
    return RoutingProblem(travel, [100] * size, [team] * 60, windows=windows, balance=None)


def daily(problem: RoutingProblem, size: int, number: int) -> RoutingProblem:
    """Take one team's day out of a city: neighbours of a random stop."""
    rng = np.random.default_rng([SEED, size, number])
    travel = problem.matrix(0)
    stops = np.argsort(travel[rng.integers(STOPS), :STOPS])[:size]
    rows = [*stops, STOPS]
    windows = [problem.windows[stop][:1] for stop in stops]
    dwell_s = np.minimum(problem.dwell_s[stops], 14_000 // size)
    return RoutingProblem(travel[np.ix_(rows, rows)], dwell_s, [RoutingTeam(size, SHIFT)], windows=windows)


def timed(name: str, problem: RoutingProblem, run: Callable[[], Plan]) -> Row:
    """Run a solver and replay its plan."""
    wall, cpu = time.perf_counter(), time.process_time()
    plan = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    faults = len(violations(problem, plan))
    return Row(
        name, wall, cpu, plan.travel_s, len(plan.routes), len(plan.unserved), farthest_load(problem, plan), faults
    )


def pyvrp_alone(problem: RoutingProblem, seconds: float, seed: int = SEED) -> Plan:
    """Run PyVRP as it comes, on everything at once, for so many CPU seconds, which nobody else on the machine takes."""
    part = Part(Menus(problem), problem.stops, problem.slots())
    end = time.process_time() + seconds
    result = pyvrp.solve(part.data, lambda _: time.process_time() > end, seed=seed % 1_000, collect_stats=False)
    return settle(problem, part.tours(result.best))


def vroom_alone(problem: RoutingProblem, seconds: float) -> Row:
    """Run VROOM with lunch as its own break, and the starts that its windows mean."""
    import vroom  # noqa: PLC0415 - an optional peer

    ask = vroom.Input()
    ask.set_durations_matrix("car", problem.matrix(0).astype(np.uint32))
    for number, (team, _) in enumerate(problem.slots()):
        shift = problem.teams[team].shift
        first, last = shift.lunch_starts
        rest = vroom.Break(number, [vroom.TimeWindow(first, last)], service=shift.lunch_s)
        hours = vroom.TimeWindow(shift.start_s, shift.end_s)
        base = problem.teams[team].base
        ask.add_vehicle(vroom.Vehicle(number, start=base, end=base, time_window=hours, breaks=[rest]))
    for stop in problem.stops:
        dwell_s = int(problem.dwell_s[stop])
        opens = [vroom.TimeWindow(a, b - dwell_s) for a, b in problem.windows[stop][0] if b - a >= dwell_s]
        ask.add_job(vroom.Job(stop, location=stop, default_service=dwell_s, time_windows=opens))
    wall, cpu = time.perf_counter(), time.process_time()
    found = ask.solve(exploration_level=5, nb_threads=os.cpu_count() or 1, timeout=dt.timedelta(seconds=seconds))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    travel_s = int(found.summary.duration)
    routes = found.routes["vehicle_id"].nunique()
    return Row("VROOM", wall, cpu, travel_s, routes, int(found.summary.unassigned), float("nan"), -1)


def ortools_alone(problem: RoutingProblem, seconds: float) -> Plan:
    """Run OR-Tools with guided local search on the clock with lunch cut out, as PyVRP."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415 - an optional peer

    menus, slots, base = Menus(problem), problem.slots(), problem.teams[0].base
    travel, menu = problem.matrix(0).tolist(), menus.of(slots[0])
    end_s = menus.clocks[0].cut(SHIFT.end_s)
    manager = pywrapcp.RoutingIndexManager(problem.size, len(slots), base)
    routing = pywrapcp.RoutingModel(manager)
    dwell_s = [*map(int, problem.dwell_s), 0][: problem.size]
    node = manager.IndexToNode
    legs = routing.RegisterTransitCallback(lambda a, b: travel[node(a)][node(b)])
    times = routing.RegisterTransitCallback(lambda a, b: travel[node(a)][node(b)] + dwell_s[node(a)])
    routing.SetArcCostEvaluatorOfAllVehicles(legs)
    routing.AddDimension(times, end_s, end_s, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for slot in range(len(slots)):
        clock.CumulVar(routing.Start(slot)).SetRange(SHIFT.start_s, end_s)
        clock.CumulVar(routing.End(slot)).SetRange(SHIFT.start_s, end_s)
    for stop in problem.stops:
        index, starts = manager.NodeToIndex(stop), menu[stop]
        clock.CumulVar(index).SetRange(starts[0][0], starts[-1][1])
        for (_, shut), (opens, _) in pairwise(starts):
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
            stops.append(node(index))
        if stops[:-1]:
            tours[slot] = tuple(stops[:-1])
    return settle(problem, tours)


def city_table(problem: RoutingProblem, seconds: float, peers: list[str], peer_seconds: float) -> list[Row]:
    """Give the city to every solver."""
    rows = [timed("xundian", problem, lambda: solve(problem, seconds=seconds, seed=SEED))]
    show(rows[-1:])
    free = replace(problem, balance=None)
    rows.append(timed("xundian, any load", problem, lambda: solve(free, seconds=seconds, seed=SEED)))
    show(rows[-1:])
    if "pyvrp" in peers:
        for budget in dict.fromkeys([seconds, max(row.cpu_s for row in rows), 300.0]):
            run = timed("PyVRP", problem, lambda budget=budget: pyvrp_alone(problem, budget))
            rows.append(replace(run, solver=f"PyVRP alone, {budget:.0f} CPU s"))
            show(rows[-1:])
    if "vroom" in peers:
        rows.append(vroom_alone(problem, peer_seconds))
        show(rows[-1:])
    if "ortools" in peers:
        rows.append(timed("OR-Tools", problem, lambda: ortools_alone(problem, peer_seconds)))
        show(rows[-1:])
    return rows


def daily_table(problem: RoutingProblem, count: int = 10) -> None:
    """Give single days to ours for a moment, and to both solvers for long: how far from the best known."""
    for size, seconds in ((25, 0.2), (40, 1.0)):
        gaps, walls, missed = [], [], 0
        for number in range(count):
            day = daily(problem, size, number)
            best = min(
                (solve(day, seconds=5, seed=1), pyvrp_alone(day, 5.0)), key=lambda p: (len(p.unserved), p.travel_s)
            )
            began = time.perf_counter()
            quick = solve(day, seconds=seconds, seed=2)
            walls.append(time.perf_counter() - began)
            if len(quick.unserved) > len(best.unserved):
                missed += 1
            else:
                gaps.append(quick.travel_s / min(best.travel_s, quick.travel_s) - 1)
        print(
            f"{size} stops, {count} days: {100 * np.mean(gaps):.3f} % above the best known on average, "
            f"{100 * max(gaps):.3f} % at most, in {max(walls):.2f} s at most; {missed} with a stop fewer"
        )


def generated_table(seconds: float) -> None:
    """Compare on generated instances; PyVRP gets the CPU seconds that ours took."""
    for kind in ("R", "C"):
        problem = generated(kind)
        ours = timed("xundian", problem, lambda problem=problem: solve(problem, seconds=seconds, seed=SEED))
        peer = timed("PyVRP", problem, lambda problem=problem, ours=ours: pyvrp_alone(problem, ours.cpu_s))
        print(f"generated {kind}2, 1,000 stops: ours / PyVRP = {ours.travel_s / peer.travel_s:.4f}")
        show([ours, peer])


def show(rows: list[Row]) -> None:
    """Print rows as they come."""
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.2f}"), flush=True)


def main() -> None:
    """Print the table and the ratios to ours."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--peers", default="pyvrp")
    parser.add_argument("--peer-seconds", type=float, default=200.0)
    parser.add_argument("--part", default="city,daily,generated")
    wanted = parser.parse_args()
    data = os.environ.get("XUNDIAN_DATA")
    problem = city(Path(data) / "wuhan_streets.parquet" if data else STREETS)
    parts = wanted.part.split(",")
    if "city" in parts:
        rows = city_table(problem, wanted.seconds, wanted.peers.split(","), wanted.peer_seconds)
        show(rows)
        for row in rows[1:]:
            print(f"xundian / {row.solver}: {rows[0].travel_s / row.travel_s:.4f} of its travel")
    if "daily" in parts:
        daily_table(problem)
    if "generated" in parts:
        generated_table(wanted.seconds)


if __name__ == "__main__":
    main()

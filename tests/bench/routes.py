"""A city's round against PyVRP alone, VROOM and OR-Tools: the same matrix, the same instance, the same run.

    python -m tests.bench.routes [--docs] [--part wuhan,shanghai,daily,generated] [--seconds 60]
                                 [--peers pyvrp,ortools,vroom] [--peer-seconds 200] [--long 300]

Cities are Wuhan whole and central Shanghai with its one-ways and turn bans, both of ``XUNDIAN_DATA``; where that is
unset, the demo's streets. 1,090 stops, 27 % with windows, 10 teams x 4 days, 08:00-17:00 with an hour of lunch, any
day. Ours gets ``--seconds`` of wall time, once keeping the teams' loads even and once not. PyVRP alone gets as many CPU
seconds as ours took, and ``--long``; OR-Tools ``--peer-seconds`` beside it, on the other core; then VROOM as many, with
lunch as a break of its own and all cores. Every plan but VROOM's is set on the real clock and replayed by the checker.
``--docs`` writes the tables into docs/routes.md.
"""

import argparse
import datetime as dt
import multiprocessing
import os
import platform
import time
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from routing.problem import RoutingProblem
from routing.solver import solve
from tests.bench.route_instances import FILES, SEED, city, daily, generated, streets_of
from tests.bench.route_peers import Row, ortools_rows, pyvrp_plan, pyvrp_rows, timed, vroom_rows

PAGE = Path(__file__).parents[2] / "docs" / "routes.md"
BEST_S = 2.0  # of each of two solvers, for the best known plan of one day
DAYS = ((25, 0.2), (40, 1.0))
PARTS = (*FILES, "daily", "generated")


def city_rows(problem: RoutingProblem, wanted: argparse.Namespace) -> list[Row]:
    """Return the city to every solver."""
    rows = [timed("**xundian**", problem, lambda: solve(problem, seconds=wanted.seconds, seed=SEED))]
    show(rows[-1])
    free = replace(problem, balance=None)
    rows.append(timed("xundian, any load", problem, lambda: solve(free, seconds=wanted.seconds, seed=SEED)))
    show(rows[-1])
    budgets = sorted({round(row.cpu_s) for row in rows} | {wanted.long})
    peers = wanted.peers.split(",")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:  # one core each
        running: list[Future[list[Row]]] = []
        if "pyvrp" in peers:
            running.append(pool.submit(pyvrp_rows, problem, budgets, SEED))
        if "ortools" in peers:
            running.append(pool.submit(ortools_rows, problem, wanted.peer_seconds))
        for future in running:
            rows += future.result()
    if "vroom" in peers:
        rows += vroom_rows(problem, wanted.peer_seconds)
    for row in rows[2:]:
        show(row)
    return rows


def daily_lines(problem: RoutingProblem, count: int = 10) -> list[str]:
    """Return single days to ours for a moment, and to both solvers for long: how far from the best known."""
    lines = [
        "| stops | ours after | above the best known, mean | at most | wall s at most | PyVRP alone, mean |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for size, seconds in DAYS:
        ours, peers, walls = [], [], []
        for number in range(count):
            day = daily(problem, size, number)
            began = time.perf_counter()
            plans = [solve(day, seconds=seconds, seed=2)]
            walls.append(time.perf_counter() - began)
            plans += [pyvrp_plan(day, seconds, SEED), solve(day, seconds=BEST_S, seed=1), pyvrp_plan(day, BEST_S, 1)]
            least = min(len(plan.unserved) for plan in plans)
            best = min(plan.travel_s for plan in plans if len(plan.unserved) == least)
            gaps = [plan.travel_s / best - 1 if len(plan.unserved) == least else np.inf for plan in plans]
            ours.append(gaps[0])
            peers.append(gaps[1])
        lines.append(
            f"| {size} | {seconds} s | {100 * np.mean(ours):.3f} % | {100 * max(ours):.3f} % "
            f"| {max(walls):.3f} | {100 * np.mean(peers):.3f} % |"
        )
        print(lines[-1], flush=True)
    return [*lines, "", f"{count} days each."]


def generated_lines(seconds: float) -> list[str]:
    """Compare on generated instances; PyVRP gets the CPU seconds that ours took, and its wall seconds."""
    lines = []
    for kind, name in (("R", "scattered"), ("C", "clustered")):
        problem = generated(kind)
        ours = timed("**xundian**", problem, partial(solve, problem, seconds=seconds, seed=SEED))
        show(ours)
        rows = [ours, *pyvrp_rows(problem, [ours.wall_s, ours.cpu_s], SEED)]
        lines += ["", f"{name} (as {kind}2):", "", *table(rows)]
        for row in rows[1:]:
            show(row)
    return lines


def show(row: Row) -> None:
    """Print a row as it comes."""
    print(" ".join(f"{key}={value}" for key, value in asdict(row).items()), flush=True)


def table(rows: list[Row]) -> list[str]:
    """Write rows as a table, travel against the first row's."""
    lines = [
        "| solver | travel s | ours / this | team-days | not served | CPU s | wall s | farthest load | faults found |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        load = "" if np.isnan(row.farthest_load) else f"{100 * row.farthest_load:.0f} %"
        faults = "" if row.faults < 0 else row.faults
        ratio = rows[0].travel_s / row.travel_s
        lines.append(
            f"| {row.solver} | {row.travel_s:,} | {ratio:.3f} | {row.team_days} | {row.unserved} "
            f"| {row.cpu_s:.0f} | {row.wall_s:.0f} | {load} | {faults} |"
        )
    return lines


def machine() -> str:
    """Say on what this ran."""
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    solvers = ", ".join(f"{name} {version(name)}" for name in ("pyvrp", "pyvroom", "ortools"))
    when = dt.datetime.now(dt.UTC).date()
    cores = f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"
    return f"{when}, {cores}, Python {platform.python_version()}, {solvers}."


def write(part: str, lines: list[str]) -> None:
    """Put a part's lines between its markers in the page."""
    text = PAGE.read_text("utf-8")
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    PAGE.write_text("\n".join([head + begin, *lines, "", machine(), end]) + tail, "utf-8")


def main() -> None:
    """Run the parts, and write them down where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--peers", default="pyvrp,ortools,vroom")
    parser.add_argument("--peer-seconds", type=float, default=200.0)
    parser.add_argument("--long", type=float, default=300.0)
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--docs", action="store_true")
    wanted = parser.parse_args()
    for part in wanted.part.split(","):
        if part == "generated":
            lines = generated_lines(wanted.seconds)
        elif part == "daily":
            lines = daily_lines(city(streets_of("wuhan")))
        else:
            lines = table(city_rows(city(streets_of(part)), wanted))
        print("\n".join([*lines, machine()]), flush=True)
        if wanted.docs:
            write(part, ["", *lines])


if __name__ == "__main__":
    main()

"""How well can a stop be guessed? Our sampler against the ways that others vary routes, on the same days in one run.

    python tests/bench/vary.py [STREETS] [--days N] [--routes N] [--fresh N]

STREETS is any file that ``xundian import streets`` takes; by default Wuhan whole of ``XUNDIAN_DATA``,
else the demo's. A day is 25
stops drawn from the 109 checkpoints around a base, as one team of ten gets them in a round of 1,090 on 4 days; half of
the days have opening windows at 27 % of the stops. Each method gives ``--routes`` routes for a day; measured are:
travel above the best route known to any method; entropy of each stop's place in the order, in bits; the chance that
the best hour catches its arrival; and the same for somebody who saw which stop came first. The measures are of the
drawn routes, so they look worse than the true chances by chance alone, and by the same for every method. ``--fresh``
days are also sampled with a new key for every route, from nothing.
"""

import argparse
import hashlib
import os
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numba as nb
import numpy as np
import pandas as pd
import shapely

from data.demo.clip import STREETS
from geo.model import Mode
from geo.streets.edges import read_streets, snap
from routing.problem import HOUR_S, RoutingProblem, RoutingTeam, Shift
from routing.search.timetable import timetable
from routing.solver import solve
from routing.streets.matrix import travel_matrix
from routing.streets.network import StreetNetwork
from routing.vary import Variety, choose, subkey, vary
from routing.vary.day_constraints import constraints_of
from routing.vary.guess import best_guess, entropy_bits, guess_after_first
from routing.vary.moves import step, uniform
from routing.vary.replay import replay

SEED = 20260612
ROSTER, TERRITORY, STOPS = 1090, 109, 25
SHIFT = Shift(8 * HOUR_S, 17 * HOUR_S)
HOURS = (
    [(8 * HOUR_S + 1800, 12 * HOUR_S), (14 * HOUR_S, 17 * HOUR_S)],
    [(9 * HOUR_S, 17 * HOUR_S)],
    [(7 * HOUR_S, 11 * HOUR_S)],
    [(10 * HOUR_S, 17 * HOUR_S)],
)
DWELL_S = (300, 420, 480, 540, 600, 720, 720, 900, 1200)
WINDOWED = 0.27
SOLVER_STEPS = 120
CHAIN_STEPS = 20_000
PREMIUMS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05)


def city(streets: Path, rng: np.random.Generator) -> np.ndarray:
    """Return the travel seconds between the checkpoints of a roster."""
    edges = read_streets(streets).edges
    lines = edges.geometry.to_numpy()[rng.integers(0, len(edges), ROSTER)]
    points = gpd.GeoSeries(shapely.line_interpolate_point(lines, rng.random(ROSTER), normalized=True), crs=4326)
    return travel_matrix(StreetNetwork(edges), snap(edges, points, Mode.CAR), mode=Mode.CAR)


def day_of(travel: np.ndarray, rng: np.random.Generator, *, windows: bool) -> RoutingProblem:
    """Return one team's day of the roster."""
    centre = int(rng.integers(len(travel)))
    near = np.argsort(travel[centre] + travel[:, centre])[:TERRITORY]
    rows = rng.permutation(near)[: STOPS + 1]
    hours = [[HOURS[rng.integers(len(HOURS))]] if windows and rng.random() < WINDOWED else None for _ in range(STOPS)]
    dwell_s = rng.choice(DWELL_S, STOPS)
    return RoutingProblem(travel[np.ix_(rows, rows)], dwell_s, [RoutingTeam(STOPS, SHIFT)], windows=hours)


def days(travel: np.ndarray, count: int) -> list[tuple[RoutingProblem, object]]:
    """Return days that can be done whole, with their best route; every second one has windows."""
    rng = np.random.default_rng(SEED)
    found = []
    while len(found) < count:
        problem = day_of(travel, rng, windows=len(found) % 2 == 1)
        plan = solve(problem, iterations=3000, seed=1)
        if not plan.unserved:
            found.append((problem, plan))
    return found


def by_seeds(problem, _, count):
    """Solve the same problem with other seeds."""
    return [solve(problem, iterations=SOLVER_STEPS, seed=seed).routes[0] for seed in range(count)]


def by_noise(problem, _, count, sigma):
    """Multiply every travel time by lognormal noise and solve; walk the order found at the true times."""
    rng = np.random.default_rng(SEED)
    travel, routes = problem.travel_s[Mode.CAR], []
    while len(routes) < count:
        noisy = np.rint(travel * np.exp(sigma * rng.standard_normal(travel.shape))).astype(np.int64)
        found = solve(replace(problem, travel_s=noisy), iterations=SOLVER_STEPS, seed=len(routes))
        route = timetable(problem, 0, 0, found.routes[0].stops)
        if route is not None and not found.unserved:  # at the true times a window may be missed
            routes.append(route)
    return routes


@nb.njit
def _chain(limits, order, cap_s, steps, state):
    new, arrive = order.copy(), np.zeros(len(order), np.int64)
    for _ in range(steps):
        step(order, new, state)
        here, travel_s = len(order), 0
        for stop in new:
            travel_s += limits.travel[here, stop]
            here = stop
        travel_s += limits.travel[here, len(order) + 1]
        if travel_s > cap_s:
            continue
        want_s = limits.lunch_first_s + int(uniform(state) * (limits.lunch_last_s - limits.lunch_first_s + 1))
        if replay(limits, new, want_s, 0, arrive)[1] == 0:
            order[:] = new


def by_chain(problem, plan, count, cap):
    """Walk at random among all days under a cap, from the best route, with the moves of our own search."""
    route = plan.routes[0]
    limits, state, routes = constraints_of(problem, route), np.array([SEED], np.uint64), []
    while len(routes) < count:
        order = np.arange(STOPS)
        _chain(limits, order, int(route.travel_s * (1 + cap)), CHAIN_STEPS, state)
        found = timetable(problem, 0, 0, [route.stops[at] for at in order])
        if found is not None:
            routes.append(found)
    return routes


def by_us(problem, plan, count, premium, slack=0.0):
    """Draw from the candidates of one key."""
    one = vary(problem, plan, _key(0), premium=premium, variety=Variety(slack=slack)).candidates[0]
    return [one.routes[choose(one, subkey(_key(number), 0))] for number in range(count)]


def by_us_anew(problem, plan, count, premium, slack=0.0):
    """Run everything from a new key for every route."""
    variety = Variety(slack=slack)
    return [vary(problem, plan, _key(n), premium=premium, variety=variety).plan.routes[0] for n in range(count)]


def _key(number: int) -> bytes:
    return hashlib.sha256(f"bench {number}".encode()).digest()


METHODS = {
    "best route": lambda _, plan, count: [plan.routes[0]] * count,
    "other solver seeds": by_seeds,
    "matrix noise .05": lambda *day: by_noise(*day, 0.05),
    "matrix noise .10": lambda *day: by_noise(*day, 0.10),
    "random walk, cap 5 %": lambda *day: by_chain(*day, 0.05),
    "random walk, cap 10 %": lambda *day: by_chain(*day, 0.10),
    **{f"ours {premium:.1%}": (lambda *day, premium=premium: by_us(*day, premium)) for premium in PREMIUMS},
    "ours 3.0% + half the slack": lambda *day: by_us(*day, 0.03, slack=0.5),
    "ours 3.0%, new keys": lambda *day: by_us_anew(*day, 0.03),
}


def measure(problem, routes) -> dict:
    """Measure routes of one day: travel, and of every stop its entropy and guesses."""
    place = np.argsort([route.stops for route in routes], axis=1)
    arrive = np.take_along_axis(np.array([route.arrive_s for route in routes]), place, axis=1)
    share = np.full(len(routes), 1 / len(routes))
    limited = np.array(
        [len(problem.windows[stop][0]) > 1 or problem.windows[stop][0][0] != (0, 86400) for stop in range(STOPS)]
    )
    return {
        "travel": np.mean([route.travel_s for route in routes]),
        "least": min(route.travel_s for route in routes),
        "bits": entropy_bits(place, share),
        "guess": best_guess(arrive, share),
        "after": guess_after_first(place, arrive, share),
        "limited": limited,
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("XUNDIAN_DATA")
    parser.add_argument(
        "streets", nargs="?", type=Path, default=Path(data) / "wuhan_streets.parquet" if data else STREETS
    )
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--routes", type=int, default=100)
    parser.add_argument("--fresh", type=int, default=2)
    wanted = parser.parse_args()
    instances = days(city(wanted.streets, np.random.default_rng(SEED)), wanted.days)
    found: dict[str, list] = {}
    for number, (problem, plan) in enumerate(instances):
        for name, method in METHODS.items():
            if "new keys" in name and number >= wanted.fresh:
                continue
            began = time.process_time()
            figures = measure(problem, method(problem, plan, wanted.routes))
            found.setdefault(name, []).append((number, figures | {"cpu": time.process_time() - began}))
        print(f"day {number + 1} of {len(instances)}: {plan.travel_s} s of travel", flush=True)
    shortest = [
        min(f["least"] for own in found.values() for n, f in own if n == number) for number in range(wanted.days)
    ]
    for title, chosen in (("days without windows", 0), ("days with windows", 1)):
        rows = [_row(name, [(n, f) for n, f in own if n % 2 == chosen], shortest) for name, own in found.items()]
        print(f"\n{title}\n{pd.DataFrame([row for row in rows if row]).to_string(index=False)}")


def _row(name, own, shortest) -> dict:
    if not own:
        return {}

    def mean(key, keep=None) -> float:
        return float(np.mean(np.concatenate([f[key][keep(f) if keep else slice(None)] for _, f in own])))

    row = {
        "method": name,
        "days": len(own),
        "premium %": round(100 * np.mean([f["travel"] / shortest[n] - 1 for n, f in own]), 2),
        "bits": round(mean("bits"), 2),
        "guess": round(mean("guess"), 3),
        "after first stop": round(mean("after"), 3),
    }
    if any(f["limited"].any() for _, f in own):
        row["guess, windowed"] = round(mean("guess", lambda f: f["limited"]), 3)
        row["guess, others"] = round(mean("guess", lambda f: ~f["limited"]), 3)
    row["CPU s a day"] = round(np.mean([f["cpu"] for _, f in own]), 1)
    return row


if __name__ == "__main__":
    main()

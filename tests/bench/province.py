"""A province's evening: many districts planned on local workers, one of which is killed.

    python -m tests.bench.province [--districts 40] [--seconds 12 | --steps 20000] [--workers 2] [--loop] [--docs]

Every district has 1,090 stops of its own on the streets of Wuhan (``XUNDIAN_DATA``, else the demo's), 10 teams x 4
days. A worker is killed after a third of the districts. ``--steps`` ends each search by steps and ``--loop`` plans all
again in a loop, to compare the plans to the second. With ``XUNDIAN_SCHEDULER`` the same goes to a Dask cluster, where
nobody is killed. ``--docs`` writes the result into docs/routes.md.
"""

import argparse
import multiprocessing
import os
import signal
import time

from routing.districts import DistrictProblem, plan_districts
from tests.bench.route_instances import SEED, cities, streets_of
from tests.bench.routes import write


class Killer:
    """Kills one worker of the pool, once, after so many districts."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.killed = False

    def __call__(self, _stage: str, done: int, total: int) -> None:
        """Hear how far it is."""
        print(f"{done} of {total}", flush=True)
        children = multiprocessing.active_children()
        if done >= self.after and children and not self.killed:
            os.kill(children[0].pid, signal.SIGTERM)
            self.killed = True


def main() -> None:
    """Print seconds and what 100 workers would take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--districts", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--loop", action="store_true")
    parser.add_argument("--docs", action="store_true")
    wanted = parser.parse_args()
    began = time.perf_counter()
    seeds = range(SEED, SEED + wanted.districts)
    seconds = None if wanted.steps else wanted.seconds
    asked = [DistrictProblem(city, seconds, wanted.steps) for city in cities(streets_of("wuhan"), seeds)]
    posed_s = time.perf_counter() - began
    killer = Killer(wanted.districts // 3)
    began = time.perf_counter()
    plans = plan_districts(asked, workers=wanted.workers, progress=killer)
    spent_s = time.perf_counter() - began
    routes = sum(len(plan.routes) for plan in plans)
    unserved = sum(len(plan.unserved) for plan in plans)
    per_s = spent_s * wanted.workers / len(plans)
    rounds = -(-len(plans) // 100)
    effort = f"{wanted.steps} steps" if wanted.steps else f"{wanted.seconds:.0f} s"
    killed = "killed in the middle" if killer.killed else "never killed"
    measured = (
        f"{len(plans)} districts x {len(asked[0].problem.stops):,} stops, 10 teams x 4 days, {effort} of search each, "
        f"{wanted.workers} local workers, one of them {killed}: {spent_s:.0f} s in all, {per_s:.1f} s of a worker a "
        f"district. {len(plans)} plans, {routes} routes, {unserved} stops not served; the checker passed every plan. "
        f"Reading the streets and making the {len(plans)} travel matrices took {posed_s:.0f} s before."
    )
    projected = (
        f"With 100 workers as fast as these, {len(plans)} districts take {rounds * per_s:.0f} s (one turn, "
        f"the scheduler's own time not counted), and 3,000 districts {-(-3000 // 100) * per_s / 60:.0f} min."
    )
    lines = [measured, "", projected]
    if wanted.loop:
        same = plan_districts(asked, workers=1, scheduler="") == plans
        lines += ["", f"A loop makes {'the same plans' if same else 'OTHER PLANS'}."]
    print("\n".join(lines))
    if wanted.docs:
        write("province", ["", *lines])


if __name__ == "__main__":
    main()

"""Kill workers and their processes at random moments for minutes: ``python -m tests.bench.kill_jobs --seconds 120``.

On the GeoPackage, and on PostgreSQL when XUNDIAN_TEST_POSTGRES names an empty database. No job may be lost, none may
take effect twice.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from geo.store import Store
from geo.store.job_rows import JobState, Wanted
from tests.faults.crew import WAIT_S, Crew, all_over, kill
from tests.faults.steps import KIND, effect
from webmap.jobs.work import now

SEED = 1
WAITING = 6  # jobs at a time
PAUSE_S = (1.0, 8.0)  # between two kills


def trial(city: str, seconds: float, chance: random.Random) -> dict[str, int]:
    """Keep a crew of two busy on a city and kill among it; return the counts, after proving that they agree."""
    kills, asked, next_kill = 0, 0, time.monotonic()
    ends_at = time.monotonic() + seconds
    with Store.open(city, create=True) as store, Crew(city, 2) as crew:

        def between() -> None:
            nonlocal kills, asked, next_kill
            if time.monotonic() > ends_at:
                return
            going = [job for job in store.jobs.of_owner("planner") if not job.finished]
            for _ in range(WAITING - len(going)):
                params = {"about": f"job {asked}", "pause_s": chance.uniform(0.0, 0.2)}
                store.jobs.enqueue(Wanted(KIND.name, "planner", params, about=f"job {asked}"), now())
                asked += 1
            if time.monotonic() >= next_kill:
                held = [job.told["pid"] for job in going if job.told and job.held(now())]
                kill(chance.choice([*held, *(worker.pid for worker in crew.workers)]))
                kills, next_kill = kills + 1, time.monotonic() + chance.uniform(*PAUSE_S)

        def over() -> bool:
            return time.monotonic() > ends_at and all_over(store, "planner")

        crew.until(over, between=between, wait_s=seconds + WAIT_S)
        jobs = store.jobs.of_owner("planner")
        effects = {job.about: int(store.settings.get(effect(job.about), "0")) for job in jobs}
    states = Counter(str(job.state) for job in jobs)
    wrong = [job.about for job in jobs if effects[job.about] != int(job.state is JobState.DONE)]
    if wrong or len(jobs) != asked:
        raise SystemExit(f"{len(jobs)} of {asked} jobs are there; took effect more or less than once: {wrong}")
    return {"jobs": asked, "kills": kills, "attempts": sum(job.attempt for job in jobs), **states}


def main() -> None:
    """Run the trial on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        server = os.environ.get("XUNDIAN_TEST_POSTGRES") or None
        cities = {"GeoPackage": str(Path(folder) / "city.gpkg"), "PostgreSQL": server}
        for name, city in cities.items():
            if city is None:
                print(f"{name}: not tried, XUNDIAN_TEST_POSTGRES names no database")
            else:
                print(name, trial(city, seconds, random.Random(SEED)))


if __name__ == "__main__":
    main()

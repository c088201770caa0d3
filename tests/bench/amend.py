"""How long a change of the day takes: ``python -m tests.bench.amend CITY [ROUND]``; nothing is saved.

CITY is a city with a planned round, for example one that ``xundian demo`` made. It prints the seconds of the first
quote in a fresh process, streets and all, and of later ones of each kind at mid-morning of the first day.
"""

import argparse
import datetime as dt
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from geo.store import Store
from routing.amend import Change, Late, Quote, StopClosed, StreetClosed, Takeover, quote

REPEATS = 6
MORNING = dt.time(10, 20)


def main() -> None:
    """Print a line for each kind of change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("round", nargs="?")
    given = parser.parse_args()
    with Store.open(given.city) as store:
        round_ = next(
            one
            for one in reversed(store.rounds.all())
            if given.round in (None, one.id) and len(store.plans.routes(one.id))
        )
        now = dt.datetime.combine(round_.start, MORNING, ZoneInfo(store.settings.get("timezone", "Asia/Shanghai")))
        stops = store.plans.stops(round_.id, day=1)
        ahead = stops[(stops["kind"] == "stop") & (stops["arrive"] > now)]
        teams = sorted(set(ahead["team"]))
        print(
            f"{len(store.streets.frame())} street edges, {round_.teams} teams,"
            f" {len(ahead)} stops ahead on day 1 at {MORNING}"
        )
        last = {team: ahead.loc[ahead["team"] == team].iloc[-1] for team in teams}
        asked: dict[str, Callable[[str], Change]] = {
            "late by 45 min": lambda team: Late(team, 1, 45),
            "late by 4 h": lambda team: Late(team, 1, 240),
            "stop closed": lambda team: StopClosed(team, 1, last[team]["checkpoint"]),
            "street closed": lambda team: StreetClosed(team, 1, area=last[team].geometry.buffer(0.002)),
        }
        print(f"first of a process: {timed(lambda: quote(store, round_.id, Late(teams[0], 1, 30), now=now))[0]:.2f} s")
        for name, change in asked.items():
            took = [timed(lambda: quote(store, round_.id, change(team), now=now)) for team in looped(teams)]  # noqa: B023
            show(name, took)
        pairs = [(one, other) for one, other in itertools.permutations(teams, 2)]
        took = [
            timed(lambda: quote(store, round_.id, Takeover(last[one]["checkpoint"], 1, other), now=now))  # noqa: B023
            for one, other in looped(pairs, 4 * REPEATS)
        ]
        show("takeover", [each for each in took if each[2].possible])
        show("takeover refused", [each for each in took if not each[2].possible])


def looped(values: list, count: int = REPEATS) -> list:  # type: ignore[type-arg]
    """Repeat values until there are enough."""
    return list(itertools.islice(itertools.cycle(values), count))


def timed(work: Callable[[], Quote]) -> tuple[float, float, Quote]:
    """Return the seconds that something took on the wall and of the processor, and what it gave."""
    began, worked = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - began, time.process_time() - worked, found


def show(name: str, took: list[tuple[float, float, Quote]]) -> None:
    """Print the median and the longest time."""
    if took:
        wall, worked = ([each[at] for each in took] for at in (0, 1))
        print(
            f"{name:20} {len(took):3} times  median {statistics.median(wall):.2f} s  longest {max(wall):.2f} s  "
            f"processor {statistics.median(worked):.2f} s"
        )


if __name__ == "__main__":
    main()

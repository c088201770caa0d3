"""The small city with a round that was visited, and a covert one that still goes on."""

import datetime as dt
from pathlib import Path

import pytest

from geo.model import Deduction, Draw, Round, Visit
from geo.store import Store

TODAY = dt.date(2026, 6, 9)  # of the small city
TEAM = "绝密七组"
DONE, GOING_ON = "2026-05", "暗访-6"


def _draw(round_id: str) -> Draw:
    return Draw(round_id, b"k" * 32, True, {}, "0" * 64, 0.1, 0.1, dt.datetime(2026, 5, 1, tzinfo=dt.UTC))


def _visits(round_id: str, first: dt.date, ids: list[str], *, covert: bool) -> list[Visit]:
    """Visit half of them a day; every second one has a fault, those of today a fault of their own."""
    out = []
    for number, checkpoint in enumerate(ids):
        day = first + dt.timedelta(days=number % 2)
        item = "back_alley.bins" if day == TODAY else "main_road.litter"
        found = (Deduction(item, 2.0 + number % 3, "靠墙一侧"),) if number % 2 or number % 5 == 0 else ()
        at = dt.datetime.combine(day, dt.time(2, number), dt.UTC)
        out.append(Visit(checkpoint, TEAM, at, round_id, covert=covert, deductions=found))
    return out


@pytest.fixture(scope="session")
def visited_file(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the city's file; tests that write copy it."""
    path = tmp_path_factory.mktemp("visited") / "city.gpkg"
    path.write_bytes(city_file.read_bytes())
    with Store.open(path) as store:
        roster = store.checkpoints.frame()
        for round_id, start, covert in ((DONE, dt.date(2026, 5, 12), False), (GOING_ON, dt.date(2026, 6, 8), True)):
            store.rounds.create(Round(round_id, start, days=3, teams=1, size=32, covert=covert))
            sample = roster.iloc[:32].assign(inclusion_prob=0.8, ticket=range(32))
            sample["day"] = [number // 3 % 2 + 1 for number in range(32)]
            store.draws.save(_draw(round_id), sample[["inclusion_prob", "day", "ticket"]])
            store.visits.record(_visits(round_id, start, list(sample.index[:28]), covert=covert))
        store.rounds.create(Round("unvisited", dt.date(2026, 7, 1), days=1, teams=1, size=8))
    return path


@pytest.fixture
def visited(visited_file: Path, tmp_path: Path) -> Path:
    """Return a copy of that city."""
    path = tmp_path / "visited.gpkg"
    path.write_bytes(visited_file.read_bytes())
    return path

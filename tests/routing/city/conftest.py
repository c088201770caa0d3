"""A small city in a file: 240 checkpoints, 3 street offices, inspectors, and visits of the past."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.model import Deduction, Inspector, Round, Team, Visit
from geo.store import Store
from tests.routing.city.rounds import drawn, made

CATEGORIES = ("main_road", "back_alley", "bus_stop")
JUNE = Round("2026-06", dt.date(2026, 6, 12), days=3, teams=4, size=60)


def roster(count: int = 240) -> gpd.GeoDataFrame:
    """Scatter checkpoints over three street offices that lie side by side."""
    rng = np.random.default_rng(8)
    x, y = rng.random(count) * 0.06, rng.random(count) * 0.04
    return gpd.GeoDataFrame(
        {
            "name": [f"点位{i}" for i in range(count)],
            "category": [CATEGORIES[i % 3] for i in range(count)],
            "address": "",
            "street": "",
            "community": "",
            "unit": [f"单位{i % 9}" for i in range(count)],
            "hours": "",
            "fixed": np.arange(count) % 60 == 7,
            "size": 1.0,
            "street_code": [f"42010200{int(at // 0.02) + 1}" for at in x],
            "community_code": "",
            "grid_code": "",
            "cell": "",
            "retired": False,
        },
        geometry=gpd.points_from_xy(114.27 + x, 30.56 + y),
        crs=4326,
        index=pd.Index([f"P{i:03d}" for i in range(count)], name="id"),
    )


def zones() -> gpd.GeoDataFrame:
    """One district of three street offices."""
    boxes = [("420102", "district", "", 0, 0.06)]
    boxes += [(f"42010200{n + 1}", "street", "420102", 0.02 * n, 0.02 * (n + 1)) for n in range(3)]
    return gpd.GeoDataFrame(
        {
            "level": [one[1] for one in boxes],
            "name": [f"区{one[0]}" for one in boxes],
            "parent": [one[2] for one in boxes],
            "unit": "",
            "person": "",
        },
        geometry=[shapely.box(114.27 + west, 30.56, 114.27 + east, 30.60) for *_, west, east in boxes],
        crs=4326,
        index=pd.Index([one[0] for one in boxes], name="code"),
    )


def teams(count: int = 4) -> list[Team]:
    """Teams of two or three."""
    return [
        Team(
            f"T{n}",
            114.3,
            30.58,
            inspectors=tuple(Inspector(f"员{n}{k}", f"T{n}", unit=f"单位{n}") for k in range(2 + n % 2)),
        )
        for n in range(count)
    ]


def visits() -> list[Visit]:
    """Half of the roster was visited in May, the first forty with something to fault; a few were visited long ago."""
    may = [
        Visit(
            f"P{i:03d}",
            "T1",
            dt.datetime(2026, 5, 12, 2, i % 60, i // 60, tzinfo=dt.UTC),
            deductions=(Deduction("litter", 2.0),) if i < 40 else (),
        )
        for i in range(120)
    ]
    return may + [Visit(f"P{i:03d}", "T2", dt.datetime(2025, 9, 1, 2, i % 60, tzinfo=dt.UTC)) for i in range(200, 206)]


def fill(store: Store) -> None:
    """Put the city into a store."""
    store.zones.upsert(zones())
    store.checkpoints.upsert(roster())
    store.teams.replace(teams())
    store.visits.record(visits())
    store.rounds.create(JUNE)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Store]:
    """Yield the city, with its June round made."""
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        fill(store)
        yield store


@pytest.fixture
def another_city(tmp_path: Path) -> Iterator[Store]:
    """Yield the same city once more, in a file of its own."""
    with Store.open(tmp_path / "another.gpkg", create=True) as store:
        fill(store)
        yield store


@pytest.fixture
def overlapping(city: Store) -> Store:
    """Draw three covert rounds of one roster that run at the same time: each begins later and ends earlier."""
    for number, (start, days) in enumerate([(12, 9), (14, 5), (15, 2)]):
        made(city, f"C{number}", dt.date(2026, 6, start), days=days, covert=True)
        drawn(city, f"C{number}", 60 + number)
    return city

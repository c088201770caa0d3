"""A town of square blocks with a planned round, reserves, opening hours and teams that must avoid."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.model import Avoidance, Draw, Inspector, Mode, Round, Team
from geo.store import Store
from geo.streets.edges import length_m
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.terms import Terms

WEST, SOUTH, STEP = 114.30, 30.60, 0.004  # degrees: blocks of about 380 x 440 m
SIDE = 9
FRIDAY = dt.date(2026, 6, 12)
CATEGORIES = ("bus_stop", "bank", "community_office", "public_toilet")
HOURS = ("", "", "", "08:30-12:00,14:00-17:30", "08:30-11:30", "13:30-17:00")
DRAWN, SPARE = 84, 24


def streets() -> gpd.GeoDataFrame:
    """Lay streets on a lattice; rows have names, and every third of them is slow."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    along = [*zip(number[:, :-1].ravel(), number[:, 1:].ravel(), strict=True)]
    across = [*zip(number[:-1].ravel(), number[1:].ravel(), strict=True)]
    pairs = along + across
    at = {int(n): (WEST + STEP * (n % SIDE), SOUTH + STEP * (n // SIDE)) for n in number.ravel()}
    lines = shapely.linestrings([[at[int(u)], at[int(v)]] for u, v in pairs])
    rows = [int(u) // SIDE for u, _ in along]
    names = [f"{row}号路" for row in rows] + ["" for _ in across]
    classes = ["living_street" if row % 3 == 0 else "secondary" for row in rows] + ["residential" for _ in across]
    frame = pd.DataFrame(pairs, columns=["u", "v"], index=pd.RangeIndex(len(pairs), name="edge")).astype("int64")
    frame = frame.assign(name=names, highway=classes, walk=3, ebike=3, car=3, bridge=False, tunnel=False)
    return gpd.GeoDataFrame(frame.assign(length_m=length_m(lines), part=0), geometry=lines, crs="EPSG:4326")


def checkpoints() -> gpd.GeoDataFrame:
    """Put checkpoints beside the streets; the last ones are the reserves."""
    number, random = DRAWN + SPARE, np.random.default_rng(7)
    lon = WEST + STEP * (random.integers(0, SIDE - 1, number) + random.random(number))
    lat = SOUTH + STEP * random.integers(0, SIDE, number) + 0.0001
    index = pd.Index([f"P{i:03d}" for i in range(number)], name="id")
    text = {"address": "", "street": "", "community": "", "street_code": "", "community_code": ""}
    frame = pd.DataFrame(text, index=index).assign(
        name=[f"点位{i}" for i in range(number)],
        category=[CATEGORIES[i % len(CATEGORIES)] for i in range(number)],
        hours=[HOURS[i % len(HOURS)] for i in range(number)],
        unit=[f"U{i % 7}" for i in range(number)],
        fixed=False,
        size=1.0,
        grid_code="",
        cell="",
        retired=False,
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


@pytest.fixture(scope="session")
def planned_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a city whose round of two days and three teams is planned; tests copy it."""
    path = tmp_path_factory.mktemp("planned") / "city.gpkg"
    with Store.open(path, create=True) as store:
        bans = pd.DataFrame({"from_edge": [], "via": [], "to_edge": []}, index=pd.Index([], name="id"), dtype="int64")
        store.streets.replace(streets(), turn_bans=bans, source_sha256="ab" * 32)
        roster = checkpoints()
        store.checkpoints.upsert(roster)
        store.teams.replace(
            [
                Team("A", WEST, SOUTH, Mode.EBIKE, (Inspector("甲", "A", unit="U3"),)),
                Team("B", WEST + 0.03, SOUTH + 0.03, Mode.CAR, (Inspector("乙", "B"),)),
                Team("C", WEST, SOUTH + 0.03, Mode.CAR, (Inspector("丙", "C"),)),
            ]
        )
        store.fieldwork.replace_avoidances([Avoidance("丙", unit="U5")])
        store.rounds.create(Round("R1", start=FRIDAY, days=2, teams=3, size=DRAWN))
        sample = roster.iloc[:DRAWN].assign(
            inclusion_prob=1.0, day=[1 + i % 2 for i in range(DRAWN)], ticket=range(DRAWN)
        )
        spare = roster.iloc[DRAWN:].assign(inclusion_prob=0.5, ticket=range(DRAWN, DRAWN + SPARE))
        store.draws.save(
            Draw(
                "R1",
                bytes(32),
                trial=True,
                design={},
                frame_sha256="0" * 64,
                balance_city=0.1,
                balance_within=0.1,
                drawn_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
            ),
            sample,
            reserves=spare,
        )
        plan_round(store, "R1", PlanOptions(steps=1_000, terms=Terms(price_days=False, premium=0.0)))
    return path


@pytest.fixture
def city(planned_file: Path, tmp_path: Path) -> Iterator[Store]:
    """Yield a city of the test's own."""
    path = tmp_path / "city.gpkg"
    path.write_bytes(planned_file.read_bytes())
    with Store.open(path) as store:
        yield store

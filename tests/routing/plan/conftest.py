"""A town of square blocks with a drawn round, in a GeoPackage."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.model import Draw, Inspector, Mode, Round, Team
from geo.store import Store
from geo.streets.edges import length_m

WEST, SOUTH, STEP = 114.30, 30.60, 0.004  # degrees: blocks of about 380 x 440 m
SIDE = 9
FRIDAY = dt.date(2026, 6, 12)
CATEGORIES = ("bus_stop", "bank", "community_office", "public_toilet", "farmers_market")


def streets() -> gpd.GeoDataFrame:
    """Lay streets on a lattice, and one lane on an island beyond the water."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [*zip(number[:, :-1].ravel(), number[:, 1:].ravel(), strict=True)]
    pairs += zip(number[:-1].ravel(), number[1:].ravel(), strict=True)
    at = {int(n): (WEST + STEP * (n % SIDE), SOUTH + STEP * (n // SIDE)) for n in number.ravel()}
    at |= {900: (WEST + 0.06, SOUTH), 901: (WEST + 0.062, SOUTH)}
    pairs.append((900, 901))
    lines = shapely.linestrings([[at[int(u)], at[int(v)]] for u, v in pairs])
    frame = pd.DataFrame(pairs, columns=["u", "v"], index=pd.RangeIndex(len(pairs), name="edge")).astype("int64")
    frame = frame.assign(name="", highway="residential", walk=3, ebike=3, car=3, bridge=False, tunnel=False)
    frame = frame.assign(length_m=length_m(lines), part=0)
    frame.loc[frame.index[-1], "part"] = 1
    return gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326")


def checkpoints(number: int = 40) -> gpd.GeoDataFrame:
    """Put checkpoints beside the streets; the last is on the island."""
    random = np.random.default_rng(7)
    lon = WEST + STEP * (random.integers(0, SIDE - 1, number) + random.random(number))
    lat = SOUTH + STEP * random.integers(0, SIDE, number) + 0.0001
    lon[-1], lat[-1] = WEST + 0.061, SOUTH
    index = pd.Index([f"P{i:03d}" for i in range(number)], name="id")
    text = {"address": "", "street": "", "community": "", "hours": "", "street_code": "", "community_code": ""}
    frame = pd.DataFrame(text, index=index).assign(
        name=[f"点位{i} <&>" for i in range(number)],
        category=[CATEGORIES[i % len(CATEGORIES)] for i in range(number)],
        unit=[f"U{i % 7}" for i in range(number)],
        fixed=False,
        size=1.0,
        grid_code="",
        cell="",
        retired=False,
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Store]:
    """Yield a city with a round of two days and two teams, drawn and not planned."""
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        store.streets.replace(
            streets(),
            turn_bans=pd.DataFrame(
                {"from_edge": [], "via": [], "to_edge": []}, index=pd.Index([], name="id"), dtype="int64"
            ),
            source_sha256="ab" * 32,
        )
        roster = checkpoints()
        store.checkpoints.upsert(roster)
        store.rounds.create(Round("R1", start=FRIDAY, days=2, teams=2, size=len(roster)))
        sample = roster.assign(
            inclusion_prob=1.0, day=[1 + i % 2 for i in range(len(roster))], ticket=range(len(roster))
        )
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
        )
        yield store


@pytest.fixture
def teams() -> list[Team]:
    """Return two named teams with bases and modes of their own; one has an inspector of unit U3."""
    return [
        Team("A", WEST, SOUTH, Mode.EBIKE, (Inspector("甲", "A", unit="U3"),)),
        Team("B", WEST + 0.03, SOUTH + 0.03, Mode.CAR),
    ]


@pytest.fixture
def roster() -> Callable[[int], gpd.GeoDataFrame]:
    """Return what puts any number of checkpoints beside the streets."""
    return checkpoints

"""A small city on real streets: 2 street offices, 40 checkpoints, a covert round of two days that three teams walk."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from flask import Flask, got_request_exception
from flask.testing import FlaskClient

from geo.frames import CHECKPOINTS, ROUTES, STOPS, TURN_BANS, UNSERVED, ZONES
from geo.model import Deduction, Draw, Photo, Role, Round, Team, User, Visit
from geo.store import Store
from geo.store.plans import NewPlan
from geo.streets.edges import read_streets
from routing.plan.terms import Terms
from webmap import create_app
from webmap.accounts.passwords import hash_password

DAY = dt.date(2026, 6, 9)
ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
CATEGORIES = ("main_road", "back_alley", "farmers_market", "bus_stop")
WEST, SOUTH, EAST, NORTH = 114.28, 30.55, 114.31, 30.575
MIDDLE = (WEST + EAST) / 2
PER_TEAM_DAY = 5
TEAMS = ("1", "2", "3")
UNIT = "城管局"


@pytest.fixture(autouse=True)
def _nothing_fails_unseen(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which a page ended in an exception, which a test of what is absent would not see."""
    failures: list[BaseException] = []

    def note(_app: Flask, exception: BaseException, **_: object) -> None:
        failures.append(exception)

    with got_request_exception.connected_to(note):
        yield
    if request.node.get_closest_marker("fails") is None:
        assert failures == []


def _empty_text(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    return frame.assign(**dict.fromkeys(columns, ""))


def roster(number: int = 40) -> gpd.GeoDataFrame:
    """Scatter checkpoints; the even ones lie in the western street office."""
    random = np.random.default_rng(4)
    west = np.arange(number) % 2 == 0
    lon = np.where(west, WEST, MIDDLE) + random.random(number) * (EAST - WEST) * 0.48
    lat = SOUTH + random.random(number) * (NORTH - SOUTH)
    frame = gpd.GeoDataFrame(
        {
            "name": [f"点位{i}" for i in range(number)],
            "category": [CATEGORIES[i % len(CATEGORIES)] for i in range(number)],
            "address": [f"中山大道{i}号" for i in range(number)],
            "street_code": np.where(west, "420102001", "420102002"),
            "unit": ["园林局" if i % 4 == 3 else UNIT for i in range(number)],
            "fixed": False,
            "size": 1.0,
            "retired": False,
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
        index=pd.Index([f"P{i:03d}" for i in range(number)], name="id"),
    )
    return _empty_text(frame, tuple(set(CHECKPOINTS.columns) - set(frame.columns)))


def zones() -> gpd.GeoDataFrame:
    """Two street offices side by side in one district, with a community each."""
    boxes = {
        "420102": ("district", "江岸区", "", shapely.box(WEST, SOUTH, EAST, NORTH)),
        "420102001": ("street", "大智街道", "420102", shapely.box(WEST, SOUTH, MIDDLE, NORTH)),
        "420102002": ("street", "一元街道", "420102", shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
        "420102001001": ("community", "天声社区", "420102001", shapely.box(WEST, SOUTH, MIDDLE, NORTH)),
        "420102002001": ("community", "同兴社区", "420102002", shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
    }
    level, name, parent, shape = zip(*boxes.values(), strict=True)
    frame = gpd.GeoDataFrame(
        {"level": level, "name": name, "parent": parent},
        geometry=list(shape),
        crs=4326,
        index=pd.Index(list(boxes), name="code"),
    )
    return _empty_text(frame, tuple(set(ZONES.columns) - set(frame.columns)))


def _at(day: int, minute: int) -> dt.datetime:
    local = dt.datetime.combine(DAY + dt.timedelta(days=day - 1), dt.time(9), ZONE)
    return (local + dt.timedelta(minutes=minute)).astimezone(dt.UTC)


def plan(round_id: str, sample: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Hand out the sample in order: five stops a team and day, the last two unserved."""
    base = shapely.Point(MIDDLE, SOUTH)
    routes, stops, ids = [], [], iter(sample.index[:-2])
    for day in (1, 2):
        for team in TEAMS:
            mine = [next(ids) for _ in range(PER_TEAM_DAY)]
            legs = [base, *(sample.geometry[at] for at in mine), base]
            routes.append((round_id, team, day, "car", 3_600, 8_000.0, PER_TEAM_DAY, shapely.LineString(legs)))
            places = [("base", "", base), *(("stop", at, sample.geometry[at]) for at in mine), ("base", "", base)]
            places.insert(4, ("lunch", "", places[3][2]))
            for order, (kind, at, point) in enumerate(places):
                times = (_at(day, 40 * order), _at(day, 40 * order + (0 if kind == "base" else 20)))
                stops.append((round_id, team, day, order, kind, at, *times, 1_200, 600, point))
    line = gpd.GeoDataFrame(routes, columns=[*ROUTES.columns, "geometry"], crs=4326).rename_axis(index="id")
    place = gpd.GeoDataFrame(stops, columns=[*STOPS.columns, "geometry"], crs=4326).rename_axis(index="id")
    left = pd.DataFrame(
        {"round_id": round_id, "day": 1, "reason": "no_way", "remedy": [{}] * 2},
        index=pd.Index(sample.index[-2:], name="checkpoint"),
    )[list(UNSERVED.columns)]
    return line, place, left


def photo(name: str) -> Photo:
    """Make a stand-in for a photo, whose bytes tell its name; nothing that is served looks into it."""
    return Photo(
        hashlib.sha256(name.encode()).hexdigest(), 1600, 1200, f"{name} large".encode(), f"{name} small".encode()
    )


OPEN_WEST, OPEN_EAST, COVERT, SHARED = (photo(name) for name in ("west", "east", "covert", "shared"))


HIDDEN = Deduction("back_alley.litter", 9.5, photos=(COVERT.sha256, SHARED.sha256))


def may_visits(round_id: str | None = None) -> list[Visit]:
    """Thirty visits of May, every third with a deduction; the first of either street has photos."""
    photos = {0: (OPEN_WEST.sha256,), 3: (OPEN_EAST.sha256, SHARED.sha256)}
    return [
        Visit(
            f"P{i:03d}",
            TEAMS[i % 3],
            dt.datetime(2026, 5, 12, 1, i, tzinfo=dt.UTC),
            round_id=round_id,
            deductions=(Deduction("main_road.litter", 2.0 + i / 10, photos=photos.get(i, ())),) if i % 3 == 0 else (),
        )
        for i in range(30)
    ]


def fill(store: Store) -> None:
    """Put the whole small city into a store."""
    fill_without_round(store)
    add_covert_round(store, [f"P{i:03d}" for i in range(32)], visited="P002")


def fill_without_round(store: Store) -> None:
    """Put the small city into a store as it is while no round is out."""
    source = read_streets(resources.files("data.demo") / "wuhan_middle.parquet")
    store.streets.replace(
        source.edges.cx[WEST:EAST, SOUTH:NORTH],
        turn_bans=pd.DataFrame(columns=list(TURN_BANS.columns), index=pd.Index([], name="id"), dtype=int),
        source_sha256="5" * 64,
    )
    store.zones.upsert(zones())
    store.checkpoints.upsert(roster())
    store.teams.replace([Team(team, MIDDLE, SOUTH) for team in TEAMS])
    store.visits.record(may_visits(), brought={one.sha256: one for one in (OPEN_WEST, OPEN_EAST, SHARED)})
    store.settings.set("today", DAY.isoformat())
    for user in (
        User("planner", Role.PLANNER, hash_password(PASSWORD)),
        User("team", Role.TEAM, hash_password(PASSWORD), team="2"),
        User("street", Role.STREET, hash_password(PASSWORD), zone="420102001"),
        User("unit", Role.UNIT, hash_password(PASSWORD), unit=UNIT),
        User("observer", Role.OBSERVER, hash_password(PASSWORD)),
        User("admin", Role.ADMIN, hash_password(PASSWORD)),
    ):
        store.accounts.save(user)


def add_covert_round(store: Store, sample_ids: list[str], *, visited: str, team: str = "1") -> None:
    """Draw and plan a covert round of today and tomorrow, and report a visit of this morning."""
    store.rounds.create(Round("2026-06", DAY, days=2, teams=3, size=32, covert=True))
    sample = store.checkpoints.frame().loc[sample_ids].assign(inclusion_prob=0.8, day=1, ticket=range(len(sample_ids)))
    drawn_at = dt.datetime(2026, 6, 8, tzinfo=dt.UTC)
    store.draws.save(
        Draw(
            "2026-06",
            b"k" * 32,
            trial=True,
            design={},
            frame_sha256="0" * 64,
            balance_city=0.1,
            balance_within=0.1,
            drawn_at=drawn_at,
        ),
        sample[["inclusion_prob", "day", "ticket"]],
    )
    new = NewPlan("2026-06", *plan("2026-06", sample), terms=Terms().plain())
    store.plans.save(new, after=store.plans.state("2026-06"))
    visit = Visit(visited, team, _at(1, 5), covert=True, deductions=(HIDDEN,))
    store.visits.record([visit], brought={one.sha256: one for one in (COVERT, SHARED)})


@pytest.fixture(scope="session")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the small city's file; tests that write copy it, and so do those that look: a look is a row of its log."""
    path = tmp_path_factory.mktemp("small") / "city.gpkg"
    with Store.open(path, create=True) as store:
        fill(store)
    return path


@pytest.fixture(scope="session")
def app(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Make the application on a copy of the small city."""
    city = str(shutil.copy(city_file, tmp_path_factory.mktemp("app") / "city.gpkg"))
    made = create_app({"CITY": city, "SECRET_KEY": "for tests only", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


@pytest.fixture
def log_in(app: Flask) -> Callable[[str], FlaskClient]:
    """Log in as one of the accounts."""

    def enter(name: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return enter

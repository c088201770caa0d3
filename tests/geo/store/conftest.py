"""Both databases for the contract tests, and small pieces of a city."""

import os
import platform
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import URL, create_engine, delete, make_url, text

from geo.store import Store
from geo.store.tables import metadata

MakeRoster = Callable[..., gpd.GeoDataFrame]
TREE = [
    # code, level, parent, west, east
    ("4201", "city", "", 114.0, 114.4),
    ("420102", "district", "4201", 114.0, 114.4),
    ("420102001", "street", "420102", 114.0, 114.2),
    ("420102002", "street", "420102", 114.2, 114.4),
    ("420102001001", "community", "420102001", 114.0, 114.2),
    ("420102001001G01", "grid", "420102001001", 114.0, 114.1),
    ("B01", "special", "", 114.15, 114.25),
]


@pytest.fixture(scope="session")
def postgres() -> URL:
    """Return the URL of the test server, which the test run starts; a missing server is a failure, but on Windows."""
    if platform.system() == "Windows":
        pytest.skip("on Windows the tests run on the GeoPackage alone")
    url = os.environ.get("XUNDIAN_TEST_POSTGRES")
    if not url:
        pytest.fail("set XUNDIAN_TEST_POSTGRES to the URL of a PostgreSQL server with PostGIS, or run make test")
    return make_url(url).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def new_database(postgres: URL) -> Iterator[Callable[[], str]]:
    """Make databases, which go away at the end."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def make() -> str:
        made.append(f"xundian_test_{secrets.token_hex(6)}")
        server.execute(text(f"CREATE DATABASE {made[-1]}"))
        return postgres.set(database=made[-1]).render_as_string(hide_password=False)

    with engine.connect() as server:
        yield make
        for name in made:
            server.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="session")
def shared_database(new_database: Callable[[], str]) -> str:
    """Make one database for all contract tests; making one for each would take most of their time."""
    url = new_database()
    Store.open(url, create=True).close()
    return url


@pytest.fixture
def postgis_url(shared_database: str) -> Iterator[str]:
    """Yield the URL of a city on PostGIS that is empty again after the test."""
    yield shared_database
    engine = create_engine(shared_database)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    engine.dispose()


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def city_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the place of a new city, on each database in turn."""
    if request.param == "postgis":
        return str(request.getfixturevalue("postgis_url"))
    return str(tmp_path / "city.gpkg")


@pytest.fixture
def store(city_url: str) -> Iterator[Store]:
    """Open a new city."""
    with Store.open(city_url, create=True) as opened:
        yield opened


@pytest.fixture
def roster() -> MakeRoster:
    """Make a frame of checkpoints ``c0000`` ... on a diagonal."""

    def make(count: int = 4, *, start: int = 0, **columns: object) -> gpd.GeoDataFrame:
        numbers = np.arange(start, start + count)
        index = pd.Index([f"c{number:04d}" for number in numbers], name="id", dtype="str")
        data = {
            "name": [f"点位{number}" for number in numbers],
            "category": "main_road",
            "address": "解放路1号",
            "street": "中山街道",
            "community": "江边社区",
            "unit": "城管局",
            "hours": "",
            "fixed": False,
            "size": 1.0,
            "street_code": "420102001",
            "community_code": "420102001001",
            "grid_code": "",
            "cell": "",
            "retired": False,
        }
        points = shapely.points(114 + numbers * 0.001, 30 + numbers * 0.002)
        return gpd.GeoDataFrame({**data, **columns}, index=index, geometry=points, crs="EPSG:4326")

    return make


@pytest.fixture
def zone_tree() -> gpd.GeoDataFrame:
    """Make a city with every level of zone, and a special zone across two streets."""
    data = {
        "level": [row[1] for row in TREE],
        "name": [f"区{row[0]}" for row in TREE],
        "parent": [row[2] for row in TREE],
        "unit": "街道办",
        "person": "",
    }
    index = pd.Index([row[0] for row in TREE], name="code", dtype="str")
    shapes = [shapely.box(west, 30.0, east, 30.4) for *_, west, east in TREE]
    return gpd.GeoDataFrame(data, index=index, geometry=shapes, crs="EPSG:4326")

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
from sqlalchemy import URL, Connection, create_engine, make_url, text

from geo.store import Store

MakeRoster = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="session")
def postgres() -> URL:
    """Give the URL of the test server, which the test run starts; a missing server is a failure, but on Windows."""
    if platform.system() == "Windows":
        pytest.skip("on Windows the tests run on the GeoPackage alone")
    url = os.environ.get("XUNDIAN_TEST_POSTGRES")
    if not url:
        pytest.fail("set XUNDIAN_TEST_POSTGRES to the URL of a PostgreSQL server with PostGIS, or run make test")
    return make_url(url).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def empty_city(postgres: URL) -> Iterator[tuple[Connection, str]]:
    """Give the server and a database with an empty city, to copy."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        name = f"xundian_test_{secrets.token_hex(6)}"
        server.execute(text(f"CREATE DATABASE {name}"))
        Store.open(postgres.set(database=name).render_as_string(hide_password=False), create=True).close()
        yield server, name
        server.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def postgis_url(postgres: URL, empty_city: tuple[Connection, str]) -> Iterator[str]:
    """Give the URL of a database of its own with an empty city, which goes away after the test."""
    server, template = empty_city
    name = f"xundian_test_{secrets.token_hex(6)}"
    server.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield postgres.set(database=name).render_as_string(hide_password=False)
    server.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def city_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the place of a new city, on each database in turn."""
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

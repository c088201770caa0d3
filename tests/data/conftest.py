"""The demo city, built once for the tests of this folder."""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import pytest

from data.demo import DemoReport, build
from geo.store import Store


@dataclass(frozen=True, slots=True)
class City:
    """What was built, and what the store gives back of it."""

    store: Store
    report: DemoReport
    streets: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    checkpoints: gpd.GeoDataFrame
    visits: gpd.GeoDataFrame


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    path = tmp_path_factory.mktemp("demo") / "city.gpkg"
    with Store.open(str(path), create=True) as store:
        report = build(store)
        yield City(
            store, report, store.streets.frame(), store.zones.frame(), store.checkpoints.frame(), store.visits.frame()
        )

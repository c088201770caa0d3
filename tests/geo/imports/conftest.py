"""A small city of two street offices, and rosters that an office might bring."""

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import Datum, from_wgs84
from geo.frames import ZONES
from geo.store import Store

WEST, SOUTH, MIDDLE, EAST, NORTH = 114.28, 30.55, 114.295, 114.31, 30.575
ROWS = 40
Write = Callable[..., Path]


def box_zones() -> gpd.GeoDataFrame:
    """Make a district, its two street offices, and a community in each."""
    boxes = {
        "420102000000": ("district", "江岸区", "", "江岸区政府", shapely.box(WEST, SOUTH, EAST, NORTH)),
        "420102001000": ("street", "大智街道", "420102000000", "大智街道办", shapely.box(WEST, SOUTH, MIDDLE, NORTH)),
        "420102002000": ("street", "一元街道", "420102000000", "一元街道办", shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
        "420102001001": ("community", "天声社区", "420102001000", "", shapely.box(WEST, SOUTH, MIDDLE, NORTH)),
        "420102002001": ("community", "同兴社区", "420102002000", "", shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
    }
    level, name, parent, unit, shape = zip(*boxes.values(), strict=True)
    columns = {"level": level, "name": name, "parent": parent, "unit": unit, "person": ""}
    index = pd.Index(list(boxes), name="code")
    return gpd.GeoDataFrame(columns, geometry=list(shape), crs=4326, index=index)[[*ZONES.columns, "geometry"]]


def _rows(number: int = ROWS, *, datum: Datum = Datum.WGS84) -> pd.DataFrame:
    """Make rows of a roster with Chinese headings, scattered over both offices."""
    random = np.random.default_rng(7)
    lon = WEST + 0.001 + random.random(number) * (EAST - WEST - 0.002)
    lat = SOUTH + 0.001 + random.random(number) * (NORTH - SOUTH - 0.002)
    x, y = from_wgs84(lon, lat, datum)
    return pd.DataFrame(
        {
            "点位名称": [f"第{i}菜市场" for i in range(number)],
            "类别": "集贸市场",
            "地址": [f"中山大道{i}号" for i in range(number)],
            "经度": x,
            "纬度": y,
        }
    )


@pytest.fixture
def rows() -> Callable[..., pd.DataFrame]:
    """Return rows of a roster: ``rows(number=40, datum=...)``."""
    return _rows


@pytest.fixture
def zones() -> gpd.GeoDataFrame:
    """Return the zones of the small city."""
    return box_zones()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty city."""
    with Store.open(tmp_path / "city.gpkg", create=True) as opened:
        yield opened


@pytest.fixture
def zoned(store: Store) -> Store:
    """Return the city its zones."""
    store.zones.upsert(box_zones())
    return store


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a table as a file of the name's kind, in the folder where refused rows go too."""
    monkeypatch.chdir(tmp_path)

    def written(table: pd.DataFrame, name: str = "roster.csv") -> Path:
        path = tmp_path / name
        if path.suffix == ".xlsx":
            table.to_excel(path, index=False, engine="xlsxwriter")
        else:
            table.to_csv(path, index=False, encoding="utf-8-sig")
        return path

    return written

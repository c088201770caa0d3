"""A roster of thirty rows to spoil: real places where there is real data, else invented ones of the same form."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import xlsxwriter

from geo.readers import read_checkpoints
from geo.readers.categories import osm_table

HEADER = [
    "点位名称",
    "点位类别",
    "详细地址",
    "所属街道",
    "所属社区",
    "责任单位",
    "开放时间",
    "是否固定",
    "规模",
    "经度",
    "纬度",
]
ROWS = 30
Rows = list[list[object]]


def _real(folder: Path) -> list[tuple[str, str, float, float]]:
    with (folder / "chengdu_center_poi.csv").open(encoding="utf-8-sig") as file:
        rows = [(r["name"], r["category"], float(r["lon"]), float(r["lat"])) for r in csv.DictReader(file)]
    return [row for row in rows if osm_table().get(row[1], "-") != "-"][:ROWS]


def _invented() -> list[tuple[str, str, float, float]]:
    rng = np.random.default_rng(3)
    kinds = ["农贸市场", "公交站点", "背街小巷", "医院", "shop=mall", "farmers_market"]
    return [
        (f"第{n}号点位", kinds[n % len(kinds)], float(rng.uniform(104.05, 104.09)), float(rng.uniform(30.64, 30.68)))
        for n in range(ROWS)
    ]


@pytest.fixture(scope="session")
def whole() -> Rows:
    """Return the header and thirty good rows, not to be touched; places as text with seven decimals."""
    folder = os.environ.get("XUNDIAN_DATA")
    places = _real(Path(folder)) if folder else _invented()
    body: Rows = [
        [
            name,
            kind,
            f"人民路{n}号",
            "春熙街道",
            "东锦社区",
            "城管局",
            "08:30-17:30",
            "否",
            "1",
            f"{lon:.7f}",
            f"{lat:.7f}",
        ]
        for n, (name, kind, lon, lat) in enumerate(places)
    ]
    return [list(HEADER), *body]


@pytest.fixture
def roster(whole: Rows) -> Rows:
    """Return the rows to be spoilt."""
    return [row.copy() for row in whole]


@pytest.fixture(scope="session")
def good(whole: Rows, tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    """Return what the good rows are read as."""
    path = tmp_path_factory.mktemp("good") / "roster.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(whole)
    return read_checkpoints(path, datum="wgs84")[0]


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as CSV."""

    def make(rows: Rows, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
        path = tmp_path / "roster.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path

    return make


@pytest.fixture
def xlsx_file(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as XLSX, numbers and times as such, and let a caller add to the sheet."""

    def make(rows: Rows, *, more: Callable[..., None] | None = None) -> Path:
        path = tmp_path / "roster.xlsx"
        options = {"default_date_format": "yyyy-mm-dd hh:mm"}
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet("点位清单")
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if more:
                more(book, sheet)
        return path

    return make

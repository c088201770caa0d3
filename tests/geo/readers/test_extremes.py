"""Numbers at the ends of what a float holds, in every field that may hold one: a row is read or refused, no failure.

Warnings are errors in the tests: arithmetic that overflows on its way to a clear refusal is found too.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.errors import InputError
from geo.readers import read_roster, read_team_list, read_visits, read_zone_layer

EXTREMES = ["1.8e308", "-1.7e308", "1.797693134862316e+305", "5e-324", "1e16", "NaN", "-inf", "9" * 400]
TABLES: dict[str, tuple[Callable, list[str], list[str], list[int]]] = {
    "roster": (
        lambda path: read_roster(path, datum="gcj02"),
        ["名称", "类别", "地址", "开放时间", "规模", "经度", "纬度"],
        ["丁丁", "医院", "路1号", "08:30-17:30", "2", "114.5", "30.5"],
        [3, 4, 5, 6],
    ),
    "teams": (
        lambda path: read_team_list(path, datum="bd09"),
        ["队伍", "成员", "经度", "纬度", "上班", "下班", "午休分钟"],
        ["一组", "张三", "114.5", "30.5", "08:30", "17:30", "60"],
        [2, 3, 4, 5, 6],
    ),
    "visits": (
        read_visits,
        ["点位编号", "时间", "项目", "扣分", "数量"],
        ["A1", "2026-05-01 09:30", "101", "1", "1"],
        [0, 1, 2, 3, 4],
    ),
    "places": (
        lambda path: read_roster(path, datum="wgs84"),
        ["名称", "类别", "坐标"],
        ["丁丁", "医院", "POINT (114.5 30.5)"],
        [],
    ),
    "zones": (
        lambda path: read_zone_layer(path, datum="wgs84", level="street"),
        ["名称", "代码", "wkt"],
        ["甲街道", "420102001", "POLYGON ((114 30, 115 30, 114 31, 114 30))"],
        [],
    ),
}
WKT = {"places": "POINT ({0} 30)", "zones": "POLYGON (({0} 30, 115 30, 114 31, {0} 30))"}


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def refused_or_read(read: Callable, path: Path) -> bool:
    """Read a file; a file that is refused whole says so by its name."""
    try:
        read(path)
    except InputError as error:
        return path.name in str(error)
    return True


@pytest.mark.parametrize("kind", [kind for kind, (*_, fields) in TABLES.items() if fields])
@pytest.mark.parametrize("extreme", EXTREMES, ids=lambda text: text[:12])
def test_every_number_of_a_table(tmp_path, kind, extreme):
    read, header, good, fields = TABLES[kind]
    rows = [[*good[:at], extreme, *good[at + 1 :]] for at in fields]
    assert refused_or_read(read, written(tmp_path / "a.csv", [header, good, *rows]))


@pytest.mark.parametrize("kind", WKT)
@pytest.mark.parametrize("extreme", EXTREMES, ids=lambda text: text[:12])
def test_every_number_of_a_shape(tmp_path, kind, extreme):
    read, header, good, _ = TABLES[kind]
    row = [*good[:-1], WKT[kind].format(extreme)]
    assert refused_or_read(read, written(tmp_path / "a.csv", [header, good, row]))


@pytest.mark.parametrize("extreme", [1.7e308, -1.7e308, 5e-324, 1e16])
def test_every_number_of_geojson(tmp_path, extreme):
    ring = [[114, 30], [extreme, 30], [114, extreme], [114, 30]]
    shapes = [{"type": "Point", "coordinates": [extreme, 30.5]}, {"type": "Polygon", "coordinates": [ring]}]
    named = {"name": "甲街道", "code": "420102001", "category": "医院"}
    features = [{"type": "Feature", "properties": named, "geometry": shape} for shape in shapes]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert refused_or_read(TABLES["roster"][0], path)
    assert refused_or_read(TABLES["zones"][0], path)

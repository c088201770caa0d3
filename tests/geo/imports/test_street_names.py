"""A street's name against its code and against the map: said, and the zone counts."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.crs import Datum
from geo.imports import ImportOptions, import_checkpoints, import_zones
from geo.model import Level
from geo.store import Store

CODES = ["420102001000", "420102002000"]
OPTIONS = ImportOptions(Datum.WGS84)


@pytest.fixture
def city(tmp_path):
    made = Store.open(tmp_path / "c.gpkg", create=True)
    boxes = [shapely.box(114.3, 30.6, 114.31, 30.61), shapely.box(114.31, 30.6, 114.32, 30.61)]
    frame = gpd.GeoDataFrame({"编码": CODES, "名称": ["一元街道", "大智街道"]}, geometry=boxes, crs=4326)
    frame.to_file(tmp_path / "z.gpkg")
    import_zones(made, tmp_path / "z.gpkg", OPTIONS, level=Level.STREET)
    return made


def come(city, tmp_path, **columns):
    rows = {
        "编号": ["A", "B"],
        "名称": ["甲", "乙"],
        "类别": "公园",
        "经度": [114.305, 114.315],
        "纬度": 30.605,
        **columns,
    }
    path = tmp_path / "r.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    report = import_checkpoints(city, path, OPTIONS)
    return city.checkpoints.frame(), "\n".join(note.text() for note in report.notes)


def test_what_agrees_is_not_told(city, tmp_path):
    frame, said = come(city, tmp_path, 街道=["一元街道", "大智街道"], 街道代码=CODES)
    assert frame["street"].tolist() == ["一元街道", "大智街道"]
    assert frame["street_code"].tolist() == CODES
    assert "in which they lie" not in said
    assert "belongs" not in said


@pytest.mark.parametrize("short", [False, True])
def test_codes_in_the_place_of_names(city, tmp_path, short):
    frame, said = come(city, tmp_path, 街道=[code[:9] if short else code for code in CODES])
    assert frame["street"].tolist() == ["一元街道", "大智街道"]
    assert "2 checkpoints have a code where the name of their street belongs" in said
    assert "in which they lie" not in said


def test_a_name_and_a_code_of_another_street(city, tmp_path):
    frame, said = come(city, tmp_path, 街道=["大智街道", "大智街道"], 街道代码=[CODES[0], CODES[0]])
    assert frame["street_code"].tolist() == CODES
    assert "1 checkpoints name another street than the one in which they lie: A; the zone counts" in said
    assert "1 checkpoints give the code of another street than the one in which they lie: B; the zone counts" in said


def test_a_code_that_no_zone_has(city, tmp_path):
    frame, said = come(city, tmp_path, 街道=["420103001000", "某街道"])
    assert frame["street"].tolist() == ["420103001000", "某街道"]
    assert "and no zone has it: '420103001000' first" in said

"""What goes out and comes back in is the same, in every format and datum."""

import csv
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.catalogue import load
from geo.crs import Datum
from geo.errors import InputError
from geo.frames import CHECKPOINTS, ZONES
from geo.imports.roster_changes import merge
from geo.readers import read_roster, read_zone_layer
from geo.writers.layers import FORMATS, write, write_sheet

CATALOGUE = load()


@pytest.fixture
def checkpoints():
    rng = np.random.default_rng(5)
    codes = list(CATALOGUE.categories)
    rows = len(codes)
    frame = pd.DataFrame(
        {
            "name": [f"点位 {n}、“引号”,{'=1+1' if n == 3 else 'é'}" for n in range(rows)],
            "category": codes,
            "address": ["=HYPERLINK(1)" if n == 0 else f"人民路{n}号" for n in range(rows)],
            "street": "一元街道",
            "community": "",
            "unit": ["城管局" if n % 2 else "" for n in range(rows)],
            "hours": ["Mo-Fr 08:30-12:00,14:00-17:30; Sa-Su off" if n % 3 else "" for n in range(rows)],
            "fixed": [n % 4 == 0 for n in range(rows)],
            "size": rng.uniform(0.5, 2000, rows),
            "street_code": "420102001000",
            "community_code": "",
            "grid_code": "",
            "cell": "420102001001007",
            "retired": False,
        },
        index=pd.Index([f"0{n:03d}" for n in range(rows)], name="id", dtype="str"),
    )
    points = gpd.points_from_xy(rng.uniform(114.1, 114.5, rows), rng.uniform(30.4, 30.8, rows))
    return gpd.GeoDataFrame(frame[list(CHECKPOINTS.columns)], geometry=points, crs="EPSG:4326")


@pytest.fixture
def zones():
    shapes = [
        shapely.box(114.3, 30.6, 114.31, 30.61),
        shapely.MultiPolygon([shapely.box(114.31, 30.6, 114.32, 30.61), shapely.box(114.33, 30.6, 114.34, 30.61)]),
        shapely.Polygon(
            [(114.1, 30.6), (114.2, 30.6), (114.2, 30.7)], [[(114.15, 30.61), (114.16, 30.61), (114.16, 30.62)]]
        ),
    ]
    columns = {
        "level": "street",
        "name": ["甲街道", "乙镇", "丙乡"],
        "parent": "",
        "unit": "街道办",
        "person": ["张三", "", ""],
    }
    index = pd.Index(["420102001000", "420102100000", "420102200000"], name="code", dtype="str")
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs="EPSG:4326")


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_roster_comes_back_the_same(tmp_path, checkpoints, suffix, datum, lang):
    path = write(checkpoints, tmp_path / f"点位{suffix}", datum=datum, catalogue=CATALOGUE, lang=lang)
    reading = read_roster(path, datum=datum)
    assert not len(reading.rejected)
    plain = [column for column in CHECKPOINTS.columns if column != "size"]
    assert reading.accepted[plain].equals(checkpoints[plain])
    assert reading.accepted["size"].to_numpy() == pytest.approx(checkpoints["size"].to_numpy(), rel=1e-14)
    assert reading.accepted.geometry.geom_equals_exact(checkpoints.geometry, 2e-9).all()
    assert reading.heading_datum == (None if datum is Datum.WGS84 else datum)
    changes = merge(reading, checkpoints)
    assert (len(changes.new), len(changes.updated), len(changes.unchanged)) == (0, 0, len(checkpoints))


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize("suffix", FORMATS)
def test_zones_come_back_the_same(tmp_path, zones, suffix, datum):
    reading = read_zone_layer(write(zones, tmp_path / f"zones{suffix}", datum=datum), datum=datum, level=None)
    assert not len(reading.rejected)
    assert reading.accepted[list(ZONES.columns)].equals(zones[list(ZONES.columns)])
    assert reading.accepted.geometry.geom_equals_exact(zones.geometry, 3e-9).all()


def test_a_shapefile_of_an_office_comes_in(tmp_path, zones):
    frame = zones.reset_index().rename(columns={"code": "编码", "name": "名称", "unit": "责任单位"})
    frame[["编码", "名称", "责任单位", "geometry"]].to_file(tmp_path / "a.shp", encoding="GBK")
    for cpg in (True, False):
        if not cpg:
            (tmp_path / "a.cpg").unlink()
        accepted = read_zone_layer(tmp_path / "a.shp", datum="wgs84", level="street").accepted
        assert accepted["name"].to_dict() == zones["name"].to_dict()


def test_other_crs_in_a_layer(tmp_path, checkpoints):
    checkpoints.reset_index().to_crs(4547).to_file(tmp_path / "a.gpkg")
    accepted = read_roster(tmp_path / "a.gpkg", datum="cgcs2000").accepted
    assert accepted.geometry.geom_equals_exact(checkpoints.geometry, 1e-9).all()


def test_csv_is_for_excel(tmp_path, checkpoints):
    path = write(checkpoints, tmp_path / "a.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["address"] == "'=HYPERLINK(1)"  # no cell starts a formula
    assert rows[0]["id"] == "0000"


def sheet_xml(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_xlsx_helps_to_fill_in(tmp_path, checkpoints):
    text = sheet_xml(write(checkpoints, tmp_path / "a.xlsx", catalogue=CATALOGUE, lang="zh"))
    assert 'state="frozen"' in text
    assert "<autoFilter" in text
    assert re.search(r"choices_\d+!\$A\$1:\$A\$36", text)
    assert "<f>" not in text  # no formula
    assert text.count("customWidth") > 5


def test_a_sheet_refuses_what_it_cannot_hold(tmp_path):
    with pytest.raises(InputError, match=r"^column note holds 40000 characters in one cell, a sheet at most 32767"):
        write_sheet(pd.DataFrame({"note": ["a" * 40_000]}), tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=r"^2000000 rows do not fit a sheet of 1048576: write CSV or GeoPackage"):
        write_sheet(pd.DataFrame(index=range(2_000_000)), tmp_path / "a.xlsx")


def test_unknown_format(tmp_path, zones):
    with pytest.raises(InputError, match=r"^a.docx ends in '.docx': choose one of .gpkg .geojson .csv .xlsx .kml$"):
        write(zones, tmp_path / "a.docx")


def test_rejected_rows_come_back_corrected(tmp_path, checkpoints):
    checkpoints.loc["0005", "hours"] = "早晚"
    path = write(checkpoints, tmp_path / "a.csv")
    first = read_roster(path, datum="wgs84")
    assert first.rejected["source_row"].tolist() == [7]
    rejects = first.rejected.assign(hours="08:00-18:00")
    write_sheet(rejects, tmp_path / "rejected.xlsx")
    second = read_roster(tmp_path / "rejected.xlsx", datum="wgs84")
    assert second.part
    assert not len(second.rejected)
    changes = merge(second, first.accepted)
    assert changes.new.index.tolist() == ["0005"]
    assert not len(changes.retired)


def test_empty_frames_go_out(tmp_path, checkpoints):
    for suffix in FORMATS:
        assert write(checkpoints.iloc[:0], tmp_path / f"a{suffix}").exists()

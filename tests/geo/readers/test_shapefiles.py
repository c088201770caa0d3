"""Shapefiles with a part missing, with cut names, in any encoding: what is certain is read, the rest said."""

import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import InputError
from geo.readers import read_roster, read_zone_layer
from geo.readers.columns import completed
from geo.readers.shapefiles import field_names, text_of

FAULTS = Path(__file__).parents[1] / "faults"
NAMES = [f"第{n}人民公园" for n in range(5)]


@pytest.fixture
def shapefile(tmp_path):
    def make(encoding="utf-8", columns=None, suffix="shp"):
        columns = columns or {"名称": NAMES, "类别": "公园", "id": [f"{n:04d}" for n in range(5)]}
        points = [shapely.Point(114.3 + n / 1000, 30.6) for n in range(5)]
        frame = gpd.GeoDataFrame(columns, geometry=points, crs=4326)
        frame.to_file(tmp_path / f"a.{suffix}", encoding=encoding)
        return tmp_path / f"a.{suffix}"

    return make


def said(reading):
    return "\n".join(note.text() for note in reading.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk"])
@pytest.mark.parametrize("cpg", ["as it is", "missing", "UTF-8", "936", "nonsense"])
def test_texts_in_any_encoding(shapefile, encoding, cpg):
    path = shapefile(encoding)
    if cpg == "missing":
        path.with_suffix(".cpg").unlink(missing_ok=True)
    elif cpg != "as it is":
        path.with_suffix(".cpg").write_text(cpg)
    reading = read_roster(path, datum="wgs84")
    assert reading.accepted["name"].tolist() == NAMES
    assert reading.accepted.index.tolist() == ["0000", "0001", "0002", "0003", "0004"]


@pytest.mark.parametrize("case", [".shx", ".SHX"])
def test_a_missing_index_is_made_anew(shapefile, case):
    path = shapefile()
    whole = read_roster(path, datum="wgs84")
    path.with_suffix(".shx").unlink()
    for suffix in ("shp", "dbf", "prj") if case == ".SHX" else ():
        path.with_suffix(f".{suffix}").rename(path.with_suffix(f".{suffix.upper()}"))
    reading = read_roster(path.with_suffix(case.replace("x", "p").replace("X", "P")), datum="wgs84")
    assert reading.accepted.equals(whole.accepted)
    assert "lacks its .shx: the index was made anew" in said(reading)
    assert not path.with_suffix(".shx").exists()


def test_a_missing_prj_is_said(shapefile):
    path = shapefile()
    path.with_suffix(".prj").unlink()
    reading = read_roster(path, datum="wgs84")
    assert len(reading.accepted) == 5
    assert "lacks its .prj" in said(reading)


def test_a_missing_table_is_refused_by_its_name(shapefile):
    path = shapefile()
    path.with_suffix(".dbf").unlink()
    with pytest.raises(InputError, match=r"^a.shp lacks its .dbf, which holds names"):
        read_roster(path, datum="wgs84")


def test_broken_shapes_without_an_index(shapefile):
    path = shapefile()
    path.with_suffix(".shx").unlink()
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match="is cut off"):
        read_roster(path, datum="wgs84")


def test_a_name_that_was_cut_inside_a_character(tmp_path):
    for part in FAULTS.glob("utf8_field_name_cut.*"):
        shutil.copy(part, tmp_path)
    path = tmp_path / "utf8_field_name_cut.shp"
    zones = read_zone_layer(path, datum="wgs84", level="street")
    assert zones.accepted["name"].tolist() == ["黄鹤楼街道"]
    assert "街道名 -> 街道名称" in said(zones)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::RuntimeWarning")
def test_names_and_texts_that_the_format_cut(shapefile):
    long = "长" * 100
    path = shapefile(columns={"点位名称": [long, *NAMES[1:]], "点位类别": "公园", "开放时间": "08:30-17:30"})
    reading = read_roster(path, datum="wgs84")
    assert reading.accepted["name"].tolist() == ["长" * 84, *NAMES[1:]]  # 254 bytes
    assert reading.accepted["hours"].tolist() == ["08:30-17:30"] * 5
    assert "点位类 -> 点位类别" in said(reading)


def test_cut_names_are_completed_only_where_they_mean_one_field():
    assert completed("点位类") == "点位类别"
    assert completed("责任") == "责任"  # 责任单位 or 责任人
    assert completed("名称") == "名称"
    assert completed("新列") == "新列"
    assert text_of("街道名称".encode()[:10].decode("latin-1"), "utf-8") == "街道名"
    raw = [name.encode()[:10].decode("latin-1") for name in ("点位类别", "点位类型", "id")]
    assert field_names(raw, "utf-8")[0] == ["点位类别", "点位类", "id"]

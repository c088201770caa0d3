"""Files that were cut off while they were copied: refused, never read as far as they go."""

import re
import shutil
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from geo.errors import InputError
from geo.readers import read_roster
from geo.writers.layers import write as write_layer
from tests.geo.workbooks.test_extent import XLS, xlsb

NUMBER = 400


def points() -> gpd.GeoDataFrame:
    places = gpd.points_from_xy([114.3 + n / 10_000 for n in range(NUMBER)], [30.6] * NUMBER, crs=4326)
    return gpd.GeoDataFrame({"name": [f"公园{n}" for n in range(NUMBER)], "category": "park"}, geometry=places)


SHARES = (0.25, 0.5, 0.75, 0.9, 0.99)


def cuts(path: Path) -> Iterator[Path]:
    """Cut a file in several places, one after the other, its last bytes too, and mend it."""
    content = path.read_bytes()
    size = len(content)
    for length in sorted(
        {int(size * share) for share in SHARES} | {size - some for some in (2, 10, 50) if some < size}
    ):
        path.write_bytes(content[:length])
        yield path
    path.write_bytes(content)


@pytest.mark.parametrize(
    "suffix", ["xlsx", "gpkg", "shp", "geojson", "geojsonl", "kml", "kmz", "gpx", "fgb", "zip", "ods", "tab", "mif"]
)
def test_a_file_that_was_cut(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    write(path)
    assert read(path) == (NUMBER, 0)
    for _ in cuts(path):
        assert refused_or_whole(path)


def read(path: Path) -> tuple[int, int]:
    reading = read_roster(path, datum="wgs84", columns=COLUMNS.get(path.suffix[1:]))
    return len(reading.accepted), len(reading.rejected)


def refused_or_whole(path: Path, number: int = NUMBER) -> bool:
    """Tell whether a cut file is refused; only a cut that takes nothing but the end of the last line may be read."""
    try:
        return read(path) == (number, 0)
    except InputError:
        return True


@pytest.mark.parametrize("suffix", ["tab", "mif", "gdb"])
def test_each_part_of_a_file_of_several(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    write(path)
    parts = sorted(path.iterdir() if path.is_dir() else tmp_path.iterdir())
    assert read(path) == (NUMBER, 0)
    silent = [f"{part.name} {part.stat().st_size}" for part in parts for _ in cuts(part) if not refused_or_whole(path)]
    assert silent == []


def test_a_file_geodatabase_in_an_archive(tmp_path):
    write(tmp_path / "a.gdb")
    table = max((tmp_path / "a.gdb").glob("*.gdbtable"), key=lambda one: one.stat().st_size)
    for _ in cuts(table):
        shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path, "a.gdb")
        with pytest.raises(InputError, match=r"it says that it has 400 rows, \d+ can be read|cannot be read"):
            read(tmp_path / "a.zip")


def test_rows_that_mapinfo_marks_as_deleted_are_not_missed(tmp_path):
    write(tmp_path / "a.tab")
    table = bytearray((tmp_path / "a.dat").read_bytes())
    start, length = struct.unpack_from("<HH", table, 8)
    table[start + 5 * length] = ord("*")
    (tmp_path / "a.dat").write_bytes(table)
    places = bytearray((tmp_path / "a.id").read_bytes())
    places[20:24] = bytes(4)
    (tmp_path / "a.id").write_bytes(places)
    assert read(tmp_path / "a.tab") == (NUMBER - 1, 0)


@pytest.mark.parametrize("suffix", ["xls", "xlsb"])
def test_binary_workbooks(tmp_path, suffix):
    path = xlsb(tmp_path) if suffix == "xlsb" else tmp_path / "a.xls"
    if suffix == "xls":
        path.write_bytes(XLS.read_bytes())
    number, _ = read(path)
    assert number
    for _ in cuts(path):
        assert refused_or_whole(path, number)
    if suffix == "xls":
        for length in range(512, path.stat().st_size, 499):  # every sector; the reader of XLS panics over some
            path.write_bytes(XLS.read_bytes()[:length])
            assert refused_or_whole(path, number)


@pytest.mark.parametrize(
    ("suffix", "member"),
    [
        ("xlsx", "xl/worksheets/sheet1.xml"),
        ("xlsx", "xl/sharedStrings.xml"),
        ("xlsx", "xl/workbook.xml"),
        ("ods", "content.xml"),
        ("kmz", "a.kml"),
        ("zip", "a.shp"),
        ("zip", "a.dbf"),
        ("zip", "a.shx"),
    ],
)
def test_a_part_that_was_cut_before_it_was_packed(tmp_path, suffix, member):
    path = tmp_path / f"a.{suffix}"
    write(path)
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    part = tmp_path / "part"
    part.write_bytes(held[member])
    for _ in cuts(part):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in held.items():
                archive.writestr(name, part.read_bytes() if name == member else content)
        assert refused_or_whole(path)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_text_that_was_cut(tmp_path, ends):
    """Where a line was cut in its last cell nobody can tell; wherever else, its row is refused."""
    rows = [f"公园{n},公园,{114.3001 + n / 10_000:.4f},30.6001,晚上开放" for n in range(NUMBER)]
    whole = ends.join(["名称,类别,经度,纬度,单位", *rows]).encode()
    path = tmp_path / "a.csv"
    path.write_bytes(whole)  # the last line needs no end
    assert read(path) == (NUMBER, 0)
    for less in range(1, 50):
        path.write_bytes(whole[:-less])
        last = whole[:-less].decode(errors="replace").rpartition(ends)[2]
        try:
            accepted, rejected = read(path)
        except InputError as error:  # cut inside a character
            assert "�" in last, error  # noqa: PT017
            continue
        rows = whole[:-less].decode().count(ends)
        missing = last.count(",") < 4  # of its cells
        assert (accepted, rejected) == ((rows - 1, int(bool(last))) if missing else (rows, 0)), last


def test_a_text_with_an_open_quote(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('名称,类别,经度,纬度\n"公园,公园,114.3001,30.6001\n公园2,公园,114.3002,30.6001\n', encoding="utf-8")
    with pytest.raises(InputError, match="quotation mark in line 2"):
        read(path)


DRIVERS = {".tab": "MapInfo File", ".mif": "MapInfo File", ".gdb": "OpenFileGDB", ".geojsonl": "GeoJSONSeq"}
COLUMNS = {"gpx": {"category": "=park"}}


def write(path: Path) -> None:
    """Write the points in the format of the name."""
    frame = points()
    if path.suffix in (".xlsx", ".ods"):
        table = frame.assign(lon=frame.geometry.x, lat=frame.geometry.y).drop(columns="geometry")
        if path.suffix == ".xlsx":
            table.to_excel(path, index=False, engine="xlsxwriter")
        else:
            pyogrio.write_dataframe(pd.DataFrame(table), path, driver="ODS")
            compact(path)
    elif path.suffix == ".gpx":
        frame[["name", "geometry"]].to_file(path, driver="GPX", layer="waypoints")
    elif path.suffix == ".zip":
        (path.parent / "in").mkdir()
        frame.to_file(path.parent / "in" / "a.shp", encoding="utf-8")
        shutil.make_archive(str(path.with_suffix("")), "zip", path.parent / "in")
    elif path.suffix in (".kml", ".kmz"):
        write_layer(frame, path.with_suffix(".kml"))
        if path.suffix == ".kmz":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(path.with_suffix(".kml"), "a.kml")
    elif path.suffix in DRIVERS:
        frame.to_file(path, driver=DRIVERS[path.suffix], encoding="utf-8")
    else:
        frame.to_file(path)


def compact(path: Path) -> None:
    """Take the blanks between elements out, as office programs write it."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held["content.xml"] = re.sub(rb">\s+<", b"><", held["content.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("part", ["dbf", "shx", "shp"])
def test_a_shapefile_of_which_one_part_was_cut(tmp_path, part):
    points().to_file(tmp_path / "a.shp", encoding="utf-8")
    path = tmp_path / f"a.{part}"
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InputError, match=rf"a\.{part} is cut off: it says that it has \d+ bytes, \d+ are there"):
        read_roster(tmp_path / "a.shp", datum="wgs84")

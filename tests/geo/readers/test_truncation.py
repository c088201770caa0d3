"""Files that were cut off while they were copied: refused, never read as far as they go."""

import re
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from geo.errors import InputError
from geo.readers import read_roster
from geo.writers.layers import write as write_layer

NUMBER = 400


def points() -> gpd.GeoDataFrame:
    places = gpd.points_from_xy([114.3 + n / 10_000 for n in range(NUMBER)], [30.6] * NUMBER, crs=4326)
    return gpd.GeoDataFrame({"name": [f"公园{n}" for n in range(NUMBER)], "category": "park"}, geometry=places)


@pytest.mark.parametrize("suffix", ["xlsx", "gpkg", "shp", "geojson", "kml", "gpx", "fgb", "zip", "ods"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_file_that_was_cut(tmp_path, suffix, share):
    path = tmp_path / f"a.{suffix}"
    write(path)
    assert len(read_roster(path, datum="wgs84", columns=COLUMNS.get(suffix)).accepted) == NUMBER
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError):
        read_roster(path, datum="wgs84", columns=COLUMNS.get(suffix))


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
    elif path.suffix == ".kml":
        write_layer(frame, path)
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

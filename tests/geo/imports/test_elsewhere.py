"""A file of another continent is refused, whatever it holds, unless somebody insists."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.crs import Datum
from geo.errors import DatumError, InputError
from geo.imports import ImportOptions, import_checkpoints, import_streets, import_zones
from geo.imports.elsewhere import away_km
from geo.model import Level
from geo.store import Store

HERE, THERE = (114.3, 30.6), (-114.3, 30.6)  # a sign too many is another continent


def streets(path: Path, place: tuple[float, float]) -> Path:
    line = shapely.LineString([place, (place[0] + 0.01, place[1])])
    gpd.GeoDataFrame({"u": [1], "v": [2], "highway": "primary"}, geometry=[line], crs=4326).to_file(path)
    return path


def roster(path: Path, place: tuple[float, float]) -> Path:
    points = [shapely.Point(place[0] + n / 1000, place[1]) for n in range(3)]
    gpd.GeoDataFrame({"name": list("甲乙丙"), "category": "公园"}, geometry=points, crs=4326).to_file(path)
    return path


def zones(path: Path, place: tuple[float, float]) -> Path:
    gpd.GeoDataFrame({"name": ["区"]}, geometry=[shapely.Point(place).buffer(0.1)], crs=4326).to_file(path)
    return path


@pytest.fixture
def city(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "c.gpkg", create=True)


def test_checkpoints_and_zones_beside_the_streets(city: Store, tmp_path: Path) -> None:
    import_streets(city, streets(tmp_path / "s.gpkg", HERE))
    for place, journey in ((HERE, ImportOptions(Datum.WGS84)), (THERE, ImportOptions(Datum.WGS84, force=True))):
        assert import_checkpoints(city, roster(tmp_path / "r.gpkg", place), journey).accepted == 3
        assert import_zones(city, zones(tmp_path / "z.gpkg", place), journey, level=Level.SPECIAL).accepted == 1
    with pytest.raises(DatumError, match=r"^the file lies \d+ km from the city"):
        import_checkpoints(city, roster(tmp_path / "r2.gpkg", (0.5, 51.5)), ImportOptions(Datum.WGS84))
    with pytest.raises(DatumError, match=r"^the file lies \d+ km from the city"):
        import_zones(city, zones(tmp_path / "z2.gpkg", (0.5, 51.5)), ImportOptions(Datum.WGS84), level=Level.SPECIAL)


def test_streets_beside_the_zones(city: Store, tmp_path: Path) -> None:
    import_zones(city, zones(tmp_path / "z.gpkg", HERE), ImportOptions(Datum.WGS84), level=Level.SPECIAL)
    with pytest.raises(InputError, match=r"^s.gpkg lies \d+ km from the zones and checkpoints"):
        import_streets(city, streets(tmp_path / "s.gpkg", THERE))
    assert import_streets(city, streets(tmp_path / "s.gpkg", HERE)).accepted == 1


def test_within_the_width_of_a_city_is_near() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(HERE)], crs=4326)
    assert away_km(frame, (None, frame.iloc[:0])) == 0
    assert away_km(frame, (frame.translate(xoff=4).to_frame("geometry"),)) == 0
    assert away_km(frame, (frame.translate(xoff=6).to_frame("geometry"),)) == pytest.approx(575, abs=10)

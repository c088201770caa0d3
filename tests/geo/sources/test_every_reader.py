"""Each rule about CRS, numbers and shapes against each reader: points, teams, zones, edges, and tables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from geo.crs import Datum, from_wgs84
from geo.errors import DatumError, InputError
from geo.readers import read_roster, read_zone_layer
from geo.readers.teams import read_team_table
from geo.streets.edges import read_streets

FAULTS = Path(__file__).parents[1] / "faults"
PLACES = [(114.301, 30.601), (114.303, 30.603), (114.305, 30.605)]
QINGDAO = [(120.38, 36.06), (120.382, 36.061), (120.384, 36.062)]
Shapes = list[shapely.Geometry | None]


@dataclass(frozen=True)
class Result:
    """What a reader made of a file."""

    places: np.ndarray  # WGS-84 degrees, one row for each good row
    said: str  # reasons and notes


def points(places: list[tuple[float, float]]) -> Shapes:
    return [shapely.Point(place) for place in places]


def areas(places: list[tuple[float, float]]) -> Shapes:
    return [shapely.Polygon([(x, y), (x + 4e-4, y), (x, y + 4e-4)]) for x, y in places]


def lines(places: list[tuple[float, float]]) -> Shapes:
    return [shapely.LineString([(x, y), (x + 4e-4, y + 1e-4), (x + 8e-4, y)]) for x, y in places]


def table_of(shapes: Shapes, crs: object, kind: str) -> gpd.GeoDataFrame:
    count = len(shapes)
    columns = {
        "points": {"name": [f"点{n}" for n in range(count)], "category": "公园"},
        "teams": {"team": [f"组{n}" for n in range(count)], "inspector": [f"人{n}" for n in range(count)]},
        "zones": {"name": [f"区{n}" for n in range(count)]},
        "edges": {"u": range(0, 2 * count, 2), "v": range(1, 2 * count, 2), "highway": "residential", "name": "路"},
    }[kind]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def answer(accepted: gpd.GeoDataFrame, reasons: list[str], notes: object) -> Result:
    first = accepted.geometry.map(lambda shape: shapely.get_coordinates(shape)[0])
    return Result(np.array(first.tolist()).reshape(-1, 2), "\n".join([*reasons, *(note.text() for note in notes)]))


def read_layer(path: Path, kind: str, datum: str, crs: str | None = None) -> Result:
    if kind == "points":
        reading = read_roster(path, datum=datum, crs=crs)
        return answer(reading.accepted, reading.rejected["reason"].tolist(), reading.notes)
    if kind == "zones":
        zones = read_zone_layer(path, datum=datum, level="special", crs=crs)
        order = np.argsort(zones.accepted["name"].to_numpy(str))
        return answer(zones.accepted.iloc[order], zones.rejected["reason"].tolist(), zones.notes)
    if kind == "teams":
        teams = read_team_table(path, datum=datum, crs=crs)
        places = np.array([(team.base_lon, team.base_lat) for team in teams.teams]).reshape(-1, 2)
        return Result(places, "\n".join([*teams.rejected["reason"], *(note.text() for note in teams.notes)]))
    source = read_streets(path)
    notes = [note if isinstance(note, str) else note.text() for note in source.notes]
    firsts = np.array([line.coords[0] for line in source.edges.sort_values("u").geometry])
    return Result(firsts, "\n".join(notes))


SHAPES: dict[str, Callable[[list[tuple[float, float]]], Shapes]] = {
    "points": points,
    "teams": points,
    "zones": areas,
    "edges": lines,
}
LAYERS = pytest.mark.parametrize("kind", list(SHAPES))


@pytest.fixture
def layer(tmp_path: Path) -> Callable[..., Path]:
    """Write shapes as the kind of file that a reader takes, in a CRS that may be wrong."""

    def make(shapes: Shapes, kind: str, *, said: object = 4326, truly: object = None, name: str = "a.gpkg") -> Path:
        frame = table_of(shapes, 4326, kind)
        frame = frame.to_crs(truly) if truly else frame
        frame = frame.set_crs(said, allow_override=True)
        if name.endswith("parquet"):
            frame.to_parquet(tmp_path / name)
        else:
            frame.to_file(tmp_path / name)
        return tmp_path / name

    return make


@LAYERS
@pytest.mark.parametrize(
    ("said", "truly"),
    [(4326, 4547), (3857, 4326), (4547, 4326), (4490, 3857), (2326, 4547), (4214, 4547)],
)
def test_a_crs_that_contradicts_the_numbers_is_refused(layer, kind, said, truly):
    with pytest.raises(InputError, match="don't fit the CRS that it names"):
        read_layer(layer(SHAPES[kind](PLACES), kind, said=said, truly=truly), kind, "cgcs2000")


@pytest.mark.parametrize("kind", ["points", "teams", "zones"])
def test_the_named_crs_helps_where_the_files_own_is_wrong(layer, kind):
    path = layer(SHAPES[kind](PLACES), kind, said=3857, truly=4547)
    with pytest.raises(DatumError, match="lies outside China"):
        read_layer(path, kind, "cgcs2000")
    for said in (3857, 4326, 4214):
        path = layer(SHAPES[kind](PLACES), kind, said=said, truly=4547)
        found = read_layer(path, kind, "cgcs2000", "EPSG:4547")
        assert found.places == pytest.approx(np.array(PLACES), abs=1e-7)
        assert "EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E) was used, as the import says" in found.said
    right = read_layer(layer(SHAPES[kind](PLACES), kind, name="b.gpkg"), kind, "cgcs2000", "EPSG:4547")
    assert "(WGS 84) goes with its numbers" in right.said


@LAYERS
@pytest.mark.parametrize("crs", [4326, 4490, 3857, 4547, 4526, 32650, 4979, "EPSG:4326+5773", "EPSG:4547+5737"])
def test_any_crs_that_fits_gives_the_same_places(layer, kind, crs):
    path = layer(SHAPES[kind](PLACES), kind, said=crs, truly=crs)
    assert read_layer(path, kind, "cgcs2000").places == pytest.approx(np.array(PLACES), abs=1e-7)


@LAYERS
@pytest.mark.parametrize(("said", "move"), [(4547, 38e6), (4526, -38e6), (4508, 0.0)])
def test_the_prefix_of_the_zone_is_taken_off_or_put_on(layer, kind, said, move):
    truly = {4547: 4547, 4526: 4526, 4508: 4508}[said]
    frame = table_of(SHAPES[kind](PLACES), 4326, kind).to_crs(truly)
    path = layer(list(frame.geometry.translate(xoff=move)), kind, said=said)
    assert read_layer(path, kind, "cgcs2000").places == pytest.approx(np.array(PLACES), abs=1e-7)


@LAYERS
def test_northing_first_is_read_so_and_swapped_degrees_are_refused(layer, kind):
    def turn(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, lambda xy: xy[:, ::-1])

    metric = table_of(SHAPES[kind](PLACES), 4326, kind).to_crs(4547)
    found = read_layer(layer([turn(shape) for shape in metric.geometry], kind, said=4547), kind, "cgcs2000")
    assert found.places == pytest.approx(np.array(PLACES), abs=1e-7)
    assert "the first coordinate is the northing" in found.said
    shapes = SHAPES[kind](PLACES)
    mixed = read_layer(layer([turn(shapes[0]), *shapes[1:]], kind, name="b.gpkg"), kind, "wgs84")
    assert len(mixed.places) == 2
    assert "swapped: exchange the two" in mixed.said


@LAYERS
def test_one_row_of_another_kind_of_numbers_is_that_rows_fault(layer, kind):
    shapes = SHAPES[kind]([*PLACES, (538_000.0, 3_388_000.0)])
    found = read_layer(layer(shapes, kind), kind, "wgs84")
    assert found.places == pytest.approx(np.array(PLACES), abs=1e-7)
    assert "are metres, but EPSG:4326 (WGS 84) has degrees" in found.said


@LAYERS
@pytest.mark.parametrize("crs", [4214, 21460])
def test_beijing_1954_is_moved_where_a_way_is_known(layer, kind, crs):
    path = layer(SHAPES[kind](QINGDAO), kind, said=crs, truly=crs)
    raw = Transformer.from_crs(crs, 4214, always_xy=True)
    frame = gpd.read_file(path)
    there = np.array([raw.transform(*shapely.get_coordinates(shape)[0]) for shape in frame.geometry])
    found = read_layer(path, kind, "wgs84")
    moved = Geod(ellps="WGS84").inv(*there.T, *found.places.T)[2]
    assert np.all((np.array(moved) > 60) & (np.array(moved) < 85))
    assert "was turned into WGS-84 by Beijing 1954 to WGS 84 (2), good to 15 m" in found.said


@LAYERS
@pytest.mark.parametrize("crs", [4610, 2383, 4214, 2435])
def test_a_datum_without_a_known_way_is_told(layer, kind, crs):
    found = read_layer(layer(SHAPES[kind](PLACES), kind, said=crs, truly=crs), kind, "wgs84")
    assert len(found.places) == len(PLACES)
    assert "lies some 100 m beside WGS-84, and no exact way" in found.said


@LAYERS
def test_a_local_system_is_refused_and_an_undefined_one_told(layer, kind):
    local = CRS.from_wkt(
        'ENGCRS["矿区独立坐标系",EDATUM["x"],CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],UNIT["m",1]]'
    )
    path = layer(SHAPES[kind](PLACES), kind, said=local, name="a.parquet") if kind == "edges" else None
    path = path or layer(SHAPES[kind](PLACES), kind, said=local)
    with pytest.raises(InputError, match="a system of its own"):
        read_layer(path, kind, "wgs84")


@LAYERS
@pytest.mark.parametrize("wrap", ["multi", "collection", "z"])
def test_what_is_as_good_as_the_right_shape_is_read(layer, kind, wrap):
    multi = {"points": shapely.MultiPoint, "teams": shapely.MultiPoint, "zones": shapely.MultiPolygon}
    shapes = SHAPES[kind](PLACES)
    if wrap == "z":
        shapes = list(shapely.force_3d(shapes, 21.5))
    elif wrap == "multi":
        shapes = [multi.get(kind, shapely.MultiLineString)([shape]) for shape in shapes]
    else:
        shapes = [shapely.GeometryCollection([shape]) for shape in shapes]
    name = "a.parquet" if kind == "edges" else "a.gpkg"
    assert read_layer(layer(shapes, kind, name=name), kind, "wgs84").places == pytest.approx(np.array(PLACES), abs=1e-7)


@LAYERS
def test_shapes_of_another_kind_and_none_are_told(layer, kind):
    other = shapely.LineString([(114.3, 30.6), (114.31, 30.6)]) if kind != "edges" else shapely.Point(114.3, 30.6)
    several = {"zones": shapely.MultiPoint([(114.3, 30.6), (114.4, 30.6)])}.get(
        kind, shapely.MultiLineString([[(114.3, 30.6), (114.31, 30.6)], [(114.4, 30.6), (114.41, 30.6)]])
    )
    shapes = [*SHAPES[kind](PLACES), other, several, None]
    name = "a.parquet" if kind == "edges" else "a.gpkg"
    found = read_layer(layer(shapes, kind, name=name), kind, "wgs84")
    assert found.places == pytest.approx(np.array(PLACES), abs=1e-7)
    assert ("3 rows without a line" if kind == "edges" else "its geometry is a Multi") in found.said


def test_parts_of_a_street_that_meet_are_joined(layer):
    x, y = PLACES[0]
    parts = shapely.MultiLineString([[(x, y), (x + 1e-3, y)], [(x + 1e-3, y), (x + 2e-3, y)]])
    found = read_layer(layer([parts], "edges"), "edges", "wgs84")
    assert len(found.places) == 1
    assert "the parts of the line meet and were joined" in found.said


def test_a_closed_line_is_an_outline(layer):
    ring = shapely.LineString(areas(PLACES)[0].exterior.coords)
    found = read_layer(layer([ring], "zones"), "zones", "wgs84")
    assert len(found.places) == 1
    assert "the closed line was taken as the outline" in found.said


@pytest.mark.parametrize("kind", ["points", "teams", "zones"])
def test_gcj02_is_in_degrees_or_in_the_web_mercator_map(layer, kind):
    lon, lat = from_wgs84(*np.array(PLACES).T, Datum.GCJ02)
    shapes = SHAPES[kind](list(zip(lon, lat, strict=True)))
    for crs in (4326, 4490, 3857):
        found = read_layer(layer(shapes, kind, said=crs, truly=crs, name=f"{crs}.gpkg"), kind, "gcj02")
        assert found.places == pytest.approx(np.array(PLACES), abs=1e-6)
    found = read_layer(layer(shapes, kind, said=4547, truly=4547), kind, "gcj02")
    assert not len(found.places)
    assert "are metres, and gcj02 has none" in found.said
    with pytest.raises(InputError, match="has a datum of its own and cannot be gcj02"):
        read_layer(layer(shapes, kind, said=4214, truly=4214, name="b.gpkg"), kind, "gcj02")


@pytest.mark.parametrize("kind", ["points", "teams", "zones"])
def test_a_table_of_wkt_has_the_same_rules(tmp_path, kind):
    metric = table_of(SHAPES[kind](PLACES), 4326, kind).to_crs(4526)
    pd.DataFrame(metric.drop(columns="geometry")).assign(wkt=metric.to_wkt()["geometry"]).to_csv(tmp_path / "a.csv")
    found = read_layer(tmp_path / "a.csv", kind, "cgcs2000")
    assert found.places == pytest.approx(np.array(PLACES), abs=1e-7)
    assert "prefix of zone 38" in found.said


@pytest.mark.parametrize("kind", ["points", "teams"])
def test_a_table_of_numbers_has_the_same_rules(tmp_path, kind):
    for crs, datum, expected in (
        (4214, "wgs84", "good to 15 m"),
        (21460, "wgs84", "good to 15 m"),
        (4610, "cgcs2000", "no exact way"),
    ):
        frame = table_of(points(QINGDAO), 4326, kind).to_crs(crs)
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(lon=frame.geometry.x, lat=frame.geometry.y)
        table.to_csv(tmp_path / "a.csv", index=False)
        found = read_layer(tmp_path / "a.csv", kind, datum, f"EPSG:{crs}")
        assert expected in found.said
        assert found.places == pytest.approx(np.array(QINGDAO), abs=2e-3)


def test_the_files_that_were_handled_wrongly():
    with pytest.raises(InputError, match="don't fit the CRS that it names, EPSG:3857"):
        read_roster(FAULTS / "points_crs3857_degrees_accepted.geojson", datum="wgs84")
    (point,) = read_roster(FAULTS / "beijing54_point_not_moved.gpkg", datum="wgs84").accepted.geometry
    assert Geod(ellps="WGS84").inv(120.38, 36.06, point.x, point.y)[2] == pytest.approx(72, abs=1)
    assert len(read_streets(FAULTS / "edges_multilinestring_refused.gpkg").edges) > 0

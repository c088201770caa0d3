"""A wrong datum is refused with the right suggestion; a right one never is."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import Datum, from_wgs84, shift_frame, to_wgs84
from geo.errors import DatumError
from geo.imports.datum_check import Strength, judge, judge_zones
from geo.imports.datum_evidence import City
from geo.readers import read_roster
from geo.streets.edges import read_streets

PAIRS = [(true, declared) for true in Datum for declared in Datum]
ALIKE = {Datum.CGCS2000: Datum.WGS84}


def laid(checkpoints, true, declared):
    """Move checkpoints as an import does that takes degrees of one datum for another's."""
    lon, lat = from_wgs84(checkpoints.geometry.x, checkpoints.geometry.y, true)
    lon, lat = to_wgs84(lon, lat, declared)
    return checkpoints.set_geometry(gpd.points_from_xy(lon, lat, crs="EPSG:4326"))


def right(true, declared):
    return ALIKE.get(true, true) is ALIKE.get(declared, declared)


@pytest.fixture(scope="module", params=["shanghai", "chengdu"])
def real_city(request, real_data):
    edges = read_streets(real_data / f"{request.param}_center.osm").edges
    return read_roster(real_data / f"{request.param}_center_poi.csv", datum="wgs84").accepted, City(streets=edges)


@pytest.mark.parametrize(("true", "declared"), PAIRS)
def test_real_places_named_rightly_and_wrongly(real_city, true, declared):
    checkpoints, city = real_city
    verdict = judge(laid(checkpoints, true, declared), declared=declared, city=city)
    assert verdict.strength is Strength.CLEAR
    if right(true, declared):
        assert verdict.fits
        verdict.raise_unless_fits()
        return
    assert not verdict.fits
    with pytest.raises(DatumError) as caught:
        verdict.raise_unless_fits()
    suggestion = ALIKE.get(true, true)
    assert str(caught.value).startswith(f"the coordinates fit {suggestion} better than {declared}: ")
    assert " rows name a street, from which they lie " in str(caught.value)
    assert str(caught.value).endswith(f"; name {suggestion}, or pass --force")


def test_small_real_rosters_never_get_a_wrong_verdict(real_city):
    checkpoints, city = real_city
    rng = np.random.default_rng(11)
    for rows in (4, 8, 15, 30):
        part = checkpoints.iloc[np.sort(rng.choice(len(checkpoints), rows, replace=False))]
        for true, declared in ((Datum.WGS84, Datum.WGS84), (Datum.GCJ02, Datum.WGS84), (Datum.GCJ02, Datum.GCJ02)):
            verdict = judge(laid(part, true, declared), declared=declared, city=city)
            assert verdict.fits or (not right(true, declared) and verdict.suggestion is true)


# --- an invented town: a lattice of named streets, some 250 m apart


def town():
    names = [f"{a}{b}路" for a in "东南西北中" for b in "山河湖海江"]
    lines, called = [], []
    for n in range(12):
        y, x = 30.58 + n * 0.0023, 114.28 + n * 0.0027
        lines += [shapely.LineString([(114.28, y), (114.31, y)]), shapely.LineString([(x, 30.58), (x, 30.61)])]
        called += [names[n], names[n + 12]]
    data = {"name": pd.array(called, dtype="str"), "highway": pd.array(["secondary"] * 24, dtype="str")}
    return gpd.GeoDataFrame(data, geometry=lines, crs="EPSG:4326")


def roster(rng, rows, streets=None, **columns):
    """Return places beside streets, whose addresses name them."""
    if streets is None:
        spots = shapely.points(rng.uniform(114.28, 114.31, rows), rng.uniform(30.58, 30.61, rows))
        addresses = [""] * rows
    else:
        at = rng.integers(0, len(streets), rows)
        along = shapely.line_interpolate_point(
            streets.geometry.to_numpy()[at], rng.uniform(0, 1, rows), normalized=True
        )
        spots = shapely.points(shapely.get_coordinates(along) + rng.normal(0, 1e-4, (rows, 2)))
        addresses = [f"江岸区{name}{n + 1}号" for n, name in enumerate(streets["name"].to_numpy()[at])]
    data = {
        "name": [f"第{n}号" for n in range(rows)],
        "address": addresses,
        "category": "restaurant",
        "street": "",
        "community": "",
    }
    frame = pd.DataFrame(data | columns, index=pd.Index([f"A{n}" for n in range(rows)], name="id"), dtype="str")
    return gpd.GeoDataFrame(frame, geometry=spots, crs="EPSG:4326")


def zones(parts=3):
    step = 0.03 / parts
    shapes = [
        shapely.box(114.28 + i * step, 30.58 + j * step, 114.28 + (i + 1) * step, 30.58 + (j + 1) * step)
        for i in range(parts)
        for j in range(parts)
    ]
    codes = pd.Index([f"420102{n + 1:03d}000" for n in range(parts * parts)], name="code", dtype="str")
    data = {
        "level": "street",
        "name": [f"{n}街道" for n in range(parts * parts)],
        "parent": "",
        "unit": "",
        "person": "",
    }
    return gpd.GeoDataFrame(pd.DataFrame(data, index=codes, dtype="str"), geometry=shapes, crs="EPSG:4326")


def named_zones(rng, rows):
    own = zones()
    at = rng.integers(0, len(own), rows)
    spots = []
    for shape in own.geometry.to_numpy()[at]:
        west, south, east, north = shape.bounds
        spots.append(shapely.Point(rng.uniform(west, east), rng.uniform(south, north)))
    return roster(rng, rows, street=own["name"].to_numpy()[at]).set_geometry(
        gpd.GeoSeries(spots, crs="EPSG:4326").to_numpy()
    )


@pytest.mark.parametrize(("true", "declared"), PAIRS)
@pytest.mark.parametrize("kind", ["streets", "places", "zones"])
def test_each_kind_of_evidence_suffices(kind, true, declared):
    rng = np.random.default_rng(2)
    if kind == "streets":
        points, city = roster(rng, 60, town()), City(streets=town())
    elif kind == "places":
        points = roster(rng, 40)
        city = City(checkpoints=points.set_axis([f"B{n}" for n in range(40)]))
    else:
        points, city = named_zones(rng, 300), City(zones=zones())
    verdict = judge(laid(points, true, declared), declared=declared, city=city)
    assert verdict.fits == right(true, declared)
    assert verdict.strength is Strength.CLEAR
    if not verdict.fits:
        assert verdict.suggestion is ALIKE.get(true, true)


def test_no_false_alarm_where_nothing_matches():
    """Rosters that name streets at random: of a hundred, none is refused."""
    rng = np.random.default_rng(4)
    streets = town()
    for _ in range(100):
        points = roster(rng, 25, streets)
        elsewhere = shapely.points(rng.uniform(114.28, 114.31, 25), rng.uniform(30.58, 30.61, 25))
        verdict = judge(points.set_geometry(elsewhere), declared="wgs84", city=City(streets=streets))
        assert verdict.fits
        assert verdict.strength is Strength.WEAK


def test_nothing_to_compare_is_said():
    verdict = judge(roster(np.random.default_rng(1), 20), declared="gcj02", city=City())
    assert verdict.fits
    assert verdict.strength is Strength.NONE
    assert verdict.summary.text() == (
        "nothing in the city tells whether gcj02 is the right datum: look at the points on the map"
    )


def test_little_evidence_is_weak():
    streets = town()
    verdict = judge(
        laid(roster(np.random.default_rng(8), 3, streets), "gcj02", "wgs84"),
        declared="wgs84",
        city=City(streets=streets),
    )
    assert verdict.fits
    assert verdict.strength is Strength.WEAK
    assert "look at the" in verdict.summary.text()


def test_outline_and_water():
    rng = np.random.default_rng(3)
    points = roster(rng, 400)
    verdict = judge(laid(points, "bd09", "wgs84"), declared="wgs84", city=City(zones=zones()))
    assert verdict.suggestion is Datum.BD09
    river = gpd.GeoSeries([shapely.box(114.294, 30.5, 114.3, 30.7)], crs="EPSG:4326")
    dry = points[~points.intersects(river.iloc[0])]
    verdict = judge(laid(dry, "gcj02", "wgs84"), declared="wgs84", city=City(water=river))
    assert verdict.suggestion is Datum.GCJ02
    assert "lie on dry land" in verdict.evidence[0].text()


def test_what_the_file_says_of_itself():
    points = roster(np.random.default_rng(1), 20)
    verdict = judge(points, declared="wgs84", city=City(), named=Datum.BD09)
    assert not verdict.fits
    assert str(verdict.summary.text()).startswith(
        "the file itself names bd09, not wgs84, and nothing speaks against it"
    )
    assert judge(points, declared="cgcs2000", city=City(), named=Datum.WGS84).fits
    streets = town()
    sure = judge(
        roster(np.random.default_rng(2), 60, streets), declared="wgs84", city=City(streets=streets), named=Datum.GCJ02
    )
    assert sure.fits  # the streets know better than a heading
    assert "the file itself names gcj02, the import wgs84" in sure.summary.text()


def test_outside_china_there_is_one_datum():
    points = roster(np.random.default_rng(1), 20)
    points = points.set_geometry(points.translate(-236, 7))
    assert judge(points, declared="wgs84", city=City(streets=town())).strength is Strength.NONE


@pytest.mark.parametrize(("true", "declared"), PAIRS)
def test_zones_against_zones_and_checkpoints(true, declared):
    rng = np.random.default_rng(6)
    own = zones()
    moved = shift_frame(shift_frame(own.geometry, true, back=True), declared)
    cities = [City(zones=own), City(checkpoints=named_zones(rng, 300))]
    for city in cities:
        verdict = judge_zones(own.set_geometry(moved), declared=declared, city=city)
        assert verdict.fits == right(true, declared)
        assert verdict.fits or verdict.suggestion is ALIKE.get(true, true)
    assert judge_zones(own, declared=declared, city=City()).strength is Strength.NONE


@pytest.mark.parametrize(("true", "declared"), PAIRS)
def test_borders_against_streets(true, declared):
    """Zones whose borders are streets, and a city that knows nothing but its streets."""
    streets = town()
    noded = shapely.union_all(streets.geometry.to_numpy())
    lattice = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    blocks = zones(12).iloc[: len(lattice)].set_geometry(gpd.GeoSeries(lattice, crs="EPSG:4326").to_numpy())
    moved = blocks.set_geometry(shift_frame(shift_frame(blocks.geometry, true, back=True), declared))
    verdict = judge_zones(moved, declared=declared, city=City(streets=streets))
    assert verdict.fits or verdict.suggestion is ALIKE.get(true, true)
    assert verdict.fits == right(true, declared) or verdict.strength is Strength.WEAK


def test_the_same_places_elsewhere():
    """The second import of a roster names another datum than the first."""
    points = roster(np.random.default_rng(5), 50)
    verdict = judge(laid(points, "wgs84", "gcj02"), declared="gcj02", city=City(checkpoints=points))
    assert verdict.suggestion is Datum.WGS84
    assert not verdict.fits


def test_one_kind_cannot_shout_another_down():
    """The first import was wrong, and the streets came later: the right datum is not refused."""
    streets = town()
    points = roster(np.random.default_rng(5), 800, streets)
    before = laid(points, "gcj02", "wgs84")
    verdict = judge(points, declared="wgs84", city=City(streets=streets, checkpoints=laid(points, "wgs84", "gcj02")))
    assert verdict.fits
    assert verdict.summary.text().startswith("the evidence on the datum contradicts itself (")
    assert judge(laid(points, "gcj02", "gcj02"), declared="gcj02", city=City(streets=streets, checkpoints=before)).fits


def test_zones_in_their_parent():
    own = zones()
    district = own.dissolve().assign(level="district", name="江岸区").set_axis(pd.Index(["420102000000"], name="code"))
    streets = own.assign(parent="420102000000")
    moved = streets.set_geometry(shift_frame(shift_frame(own.geometry, "bd09", back=True), "wgs84"))
    verdict = judge_zones(moved, declared="wgs84", city=City(zones=district))
    assert verdict.suggestion is Datum.BD09 or verdict.strength is Strength.WEAK
    assert "zones have a parent, which covers" in verdict.evidence[0].text()

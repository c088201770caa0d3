"""Points in zones, the tree's parents, overlaps and gaps."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.model import Level
from geo.zones import codes as zone_codes
from geo.zones.locate import locate
from geo.zones.overlaps import check_tree
from geo.zones.responsibility import answer_for
from geo.zones.tree import with_parents

EAST, NORTH = 114.30, 30.60


def square(x, y, width=1, height=1):
    """Return a rectangle in hundredths of a degree from the south-west corner."""
    return shapely.box(EAST + x / 100, NORTH + y / 100, EAST + (x + width) / 100, NORTH + (y + height) / 100)


def frame(rows):
    """Build a ZONES frame from (code, level, parent, shape[, unit])."""
    codes = pd.Index([row[0] for row in rows], name="code", dtype="str")
    columns = {
        "level": [row[1] for row in rows],
        "name": [f"区{row[0]}" for row in rows],
        "parent": [row[2] for row in rows],
        "unit": [row[4] if len(row) > 4 else "" for row in rows],
        "person": "",
    }
    data = pd.DataFrame(columns, index=codes, dtype="str")
    return gpd.GeoDataFrame(data, geometry=[row[3] for row in rows], crs="EPSG:4326")


CITY = frame(
    [
        ("420100000000", "city", "", square(0, 0, 4, 2)),
        ("420102000000", "district", "420100000000", square(0, 0, 4, 2)),
        ("420102001000", "street", "420102000000", square(0, 0, 2, 2), "甲街道办"),
        ("420102002000", "street", "420102000000", square(2, 0, 2, 2), "乙街道办"),
        ("420102001001", "community", "420102001000", square(0, 0, 2, 1), "居委会"),
        ("420102001002", "community", "420102001000", square(0, 1, 2, 1)),
        ("420102002001", "community", "420102002000", square(2, 0, 2, 2)),
        ("B1", "special", "", square(1, 0, 1, 2), "市场公司"),
    ]
)


def points(*xy):
    places = gpd.points_from_xy([EAST + x / 100 for x, _ in xy], [NORTH + y / 100 for _, y in xy])
    return gpd.GeoDataFrame({"unit": pd.array([""] * len(xy), dtype="str")}, geometry=places, crs="EPSG:4326")


def test_locate_every_level():
    found = locate(points((0.5, 0.5), (3, 1), (9, 9)), CITY)
    assert found.iloc[0].tolist() == ["420100000000", "420102000000", "420102001000", "420102001001", ""]
    assert found["community"].tolist() == ["420102001001", "420102002001", ""]
    assert found.columns.tolist() == ["city", "district", "street", "community", "grid"]


def test_border_points_go_to_the_lower_code():
    found = locate(points((2, 0.5), (1, 1), (2, 1), (0, 0), (4, 2)), CITY)
    assert found["street"].tolist() == ["420102001000", "420102001000", "420102001000", "420102001000", "420102002000"]
    assert found["community"].tolist() == [
        "420102001001",
        "420102001001",
        "420102001001",
        "420102001001",
        "420102002001",
    ]


def test_a_border_point_stays_in_the_zone_above():
    """The lower community code belongs to the other street, so the path would break."""
    crossed = frame(
        [
            ("420102001000", "street", "", square(0, 0)),
            ("420102002000", "street", "", square(1, 0)),
            ("420102001009", "community", "420102001000", square(0, 0)),
            ("420102001001", "community", "420102002000", square(1, 0)),
        ]
    )
    found = locate(points((1, 0.5)), crossed).iloc[0]
    assert (found["street"], found["community"]) == ("420102001000", "420102001009")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 8)), min_size=1, max_size=30))
def test_none_is_lost_and_the_path_holds(xy):
    """Quarters of a square: many points lie on borders and corners."""
    found = locate(points(*[(x / 4, y / 4) for x, y in xy]), CITY)
    assert (found[["city", "district", "street", "community"]] != "").all(axis=None)
    assert (found["community"].str[:9] + "000" == found["street"]).all()


def test_a_million_points_on_borders_have_one_zone_on_every_level():
    rng, n = np.random.default_rng(6), 1_000_000
    x, y = (np.unique(axis) for axis in shapely.get_coordinates(CITY.geometry.to_numpy()).T)
    upright = rng.random(n) < 0.5  # on a line of the outlines from south to north, or from west to east
    lon = np.where(upright, rng.choice(x, n), rng.uniform(x[0], x[-1], n))
    lat = np.where(upright, rng.uniform(y[0], y[-1], n), rng.choice(y, n))
    found = locate(gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326"), CITY)
    assert len(found) == n
    for level in ("city", "district", "street", "community"):
        assert set(found[level].unique()) == set(CITY.index[CITY["level"] == level])
    assert (found["community"].str[:9] + "000" == found["street"]).all()


def test_missing_points_are_outside_and_crs_is_checked():
    places = gpd.GeoSeries([None, shapely.Point(), shapely.Point(EAST + 0.005, NORTH + 0.005)], crs="EPSG:4326")
    assert locate(places, CITY)["street"].tolist() == ["", "", "420102001000"]
    with pytest.raises(InputError, match="the CRS of the zones is EPSG:4547: reproject"):
        locate(places, CITY.to_crs(4547))


def test_a_clean_tree():
    report = check_tree(CITY)
    assert report.clean
    assert report.gaps.columns.tolist() == ["parent", "level", "area_m2", "geometry"]


def test_overlaps_gaps_and_what_sticks_out():
    broken = CITY.copy()
    broken.loc["420102001002", "geometry"] = square(0, 0.5, 2, 1)  # over its sibling, short of the border
    broken.loc["420102002001", "geometry"] = square(2, 0, 3, 2)  # beyond its street
    broken.loc["420102001001", "parent"] = "420102009000"
    report = check_tree(broken)
    plane = broken.to_crs(4547)
    half = plane.geometry.loc["420102001001"].area / 2
    pairs = report.overlaps[["one", "other"]].to_numpy().tolist()
    assert pairs == [["420102001001", "420102001002"]]
    assert report.overlaps["area_m2"].iloc[0] == pytest.approx(half, rel=1e-3)
    assert report.outside["code"].tolist() == ["420102002001"]
    assert report.outside["area_m2"].iloc[0] == pytest.approx(2 * half * 1, rel=1e-2)
    assert report.gaps["parent"].tolist() == ["420102001000"]
    assert report.orphans == ("420102001001",)
    assert report.overlaps.crs.to_epsg() == 4326


def test_special_zones_may_overlap():
    assert check_tree(CITY).clean
    with_tree = CITY.copy()
    with_tree.loc["B1", "level"] = "community"
    assert len(check_tree(with_tree).overlaps) == 2


def test_parents():
    bare = CITY.assign(parent="").reset_index()
    assert with_parents(bare)["parent"].tolist() == CITY["parent"].tolist()
    strange = bare.assign(code=[f"Z{n}" for n in range(8)], name="x")
    by_outline = with_parents(strange)
    assert by_outline["parent"].tolist() == ["", "Z0", "Z1", "Z1", "Z2", "Z2", "Z3", ""]


def test_codes():
    assert zone_codes.pad("420102") == "420102000000"
    assert zone_codes.pad("4201020") == "4201020"
    assert zone_codes.fault("420102001000", Level.STREET) == ("", "")
    assert zone_codes.fault("4201020010", Level.STREET)[0] == "form"
    assert [zone_codes.kind_of_street(f"420102{n}000") for n in ("001", "100", "200", "450")] == [
        "街道",
        "镇",
        "乡",
        "",
    ]


@settings(deadline=None)
@given(st.lists(st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=4), unique=True, max_size=60))
def test_provisional_codes_are_unique_and_known_as_such(names):
    taken: set[str] = set()
    for name in sorted(names):
        code = zone_codes.provisional("420102000000", name, Level.STREET, taken)
        assert code.startswith("420102P")
        assert zone_codes.is_provisional(code)
        assert code not in taken
        taken.add(code)
    for level in (Level.CITY, Level.DISTRICT, Level.COMMUNITY, Level.SPECIAL):
        assert len(zone_codes.provisional("湖北省/武汉市/", "x", level, taken)) == 12
    assert len(zone_codes.provisional("420102001001", "x", Level.GRID, taken)) == 15  # below a community of twelve


def test_who_answers():
    found = answer_for(points((0.5, 0.5), (1.5, 0.5), (0.5, 1.5), (3, 1), (9, 9)), CITY)
    assert found.checkpoints["unit"].tolist() == ["居委会", "市场公司", "甲街道办", "乙街道办", ""]
    assert found.outside.tolist() == [4]
    assert found.unowned.tolist() == [4]
    assert found.empty["code"].tolist() == []
    named = points((0.5, 0.5)).assign(unit="城管局")
    alone = answer_for(named, CITY)
    assert alone.checkpoints["unit"].tolist() == ["城管局"]
    assert alone.empty["code"].tolist() == ["420102002000", "420102001002", "420102002001", "B1"]


def test_beijing_in_time_and_whole(real_data):
    zones = gpd.read_file(real_data / "beijing_streets.shp")
    codes = [f"1101{n:02d}001000" for n in range(len(zones))]
    own = frame([(code, "street", "", shape) for code, shape in zip(codes, zones.geometry, strict=True)])
    rng = np.random.default_rng(1)
    inside = shapely.point_on_surface(own.geometry.to_numpy())
    corners = shapely.points(shapely.get_coordinates(own.geometry.to_numpy())[:: int(rng.integers(40, 60))])
    places = gpd.GeoSeries(np.concatenate([inside, corners]), crs="EPSG:4326")
    assert (locate(places, own)["street"] != "").all()
    assert not len(check_tree(own).overlaps)

"""Datums there and back, against the published formulas and EPSG codes."""

import math

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import (
    Datum,
    from_wgs84,
    gk_epsg,
    in_china,
    metric_crs,
    prefix_zone,
    prefixed_crs,
    project_xy,
    to_metric,
    to_wgs84,
    to_wgs84_frame,
    unproject_xy,
)
from geo.errors import DatumError

SHIFTED = [Datum.GCJ02, Datum.BD09]


def distance_m(lon1, lat1, lon2, lat2):
    return np.hypot((lon1 - lon2) * 111_320 * np.cos(np.radians(lat1)), (lat1 - lat2) * 111_320)


def reference_gcj02(lng, lat):
    """Compute the forward formula term by term, as eviltransform publishes it (github.com/googollee/eviltransform)."""
    x, y, pi = lng - 105.0, lat - 35.0, np.pi
    dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x) ** 0.5
    dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x) ** 0.5
    d = 20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)
    dlat, dlon = dlat + d * 2 / 3, dlon + d * 2 / 3
    dlat += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2 / 3
    dlon += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2 / 3
    dlat += (160.0 * np.sin(y / 12.0 * pi) + 320 * np.sin(y / 30.0 * pi)) * 2 / 3
    dlon += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    rad = lat / 180.0 * pi
    magic = 1 - ee * np.sin(rad) ** 2
    dlat = dlat * 180.0 / ((a * (1 - ee)) / (magic * magic**0.5) * pi)
    dlon = dlon * 180.0 / (a / magic**0.5 * np.cos(rad) * pi)
    return lng + dlon, lat + dlat


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [  # published test vectors of eviltransform: wgs lat, lon -> gcj lat, lon
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_gcj02_meets_the_published_vectors(wgs, gcj):
    lon, lat = from_wgs84(wgs[1], wgs[0], "gcj02")
    assert distance_m(lon, lat, gcj[1], gcj[0]) < 1e-5
    back = to_wgs84(gcj[1], gcj[0], "gcj02")
    assert distance_m(*back, wgs[1], wgs[0]) < 1e-5


@settings(deadline=None)
@given(st.floats(73, 135), st.floats(18, 53.9))
def test_gcj02_is_the_published_formula(lon, lat):
    assert distance_m(*from_wgs84(lon, lat, "gcj02"), *reference_gcj02(lon, lat)) < 1e-6


def test_bd09_meets_its_published_formula():
    x, y = 116.404, 39.915  # gcj02
    z = (x * x + y * y) ** 0.5 + 0.00002 * np.sin(y * np.pi * 3000 / 180)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * np.pi * 3000 / 180)
    expected = z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006
    assert distance_m(*from_wgs84(*to_wgs84(x, y, "gcj02"), "bd09"), *expected) < 1e-6
    assert distance_m(*expected, 116.41036949371, 39.92133699351) < 1e-4  # as Baidu's converter answers, widely quoted


@pytest.mark.parametrize("datum", list(Datum))
def test_there_and_back_over_all_china(datum):
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(73, 135.1, 50_000), rng.uniform(3.5, 53.6, 50_000)
    lon[:200] = 105.0 + rng.normal(0, 1e-4, 200)  # where the formula's square root has its kink
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert distance_m(lon, lat, *back).max() < 1e-4


@settings(deadline=None)
@given(st.floats(73, 135), st.floats(4, 53.5), st.sampled_from(SHIFTED))
def test_shift_has_the_expected_size(lon, lat, datum):
    shift = distance_m(lon, lat, *from_wgs84(lon, lat, datum))
    assert (shift < 900) if datum is Datum.GCJ02 else (500 < shift < 2000)


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(list(Datum)))
def test_identity_outside_the_box(lon, lat, datum):
    if 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271:
        return
    for turn in (to_wgs84, from_wgs84):
        assert [float(v) for v in turn(lon, lat, datum)] == [lon, lat]


def test_nan_stays_nan_and_shapes_stay():
    lon, _ = to_wgs84([[np.nan, 114.0]], [[30.0, 30.0]], "gcj02")
    assert lon.shape == (1, 2)
    assert np.isnan(lon[0, 0])
    assert np.isfinite(lon[0, 1])
    assert to_wgs84([], [], "bd09")[0].shape == (0,)


def test_datum_from_what_a_user_types():
    assert Datum.parse(" GCJ-02 ") is Datum.GCJ02
    assert Datum.parse("EPSG:4490") is Datum.CGCS2000
    with pytest.raises(DatumError, match=r"datum is 'xian80'.*wgs84, gcj02, bd09, cgcs2000"):
        Datum.parse("xian80")


def test_gauss_kruger_zones_are_the_epsg_ones():
    for zone in range(25, 46):
        for prefix in (False, True):
            crs = prefixed_crs(zone) if prefix else metric_crs(zone * 3.0, 35.0 if zone < 41 else 46.5)
            assert crs.to_epsg() == gk_epsg(zone, prefix=prefix)
            parameters = {p.name: p.value for p in crs.coordinate_operation.params}
            assert parameters["Longitude of natural origin"] == zone * 3
            assert parameters["False easting"] == 500_000 + (zone * 1_000_000 if prefix else 0)
    with pytest.raises(DatumError, match="25 to 45"):
        gk_epsg(46)


def test_six_degree_zones():
    assert prefixed_crs(20).to_epsg() == 4498
    assert project_xy(117.0, 30.0, prefixed_crs(20))[0] == pytest.approx(20_500_000, abs=1e-3)


def test_prefix_zone():
    eastings = [39_447_924, 447_924, 38_500_000, 20_500_000, 60_500_000, 39_001_000, np.nan, 9e24, -np.inf]
    assert prefix_zone(eastings).tolist() == [39, 0, 38, 20, 0, 0, 0, 0, 0]


def test_no_number_is_too_large_to_carry_a_zone():
    assert prefix_zone([-1.7e304, 1.7e304, 1e19, math.inf, -math.inf, math.nan]).tolist() == [0] * 6


@settings(deadline=None)
@given(st.floats(73.5, 135), st.floats(18, 53.5))
def test_projecting_there_and_back(lon, lat):
    crs = metric_crs(lon, lat)
    assert distance_m(lon, lat, *unproject_xy(*project_xy(lon, lat, crs), crs)) < 1e-4


def test_utm_outside_china():
    assert metric_crs(-122.4, 37.7).to_epsg() == 32610
    assert metric_crs(-46.6, -23.5).to_epsg() == 32723
    assert metric_crs(179.99, -18).to_epsg() == 32760


def test_which_cities_are_in_china():
    inside = [(87.6, 43.8), (126.6, 45.8), (121.4, 31.2), (102.7, 25.0), (75.9, 39.4), (110.3, 20.0), (128.9, 47.7)]
    outside = [(127.0, 37.6), (106.9, 47.9), (105.8, 21.0), (139.7, 35.7), (77.2, 28.6), (131.9, 43.1), (76.9, 43.2)]
    assert in_china(*np.transpose(inside)).all()
    assert not in_china(*np.transpose(outside)).any()


def test_frames_go_to_metres_and_back():
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([114.30, 114.31], [30.6, 30.6]), crs="EPSG:4326")
    metric = to_metric(frame)
    assert metric.crs.to_epsg() == 4547
    assert metric.geometry.iloc[0].distance(metric.geometry.iloc[1]) == pytest.approx(958.6, abs=1)
    assert to_wgs84_frame(metric).geometry.geom_equals_exact(frame.geometry, 1e-9).all()
    assert to_metric(frame, crs=4549).crs.to_epsg() == 4549
    assert to_metric(frame.iloc[:0]).crs.is_projected

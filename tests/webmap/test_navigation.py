"""Links into the map apps: the right datum, the right order, names that break nothing."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import Datum, to_wgs84
from geo.model import Mode
from webmap.route.navigation import links

# The southern end of the Bund, Shanghai: WGS-84 from OpenStreetMap. GCJ-02 lies some 500 m to the south-east of it.
LON, LAT = 121.4905, 31.2376


def urls(name: str = "外滩", mode: Mode = Mode.WALK) -> dict[str, str]:
    return {link.app.code: link.url for link in links(LON, LAT, name=name, mode=mode)}


def asked(url: str) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(urlsplit(url).query).items()}


def test_every_app_gets_the_same_place_in_its_own_order() -> None:
    found = urls()
    amap = {code: asked(found[code]) for code in ("amap-android", "amap-ios")}
    x, y = (float(value) for value in asked(found["amap-web"])["to"].split(",")[:2])
    for query in amap.values():
        assert (float(query["dlon"]), float(query["dlat"])) == (x, y)
        assert query["dev"] == "0"
    tencent = asked(found["tencent"])["tocoord"].split(",")
    baidu = asked(found["baidu"])["destination"].partition("latlng:")[2].split(",")
    assert [float(value) for value in tencent] == [float(value) for value in baidu] == [y, x]
    assert asked(found["baidu"])["coord_type"] == "gcj02"
    back = to_wgs84(x, y, Datum.GCJ02)
    assert [float(value) for value in back] == pytest.approx([LON, LAT], abs=2e-6)
    assert abs(x - LON) > 0.004
    assert found["geo"] == f"geo:{LAT:.6f},{LON:.6f}"


def test_forms_are_those_that_the_apps_publish() -> None:
    found = urls()
    assert found["amap-android"].startswith("amapuri://route/plan/?sourceApplication=xundian&dlat=31.")
    assert found["amap-ios"].startswith("iosamap://path?sourceApplication=xundian&")
    assert found["amap-web"].startswith("https://uri.amap.com/navigation?to=121.")
    assert found["amap-web"].endswith("&mode=walk&src=xundian&callnative=1")
    assert found["tencent"].startswith("qqmap://map/routeplan?type=walk&fromcoord=CurrentLocation&to=")
    assert found["baidu"].startswith("baidumap://map/direction?destination=name:")


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        (Mode.CAR, ("0", "car", "drive", "driving")),
        (Mode.WALK, ("2", "walk", "walk", "walking")),
        (Mode.EBIKE, ("3", "ride", "bike", "riding")),
    ],
)
def test_the_app_is_told_how_the_team_travels(mode: Mode, kinds: tuple[str, ...]) -> None:
    found = urls(mode=mode)
    said = (
        asked(found["amap-ios"])["t"],
        asked(found["amap-web"])["mode"],
        asked(found["tencent"])["type"],
        asked(found["baidu"])["mode"],
    )
    assert said == kinds


@given(name=st.text(min_size=1, max_size=40))
def test_no_name_breaks_a_link(name: str) -> None:
    found = urls(name)
    assert len(found) == 6
    for url in found.values():
        assert url.isascii()
        assert not set(url) & set(" \"'<>\n\t|")
    assert unquote(urlsplit(found["amap-android"]).query.partition("dname=")[2].partition("&")[0]) == name
    assert asked(found["baidu"])["destination"].count("|") == 1
    assert asked(found["amap-web"])["to"].count(",") == 2


@pytest.mark.parametrize(("lon", "lat"), [(-122.4194, 37.7749), (126.978, 37.5665), (13.405, 52.52)])
def test_outside_china_there_is_only_geo(lon: float, lat: float) -> None:
    (link,) = links(lon, lat, name="City Hall", mode=Mode.WALK)
    assert link.url == f"geo:{lat:.6f},{lon:.6f}"

"""What leaves a planned round: GPX that any GPS takes, GeoJSON, XLSX."""

import datetime as dt
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest

from geo.errors import InputError, StateError
from geo.store import Store
from routing.export import FORMATS, TRIAL, export_routes
from routing.gpx import NAMESPACE, to_gpx
from routing.plan import PlanOptions, plan_round

# The order of elements in https://www.topografix.com/GPX/1/1/gpx.xsd (xsd:sequence), the optional ones included.
ORDER = {
    "gpx": ["metadata", "wpt", "rte", "trk", "extensions"],
    "metadata": ["name", "desc", "author", "copyright", "link", "time", "keywords", "bounds", "extensions"],
    "wpt": ["ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type", "fix", "sat"],
    "trk": ["name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"],
    "trkseg": ["trkpt"],
    "trkpt": [],
    "bounds": [],
}


@pytest.fixture
def planned(city: Store) -> Store:
    plan_round(city, "R1", PlanOptions(seconds=0.2, seed=3))
    return city


def _plain(tag: str) -> str:
    assert tag.startswith(f"{{{NAMESPACE}}}")
    return tag.removeprefix(f"{{{NAMESPACE}}}")


def test_gpx_is_in_the_order_of_its_schema(planned: Store, tmp_path: Path) -> None:
    root = ET.fromstring(export_routes(planned, "R1", "gpx", tmp_path / "r.gpx").read_bytes())  # noqa: S314 - our own
    assert root.attrib["version"] == "1.1"
    assert root.attrib["creator"]
    for element in root.iter():
        children = [_plain(child.tag) for child in element]
        allowed = ORDER.get(_plain(element.tag), [])
        assert [tag for tag in allowed for child in children if child == tag] == children
        if "lat" in element.attrib:
            assert -90 <= float(element.attrib["lat"]) <= 90
            assert -180 <= float(element.attrib["lon"]) <= 180


def test_gpx_has_a_track_per_route_and_a_waypoint_per_stop(planned: Store, tmp_path: Path) -> None:
    root = ET.fromstring(export_routes(planned, "R1", "gpx", tmp_path / "r.gpx").read_bytes())  # noqa: S314 - our own
    routes, stops = planned.routes("R1"), planned.stops("R1").query("kind == 'stop'")
    assert len(root.findall(f"{{{NAMESPACE}}}trk")) == len(routes)
    points = root.findall(f"{{{NAMESPACE}}}wpt")
    assert len(points) == len(stops)
    times = {point.findtext(f"{{{NAMESPACE}}}time") for point in points}
    assert times == {moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in stops["arrive"]}
    assert any("<&>" in (point.findtext(f"{{{NAMESPACE}}}name") or "") for point in points)
    for track, route in zip(root.findall(f"{{{NAMESPACE}}}trk"), routes.geometry, strict=True):
        assert len(track.findall(f".//{{{NAMESPACE}}}trkpt")) == len(route.coords)


def test_gpx_can_be_read_by_gdal(planned: Store, tmp_path: Path) -> None:
    path = export_routes(planned, "R1", "gpx", tmp_path / "r.gpx")
    assert len(gpd.read_file(path, layer="tracks")) == len(planned.routes("R1"))
    assert len(gpd.read_file(path, layer="waypoints")) == 39


def test_gpx_leaves_out_what_xml_cannot_hold(planned: Store) -> None:
    written = to_gpx("R1\x00\x1b", planned.routes("R1"), planned.stops("R1"), lambda id_: f"\x07{id_}")
    assert ET.fromstring(written).findtext(f"{{{NAMESPACE}}}metadata/{{{NAMESPACE}}}name") == "R1"  # noqa: S314 - our own


def test_geojson_has_a_line_per_route_and_a_point_per_stop(planned: Store, tmp_path: Path) -> None:
    found = json.loads(export_routes(planned, "R1", "geojson", tmp_path / "r.geojson").read_text(encoding="utf-8"))
    lines = [f for f in found["features"] if f["geometry"]["type"] == "LineString"]
    points = [f["properties"] for f in found["features"] if f["geometry"]["type"] == "Point"]
    assert {(f["properties"]["team"], f["properties"]["day"]) for f in lines} == set(
        planned.routes("R1")[["team", "day"]].itertuples(index=False, name=None)
    )
    assert sum(f["properties"]["travel_s"] for f in lines) == planned.routes("R1")["travel_s"].sum()
    assert {point["kind"] for point in points} == {"base", "stop", "lunch"}
    assert {"team", "day", "order", "checkpoint", "arrive", "depart", "dwell_s"} <= set(points[0])
    assert all(dt.datetime.fromisoformat(point["arrive"]).utcoffset() == dt.timedelta(hours=8) for point in points)
    assert all(point["arrive"].startswith(f"2026-06-{11 + point['day']}T") for point in points)


def test_xlsx_has_routes_stops_and_what_is_left_out(planned: Store, tmp_path: Path) -> None:
    sheets = pd.read_excel(
        export_routes(planned, "R1", "xlsx", tmp_path / "r.xlsx"), sheet_name=None, engine="calamine"
    )
    routes, stops, unserved = sheets.values()
    assert routes["travel_s"].sum() == planned.routes("R1")["travel_s"].sum()
    assert len(stops) == len(planned.stops("R1"))
    assert stops.loc[stops["kind"] == "stop", "name"].str.startswith("点位").all()
    assert unserved[["checkpoint", "reason"]].to_numpy().tolist() == [["P039", "no way there"]]


def test_a_round_without_a_plan_or_an_unknown_format_is_refused(city: Store, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="not planned"):
        export_routes(city, "R1", FORMATS[0], tmp_path / "r.gpx")
    with pytest.raises(InputError, match="take one of gpx, geojson, xlsx"):
        export_routes(city, "R1", "pdf", tmp_path / "r.pdf")


def test_a_trial_is_marked_in_every_format(planned, tmp_path):
    paths = {kind: export_routes(planned, "R1", kind, tmp_path / f"r.{kind}") for kind in ("gpx", "geojson", "xlsx")}
    collection = json.loads(paths["geojson"].read_text(encoding="utf-8"))
    assert all(one["properties"]["trial"] is True for one in collection["features"])
    assert TRIAL in paths["gpx"].read_text(encoding="utf-8")
    routes, stops, _ = pd.read_excel(paths["xlsx"], sheet_name=None, engine="calamine").values()
    assert set(routes["trial"]) == set(stops["trial"]) == {TRIAL}

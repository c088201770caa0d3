"""What leaves a planned round: GPX that any GPS takes, GeoJSON, XLSX."""

import dataclasses
import datetime as dt
import json
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest
from lxml import etree

from geo.errors import InputError, StateError
from geo.store import Store
from routing.plan.planner import PlanOptions, plan_round
from routing.problem import REASONS, Reason
from routing.sheets.export import COVERT, FORMATS, TRIAL, Wording, export_routes, routes_file
from routing.sheets.gpx import NAMESPACE, to_gpx
from routing.sheets.route_sheet import directions, plan_part

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[2] / "reference" / "gpx.xsd"))
ZH = {"Arrives": "到达", "Open": "开放", "What to check": "检查内容", "stop": "停靠点", "no way there": "无路可达"}


@pytest.fixture
def planned(city: Store) -> Store:
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    return city


def test_gpx_is_what_its_schema_says(planned: Store, tmp_path: Path) -> None:
    path = export_routes(planned, "R1", "gpx", tmp_path / "r.gpx")
    written = etree.parse(path)
    assert SCHEMA.validate(written), SCHEMA.error_log
    for point in written.iter(f"{{{NAMESPACE}}}wpt"):
        point.append(point[0])  # time after type: the schema must see what is wrong
        assert not SCHEMA.validate(written)
        break


def test_gpx_of_one_team_and_day_is_what_its_schema_says(planned: Store) -> None:
    route = planned.plans.routes("R1").iloc[-1]
    own = plan_part(planned, "R1", team=route["team"], day=int(route["day"]))
    written = etree.fromstring(routes_file(own, "gpx"))
    assert SCHEMA.validate(written), SCHEMA.error_log
    assert len(written.findall(f"{{{NAMESPACE}}}trk")) == 1
    assert len(written.findall(f"{{{NAMESPACE}}}wpt")) == int(own.routes["stops"].sum())


def test_gpx_has_a_track_per_route_and_a_waypoint_per_stop(planned: Store, tmp_path: Path) -> None:
    root = ET.fromstring(export_routes(planned, "R1", "gpx", tmp_path / "r.gpx").read_bytes())  # noqa: S314 - our own
    routes, stops = planned.plans.routes("R1"), planned.plans.stops("R1").query("kind == 'stop'")
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
    assert len(gpd.read_file(path, layer="tracks")) == len(planned.plans.routes("R1"))
    assert len(gpd.read_file(path, layer="waypoints")) == 39


def test_gpx_leaves_out_what_xml_cannot_hold(planned: Store) -> None:
    part = plan_part(planned, "R1")
    written = to_gpx("R1\x00\x1b", part.routes, part.sheets(), lambda place: f"\x07{place.checkpoint}")
    assert ET.fromstring(written).findtext(f"{{{NAMESPACE}}}metadata/{{{NAMESPACE}}}name") == "R1"  # noqa: S314 - our own
    assert SCHEMA.validate(etree.fromstring(written))


def test_geojson_has_a_line_per_route_and_a_point_per_stop(planned: Store, tmp_path: Path) -> None:
    found = json.loads(export_routes(planned, "R1", "geojson", tmp_path / "r.geojson").read_text(encoding="utf-8"))
    lines = [f for f in found["features"] if f["geometry"]["type"] == "LineString"]
    points = [f["properties"] for f in found["features"] if f["geometry"]["type"] == "Point"]
    assert {(f["properties"]["team"], f["properties"]["day"]) for f in lines} == set(
        planned.plans.routes("R1")[["team", "day"]].itertuples(index=False, name=None)
    )
    assert sum(f["properties"]["travel_s"] for f in lines) == planned.plans.routes("R1")["travel_s"].sum()
    assert {point["kind"] for point in points} == {"base", "stop", "lunch"}
    assert {"team", "day", "order", "checkpoint", "arrive", "depart", "dwell_s"} <= set(points[0])
    assert all(dt.datetime.fromisoformat(point["arrive"]).utcoffset() == dt.timedelta(hours=8) for point in points)
    assert all(point["arrive"].startswith(f"2026-06-{11 + point['day']}T") for point in points)


def _sheets(path: Path) -> list[pd.DataFrame]:
    return list(pd.read_excel(path, sheet_name=None, engine="calamine").values())


def test_xlsx_has_routes_stops_and_what_is_left_out(planned: Store, tmp_path: Path) -> None:
    planned.fieldwork.save_questionnaires("R1", {"P001": 6})
    routes, stops, unserved = _sheets(export_routes(planned, "R1", "xlsx", tmp_path / "r.xlsx"))
    assert routes["Stops"].sum() == planned.plans.routes("R1")["stops"].sum()
    assert len(stops) == len(planned.plans.stops("R1"))
    visited = stops[stops["Kind"] == "stop"].set_index("Checkpoint id")
    assert visited["Checkpoint name"].str.startswith("点位").all()
    assert visited.loc["P001", "Questionnaires"] == 6
    assert visited.loc["P001", "Category"] == "Bank branch"
    assert visited.loc["P001", "Open"].count("–") >= 1
    assert ";" in visited.loc["P001", "What to check"]
    assert unserved[["Checkpoint id", "Reason"]].to_numpy().tolist() == [["P039", "no way there"]]


def test_xlsx_speaks_the_language_of_the_account(planned: Store, tmp_path: Path) -> None:
    chinese = Wording("zh", say=lambda text: ZH.get(text, text), reason=lambda code: ZH[REASONS[Reason(code)]])
    _, stops, unserved = _sheets(export_routes(planned, "R1", "xlsx", tmp_path / "r.xlsx", wording=chinese))
    assert {"到达", "开放", "检查内容"} <= set(stops.columns)
    assert "银行网点" in set(stops["Category"])
    assert "停靠点" in set(stops["Kind"])
    assert set(unserved["Reason"]) == {"无路可达"}


def test_a_sheet_tells_the_windows_of_its_own_weekday(planned: Store) -> None:
    planned.checkpoints.upsert(planned.checkpoints.frame().loc[["P001"]].assign(hours="Fr 09:00-11:00; Sa 10:00-12:00"))
    at = [p for one in plan_part(planned, "R1").sheets() for p in one.stops if p.checkpoint == "P001"]
    (place,) = at
    assert place.opening == {12: "09:00–11:00", 13: "10:00–12:00"}[place.arrive.day]


def test_hours_that_nobody_gave_are_not_said_to_be_shut(planned: Store) -> None:
    part = plan_part(planned, "R1")
    bare = dataclasses.replace(part, roster=part.roster.assign(hours="", category="of their own"))
    assert {place.opening for sheet in bare.sheets() for place in sheet.stops} == {"00:00–24:00"}


@pytest.mark.parametrize("asked", [{"team": "nobody"}, {"day": 9}])
def test_a_team_or_day_without_a_route_is_not_said_to_be_a_round_without_a_plan(planned: Store, asked) -> None:
    with pytest.raises(StateError, match="no such route: run the plan first, or ask for another"):
        routes_file(plan_part(planned, "R1", **asked), "gpx")


def test_directions_lead_from_place_to_place(planned: Store) -> None:
    sheet = next(plan_part(planned, "R1").sheets())
    said = directions(planned, sheet, "en")
    assert len(said) == len(sheet.places)
    assert said[0] == ()
    for place, before, lines in zip(sheet.places[1:], sheet.places[:-1], said[1:], strict=True):
        if (place.lon, place.lat) != (before.lon, before.lat):
            assert lines[-1].endswith("and arrive")


def test_a_round_without_a_plan_or_an_unknown_format_is_refused(city: Store, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no such route: run the plan first"):
        export_routes(city, "R1", FORMATS[0], tmp_path / "r.gpx")
    with pytest.raises(InputError, match="take one of gpx, geojson, xlsx"):
        export_routes(city, "R1", "pdf", tmp_path / "r.pdf")


def test_a_trial_is_marked_in_every_format(planned, tmp_path):
    paths = {kind: export_routes(planned, "R1", kind, tmp_path / f"r.{kind}") for kind in ("gpx", "geojson", "xlsx")}
    collection = json.loads(paths["geojson"].read_text(encoding="utf-8"))
    assert all(one["properties"]["trial"] is True for one in collection["features"])
    assert TRIAL in paths["gpx"].read_text(encoding="utf-8")
    routes, stops, _ = _sheets(paths["xlsx"])
    assert set(routes["Remarks"]) == set(stops["Remarks"]) == {TRIAL}


def test_a_covert_round_says_so_in_every_format(planned: Store) -> None:
    part = plan_part(planned, "R1")
    covert = dataclasses.replace(part, round=dataclasses.replace(part.round, covert=True))
    assert COVERT in json.loads(routes_file(covert, "geojson"))["remarks"]
    gpx = etree.fromstring(routes_file(covert, "gpx"))
    assert SCHEMA.validate(gpx), SCHEMA.error_log
    assert COVERT in gpx.findtext(f"{{{NAMESPACE}}}metadata/{{{NAMESPACE}}}name")
    routes, stops, _ = pd.read_excel(BytesIO(routes_file(covert, "xlsx")), sheet_name=None, engine="calamine").values()
    assert set(routes["Remarks"]) == set(stops["Remarks"]) == {f"{TRIAL}; {COVERT}"}
    assert COVERT not in routes_file(part, "geojson").decode()

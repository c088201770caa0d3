"""What the maps are sent."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from geo.store.plans import TeamDay
from webmap.figures import FoundFigures, figures_of, found_of
from webmap.maps import geojson, layers


def test_geojson_is_short_and_whole() -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["甲", None], "points": [1.5, float("nan")], "left": [1, 2]},
        geometry=[shapely.Point(114.12345678, 30.1), shapely.Point(114, 30)],
        crs=4326,
        index=pd.Index(["a", "b"], name="id"),
    )
    text = geojson.collection(frame, ("name", "points"))
    assert '"coordinates":[114.123457,30.1]' in text
    assert '{"name":"甲","points":1.5,"id":"a"}' in text
    assert '{"name":null,"points":null,"id":"b"}' in text
    assert "left" not in text


def test_geojson_leaves_out_what_has_no_place() -> None:
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[None, shapely.Point()], crs=4326)
    assert geojson.collection(frame, ("name",)) == '{"type":"FeatureCollection","features":[]}'


def test_stops_are_numbered_along_their_route(log_in: Callable[[str], FlaskClient]) -> None:
    features = log_in("planner").get("/data/rounds/2026-06/stops.geojson").json["features"]
    mine = [one["properties"] for one in features if one["properties"]["team"] == "3" and one["properties"]["day"] == 2]
    assert [one["kind"] for one in mine] == ["base", "stop", "stop", "stop", "lunch", "stop", "stop", "base"]
    assert [one["number"] for one in mine] == [0, 1, 2, 3, 0, 4, 5, 0]
    assert [one["from"] for one in mine][:2] == ["09:00", "09:40"]
    assert mine[1]["category"] in {"主干道", "背街小巷", "集贸市场", "公交站点"}
    assert mine[0]["name"] == ""


def test_a_day_is_asked_for_alone(log_in: Callable[[str], FlaskClient]) -> None:
    """Kind: a map that shows one day and is sent all of them; the team's own day stays its own, whatever it asks."""
    planner, team = log_in("planner"), log_in("team")
    for layer in ("stops", "routes"):
        path = f"/data/rounds/2026-06/{layer}.geojson"
        of_days = [planner.get(f"{path}?day={day}").json["features"] for day in (1, 2)]
        assert [{one["properties"]["day"] for one in part} for part in of_days] == [{1}, {2}]
        assert len(planner.get(f"{path}?day=0").json["features"]) == sum(map(len, of_days))
        assert team.get(f"{path}?day=2").data == team.get(path).data


def test_the_roster_comes_in_pages(log_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "PAGE", 15)
    client, ids, path = log_in("planner"), [], "/data/checkpoints.geojson"
    while path:
        answer = client.get(path)
        ids.append([one["properties"]["id"] for one in answer.json["features"]])
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert [len(page) for page in ids] == [15, 15, 10]
    assert [one for page in ids for one in page] == [f"P{number:03d}" for number in range(40)]


def test_names_follow_the_language(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("planner")
    client.post("/language", data={"language": "en"})
    names = {one["properties"]["category"] for one in client.get("/data/checkpoints.geojson").json["features"]}
    assert names == {"Main road", "Back alley", "Farmers' market", "Bus stop"}


def test_problems_are_gathered_by_checkpoint(log_in: Callable[[str], FlaskClient]) -> None:
    features = log_in("street").get("/data/problems.geojson").json["features"]
    assert {one["properties"]["id"] for one in features} == {"P000", "P006", "P012", "P018", "P024"}
    assert features[0]["properties"]["last"] == "2026-05-12"


def test_zone_names_stand_inside_their_zone(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("planner")
    zones = gpd.GeoDataFrame.from_features(client.get("/data/zones.geojson").json, crs=4326).set_index("id")
    names = gpd.GeoDataFrame.from_features(client.get("/data/zone-names.geojson").json, crs=4326).set_index("id")
    assert names.geometry.within(zones.geometry.reindex(names.index)).all()


def test_figures_add_up(app: Flask) -> None:
    store = app.extensions["xundian"]
    figures = figures_of(store, store.rounds.get("2026-06"))
    assert (figures.drawn, figures.served, figures.unserved) == (32, 30, 2)
    assert figures.trial
    assert figures.travel_s == 6 * 3_600
    assert figures.on(2)[0] == TeamDay("1", 2, 5, 3_600, 8_000.0)
    assert figures.on(0)[2] == TeamDay("3", 0, 10, 7_200, 16_000.0)
    visits = store.visits.frame()
    assert found_of(store, "2026-06") == FoundFigures(0, 31, 0.0, pytest.approx(visits["points"].sum()))
    ever = found_of(store, "2026-05")
    assert (ever.visits, ever.visits_ever) == ((visits["round_id"] == "2026-05").sum(), 31)

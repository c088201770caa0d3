"""A round planned with teams that have working hours, lunch, an end and days of their own."""

import datetime as dt
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import shapely

from geo.frames import ROUTES, STOPS, faults
from geo.model import NO_LUNCH, Mode, Team
from geo.store import Store
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.problem_builder import PosedRound, pose_round
from routing.plan.report import report_of
from routing.plan.terms import Days, Terms
from routing.problem import HOUR_S, Shift
from routing.sheets.export import export_routes
from routing.streets.network import network_of
from routing.streets.speeds import TimeSlice

SHANGHAI = ZoneInfo("Asia/Shanghai")
H = HOUR_S
OPTIONS = PlanOptions(steps=1_000, seed=3, terms=Terms(days=Days.FREE))


@pytest.fixture
def own_terms(city: Store, teams: list[Team]) -> Store:
    """Let team A work early on the first day alone and end anywhere, and B late and without lunch."""
    early = replace(
        teams[0], shift_s=(7 * H, 13 * H), lunch_within_s=(11 * H, 12 * H + 1800), open_end=True, days=frozenset({1})
    )
    late = replace(teams[1], shift_s=(10 * H, 19 * H), lunch_within_s=NO_LUNCH)
    city.teams.replace([early, late])
    return city


def asked(city: Store) -> PosedRound:
    round_ = city.rounds.get("R1")
    return pose_round(city, round_, network_of(city), city.catalogues.get(round_.edition), OPTIONS.terms)


def test_the_problem_knows_what_each_team_says(own_terms: Store) -> None:
    posed = asked(own_terms)
    early, late = posed.real_problem.teams
    assert early.shift == Shift(7 * H, 13 * H, 11 * H, 12 * H + 1800)
    assert late.shift == Shift(10 * H, 19 * H, lunch_s=0)
    assert (early.end_base, late.end_base) == (None, late.base)
    assert posed.problem.slots() == [(0, 0), (1, 0), (1, 1)]
    assert posed.problem.teams[0].shift.start_s > 7 * H  # the morning's rush is shorter on the solver's clock
    assert set(posed.hours.travel_s[Mode.EBIKE]) == {TimeSlice.DAY, TimeSlice.MORNING_PEAK, TimeSlice.EVENING_PEAK}


def test_each_team_keeps_its_own_hours_lunch_end_and_days(own_terms: Store) -> None:
    report = plan_round(own_terms, "R1", OPTIONS)
    routes, stops = own_terms.plans.routes("R1"), own_terms.plans.stops("R1")
    assert [*faults(routes, ROUTES), *faults(stops, STOPS)] == []
    local = stops.assign(came=stops["arrive"].dt.tz_convert(SHANGHAI), left=stops["depart"].dt.tz_convert(SHANGHAI))
    early, late = (local[local["team"] == team] for team in "AB")
    assert set(early["day"]) == {1}
    assert dt.time(7) <= early["came"].min().time() <= early["left"].max().time() <= dt.time(13)
    assert early["kind"].tolist().count("base") == 1
    assert early["kind"].iloc[-1] in {"stop", "lunch"}
    (lunch,) = early.loc[early["kind"] == "lunch", "came"]
    assert dt.time(11) <= lunch.time() <= dt.time(11, 30)
    assert late["came"].min().time() >= dt.time(10)
    assert "lunch" not in set(late["kind"])
    assert late.groupby("day")["kind"].agg(["first", "last"]).to_numpy().tolist() == [["base"] * 2] * 2
    assert report.own_shifts["A"]["end_s"] == 13 * H
    assert report_of(own_terms, "R1") == report
    assert Shift(**report.shift) == Shift()


def test_an_open_route_ends_at_its_last_stop(own_terms: Store) -> None:
    posed = asked(own_terms)
    plan_round(own_terms, "R1", OPTIONS)
    stops = own_terms.plans.stops("R1", team="A", day=1)
    last = stops[stops["kind"] == "stop"].geometry.iloc[-1]
    line = own_terms.plans.routes("R1", team="A", day=1).geometry.iloc[0]
    assert shapely.distance(shapely.Point(line.coords[-1]), last) < 2e-4  # degrees: at the street beside it
    base = shapely.Point(posed.teams[0].base_lon, posed.teams[0].base_lat)
    assert shapely.distance(shapely.Point(line.coords[0]), base) < 1e-6


def test_files_of_an_open_route_have_no_way_back(own_terms: Store, tmp_path) -> None:
    plan_round(own_terms, "R1", OPTIONS)
    for format_ in ("gpx", "geojson", "xlsx"):
        export_routes(own_terms, "R1", format_, tmp_path / f"routes.{format_}")
    told = json.loads((tmp_path / "routes.geojson").read_text(encoding="utf-8"))["features"]
    places = pd.DataFrame([one["properties"] for one in told if one["geometry"]["type"] == "Point"])
    assert places[places["team"] == "A"]["kind"].tolist().count("base") == 1


def test_teams_off_for_the_whole_round_leave_all_unserved(city: Store, teams: list[Team]) -> None:
    city.teams.replace([replace(team, days=frozenset({9})) for team in teams])
    report = plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    assert (report.routes, report.served, report.unserved) == (0, 0, 40)
    assert "more" in {remedy["change"] for remedy in city.plans.unserved("R1")["remedy"]}

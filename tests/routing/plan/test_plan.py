"""A round planned from the store: real streets, the real clock, everything accounted for."""

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import geopandas as gpd
import pytest
import shapely

from geo.errors import StateError
from geo.frames import ROUTES, STOPS, UNSERVED, faults
from geo.model import Mode, Round, Team
from geo.store import Store
from geo.store.plans import NewPlan
from geo.streets.edges import snap
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.problem_builder import made_up
from routing.plan.remedies import Remedy
from routing.plan.report import report_of
from routing.plan.terms import Days, Terms
from routing.problem import HOUR_S, Reason, Shift
from routing.streets.matrix import travel_matrix
from routing.streets.network import edges_in_area_or_street, network_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_round_is_planned_and_saved(city: Store) -> None:
    report = plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    routes, stops, unserved = city.plans.routes("R1"), city.plans.stops("R1"), city.plans.unserved("R1")
    assert [*faults(routes, ROUTES), *faults(stops, STOPS), *faults(unserved, UNSERVED)] == []
    visits = stops[stops["kind"] == "stop"]
    assert sorted([*visits["checkpoint"], *unserved.index]) == sorted(city.draws.sample("R1").index)
    assert (report.served, report.unserved) == (len(visits), len(unserved)) == (39, 1)
    assert report.routes == len(routes)
    assert report.travel_s == routes["travel_s"].sum() == stops["travel_s"].sum()
    assert report_of(city, "R1") == report
    assert (report.teams_for_all, report.reasons) == (2, {"no_way": 1})
    assert report.farthest_load <= 0.15


def test_figures_of_another_version_are_asked_for_anew(city: Store) -> None:
    plan_round(city, "R1", PlanOptions(steps=1_000))
    plan = city.plans.routes("R1"), city.plans.stops("R1"), city.plans.unserved("R1")
    for figures in ({"travel_s": 7}, {"report": {"figures": {}}, "chances": {}}):
        city.plans.save(NewPlan("R1", *plan, figures=figures), after=city.plans.state("R1"))
        with pytest.raises(StateError, match="has no figures: plan it again"):
            report_of(city, "R1")


def test_the_days_of_the_draw_are_kept_or_freed(city: Store) -> None:
    drawn = city.draws.sample("R1")["day"]
    report = plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    assert report.drawn_days_cost_s is not None
    assert 0 < report.drawn_days_cost_s < report.travel_s
    stops = city.plans.stops("R1").query("kind == 'stop'").set_index("checkpoint")
    assert (stops["day"] == drawn.reindex(stops.index)).all()
    kept = city.plans.routes("R1")["travel_s"].sum()
    free = plan_round(city, "R1", PlanOptions(steps=1_000, seed=3, terms=Terms(days=Days.FREE)))
    assert free.travel_s < kept
    assert free.drawn_days_cost_s is None


def test_a_stop_on_an_island_is_listed_with_the_way_out(city: Store) -> None:
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    island = city.plans.unserved("R1").loc["P039"]
    assert (island["reason"], island["day"]) == ("no_way", 2)
    assert island["remedy"]["change"] == "street"
    assert island["remedy"]["values"]["metres"] > 0


def test_each_leg_takes_what_the_network_says_outside_the_rush_hours(city: Store, teams: list[Team]) -> None:
    city.teams.replace(teams)
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    network, sample = network_of(city), city.draws.sample("R1")
    for (team, _), day in city.plans.stops("R1").groupby(["team", "day"]):
        visits = day[day["kind"] == "stop"]
        mode = teams[["A", "B"].index(team)].mode
        at = snap(network.edges, gpd.GeoSeries(sample.geometry.reindex(visits["checkpoint"]), crs=4326), mode)
        travel = travel_matrix(network, at, mode=mode)
        lunch = day["kind"].eq("lunch").cumsum().reindex(visits.index)
        off = visits["depart"].dt.tz_convert(SHANGHAI).dt.time >= dt.time(9)
        back = visits["arrive"].dt.tz_convert(SHANGHAI).dt.time <= dt.time(17)
        for number in range(1, len(visits)):
            if lunch.iloc[number] == lunch.iloc[number - 1]:
                ridden_s, day_s = visits["travel_s"].iloc[number], travel[number - 1, number]
                assert ridden_s == day_s if off.iloc[number - 1] and back.iloc[number] else ridden_s >= day_s


def test_a_day_is_in_order_inside_the_shift_with_lunch(city: Store) -> None:
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    for (_, day), rows in city.plans.stops("R1").groupby(["team", "day"]):
        local = rows["arrive"].dt.tz_convert(SHANGHAI)
        assert rows["order"].tolist() == list(range(len(rows)))
        assert rows["kind"].iloc[0] == rows["kind"].iloc[-1] == "base" or "lunch" in rows["kind"].iloc[-2:].tolist()
        gap = (
            (rows["arrive"].iloc[1:].to_numpy() - rows["depart"].iloc[:-1].to_numpy())
            .astype("timedelta64[s]")
            .astype(int)
        )
        assert (gap >= rows["travel_s"].iloc[1:].to_numpy()).all()
        assert set(local.dt.date) == {dt.date(2026, 6, 11 + day)}
        assert local.iloc[0].time() >= dt.time(8, 30)
        assert rows["depart"].dt.tz_convert(SHANGHAI).iloc[-1].time() <= dt.time(17, 30)
        lunch = rows[rows["kind"] == "lunch"]
        assert lunch["dwell_s"].tolist() == [3600]
        assert dt.time(11) <= lunch["arrive"].dt.tz_convert(SHANGHAI).iloc[0].time() <= dt.time(13)


def test_a_bank_is_not_visited_on_a_closed_weekend(city: Store) -> None:
    roster = city.checkpoints.frame()
    roster["hours"] = ["Mo-Fr 09:00-12:00,14:00-17:00" if kind == "bank" else "" for kind in roster["category"]]
    city.checkpoints.upsert(roster)
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    unserved = city.plans.unserved("R1")
    banks = city.draws.sample("R1").query("category == 'bank' and day == 2").index
    assert set(unserved[unserved["reason"] == Reason.CLOSED].index) == set(banks)
    for remedy in unserved["remedy"].reindex(banks):
        assert re.fullmatch(r"visit it on day 1, when T0\d has room", Remedy.of(remedy).text())


def test_named_teams_keep_their_base_mode_and_avoidance(city: Store, teams: list[Team]) -> None:
    city.teams.replace(teams)
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    stops, units = city.plans.stops("R1"), city.checkpoints.frame()["unit"]
    own = stops[(stops["team"] == "A") & (stops["kind"] == "stop")]["checkpoint"]
    assert "U3" not in set(units.reindex(own))
    bases = stops[stops["kind"] == "base"].groupby("team").geometry.first()
    assert bases["A"].equals(shapely.Point(teams[0].base_lon, teams[0].base_lat))
    assert dict(city.plans.routes("R1").groupby("team")["mode"].first()) == {"A": Mode.EBIKE, "B": Mode.CAR}


def test_without_teams_they_start_at_the_centre(city: Store) -> None:
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    stops = city.plans.stops("R1")
    assert set(stops["team"]) <= {"T01", "T02"}
    (note,) = made_up(city, city.rounds.get("R1"))
    assert "0 of the 2 teams" in note.text()
    assert "the city: T01 – T02. Give" in note.text()
    assert "xundian import teams" in note.text()
    city.teams.replace([Team("T01", 114.3, 30.6)])
    assert (
        "1 of the 2 teams of this round. Made up, by car from the middle of the city: T02. "
        in made_up(city, city.rounds.get("R1"))[0].text()
    )
    city.teams.replace([Team("甲", 114.3, 30.6), Team("乙", 114.3, 30.6), Team("丙", 114.3, 30.6)])
    assert made_up(city, city.rounds.get("R1")) == ()
    base = stops[stops["kind"] == "base"].geometry.iloc[0]
    assert base.equals_exact(shapely.centroid(shapely.multipoints(city.draws.sample("R1").geometry.to_numpy())), 1e-9)


def test_the_bar_of_the_search_never_goes_back_while_days_are_priced(city: Store) -> None:
    told = []
    report = plan_round(city, "R1", PlanOptions(steps=1_000, seed=3), progress=lambda *told_: told.append(told_))
    done = [at for stage, at, _ in told if stage == "routes"]
    assert done == sorted(done)
    assert done[-1] == 100
    assert report.drawn_days_cost_s is not None
    assert report.drawn_days_cost_s >= 0


def test_a_long_day_on_foot_is_warned_of(city: Store, teams: list[Team], monkeypatch: pytest.MonkeyPatch) -> None:
    city.teams.replace([replace(teams[0], mode=Mode.WALK), teams[1]])
    assert plan_round(city, "R1", PlanOptions(steps=1_000, seed=3)).notes == ()
    monkeypatch.setattr("routing.plan.planner.LONG_WALK_M", 1_000.0)
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3))
    report, routes = report_of(city, "R1"), city.plans.routes("R1")
    far = routes[(routes["mode"] == Mode.WALK) & (routes["length_m"] > 1_000)].sort_values("length_m")
    assert [(team, day) for team, day, _ in report.long_walks] == [*zip(far["team"], far["day"], strict=True)][::-1]
    assert {team for team, *_ in report.long_walks} == {"A"}
    (note,) = report.notes
    assert f"the longest {far['length_m'].iloc[-1] / 1000:.1f} km (A, day" in note.text()
    assert "longer than 15 km" in note.text()


def test_a_closed_street_is_not_travelled(city: Store) -> None:
    square = shapely.box(114.3139, 30.6139, 114.3181, 30.6141)  # one block's southern side
    closures = edges_in_area_or_street(network_of(city).edges, polygon=square)
    assert closures
    plan_round(city, "R1", PlanOptions(steps=1_000, seed=3, terms=Terms(closures=closures)))
    line = shapely.LineString([(114.3145, 30.6140), (114.3155, 30.6140)])
    assert not city.plans.routes("R1").geometry.intersects(line.buffer(1e-5)).any() or len(closures) == 0


def test_a_shift_too_short_lists_what_is_left_with_its_remedy(city: Store) -> None:
    short = Shift(9 * HOUR_S, 10 * HOUR_S)
    report = plan_round(city, "R1", PlanOptions(steps=1_000, seed=3, terms=Terms(shift=short)))
    unserved = city.plans.unserved("R1")
    full = unserved[unserved["reason"] == Reason.FULL]
    assert report.unserved > len(full) > 5
    assert report.teams_for_all is not None
    assert report.teams_for_all > 2
    for remedy in full["remedy"]:
        said = Remedy.of(remedy).text()
        assert re.fullmatch(r"let T0\d work \d+ minutes longer on day \d|visit it on day \d, .*|add a team", said)


def test_a_round_that_is_not_drawn_is_refused(city: Store) -> None:
    city.rounds.create(Round("R2", start=dt.date(2026, 7, 1), days=1, teams=1, size=1))
    with pytest.raises(StateError):
        plan_round(city, "R2", PlanOptions(steps=1_000, seed=1))

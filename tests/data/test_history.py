"""The demo's past: what is bad is truly bad, and where inspectors go says nothing about it."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from data.demo import build
from data.demo.history import TIMEZONE, effort
from data.demo.truth import MONTHS, Truth, expected_points
from geo.catalogue import load
from geo.model import Mode, Scope
from geo.store import Store
from routing.draw.design import design_for
from routing.draw.sample import select


@pytest.fixture(scope="module")
def judged(demo) -> pd.DataFrame:
    """Visits with the points that each takes off on average, were nothing planted in its community."""
    visits = demo.visits.join(demo.checkpoints[["grid_code"]], on="checkpoint")
    bare = Truth(demo.report.truth.categories, {}, {}, {}, ())
    usual = expected_points(demo.checkpoints, load(), bare, 0)
    month = visits["arrived_at"].dt.tz_convert(TIMEZONE).dt.strftime("%Y-%m")
    return visits.assign(usual=usual.reindex(visits["checkpoint"]).to_numpy(), month=month)


def test_six_monthly_rounds_with_draws(demo) -> None:
    rounds = demo.store.rounds.all()
    assert [planned.id for planned in rounds] == list(MONTHS)
    for planned in rounds:
        assert planned.start.weekday() == 1
        assert planned.edition == load().edition
        sample = demo.store.draws.sample(planned.id)
        assert len(sample) == planned.size == 1_090
        assert set(demo.checkpoints.index[demo.checkpoints["fixed"]]) <= set(sample.index)
        assert sorted(set(sample["day"])) == [1, 2, 3, 4]
        assert sample["category"].nunique() == 36


def test_a_past_draw_can_be_made_again(demo) -> None:
    planned = demo.store.rounds.all()[2]
    draw = demo.store.draws.get(planned.id)
    again = select(demo.checkpoints, design_for(demo.checkpoints, planned), draw.key)
    assert set(again.index) == set(demo.store.draws.sample(planned.id).index)
    assert draw.trial
    assert draw.drawn_at.date() == planned.start - dt.timedelta(days=7)


def test_visits_happen_on_the_days_of_their_round(demo) -> None:
    for planned in demo.store.rounds.all():
        visits = demo.store.visits.frame(Scope(round_id=planned.id))
        local = visits["arrived_at"].dt.tz_convert(TIMEZONE)
        assert set(local.dt.date) == {planned.date(day) for day in range(1, 5)}
        assert local.dt.hour.between(9, 16).all()
        assert (visits["covert"] == planned.covert).all()
        assert 0.93 * 1_090 < len(visits) < 1_090
        assert set(visits["team"]) == {team.id for team in demo.store.teams.all()}


def test_report_counts_what_is_there(demo) -> None:
    report = demo.report
    assert (report.streets, report.zones, report.checkpoints) == (len(demo.streets), 494, 6_000)
    assert (report.visits, report.rounds, report.teams) == (len(demo.visits), 6, 11)
    deductions = demo.store.visits.deductions()
    assert report.deductions == len(deductions) > 3_000
    catalogue = load()
    for item, points in set(zip(deductions["item"], deductions["points"], strict=True)):
        found = catalogue.item(item)
        assert found is not None
        assert found.points == points


def test_truth_is_written_down(demo) -> None:
    truth = demo.report.truth
    assert json.loads(demo.store.settings.get("demo_truth", ""))["communities"] == truth.communities
    planted = [*truth.communities, *truth.worsening, *truth.improving]
    assert len(planted) == len(set(planted)) == 10
    assert not {code[:9] + "000" for code in planted} & set(truth.showcases)


def test_planted_places_are_worse_in_expectation(demo) -> None:
    truth, catalogue, roster = demo.report.truth, load(), demo.checkpoints
    for month, bad, good in ((0, truth.improving, truth.worsening), (5, truth.worsening, truth.improving)):
        expected = expected_points(roster, catalogue, truth, month)
        in_category = roster["category"] == "residential_compound"
        community = roster["community_code"]
        ordinary = expected[in_category & ~community.isin({*truth.communities, *bad})].max()
        assert expected[in_category & community.isin(truth.communities)].min() > 2.5 * ordinary
        assert expected[in_category & community.isin(bad)].min() > 2.5 * ordinary
        assert expected[in_category & community.isin(good)].max() == ordinary
    points = {code: category.points for code, category in catalogue.categories.items()}
    share = expected_points(roster, catalogue, truth, 0) / roster["category"].map(points)
    planted = {*truth.communities, *truth.worsening, *truth.improving}
    by_category = share[~roster["community_code"].isin(planted)].groupby(roster["category"]).mean()
    assert by_category[list(truth.categories)].min() > 1.5 * by_category.drop(list(truth.categories)).max()


def test_planted_places_are_worse_in_what_was_found(demo, judged: pd.DataFrame) -> None:
    truth = demo.report.truth
    ratio = judged.groupby("community_code")["points"].sum() / judged.groupby("community_code")["usual"].sum()
    planted = {*truth.communities, *truth.worsening, *truth.improving}
    assert ratio[list(truth.communities)].median() > 2.0
    assert ratio.drop(list(planted)).median() == pytest.approx(1.0, abs=0.2)
    for codes, worse in ((truth.worsening, True), (truth.improving, False)):
        here = judged[judged["community_code"].isin(codes)]
        later = here["month"] >= MONTHS[3]
        rate = [part["points"].sum() / part["usual"].sum() for part in (here[~later], here[later])]
        assert rate[worse] > 1.6 * rate[not worse]


def test_effort_is_strongly_uneven(demo, judged: pd.DataFrame) -> None:
    counts = (
        judged["community_code"].value_counts().reindex(demo.zones.index[demo.zones["level"] == "community"]).fillna(0)
    )
    roster = demo.checkpoints["community_code"].value_counts().reindex(counts.index)
    per_place = (counts / roster).sort_values()
    assert per_place.iloc[-8:].mean() > 2 * per_place.iloc[:8].mean()
    extra = judged[judged["round_id"] == ""]["street_code"].value_counts(normalize=True)
    assert extra[list(demo.report.truth.showcases)].sum() > 0.4
    assert (judged["round_id"] == "").sum() == 6 * 520


def test_the_most_visited_are_not_the_worst(demo, judged: pd.DataFrame) -> None:
    """A map of raw sums would point at the showcases: that is what the demo is for."""
    truth = demo.report.truth
    shown = judged["street_code"].isin(truth.showcases)
    bad = judged["community_code"].isin(truth.communities)
    rate = [judged.loc[part, "points"].sum() / judged.loc[part, "usual"].sum() for part in (shown, bad)]
    assert rate[0] < 1.2
    assert rate[1] > 2.0
    weight = effort(demo.checkpoints, demo.store.teams.all(), truth)
    worse = expected_points(demo.checkpoints, load(), truth, 0)
    assert abs(np.corrcoef(weight, worse)[0, 1]) < 0.2


def test_teams_are_ready_to_go(demo) -> None:
    teams = demo.store.teams.all()
    assert [team.id for team in teams] == [f"T{n:02d}" for n in range(1, 12)]
    assert {len(team.inspectors) for team in teams} == {2, 3}
    assert {team.mode for team in teams} == {Mode.CAR, Mode.EBIKE}
    assert all(person.unit and person.street for team in teams for person in team.inspectors)
    halls = demo.checkpoints[demo.checkpoints["category"] == "service_hall"].geometry
    assert {(team.base_lon, team.base_lat) for team in teams} <= {(point.x, point.y) for point in halls}


def test_settings(demo) -> None:
    settings = ("demo", "timezone", "name_zh", "name_en", "attribution")
    found = {key: demo.store.settings.get(key) for key in settings}
    assert all(found.values())
    assert (found["timezone"], found["attribution"]) == ("Asia/Shanghai", "© OpenStreetMap contributors")


def test_the_same_seed_builds_the_same_city(demo, tmp_path) -> None:
    seen: list[tuple[str, int, int]] = []
    with Store.open(str(tmp_path / "again.gpkg"), create=True) as store:
        report = build(store, progress=lambda *step: seen.append(step))
        assert report == demo.report
        for again, first in (
            (store.streets.frame(), demo.streets),
            (store.zones.frame(), demo.zones),
            (store.checkpoints.frame(), demo.checkpoints),
            (store.visits.frame(), demo.visits),
        ):
            assert_geodataframe_equal(again, first)
        pd.testing.assert_frame_equal(store.visits.deductions(), demo.store.visits.deductions())
        assert store.teams.all() == demo.store.teams.all()
        assert [store.draws.get(m) for m in MONTHS] == [demo.store.draws.get(m) for m in MONTHS]
    assert seen[-1][1] == seen[-1][2]

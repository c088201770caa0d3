"""Campaigns, risk, look-back, replacements, questionnaires and drawn teams, from the city and back into it."""

import json
from dataclasses import replace
from itertools import combinations

import pytest

from geo.errors import InputError, StateError
from geo.model import Avoidance, Inspector, Team
from routing.draw.risk import LOOK_BACK
from routing.rounds import fieldwork, proof
from routing.rounds.frame import Choices, basis_of
from routing.rounds.making import draw_round
from routing.rounds.report import report_round
from routing.teams import may_inspect
from routing.teams.drawn import barred, composed, draw_round_teams


def made(city, id_="R", **changes):
    round_ = replace(city.rounds.get("2026-06"), id=id_, **changes)
    city.rounds.create(round_)
    return round_


def test_a_campaign_draws_from_its_part_alone(city):
    made(city, size=12, campaign={"categories": ["main_road", "bus_stop"], "zones": ["420102002"]})
    report = draw_round(city, "R", seed=1)
    sample = city.draws.sample("R")
    assert report.drawn == 12
    assert report.quotas_exact
    assert set(sample["category"]) == {"main_road", "bus_stop"}
    assert set(sample["street_code"]) == {"420102002"}
    made(city, "D", size=30, campaign={"zones": ["420102"]})  # a district holds its streets
    assert draw_round(city, "D", seed=1).drawn == 30
    made(city, "I", size=5, campaign={"items": ["litter"]})
    draw_round(city, "I", seed=1)
    assert set(city.draws.sample("I").index) <= {f"P{i:03d}" for i in range(40)}
    made(city, "E", size=5, campaign={"categories": ["mall"]})
    with pytest.raises(InputError, match="leaves no checkpoint"):
        draw_round(city, "E", seed=1)


def test_past_visits_weigh(city):
    round_ = made(city, risk={"longest_gap_days": 180, "look_back": 0})
    frame = basis_of(city, round_).frame
    overdue = [f"P{i:03d}" for i in range(200, 206)]
    assert frame.loc[overdue, "fixed"].all()  # 滚动轮回
    bad, good, never = frame.loc["P003", "weight"], frame.loc["P063", "weight"], frame.loc["P123", "weight"]
    assert bad > good
    assert never > good
    draw_round(city, "R", seed=1)
    assert set(overdue) <= set(city.draws.sample("R").index)
    assert (city.draws.sample("R").loc[overdue, "inclusion_prob"] == 1).all()


def test_more_overdue_than_the_quota_holds_share_it(city):
    round_ = made(city, risk={"longest_gap_days": 10, "look_back": 0})
    basis = basis_of(city, round_)
    assert basis.frame["fixed"].sum() == city.checkpoints.frame()["fixed"].sum()
    assert "overdue" in basis.notes[0].text()
    report = draw_round(city, "R", seed=1)
    assert report.quotas_exact
    rows = city.commitments.frame_rows(city.draws.get("R").frame_sha256)
    assert len(rows) == 240
    assert min(row[-1] for row in rows) > 0  # never zero for a checkpoint in the frame


def test_places_to_look_back_at_have_a_number_of_their_own(city):
    made(city, risk={"longest_gap_days": 180, "look_back": 9})
    report = draw_round(city, "R", seed=2)
    assert report.quotas_exact
    rows = {row[0]: row[1] for row in city.commitments.frame_rows(city.draws.get("R").frame_sha256)}
    back = [id_ for id_ in city.draws.sample("R").index if rows[id_] == LOOK_BACK]
    assert len(back) == 9
    assert set(back) <= {f"P{i:03d}" for i in range(40)}
    assert report_round(city, "R", draws=0).as_json()["quotas"][LOOK_BACK] == {"quota": 9, "drawn": 9}
    made(city, "S", risk={"longest_gap_days": 180, "look_back": 50})
    with pytest.raises(InputError, match="ask for fewer"):
        draw_round(city, "S", seed=2)


def test_a_committed_campaign_by_risk_is_proved_like_any_other(city):
    made(city, size=20, campaign={"zones": ["420102001"]}, risk={"longest_gap_days": 180, "look_back": 2})
    proof.commit_round(city, "R", "排列5 26158", choices=Choices(reserve=1.0))
    assert proof.draw_committed(city, "R", "0 7 3 1 9").public_number == "07319"
    assert city.commitments.of_round("R").parameters["number_form"] == "d5"


def test_a_closed_point_is_replaced_where_it_is_inspected(city):
    draw_round(city, "2026-06", seed=1)
    before = city.draws.sample("2026-06")
    out = before.index[4]
    line = fieldwork.replace_point(city, "2026-06", out, " 关门 ")
    now = city.draws.sample("2026-06")
    assert out not in now.index
    assert now.loc[line.into, ["day", "category"]].tolist() == before.loc[out, ["day", "category"]].tolist()
    spare = city.fieldwork.reserves("2026-06").to_crs("EPSG:4547")
    same = spare[spare["category"] == before.loc[out, "category"]]
    away = same.distance(before.to_crs("EPSG:4547").geometry[out])
    assert line.into == away.idxmin()
    assert line.distance_m == pytest.approx(away.min(), abs=0.05)
    assert line.reason == "关门"
    with pytest.raises(InputError, match="isn't among"):
        fieldwork.replace_point(city, "2026-06", out, "again")
    again = fieldwork.replace_point(city, "2026-06", line.into, "拒检")
    assert again.into not in ("", line.into, out)
    found = report_round(city, "2026-06", draws=0)
    assert [one["out"] for one in found.as_json()["replacements"]] == [out, line.into]
    assert found.quotas_exact
    assert found.sample.index.tolist() == before.index.tolist()  # what was drawn stays told


def test_questionnaires_are_exact_in_total(city):
    with pytest.raises(StateError, match="not drawn"):
        fieldwork.spread_questionnaires(city, "2026-06", 372)
    draw_round(city, "2026-06", seed=1)
    fieldwork.spread_questionnaires(city, "2026-06", 372)
    assert city.fieldwork.questionnaires("2026-06").sum() == 372
    fieldwork.spread_questionnaires(city, "2026-06", 50, categories=["bus_stop"])
    kept = city.fieldwork.questionnaires("2026-06")
    assert kept.sum() == 50
    assert set(city.checkpoints.frame().loc[kept.index, "category"]) == {"bus_stop"}
    with pytest.raises(InputError, match="moon"):
        fieldwork.spread_questionnaires(city, "2026-06", 50, categories=["moon"])


def test_teams_are_drawn_apart_and_rotate(city):
    city.fieldwork.replace_avoidances([Avoidance("员00", partner="员01"), Avoidance("员10", unit="单位5")])
    pairs = []
    for month in ("2026-06", "2026-07", "2026-08"):
        if month != "2026-06":
            made(city, month, start=city.rounds.get("2026-06").start.replace(month=int(month[-1])))
        draw_round(city, month, seed=1)
        found = draw_round_teams(city, month, city.teams.all())
        assert replace(city.fieldwork.team_draw(month), drawn_at=found.drawn_at) == found
        names = [{one.name for one in people} for people in found.members.values()]
        assert sorted(len(team) for team in names) == [2, 2, 3, 3]
        assert not any({"员00", "员01"} <= team for team in names)
        pairs.append({pair for team in names for pair in combinations(sorted(team), 2)})
    assert not pairs[0] & pairs[1]
    assert set(city.fieldwork.team_draw("2026-08").repeats) == pairs[2] & (pairs[0] | pairs[1])


def test_the_plan_gets_nobody_their_own_and_no_street_twice_in_a_row(city):
    city.fieldwork.replace_avoidances([Avoidance("员10", unit="单位5")])
    draw_round(city, "2026-06", seed=1)
    drawn = draw_round_teams(city, "2026-06", city.teams.all())
    sample, avoid = city.draws.sample("2026-06"), city.fieldwork.avoidances()
    teams = composed(drawn, city.teams.all())
    kept_off = barred(drawn, teams, sample, avoid, turns=True)
    for number, team in enumerate(teams):
        may = may_inspect(team.inspectors, sample, avoid).to_numpy()
        allowed = [stop for stop in range(len(sample)) if stop not in kept_off[number]]
        assert may[allowed].all()
        for street, days in sample.iloc[allowed].groupby("street_code")["day"].agg(set).items():
            again = {(street, day + 1, team.id) for day in days if day + 1 in days}
            assert again <= set(drawn.street_repeats)  # each of them proved
    everywhere = set.intersection(*(set(stops) for stops in kept_off))
    assert not everywhere
    free = barred(drawn, teams, sample, avoid, turns=False)
    assert all(free[n] <= kept_off[n] for n in range(len(teams)))


def test_a_small_round_calls_only_whom_it_needs(city):
    city.teams.replace([Team("甲", 114.3, 30.6, inspectors=tuple(Inspector(f"p{k:02d}", "甲") for k in range(30)))])
    draw_round(city, "2026-06", seed=1)
    ready = [Team(f"T{n}", 114.3, 30.6) for n in range(4)]
    found = draw_round_teams(city, "2026-06", ready)
    assert [len(people) for people in found.members.values()] == [2, 2, 2, 2]
    city.teams.replace([])
    with pytest.raises(StateError, match="no inspectors"):
        draw_round_teams(city, "2026-06", ready)


def test_the_report_compares_and_can_be_written_as_json(city):
    draw_round(city, "2026-06", seed=1)
    result = report_round(city, "2026-06", draws=2).as_json()
    assert result["trial"] is True
    assert result["quotas_exact"] is True
    assert set(result["balance"]) == {"simple_random", "per_category"}
    assert 0 < result["balance_city"] < result["balance"]["simple_random"]["city"]
    assert result["streets_covered"] == 3
    assert sum(one["drawn"] for one in result["streets"]) == 60
    assert result["days"] == [20, 20, 20]
    assert json.loads(json.dumps(result, default=str, allow_nan=False))["round"] == "2026-06"

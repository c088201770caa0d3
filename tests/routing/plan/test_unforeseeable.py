"""A plan that is varied, kept, proved, and broken off; and what is said of it."""

import copy
import datetime as dt
import json
from dataclasses import replace

import geopandas as gpd
import pytest

from geo.errors import InputError, NotFoundError, StateError
from geo.model import Round, Visit
from geo.store import Store
from routing.check import violations
from routing.draw.design import trial_key
from routing.plan import proof as plan_proof
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.problem_builder import pose_round
from routing.plan.report import PlanReport, chances_of, report_of
from routing.plan.terms import Terms
from routing.problem import Plan
from routing.streets.network import network_of
from routing.vary import choose, subkey
from routing.vary.history import past_walks
from routing.vary.keeping import kept_candidates
from routing.vary.likeness import MOST, places_of, similarity

QUICK = PlanOptions(steps=1_000, seed=3)


def chosen(city: Store, round_id: str = "R1"):
    """Choose again what the candidates and the key of the draw say."""
    key = city.draws.get(round_id).key
    return [one.routes[choose(one, subkey(key, one.day))] for one in kept_candidates(city, round_id)[0]]


def test_the_kept_candidates_give_the_saved_plan_again(city: Store) -> None:
    report = plan_round(city, "R1", QUICK)
    round_ = city.rounds.get("R1")
    posed = pose_round(city, round_, network_of(city), city.catalogues.get(round_.edition), Terms())
    left = {stop: "left" for stop, place in enumerate(posed.sample.index) if place in city.plans.unserved("R1").index}
    plan = Plan(tuple(chosen(city)), left)
    assert violations(posed.problem, plan) == []
    walks = {(walk[0], walk) for walk in posed.walks(plan)}
    assert walks == {(walk[0], walk) for walk in places_of(city.plans.stops("R1"))}
    assert report.figures.premium == pytest.approx(plan.travel_s / report.figures.shortest_s - 1)
    assert plan.travel_s <= report.travel_s == report.figures.travel_s == city.plans.routes("R1")["travel_s"].sum()
    assert posed.ensure_real(plan) == posed.real(plan)
    assert 0 < report.figures.premium_mean <= report.premium_cap
    assert kept_candidates(city, "R1")[1] == report.candidates_sha256
    assert report_of(city, "R1") == report
    guessed = chances_of(city, "R1")
    assert sorted(guessed.index) == sorted(city.plans.stops("R1").query("kind == 'stop'")["checkpoint"])
    assert guessed["hour"].mean() == pytest.approx(report.figures.guess_hour, abs=1e-4)
    assert guessed["all"].mean() == pytest.approx(report.figures.guess_all, abs=1e-4)
    assert guessed["day"].eq(0.5).all()
    assert guessed["team"].between(0.5, 0.6).all()  # two teams that start at the centre


def test_another_key_is_another_plan(city: Store) -> None:
    plan_round(city, "R1", QUICK)
    ours = places_of(city.plans.stops("R1"))
    draw, sample = city.draws.get("R1"), city.draws.sample("R1")
    city.draws.save(replace(draw, key=trial_key("R1", 2)), sample)
    with pytest.raises(StateError, match="not planned yet"):
        report_of(city, "R1")
    with pytest.raises(NotFoundError, match="was not varied"):
        kept_candidates(city, "R1")
    plan_round(city, "R1", QUICK)
    assert places_of(city.plans.stops("R1")) != ours


def test_what_is_released_is_true_and_any_change_shows(city: Store) -> None:
    report = plan_round(city, "R1", QUICK)
    whole = json.loads(json.dumps(plan_proof.release(city, "R1")))
    published = report.candidates_sha256
    assert plan_proof.faults(whole, published=published) == []
    assert whole["planned"][-1][0] == published
    day = plan_proof.release(city, "R1", day=2)
    assert plan_proof.faults(day, published=published) == []
    assert set(day["day_keys"]) == {"2"}
    assert {route["day"] for route in day["routes"]} == {2} == {one["day"] + 1 for one in day["candidates"]}

    def spoil(change) -> list[str]:
        spoiled = copy.deepcopy(whole)
        change(spoiled)
        return plan_proof.faults(spoiled, published=published)

    def lighter(found):
        found["candidates"][0]["routes"][0][0] += 1

    def turned(found):
        found["routes"][1]["stops"].reverse()

    def handed_over(found):
        first, second = found["routes"][0], found["routes"][1]
        first["team"], second["team"] = second["team"], first["team"]

    def rekeyed(found):
        found["day_keys"]["1"] = "00" * 32

    assert any("not those that were hashed" in fault for fault in spoil(lighter))
    assert any("is not the one that the key chose" in fault for fault in spoil(turned))
    assert any("is not the one that the key chose" in fault for fault in spoil(handed_over))
    assert any("is not the one that the key chose" in fault for fault in spoil(rekeyed))
    assert spoil(lambda found: found["candidates"].pop()) != []
    assert spoil(lambda found: found["routes"].pop()) != []
    assert spoil(lambda found: found["hashes"].reverse()) != []
    assert plan_proof.faults(whole, published="0" * 64) != []
    with pytest.raises(InputError, match="no release of a plan"):
        plan_proof.faults({"version": "x"})
    with pytest.raises(InputError, match="broken at"):
        plan_proof.faults({"version": plan_proof.VERSION})


def test_a_plan_broken_off_while_it_is_varied_leaves_the_old_one_whole(city: Store) -> None:
    old = plan_round(city, "R1", QUICK)
    walks = places_of(city.plans.stops("R1"))

    class Gone(Exception):  # noqa: N818 - somebody cancelled
        pass

    def leave(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("route lines", 1):  # the new candidates are kept by then
            raise Gone

    with pytest.raises(Gone):
        plan_round(city, "R1", replace(QUICK, seed=9, terms=Terms(premium=0.1)), progress=leave)
    assert len(city.plans.candidates_kept("R1")) == 2
    assert (report_of(city, "R1"), places_of(city.plans.stops("R1"))) == (old, walks)
    assert plan_proof.faults(plan_proof.release(city, "R1"), published=old.candidates_sha256) == []


def test_whoever_has_enough_gets_the_best_so_far_and_no_price_of_days(city: Store) -> None:
    stages = []
    report = plan_round(
        city,
        "R1",
        replace(QUICK, seconds=600, steps=None),
        progress=lambda stage, *_: stages.append(stage),
        watch=lambda standing: standing.unserved <= 1,
    )
    assert report.drawn_days_cost_s is None
    assert stages[-1] == "route lines"
    assert "variations" in stages
    assert report.served == 39


def plan_another(city: Store, month: int, sample: gpd.GeoDataFrame) -> PlanReport:
    """Draw stops for another month and plan it."""
    later = Round(f"R{month}", dt.date(2026, month, 12), days=2, teams=2, size=len(sample))
    city.rounds.create(later)
    key = trial_key(later.id, 1)
    city.draws.save(replace(city.draws.get("R1"), round_id=later.id, key=key), sample)
    return plan_round(city, later.id, replace(QUICK, terms=Terms(premium=0.1)))


def test_the_next_months_are_not_driven_alike(city: Store, roster) -> None:
    every = roster(160)
    city.checkpoints.upsert(every)
    plan_round(city, "R1", QUICK)
    for number, month in enumerate((7, 8), start=1):
        sample = every.sample(36, random_state=month).assign(inclusion_prob=0.2, ticket=range(36))
        report = plan_another(city, month, sample.assign(day=[1 + i % 2 for i in range(36)]))
        past = past_walks(city, city.rounds.get(f"R{month}"))
        assert report.past_rounds == len(past) == number
        assert report.figures.similarity == similarity(places_of(city.plans.stops(f"R{month}")), past) < MOST
        assert not report.too_similar


def test_the_same_stops_month_after_month_are_said_to_look_alike(city: Store) -> None:
    plan_round(city, "R1", QUICK)
    reports = [plan_another(city, month, city.draws.sample("R1")) for month in (7, 8, 9)]
    assert reports[-1].figures.similarity < 1
    assert reports[-1].too_similar
    assert [report.too_similar for report in reports] == [report.figures.similarity >= MOST for report in reports]


def test_a_round_without_a_plan_counts_by_its_visits(city: Store) -> None:
    at = dt.datetime(2026, 5, 12, 1, tzinfo=dt.UTC)
    city.rounds.create(Round("R0", at.date(), days=2, teams=2, size=4))
    hours = [
        (0, "A", "P001"),
        (1, "A", "P002"),
        (1, "B", "P005"),
        (2, "A", "P003"),
        (24, "A", "P004"),
        (25, "A", "P001"),
    ]
    city.visits.record(
        [Visit(place, team, at + dt.timedelta(hours=hour), round_id="R0") for hour, team, place in hours]
    )
    walks = past_walks(city, city.rounds.get("R1"))
    assert [sorted(round_) for round_ in walks] == [
        [
            ("base A", "P001", "P002", "P003", "base A"),
            ("base A", "P004", "P001", "base A"),
            ("base B", "P005", "base B"),
        ]
    ]


def test_a_premium_that_is_no_share_is_refused() -> None:
    with pytest.raises(InputError, match="premium is 3"):
        Terms(premium=3)

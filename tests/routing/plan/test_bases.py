"""Bases far from the streets, or on an island: their teams visit nothing, and the plan says so, as it does of stops."""

import pytest

from geo.model import Mode, Team
from geo.store import Store
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.remedies import Change, Remedy
from routing.plan.report import FAR_BASES, LOST_BASES, report_of
from routing.problem import Reason

WEST, SOUTH = 114.30, 30.60
OPTIONS = PlanOptions(steps=300, seed=3)
GOOD = Team("A", WEST, SOUTH, Mode.CAR)


def plan(city: Store, *teams: Team) -> list[tuple[str, object]]:
    """Plan the round with these teams, and return what it says of bases."""
    city.teams.replace(teams)
    report = plan_round(city, "R1", OPTIONS)
    assert report_of(city, "R1").notes == report.notes
    return [(note.template, note.values["bases"]) for note in report.notes if "bases" in note.values]


@pytest.mark.parametrize(
    ("lon", "lat", "metres"),
    [
        (WEST + 3, SOUTH, 286_000),  # another province
        (WEST + 0.061, SOUTH, 2_700),  # on the island
        (WEST, SOUTH - 0.012, 1_300),
    ],
)
@pytest.mark.parametrize("end", ["base", "open"])
def test_a_team_without_a_way_from_its_base_visits_nothing(
    city: Store, lon: float, lat: float, metres: int, end: str
) -> None:
    ((template, bases),) = plan(city, GOOD, Team("B", lon, lat, Mode.CAR, open_end=end == "open"))
    assert template == LOST_BASES
    assert float(str(bases).removeprefix("B (").removesuffix(" km)")) * 1000 == pytest.approx(metres, rel=0.05)
    assert set(city.plans.routes("R1")["team"]) == {"A"}
    assert len(city.plans.unserved("R1")) == 1  # the stop on the island


def test_when_no_team_has_a_way_the_plan_is_empty_and_says_what_to_correct(city: Store) -> None:
    far = [Team(name, WEST + 3, SOUTH + at, Mode.CAR) for at, name in enumerate("AB")]
    ((template, _),) = plan(city, *far)
    assert template == LOST_BASES
    assert city.plans.routes("R1").empty
    unserved = city.plans.unserved("R1")
    assert len(unserved) == 40
    assert set(unserved["reason"]) == {Reason.NO_WAY}
    there = unserved.drop("P039")  # that one lies on the island itself
    for remedy in map(Remedy.of, there["remedy"]):
        assert (remedy.change, remedy.values["team"]) == (Change.BASE, "A")
        assert int(str(remedy.values["metres"])) > 0


def test_a_base_some_way_off_is_said_and_its_team_works(city: Store) -> None:
    ((template, bases),) = plan(city, GOOD, Team("B", WEST, SOUTH - 0.005, Mode.EBIKE))
    assert (template, bases) == (FAR_BASES, "B (0.6 km)")
    assert set(city.plans.routes("R1")["team"]) == {"A", "B"}


def test_bases_at_a_street_are_not_spoken_of(city: Store) -> None:
    assert plan(city, GOOD, Team("B", WEST + 0.012, SOUTH + 0.0125, Mode.WALK)) == []


def test_an_island_of_one_mode_holds_the_teams_of_that_mode(city: Store) -> None:
    edges = city.streets.frame()
    edges.loc[edges[["u", "v"]].isin([0]).any(axis=1), "car"] = 0  # nobody drives to the corner, where both start
    edges.loc[edges.index[0], "car"] = 3
    edges.loc[edges[["u", "v"]].isin([1]).any(axis=1) & (edges.index != edges.index[0]), "car"] = 0
    city.streets.replace(edges, turn_bans=city.streets.turn_bans(), source_sha256="cd" * 32)
    base = WEST + 0.0005, SOUTH
    ((template, bases),) = plan(city, Team("A", *base, Mode.CAR), Team("B", *base, Mode.EBIKE))
    assert template in {LOST_BASES, FAR_BASES}
    assert str(bases).startswith("A (")
    assert "B" in set(city.plans.routes("R1")["team"])

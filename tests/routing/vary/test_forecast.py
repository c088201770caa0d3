"""What a unit could guess, and what is kept of a varied plan."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.model import Round
from geo.store import Store
from routing.draw.design import trial_key
from routing.plan.forecast import chances, figures
from routing.solver import solve
from routing.vary import Variety, vary
from routing.vary.history import known_legs, past_walks

KEY = trial_key("forecast", 1)


@pytest.fixture(scope="module")
def round_of_three(town):
    """Return two days of three equal teams and one that differs, with a windowed stop."""
    problem = town(11, 30, days=2, day_of=[n % 2 for n in range(30)], team=[{}, {}, {}])
    problem = replace(problem, dwell_s=[3600] * 30, balance=None)
    plan = solve(problem, iterations=400, seed=1)
    return problem, vary(problem, plan, KEY, variety=Variety(candidates=60))


def test_chances_are_those_of_the_candidates(round_of_three) -> None:
    problem, varied = round_of_three
    guessed = chances(problem, varied)
    assert sorted(guessed.index) == sorted(stop for route in varied.plan.routes for stop in route.stops)
    assert (guessed["day"] == 0.5).all()
    assert guessed["team"].between(1 / 3, 0.43).all()
    assert guessed["hour"].between(0, 1).all()
    assert np.allclose(guessed["all"], guessed["hour"] * guessed["team"] / 2)
    one = varied.candidates[0]
    stop = one.stops[0]
    begins = [route.arrive_s[route.stops.index(stop)] for route in one.routes]
    best = max(sum(one.share[[low <= other <= low + 3600 for other in begins]]) for low in begins)
    assert guessed.loc[stop, "hour"] == pytest.approx(best)


def test_free_days_and_single_teams_hide_nothing(town) -> None:
    problem = town(3, 8)
    varied = vary(problem, solve(problem, iterations=50, seed=1), KEY, variety=Variety(candidates=20))
    guessed = chances(problem, varied)
    assert (guessed["day"] == 1).all()
    assert (guessed["team"] == 1).all()


def test_windowed_stops_are_told_apart(hours) -> None:
    problem, plan = hours
    varied = vary(problem, plan, KEY, variety=Variety(candidates=60))
    guessed = chances(problem, varied)
    closed = [stop for stop in problem.stops if problem.windows[stop][0][0] != (0, 86400)]
    assert guessed.index[guessed["windowed"]].tolist() == closed
    summed = figures(problem, varied, guessed)
    assert summed.guess_hour_windowed == pytest.approx(guessed.loc[closed, "hour"].mean())


def test_figures_add_up(round_of_three) -> None:
    problem, varied = round_of_three
    summed = figures(problem, varied, chances(problem, varied), similarity=0.25)
    assert summed.travel_s == sum(route.travel_s for route in varied.plan.routes)
    assert summed.premium == pytest.approx(summed.travel_s / summed.shortest_s - 1)
    assert 0 <= summed.premium_mean <= 0.03
    assert summed.served == summed.stops == 30
    assert 3 * summed.load_mean_s == summed.travel_s + 30 * 3600
    assert summed.load_least_s <= summed.load_mean_s <= summed.load_most_s
    assert summed.guess_hour_windowed is None
    assert summed.routes == len(varied.plan.routes)
    assert summed.hour_known == (chances(problem, varied)["hour"] >= 0.9).sum()
    assert summed.as_json()["similarity"] == 0.25


def test_a_plan_without_routes_has_figures(town) -> None:
    problem = replace(town(3, 2), windows=[[[]], [[]]])
    varied = vary(problem, solve(problem, iterations=5, seed=1), KEY)
    summed = figures(problem, varied, chances(problem, varied))
    assert (summed.served, summed.travel_s, summed.premium) == (0, 0, 0)


def test_legs_to_places_outside_the_problem_are_left_out() -> None:
    walks = [[("base T1", "P1", "P9", "P2", "base T1")], [("base T2", "P2", "P1", "base T2")]]
    rows = {"P1": 0, "P2": 1, "base T1": 2}
    assert known_legs(walks, rows) == {(0, 2), (1, 2), (0, 1)}
    assert known_legs([], rows) == frozenset()


def test_rounds_without_a_plan_are_no_past(tmp_path) -> None:
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        for month in (1, 2):
            store.rounds.create(Round(f"R{month}", date(2026, month, 1), 1, 1, 1))
        assert past_walks(store, store.rounds.get("R2")) == []

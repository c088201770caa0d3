"""Drawn teams: at least two, apart who must be apart, no pair again and no street twice running, or the proof why."""

from itertools import combinations, pairwise, product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError, PlanError
from geo.model import Inspector
from routing.teams import Avoidance, TeamRules, draw_streets, draw_teams, may_inspect
from routing.teams.turns import take_turns

KEY = b"\x05" * 32


def pool(n: int) -> list[Inspector]:
    return [Inspector(f"p{i:02d}", "", unit=f"u{i}", street=f"s{i % 5}") for i in range(n)]


@pytest.mark.parametrize(("n", "count"), [(22, 11), (25, 11), (6, 2), (4, 2), (2, 1), (40, 14)])
def test_everyone_is_in_one_team_of_two_or_three(n, count):
    teams = draw_teams(pool(n), count, KEY).teams
    assert len(teams) == count
    assert sorted(name for team in teams for name in team) == [one.name for one in pool(n)]
    assert {len(team) for team in teams} <= {2, 3}


def test_the_key_decides():
    assert draw_teams(pool(12), 6, KEY) == draw_teams(pool(12)[::-1], 6, KEY)
    assert draw_teams(pool(12), 6, KEY).teams != draw_teams(pool(12), 6, b"\x06" * 32).teams


def test_no_pair_repeats_within_the_window_round_after_round():
    past: list[tuple[tuple[str, ...], ...]] = []
    for month in range(9):
        drawn = draw_teams(pool(10), 5, bytes([month]) * 32, TeamRules(past=past, window=8))
        assert drawn.repeats == ()
        assert drawn.proof == ""
        past.append(drawn.teams)
    pairs = [pair for teams in past for pair in teams]
    assert len(set(pairs)) == 45  # nine rounds of ten people use up every pair
    last = draw_teams(pool(10), 5, KEY, TeamRules(past=past, window=9))
    assert len(last.repeats) == 5
    assert "at least 5 pairs must repeat" in last.proof
    assert "every other inspector were together" in last.proof
    assert draw_teams(pool(10), 5, KEY, TeamRules(past=past, window=1)).repeats == ()


def test_relatives_are_never_together():
    apart = [("p01", "p00"), ("p02", "p03")]
    for seed in range(10):
        teams = draw_teams(pool(5), 2, bytes([seed]) * 32, TeamRules(apart=apart)).teams
        assert not {("p00", "p01"), ("p02", "p03")} & {pair for team in teams for pair in combinations(team, 2)}


def test_what_cannot_be_is_proved_by_names_that_anyone_can_check():
    """Four are apart from each other, and only two others are there to go with them."""
    apart = [(f"p{i:02d}", f"p{j:02d}") for i, j in combinations(range(2, 6), 2)]
    with pytest.raises(PlanError) as refused:
        draw_teams(pool(6), 3, KEY, TeamRules(apart=apart))
    text = str(refused.value)
    assert "take out p00, p01: the rest falls into 4 groups of odd size" in text
    repeat = draw_teams(pool(6), 3, KEY, TeamRules(past=[apart], window=1))
    assert len(repeat.repeats) == 1
    assert "take out p00, p01" in repeat.proof


def test_the_fewest_repeats_are_found_against_exhaustive_search():
    rng = np.random.default_rng(2)
    names = [one.name for one in pool(6)]
    pairs = list(combinations(names, 2))
    for _ in range(15):
        past = [pairs[i] for i in rng.choice(15, 9, replace=False)]
        ways = [(a, b, c) for a, b, c in combinations(pairs, 3) if len({*a, *b, *c}) == 6]
        least = min(sum(pair in past for pair in way) for way in ways)
        drawn = draw_teams(pool(6), 3, KEY, TeamRules(past=[past]))
        assert len(drawn.repeats) == least
        assert bool(drawn.proof) == (least > 0)


@pytest.mark.parametrize(("n", "count"), [(3, 2), (10, 3), (4, 0)])
def test_a_pool_that_does_not_fit_is_refused(n, count):
    with pytest.raises(InputError, match="teams of 2 or 3"):
        draw_teams(pool(n), count, KEY)


def test_a_name_given_twice_is_refused():
    with pytest.raises(InputError, match="named twice"):
        draw_teams([*pool(3), pool(3)[0]], 2, KEY)


@pytest.fixture
def sample() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = 240
    return pd.DataFrame(
        {
            "street_code": [f"s{i}" for i in rng.integers(0, 12, n)],
            "unit": [f"u{i}" for i in rng.integers(0, 60, n)],
            "day": np.arange(n) % 4 + 1,
        },
        index=pd.Index([f"c{i}" for i in range(n)], name="id"),
    )


def teams_of(n: int) -> list[list[Inspector]]:
    people = pool(2 * n)
    return [people[2 * i : 2 * i + 2] for i in range(n)]


def test_nobody_inspects_their_own_unit_street_or_kin(sample):
    team = [Inspector("p", "", unit="u7", street="s3"), Inspector("q", "", unit="", street="")]
    avoid = [Avoidance("q", unit="u9"), Avoidance("q", checkpoint="c5"), Avoidance("stranger", street="s1")]
    may = may_inspect(team, sample, avoid)
    barred = sample[~may]
    expected = sample["street_code"].eq("s3") | sample["unit"].isin(["u7", "u9"]) | (sample.index == "c5")
    assert barred.index.equals(sample.index[expected])


def teams_on(plan, street, day):
    return set(plan.turns[street][day])


def assert_each_point_has_a_team(plan, teams, drawn, avoid=()):
    for row in drawn.itertuples():
        turn = teams_on(plan, row.street_code, row.day)
        assert any(may_inspect(teams[number - 1], drawn.loc[[row.Index]], avoid).all() for number in turn)


def test_streets_rotate_and_avoidance_holds(sample):
    teams = teams_of(11)
    avoid = [Avoidance("p03", unit="u50"), Avoidance("p08", checkpoint="c17"), Avoidance("p10", street="s11")]
    plan = draw_streets(teams, sample, KEY, avoid=avoid)
    assert plan.repeats == ()
    assert plan.proofs == ()
    assert_each_point_has_a_team(plan, teams, sample, avoid)
    for street in sample["street_code"].unique():
        for day in (1, 2, 3):
            assert not teams_on(plan, street, day) & teams_on(plan, street, day + 1)
    assert min(len(turn) for days in plan.turns.values() for turn in days.values()) >= 2  # a planner has room


def test_the_key_decides_who_gets_which_street(sample):
    one, again, other = (draw_streets(teams_of(11), sample, key).turns for key in (KEY, KEY, b"\x09" * 32))
    assert one == again
    assert one != other


def test_each_half_of_the_teams_has_one_side_of_the_city_to_itself(sample):
    number = sample["street_code"].str[1:].astype(int)
    placed = gpd.GeoDataFrame(sample, geometry=gpd.points_from_xy(114 + number / 100, [30.0] * len(sample)), crs=4326)
    strangers = [[Inspector(f"x{2 * team}", ""), Inspector(f"x{2 * team + 1}", "")] for team in range(10)]
    plan = draw_streets(strangers, placed, KEY)
    assert plan.repeats == ()
    whole = [days for days in plan.turns.values() if set(days) == {1, 2, 3, 4}]
    halves = {frozenset(days[1]) for days in whole}
    assert [len(half) for half in halves] == [5, 5]
    assert not frozenset.intersection(*halves)
    assert all(days[1] == days[3] and days[2] == days[4] for days in whole)
    west = sorted((int(street[1:]), frozenset(days[1])) for street, days in plan.turns.items() if 1 in days)
    assert sum(one[1] != other[1] for one, other in pairwise(west)) == 1


def test_the_round_before_counts(sample):
    teams = teams_of(11)
    last = {"s3": ("p00", "p09"), "s4": ("p21",)}  # of teams 1, 5 and 11
    plan = draw_streets(teams, sample, KEY, last=last)
    assert not teams_on(plan, "s3", 1) & {1, 5}
    assert 11 not in teams_on(plan, "s4", 1)
    assert plan.repeats == ()


def test_a_repeat_that_cannot_be_avoided_is_proved(sample):
    one_street = sample.assign(street_code="s0", unit="x")
    teams = [[Inspector("a", "", street="s0"), Inspector("b", "")], [Inspector("c", ""), Inspector("d", "")]]
    plan = draw_streets(teams, one_street, KEY)
    assert plan.turns == {"s0": dict.fromkeys((1, 2, 3, 4), (2,))}
    assert plan.repeats == (("s0", 2, 2), ("s0", 3, 2), ("s0", 4, 2))
    needs = "; ".join(f"turn {turn} needs team 2" for turn in (1, 2, 3, 4))
    assert plan.proofs == (f"street s0: {needs}: every choice repeats at least 3 times",)


def test_a_street_that_no_team_may_inspect_whole_is_shared(sample):
    unit = [f"u{i // 4 % 2 * 2}" for i in range(240)]  # team 1 may not inspect u0, team 2 not u2
    plan = draw_streets(teams_of(2), sample.assign(street_code="other", unit=unit), KEY)
    assert plan.turns == {"other": dict.fromkeys((1, 2, 3, 4), (1, 2))}
    assert len(plan.repeats) == 6
    assert len(plan.proofs) == 1


def test_a_point_that_no_team_may_inspect_is_named(sample):
    unit = ["u0" if i == "c3" else "y" for i in sample.index]
    with pytest.raises(PlanError, match="no team may inspect 'c3'"):
        draw_streets(teams_of(1), sample.assign(street_code="x", unit=unit), KEY)


TEAM_SETS = st.sets(st.frozensets(st.integers(0, 3), min_size=1), min_size=1, max_size=3)


@given(st.lists(TEAM_SETS, min_size=1, max_size=3), st.sets(st.integers(0, 3)), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_turns_repeat_as_little_as_any_choice(asked, before, seed):
    coins = np.random.default_rng(seed).integers(0, 2, (4, 4))
    found = take_turns(asked, 4, before, coins)
    subsets = [frozenset(c) for n in range(1, 5) for c in combinations(range(4), n)]
    covering = [[s for s in subsets if all(s & point for point in points)] for points in asked]

    def count(way):
        return len(way[0] & before) + sum(len(a & b) for a, b in pairwise(way))

    for chosen, points in zip(found.teams, asked, strict=True):
        assert all(chosen & point for point in points)
    assert count(found.teams) == len(found.repeats) == min(count(way) for way in product(*covering))
    assert bool(found.proof) == bool(found.repeats)


def test_many_teams_and_a_point_for_few_of_them():
    few = frozenset({3, 17})
    everyone = frozenset(range(30))
    coins = np.zeros((2, 30), np.int64)  # splits that will not do: all on one side
    found = take_turns([{few, everyone}, {few}, {everyone}], 30, (), coins)
    assert found.repeats == ()
    assert all(turn & few for turn in found.teams[:2])

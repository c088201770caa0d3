"""What happens on the day to teams with hours, an end and days of their own."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest

from geo.errors import StateError
from geo.model import NO_LUNCH, Mode, Visit
from geo.store import Store
from geo.streets.edges import snap
from routing.amend import Late, StopClosed, Takeover, amend, quote, undo
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.remedies import Change
from routing.plan.terms import Terms
from routing.streets.matrix import travel_matrix
from routing.streets.network import network_of
from routing.streets.speeds import TimeSlice

H = 3600
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(clock: str, day: int = 12) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-06-{day}T{clock}:00+08:00")


def local(rows: pd.DataFrame, column: str) -> "pd.Series[str]":
    return rows[column].dt.tz_convert(SHANGHAI).dt.strftime("%H:%M")


@pytest.fixture
def own_terms(city: Store) -> Store:
    """Plan anew: A works until four and ends anywhere, B has no lunch and is off on the second day."""
    a, b, c = city.teams.all()
    a = replace(a, shift_s=(9 * H, 16 * H), lunch_within_s=(12 * H, 14 * H), open_end=True)
    city.teams.replace([a, replace(b, lunch_within_s=NO_LUNCH, days=frozenset({1})), c])
    plan_round(city, "R1", PlanOptions(steps=1_000, terms=Terms(price_days=False, premium=0.0)))
    return city


@pytest.fixture
def day_of(own_terms: Store) -> Callable[..., pd.DataFrame]:
    """Return what gives a team's day as it is now."""
    return lambda team, day=1: own_terms.plans.stops("R1", team=team, day=day)


def test_nobody_takes_a_stop_over_on_a_day_off(own_terms: Store, day_of: Callable[..., pd.DataFrame]) -> None:
    stop = day_of("A", 2).query("kind == 'stop'")["checkpoint"].iloc[1]
    refused = quote(own_terms, "R1", Takeover(stop, 2, "B"))
    assert refused.reason is not None
    assert refused.reason.text() == "B doesn't work on day 2: its days of the round are 1"
    with pytest.raises(StateError, match="doesn't work on day 2"):
        amend(own_terms, "R1", Takeover(stop, 2, "B", reason="x"), by="planner")
    assert day_of("B", 2).empty


def test_nobody_off_is_named_as_taker(own_terms: Store) -> None:
    lost = quote(own_terms, "R1", Late("A", 2, 330, reason="x"), now=at("09:05", 13)).dropped
    assert lost
    assert not [one for one in lost if one.remedy.change is Change.TAKEOVER and one.remedy.values["team"] == "B"]


def test_a_late_team_keeps_its_own_hours_and_ends_anywhere(
    own_terms: Store, day_of: Callable[..., pd.DataFrame]
) -> None:
    amend(own_terms, "R1", Late("A", 1, 90, reason="x"), by="A", now=at("10:00"))
    rows = day_of("A")
    assert rows["kind"].tolist().count("base") == 1
    assert rows["kind"].iloc[-1] in {"stop", "lunch"}
    assert "09:00" <= local(rows, "arrive").min() <= local(rows, "depart").max() <= "16:00"
    (lunch,) = local(rows[rows["kind"] == "lunch"], "arrive")
    assert "12:00" <= lunch <= "13:00"
    undo(own_terms, "R1", by="A", now=at("10:00"))


def test_a_stop_closes_on_an_open_route(own_terms: Store, day_of: Callable[..., pd.DataFrame]) -> None:
    last = day_of("A").query("kind == 'stop'")["checkpoint"].iloc[-1]
    made = amend(own_terms, "R1", StopClosed("A", 1, last, reason="x"), by="A", now=at("10:00"))
    (route,) = made.quote.routes
    assert route.open_end
    assert route.back == day_of("A")["depart"].iloc[-1]
    assert last not in set(day_of("A")["checkpoint"])


def test_an_open_day_is_over_after_its_last_stop(own_terms: Store, day_of: Callable[..., pd.DataFrame]) -> None:
    others = day_of("C", 2).query("kind == 'stop'")["checkpoint"]
    stop = next(one for one in others if own_terms.checkpoints.frame()["unit"][one] != "U3")
    last, end = (day_of("A")[column].iloc[-1] for column in ("arrive", "depart"))
    before = quote(own_terms, "R1", Takeover(stop, 2, "A", 1), now=last - dt.timedelta(minutes=2))
    assert before.reason is None or "is over" not in before.reason.text()
    after = quote(own_terms, "R1", Takeover(stop, 2, "A", 1), now=end + dt.timedelta(minutes=1))
    assert after.reason is not None
    assert after.reason.text() == "the day 1 of A is over"


def test_an_open_day_that_loses_its_rest_keeps_lunch_and_goes_nowhere(
    own_terms: Store, day_of: Callable[..., pd.DataFrame]
) -> None:
    seen = day_of("A").query("kind == 'stop'").iloc[:2]
    now = seen["arrive"].iloc[-1].to_pydatetime() + dt.timedelta(minutes=1)
    own_terms.visits.record(
        [Visit(row["checkpoint"], "A", row["arrive"].to_pydatetime(), "R1") for _, row in seen.iterrows()]
    )
    for stop in day_of("A").query("kind == 'stop'")["checkpoint"].iloc[2:]:
        taken = [team for team in "BC" if quote(own_terms, "R1", Takeover(stop, 1, team), now=now).possible]
        assert taken or quote(own_terms, "R1", StopClosed("A", 1, stop), now=now).possible
        change = Takeover(stop, 1, taken[0], reason="x") if taken else StopClosed("A", 1, stop, reason="x")
        amend(own_terms, "R1", change, by="planner", now=now)
    rows = day_of("A")
    assert rows["kind"].tolist().count("base") == 1
    assert rows["kind"].tolist().count("lunch") == 1
    assert len(own_terms.plans.routes("R1", team="A", day=1)) == 1


def test_a_change_holds_in_the_rush_hours(city: Store) -> None:
    a, b, c = city.teams.all()
    city.teams.replace([a, b, replace(c, shift_s=(9 * H, 19 * H))])
    plan_round(city, "R1", PlanOptions(steps=1_000, terms=Terms(price_days=False, premium=0.0)))
    amend(city, "R1", Late("C", 1, 330, reason="x"), by="C", now=at("09:20"))
    rows = city.plans.stops("R1", team="C", day=1)
    assert (rows["arrive"] - rows["depart"].shift() >= pd.to_timedelta(rows["travel_s"], unit="s")).iloc[1:].all()
    evening = rows[(rows["depart"].shift() >= at("17:00")) & (rows["kind"] != "lunch")]
    before = rows.iloc[[rows.index.get_loc(one) - 1 for one in evening.index]]
    assert len(evening)
    network = network_of(city)
    day_s, rush_s = [], []
    for here, there in zip(before.geometry, evening.geometry, strict=True):
        pair = snap(network.edges, gpd.GeoSeries([here, there], crs=4326), Mode.CAR)
        day_s.append(travel_matrix(network, pair, mode=Mode.CAR)[0, 1])
        rush_s.append(travel_matrix(network, pair, mode=Mode.CAR, time_slice=TimeSlice.EVENING_PEAK)[0, 1])
    assert evening["travel_s"].tolist() == rush_s
    assert sum(rush_s) > sum(day_s)

"""What happens on the day, in a small town."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
import shapely

from geo.errors import InputError, NotFoundError, StateError
from geo.model import Avoidance, Visit
from geo.store import Store
from routing.amend import Late, StopClosed, StreetClosed, Takeover, amend, quote, undo
from routing.amend.context import AmendmentContext
from routing.amend.remainder import Rest, answer
from routing.problem import Reason

SECOND = pd.Interval(pd.Timedelta(seconds=-3), pd.Timedelta(seconds=3))  # clocks of the rush hours round
MORNING = dt.datetime.fromisoformat("2026-06-12T10:05:00+08:00")


def on_route(store: Store, team: str, day: int = 1) -> list[str]:
    stops = store.plans.stops("R1", team=team, day=day)
    return stops.loc[stops["kind"] == "stop", "checkpoint"].tolist()


def begun(store: Store, team: str, now: dt.datetime, day: int = 1) -> list[tuple[object, ...]]:
    stops = store.plans.stops("R1", team=team, day=day)
    return [
        *stops.loc[stops["arrive"] <= now, ["kind", "checkpoint", "arrive", "depart", "travel_s"]].itertuples(
            index=False
        )
    ]


def free_taker(store: Store, stop: str, *, but: str) -> str:
    """Find a team that may take a stop over."""
    for team in ("A", "B", "C"):
        if team != but and quote(store, "R1", Takeover(stop, 1, team)).possible:
            return team
    raise AssertionError(stop)


def test_a_team_takes_a_stop_over(city: Store) -> None:
    giver = max("ABC", key=lambda team: len(on_route(city, team)))
    stop = on_route(city, giver)[-1]
    taker = free_taker(city, stop, but=giver)
    asked = Takeover(stop, 1, taker, reason="broken tyre")
    found = quote(city, "R1", asked, now=MORNING)
    assert found.possible
    assert [route.slot for route in found.routes] == [(taker, 1), (giver, 1)]
    assert on_route(city, giver)[-1] == stop, "a quote saves nothing"
    kept = begun(city, giver, MORNING), begun(city, taker, MORNING)
    made = amend(city, "R1", asked, by="planner", now=MORNING, revision=found.revision)
    assert stop in on_route(city, taker)
    assert stop not in on_route(city, giver)
    assert (begun(city, giver, MORNING), begun(city, taker, MORNING)) == kept
    routes = city.plans.routes("R1", day=1)
    assert (
        sum(routes["travel_s"])
        == sum(city.amendments.made_plan("R1").routes.query("day == 1")["travel_s"]) + found.extra_travel_s
    )
    lines = city.amendments.frame("R1")
    assert lines[["by", "kind", "reason", "undone"]].to_numpy().tolist() == [
        ["planner", "takeover", "broken tyre", False]
    ]
    assert stop in made.text
    for team in (giver, taker):
        own = city.amendments.frame("R1", team=team, day=1)["text"].tolist()
        assert len(own) == 1
        assert "route" in own[0]
    other = next(team for team in "ABC" if team not in (giver, taker))
    assert city.amendments.frame("R1", team=other).empty


def test_the_changed_plan_goes_back_to_what_it_was(city: Store) -> None:
    before = city.plans.routes("R1"), city.plans.stops("R1"), city.draws.sample("R1")
    stop = on_route(city, "B")[2]
    amend(city, "R1", StopClosed("B", 1, stop, reason="shut"), by="B", now=MORNING)
    amend(city, "R1", Late("B", 1, 25, reason="jam"), by="B", now=MORNING)
    made = city.amendments.made_plan("R1")
    assert made.changes == 2
    assert made.stops[["team", "day", "checkpoint", "arrive"]].equals(
        before[1][["team", "day", "checkpoint", "arrive"]]
    )
    assert made.routes["travel_s"].equals(before[0]["travel_s"])
    undo(city, "R1", by="B", now=MORNING)
    undo(city, "R1", by="B", now=MORNING)
    assert city.plans.stops("R1").equals(before[1])
    assert city.plans.routes("R1").equals(before[0])
    assert city.draws.sample("R1").sort_index().equals(before[2].sort_index())
    assert city.fieldwork.replacements("R1") == []
    with pytest.raises(StateError, match="no change to undo"):
        undo(city, "R1", by="B")


def test_a_change_is_not_undone_once_the_team_has_gone_on(city: Store) -> None:
    amend(city, "R1", Late("B", 1, 10, reason="jam"), by="B", now=MORNING)
    with pytest.raises(StateError, match="gone on"):
        undo(city, "R1", by="B", now=MORNING + dt.timedelta(hours=3))


def test_a_closed_stop_is_replaced_by_the_reserve_of_the_draw(city: Store) -> None:
    stop = on_route(city, "B")[3]
    made = amend(city, "R1", StopClosed("B", 1, stop, reason="shut"), by="B", now=MORNING)
    line = city.fieldwork.replacements("R1")[-1]
    assert (line.out, line.reason) == (stop, "shut")
    assert line.into in city.draws.sample("R1").index
    assert stop not in on_route(city, "B")
    assert line.into in on_route(city, "B") or line.into in city.plans.unserved("R1").index
    assert line.into in made.text


def test_the_reserve_that_a_team_must_avoid_is_listed_with_what_would_serve_it(city: Store) -> None:
    asked = StopClosed("C", 1, on_route(city, "C")[0], reason="shut")
    found = quote(city, "R1", asked)
    assert found.replaced is not None
    into = found.replaced.into
    city.fieldwork.replace_avoidances([Avoidance("丙", checkpoint=into)])
    again = quote(city, "R1", asked)
    assert (into, Reason.AVOIDED) in [(one.checkpoint, one.reason) for one in again.dropped]
    assert all(one.remedy for one in again.dropped)
    assert into not in again.routes[0].stops["checkpoint"].tolist()


def test_avoidance_holds_when_a_stop_changes_hands(city: Store) -> None:
    roster = city.checkpoints.frame()
    stop = next(one for one in [*on_route(city, "A"), *on_route(city, "B")] if roster.loc[one, "unit"] == "U5")
    found = quote(city, "R1", Takeover(stop, 1, "C"))
    assert not found.possible
    assert found.reason is not None
    assert "must avoid" in found.reason.text()
    with pytest.raises(StateError, match="must avoid"):
        amend(city, "R1", Takeover(stop, 1, "C", reason="x"), by="planner")
    assert city.amendments.frame("R1").empty


def test_a_late_team_loses_what_it_cannot_reach_and_says_so(city: Store) -> None:
    before = on_route(city, "A")
    made = amend(city, "R1", Late("A", 1, 300, reason="broken down"), by="A", now=MORNING)
    dropped = [one.checkpoint for one in made.quote.dropped]
    assert dropped
    assert sorted([*on_route(city, "A"), *dropped]) == sorted(before)
    listed = city.plans.unserved("R1").loc[dropped]
    assert (listed["reason"] != "").all()
    assert listed["remedy"].map(bool).all()
    undo(city, "R1", by="A", now=MORNING)
    assert city.plans.unserved("R1").empty


def test_a_team_at_its_base_leaves_when_it_was_told_to(city: Store) -> None:
    def leaves(team: str) -> pd.Timestamp:
        return city.plans.stops("R1", team=team, day=1)["depart"].iloc[0]

    told = {team: leaves(team) for team in "ABC"}
    team = max("ABC", key=lambda one: told[one])
    assert told[team].tz_convert("Asia/Shanghai").strftime("%H:%M") > "08:00"  # varied routes begin late on purpose
    early = MORNING.replace(hour=7)
    first, second, third = on_route(city, team)[3:6]
    amend(city, "R1", StopClosed(team, 1, first, reason="x"), by="planner", now=early)
    assert leaves(team) - told[team] in SECOND
    amend(city, "R1", Late(team, 1, 45, reason="x"), by=team, now=early)
    late = leaves(team)
    assert late - told[team] - pd.Timedelta(minutes=45) in SECOND
    amend(city, "R1", StopClosed(team, 1, second, reason="x"), by="planner", now=early)
    amend(city, "R1", Takeover(third, 1, free_taker(city, third, but=team), reason="x"), by="planner", now=early)
    assert leaves(team) - late in SECOND


def test_a_team_leaves_sooner_where_that_serves_more(city: Store) -> None:
    context = AmendmentContext.of(city, "R1", MORNING.replace(hour=7))
    progress = context.day_progress("A", 1)
    assert progress.place is None
    assert progress.sooner_s == 7 * 3_600 + 300
    late = replace(progress, free_s=14 * 3_600)
    known = answer(context, Rest("A", 1, late, progress.ahead))
    assert known.plan.unserved == {}
    assert known.plan.routes[0].leave_s < 9 * 3_600
    held = answer(context, Rest("A", 1, replace(late, sooner_s=None), progress.ahead))
    assert held.plan.unserved
    amend(city, "R1", Late("A", 1, 5, reason="x"), by="A", now=MORNING.replace(hour=7))
    assert AmendmentContext.of(city, "R1", MORNING.replace(hour=7)).day_progress("A", 1).sooner_s is None


def test_a_late_team_has_its_lunch(city: Store) -> None:
    amend(city, "R1", Late("B", 1, 270, reason="broken down"), by="B", now=MORNING)
    assert (city.plans.stops("R1", team="B", day=1)["kind"] == "lunch").sum() == 1


def test_a_closed_street_is_not_driven_and_stays_closed(city: Store) -> None:
    edges = city.streets.frame()
    way = city.plans.routes("R1", team="B", day=1).geometry.iloc[0]
    name = next(one for one in edges.loc[edges.intersects(way), "name"] if one)
    made = amend(city, "R1", StreetClosed("B", 1, street=name, reason="works"), by="planner")
    closed = set(edges.index[edges["name"] == name])
    assert made.quote.possible
    ridden = city.plans.routes("R1", team="B", day=1).geometry.iloc[0]
    driven = [edge for edge in closed if ridden.buffer(1e-6).contains(edges.geometry[edge])]
    assert not driven
    later = amend(city, "R1", Late("B", 1, 5, reason="jam"), by="B")
    assert later.quote.extra_travel_s <= 0  # no way round: less of it is in the rush hour
    assert city.amendments.frame("R1")["params"].iloc[0]["edges"] == sorted(closed)


def test_recorded_visits_count_and_not_only_the_clock(city: Store) -> None:
    stops = city.plans.stops("R1", team="B", day=1)
    first = stops[stops["kind"] == "stop"].iloc[0]
    seen = first["arrive"] + dt.timedelta(minutes=50)
    city.visits.record([Visit(first["checkpoint"], "B", seen.to_pydatetime(), round_id="R1")])
    now = seen.to_pydatetime() + dt.timedelta(minutes=1)
    made = amend(city, "R1", Late("B", 1, 1, reason="slow"), by="B", now=now)
    rows = made.quote.routes[0].stops
    assert rows[rows["kind"] == "stop"]["checkpoint"].iloc[0] == first["checkpoint"]
    ahead = rows.iloc[made.quote.routes[0].done :]
    dwell = dt.timedelta(seconds=int(first["dwell_s"]))
    assert (ahead["arrive"] >= seen + dwell).all()
    with pytest.raises(StateError, match="visited"):
        amend(city, "R1", StopClosed("B", 1, first["checkpoint"], reason="shut"), by="B", now=now)


def test_a_stop_that_has_begun_stays_with_its_team(city: Store) -> None:
    stop = on_route(city, "B")[0]
    found = quote(city, "R1", Takeover(stop, 1, "A"), now=MORNING)
    assert not found.possible
    assert found.reason is not None


def test_a_past_day_is_over(city: Store) -> None:
    later = MORNING + dt.timedelta(days=1)
    found = quote(city, "R1", Late("B", 1, 10), now=later)
    assert not found.possible
    assert quote(city, "R1", Late("B", 2, 10), now=later).possible


def test_an_unserved_stop_is_picked_up(city: Store) -> None:
    made = amend(city, "R1", Late("B", 1, 330, reason="broken down"), by="B", now=MORNING)
    lost = [one.checkpoint for one in made.quote.dropped]
    for stop in lost:
        for team in ("A", "C"):
            if quote(city, "R1", Takeover(stop, 1, team), now=MORNING).possible:
                amend(city, "R1", Takeover(stop, 1, team, reason="help"), by="planner", now=MORNING)
                assert stop in on_route(city, team)
                assert stop not in city.plans.unserved("R1").index
                return
    pytest.fail("nobody can take any of them")


def test_a_stop_goes_to_another_day(city: Store) -> None:
    for stop in on_route(city, "B"):
        asked = Takeover(stop, 1, "B", 2, reason="rain")
        if quote(city, "R1", asked).possible:
            amend(city, "R1", asked, by="planner")
            assert stop in on_route(city, "B", 2)
            assert stop not in on_route(city, "B", 1)
            assert "day 2" not in city.amendments.frame("R1", team="B", day=1)["text"].iloc[0], (
                "tomorrow is nobody's to know"
            )
            return
    pytest.fail("no stop fits into the other day")


def test_two_who_change_at_once_do_not_lose_either(city: Store) -> None:
    with Store.open(city.url) as other:
        found = quote(other, "R1", Late("B", 1, 10))
        amend(city, "R1", Late("A", 1, 10, reason="first"), by="A")
        with pytest.raises(StateError, match="changed meanwhile"):
            amend(other, "R1", Late("B", 1, 10, reason="second"), by="B", revision=found.revision)
    assert city.amendments.frame("R1")["reason"].tolist() == ["first"]


def test_nothing_is_saved_without_a_reason_or_in_the_wrong_place(city: Store) -> None:
    for change, error in (
        (Late("B", 1, 10), InputError),
        (Late("Z", 1, 10, reason="x"), NotFoundError),
        (Late("B", 9, 10, reason="x"), NotFoundError),
        (StreetClosed("B", 1, street="nowhere", reason="x"), InputError),
        (StopClosed("B", 1, on_route(city, "A")[0], reason="x"), StateError),
        (Takeover("nothing", 1, "A", reason="x"), NotFoundError),
        (Takeover(on_route(city, "A")[0], 2, "B", reason="x"), StateError),
        (Takeover(on_route(city, "A")[0], 1, "A", reason="x"), StateError),
    ):
        with pytest.raises(error):
            amend(city, "R1", change, by="planner")
    assert city.amendments.frame("R1").empty


def test_a_closed_area_is_read_from_any_writing(city: Store) -> None:
    box = shapely.box(114.30, 30.60, 114.305, 30.604)
    found = quote(city, "R1", StreetClosed("A", 1, area=box))
    assert found.possible

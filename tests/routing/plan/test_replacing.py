"""A plan takes the place of another by one rule, keeps what is done, and keeps the terms that it was made by."""

import datetime as dt
from collections.abc import Callable

import pytest

from geo.errors import NotFoundError, StateError
from geo.model import Visit
from geo.store import Store
from geo.store.plans import NewPlan
from routing.amend import StopClosed, amend, quote
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.replacing import plan_loss, replaceable
from routing.plan.terms import Days, Terms, terms_of
from routing.problem import Shift
from routing.solver import SearchState

QUICK = Terms(price_days=False)
HOUR = 3600


@pytest.fixture
def planned(city: Store) -> Store:
    plan_round(city, "R1", PlanOptions(steps=300, terms=QUICK))
    return city


def visited(store: Store, *places: int) -> dict[str, tuple[str, int]]:
    """Let teams visit the stops at these places of the plan, and return what is done."""
    stops = store.plans.stops("R1").query("kind == 'stop'")
    rows = [stops.iloc[place] for place in places]
    store.visits.record(
        [Visit(row["checkpoint"], row["team"], row["arrive"].to_pydatetime(), round_id="R1") for row in rows]
    )
    return {row["checkpoint"]: (row["team"], row["day"]) for row in rows}


def where(store: Store) -> dict[str, tuple[str, int]]:
    stops = store.plans.stops("R1").query("kind == 'stop'")
    return dict(zip(stops["checkpoint"], zip(stops["team"], stops["day"], strict=True), strict=True))


def test_what_would_be_lost_is_agreed_to(planned: Store) -> None:
    assert not plan_loss(planned, "R1")
    assert replaceable(planned, "R1", agreed=False) == planned.plans.state("R1")
    visited(planned, 0, 3)
    stop = planned.plans.stops("R1").query("kind == 'stop'").iloc[5]
    amend(planned, "R1", StopClosed(stop["team"], int(stop["day"]), stop["checkpoint"], reason="shut"), by="王")
    with pytest.raises(StateError, match="drops 1 changes made by hand on the day and the order of 2 visits"):
        replaceable(planned, "R1", agreed=False)
    assert replaceable(planned, "R1", agreed=True) == planned.plans.state("R1")


@pytest.mark.parametrize("days", list(Days))
@pytest.mark.parametrize("seed", [1, 2])
def test_planned_again_what_is_done_keeps_its_team_and_day(planned: Store, days: Days, seed: int) -> None:
    done = visited(planned, 0, 4, 9, 14, 23, 30)
    terms = Terms(days=days, price_days=False, premium=0.2)
    plan_round(planned, "R1", PlanOptions(steps=300, seed=seed, terms=terms))
    now = where(planned)
    assert {stop: now[stop] for stop in done} == done
    assert planned.plans.done("R1") == done


def a_change(store: Store) -> None:
    stop = store.plans.stops("R1").query("kind == 'stop'").iloc[5]
    amend(store, "R1", StopClosed(stop["team"], int(stop["day"]), stop["checkpoint"], reason="shut"), by="王")


def a_plan(store: Store) -> None:
    plan_round(store, "R1", PlanOptions(steps=10, terms=QUICK, by="李"))


def a_draw(store: Store) -> None:
    draw, sample = store.draws.get("R1"), store.draws.sample("R1")
    store.draws.save(draw, sample[["inclusion_prob", "day", "ticket"]], by="赵")


@pytest.mark.parametrize(("meanwhile", "said"), [(a_change, "by 王"), (a_plan, "by 李"), (a_draw, "by 赵")])
def test_a_plan_takes_nothing_away_that_happened_while_it_was_searched_for(
    planned: Store, meanwhile: Callable[[Store], None], said: str
) -> None:
    happened: list[dict[str, tuple[str, int]]] = []

    def watch(_: SearchState) -> bool:
        if not happened:
            meanwhile(planned)
            happened.append(where(planned))
        return False

    with pytest.raises(StateError, match=f"{said}, so nothing was saved"):
        plan_round(planned, "R1", PlanOptions(steps=300, terms=QUICK), watch=watch)
    assert where(planned) == happened[0]


def test_a_visit_while_it_was_searched_for_is_seen(planned: Store) -> None:
    """A plan that gives away what was visited since it began is refused; one that does not is saved."""
    seen: list[dict[str, tuple[str, int]]] = []

    def watch(_: SearchState) -> bool:
        if not seen:
            seen.append(visited(planned, *range(0, 36, 3)))
        return False

    before = where(planned)
    with pytest.raises(StateError, match="was visited by"):
        plan_round(
            planned, "R1", PlanOptions(steps=300, seed=9, terms=Terms(days=Days.FREE, price_days=False)), watch=watch
        )
    assert where(planned) == before


def test_what_somebody_agreed_to_is_what_is_replaced(planned: Store) -> None:
    agreed = replaceable(planned, "R1", agreed=True)
    a_change(planned)
    with pytest.raises(StateError, match="changed meanwhile"):
        plan_round(planned, "R1", PlanOptions(steps=10, terms=QUICK, after=agreed))


def test_terms_are_kept_with_the_plan(city: Store) -> None:
    assert terms_of(city, "R1") == Terms()
    terms = Terms(Days.FREE, Shift(7 * HOUR, 19 * HOUR), frozenset({3, 9}), False, False, 0.05)
    plan_round(city, "R1", PlanOptions(steps=10, terms=terms))
    assert terms_of(city, "R1") == terms
    assert not terms.turns
    with pytest.raises(NotFoundError):
        terms_of(city, "R9")


@pytest.mark.parametrize(
    "kept",
    [None, {}, {"days": "drawn"}, {**QUICK.plain(), "days": "someday"}, {**QUICK.plain(), "shift": {"start_s": "x"}}],
    ids=["none", "empty", "few", "days", "shift"],
)
def test_terms_that_cannot_be_read_are_no_shift_that_somebody_guessed(planned: Store, kept: object) -> None:
    """Kind: a fault of what is kept that would pass as half past eight to half past five."""
    plan = planned.plans.routes("R1"), planned.plans.stops("R1"), planned.plans.unserved("R1")
    planned.plans.save(NewPlan("R1", *plan, terms=kept), after=planned.plans.state("R1"))
    with pytest.raises(StateError, match="plan it again"):
        terms_of(planned, "R1")
    stop = plan[1].query("kind == 'stop'").iloc[5]
    with pytest.raises(StateError, match="plan it again"):
        quote(planned, "R1", StopClosed(stop["team"], int(stop["day"]), stop["checkpoint"]))


def test_a_visit_between_question_and_answer_stops_the_change(planned: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = planned.plans.stops("R1").query("kind == 'stop'").iloc[5]
    change = StopClosed(stop["team"], int(stop["day"]), stop["checkpoint"], reason="shut")
    replace_route = type(planned.amendments).replace_route

    def late(self: object, *args: object, **more: object) -> int:
        arrived = stop["arrive"].to_pydatetime() + dt.timedelta(minutes=1)
        planned.visits.record([Visit(stop["checkpoint"], stop["team"], arrived, round_id="R1")])
        return replace_route(self, *args, **more)

    monkeypatch.setattr(type(planned.amendments), "replace_route", late)
    with pytest.raises(StateError, match=f"{stop['team']} made a visit meanwhile"):
        amend(planned, "R1", change, by="王")
    assert planned.plans.done("R1") == {stop["checkpoint"]: (stop["team"], stop["day"])}

"""A plan takes only what was worked out on it and on its draw, and what is done stays: on both databases."""

import threading

import pytest

from geo.errors import AccessError, NotFoundError, StateError
from geo.model import Visit
from geo.store import Store
from geo.store.amendments import UndoWish
from geo.store.revisions import PlanState
from tests.geo.store.planned import (
    amend,
    at,
    draw_again,
    draw_teams,
    handover,
    left_out,
    line,
    make_planned,
    new_plan,
    plan_again,
    replace_point,
    undo,
    visit,
)

MOVERS = {
    plan_again: "planned again at 2.* by 王",
    amend: "changed meanwhile at 2.* by 李",
    draw_again: "drawn anew at 2.* by 赵",
    draw_teams: "drawn anew at 2.* by the command line",
    replace_point: "was replaced at 2.* by the command line",
}


@pytest.fixture
def planned(store: Store, roster) -> Store:
    return make_planned(store, roster)


@pytest.mark.parametrize("mover", MOVERS, ids=lambda mover: mover.__name__)
def test_nothing_is_saved_over_what_happened_meanwhile(planned: Store, mover) -> None:
    old = planned.plans.state("R1")
    mover(planned, old)
    kept = planned.plans.stops("R1"), planned.plans.unserved("R1"), planned.plans.figures("R1")
    for late in (plan_again, amend, undo):
        with pytest.raises(StateError, match=f"{MOVERS[mover]}, so nothing was saved"):
            late(planned, old)
    with pytest.raises(StateError, match="nothing was saved"):
        planned.plans.expect("R1", old)
    assert planned.plans.stops("R1").equals(kept[0])
    assert planned.plans.unserved("R1").equals(kept[1])
    assert planned.plans.figures("R1") == kept[2]


def test_a_change_taken_back_moves_the_plan_too(planned: Store) -> None:
    amend(planned, planned.plans.state("R1"))
    old = planned.plans.state("R1")
    undo(planned, old)
    with pytest.raises(StateError, match=r"taken back at 2.* by 李"):
        plan_again(planned, old)


def test_each_state_is_taken_once(planned: Store) -> None:
    old = planned.plans.state("R1")
    assert old == PlanState(revision=1, drawn=1)
    assert plan_again(planned, old) == 2
    assert planned.plans.state("R1") == PlanState(revision=2, drawn=1)
    planned.rounds.create(type(planned.rounds.get("R1"))("R2", start=at(0).date(), days=1, teams=1, size=1))
    assert planned.plans.state("R2") == PlanState()
    with pytest.raises(NotFoundError):
        planned.plans.state("R9")


def test_what_is_done_stays_with_its_team_and_day(planned: Store) -> None:
    visit(planned, planned.plans.state("R1"))  # B at c0003 on its second day
    assert planned.plans.done("R1") == {"c0003": ("B", 2)}
    now, refusal = (
        planned.plans.state("R1"),
        "c0003 was visited by B at 2026-06-12 04:01 UTC, and stays with it on day 2",
    )
    every = ["c0000", "c0001", "c0002", "c0003"]
    for plan in (
        new_plan({("A", 1): every}),
        new_plan({("B", 1): every}),
        new_plan({("A", 1): every[:3]}, "c0003"),
    ):
        with pytest.raises(StateError, match=refusal):
            planned.plans.save(plan, after=now)
    new = handover(planned, "c0003", ("A", 1))
    with pytest.raises(StateError, match=refusal):
        planned.amendments.replace_route("R1", new, line("李", new), after=now)
    assert planned.plans.save(new_plan({("A", 1): every[:3], ("B", 2): ["c0003"]}), after=now) == 2


def test_taking_a_change_back_moves_nothing_that_is_done(planned: Store) -> None:
    amend(planned, planned.plans.state("R1"))  # c0002 to A
    planned.visits.record([Visit("c0002", "A", at(3), round_id="R1")])
    with pytest.raises(StateError, match="c0002 was visited by A"):
        undo(planned, planned.plans.state("R1"))
    assert planned.plans.done("R1") == {"c0002": ("A", 1)}


def test_a_team_that_went_on_since_is_seen_with_the_change(planned: Store) -> None:
    now = planned.plans.state("R1")
    new = handover(planned, "c0002", ("A", 1), seen={"A": 0, "B": 0})
    planned.visits.record([Visit("c0000", "A", at(3), round_id="R1")])
    with pytest.raises(StateError, match="A made a visit meanwhile"):
        planned.amendments.replace_route("R1", new, line("李", new), after=now)
    amend(planned, now)
    with pytest.raises(StateError, match="A made a visit meanwhile"):
        planned.amendments.undo("R1", UndoWish("李", seen={"A": 0}), after=planned.plans.state("R1"))
    assert planned.amendments.undo("R1", UndoWish("李", seen={"A": 1}), after=planned.plans.state("R1")) == 2


def test_who_may_take_a_change_back_is_checked_with_it(planned: Store) -> None:
    amend(planned, planned.plans.state("R1"))
    now = planned.plans.state("R1")
    with pytest.raises(AccessError, match="孙 may take back only its own"):
        planned.amendments.undo("R1", UndoWish("孙", own_only=True), after=now)
    assert planned.plans.state("R1") == now
    assert planned.amendments.undo("R1", UndoWish("李", own_only=True), after=now) == 2


def test_terms_are_kept_and_go_with_the_plan(planned: Store) -> None:
    assert planned.plans.terms("R1") == {"days": "drawn"}
    draw_again(planned, planned.plans.state("R1"))
    assert planned.plans.terms("R1") is None
    assert planned.plans.figures("R1") is None
    bare = new_plan({("A", 1): ["c0004"]}, "c0005")
    planned.plans.save(type(bare)("R1", bare.routes, bare.stops, left_out()), after=planned.plans.state("R1"))
    with pytest.raises(StateError, match="kept no terms"):
        planned.plans.terms("R1")


def test_an_import_is_undone_once(planned: Store, roster) -> None:
    """Two who press the button at once: one is told that it is done already, and nothing is undone twice."""
    planned.checkpoints.upsert(roster(1, start=20), import_of="一.csv")
    planned.checkpoints.upsert(roster(1, start=21), import_of="二.csv")
    (newest, _), said, ready = planned.imports.all(), [], threading.Barrier(2)

    def press() -> None:
        with Store.open(planned.url) as own:
            ready.wait()
            try:
                said.append(own.imports.undo(newest.id).removed)
            except StateError as error:
                said.append(str(error))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, said)) == ["1", "the import of '二.csv' is undone already"]
    assert [one.undone for one in planned.imports.all()] == [True, False]


def test_a_visit_before_the_round_began_holds_no_stop(planned: Store) -> None:
    planned.visits.record([Visit("c0003", "B", at(-60 * 24 * 9), round_id="R1")])
    assert planned.plans.done("R1") == {}
    plan_again(planned, planned.plans.state("R1"))

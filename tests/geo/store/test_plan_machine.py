"""Two people at one plan, and the field beside them, in any order: what the database holds is what they were told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import geopandas as gpd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete

from geo.errors import StateError
from geo.model import Visit
from geo.store import Store
from geo.store.amendments import UndoWish
from geo.store.fieldwork import Replaced
from geo.store.revisions import PlanState
from geo.store.tables import metadata
from tests.geo.store.planned import (
    DRAW,
    NOON,
    ROUND,
    Allotted,
    allotted_in,
    at,
    handover,
    line,
    new_plan,
    sample,
    spare,
)

NAMES = [f"c{number:04d}" for number in range(8)]
SLOTS = [(team, day) for team in "AB" for day in (1, 2)]
PEOPLE = st.sampled_from(["王", "李"])


@dataclass
class Expected:
    """What the round must be like."""

    allotted: Allotted = field(default_factory=dict)
    unserved: frozenset[str] = frozenset()
    drawn: list[str] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)
    replaced: int = 0
    state: PlanState = field(default_factory=PlanState)
    visited: dict[str, str] = field(default_factory=dict)  # by which team
    changes: list[tuple[Allotted, frozenset[str], str]] = field(default_factory=list)  # before each that stands; by

    def done(self) -> dict[str, tuple[str, int]]:
        """Return the stops that the team which has them has visited."""
        return {
            stop: slot for slot, stops in self.allotted.items() for stop in stops if self.visited.get(stop) == slot[0]
        }

    def keeps_done(self, allotted: Allotted) -> bool:
        """Tell whether another plan leaves what is done where it is."""
        return all(stop in allotted.get(slot, []) for stop, slot in self.done().items())


class TwoPeople(RuleBasedStateMachine):
    """The round R1, which 王 and 李 work on at once, each on connections of their own."""

    opened: ClassVar[Callable[[], Store]]  # an empty city with the points
    roster: ClassVar[Callable[..., gpd.GeoDataFrame]]

    def __init__(self) -> None:
        super().__init__()
        self.store = self.opened()
        self.other = Store.open(self.store.url)
        self.expected = Expected()
        self.looked: dict[str, PlanState] = {}
        self.minute = 0

    def teardown(self) -> None:
        """Close what was opened."""
        self.other.close()
        self.store.close()

    def of(self, who: str) -> Store:
        """Return the city as somebody has it open."""
        return self.store if who == "王" else self.other

    @initialize()
    def begin(self) -> None:
        """Draw the round; both look at it."""
        self.store.rounds.create(ROUND)
        self.draw(0)
        for who in ("王", "李"):
            self.look(who)

    @rule(who=PEOPLE)
    def look(self, who: str) -> None:
        """See where the plan stands."""
        self.looked[who] = self.of(who).plans.state("R1")
        assert self.looked[who] == self.expected.state

    def told(self, who: str, act: Callable[[], object], *, right: bool) -> bool:
        """Do what somebody wants, and hear whether it was done, which must be right."""
        try:
            act()
        except StateError:
            assert not right, (who, self.looked[who], self.expected)
            return False
        assert right, (who, self.looked[who], self.expected)
        return True

    def fresh(self, who: str) -> bool:
        """Tell whether nothing moved since somebody looked."""
        return self.looked[who] == self.expected.state

    @precondition(lambda self: self.expected.drawn)
    @rule(who=PEOPLE, slots=st.lists(st.sampled_from([*SLOTS, None]), min_size=4, max_size=4))
    def plan(self, who: str, slots: list[tuple[str, int] | None]) -> None:
        """Plan anew, which ends the list of changes."""
        allotted, left = {}, []
        for stop, slot in zip(self.expected.drawn, slots, strict=False):
            left.append(stop) if slot is None else allotted.setdefault(slot, []).append(stop)
        right = self.fresh(who) and self.expected.keeps_done(allotted)
        new = new_plan(allotted, *left, by=who)
        if self.told(who, lambda: self.of(who).plans.save(new, after=self.looked[who]), right=right):
            self.expected.allotted, self.expected.unserved = allotted, frozenset(left)
            self.expected.changes = []
            self.moved()

    @precondition(lambda self: any(self.expected.allotted.values()))
    @rule(who=PEOPLE, place=st.integers(0, 9), goal=st.sampled_from(SLOTS))
    def amend(self, who: str, place: int, goal: tuple[str, int]) -> None:
        """Hand a stop over; worked out on the plan as it is, saved as of the plan that was looked at."""
        stops = sorted(stop for names in self.expected.allotted.values() for stop in names)
        stop, store = stops[place % len(stops)], self.of(who)
        after = {slot: [one for one in names if one != stop] for slot, names in self.expected.allotted.items()}
        after[goal] = [*after.get(goal, []), stop]
        new = handover(store, stop, goal)
        right = self.fresh(who) and self.expected.keeps_done(after)
        save = lambda: store.amendments.replace_route("R1", new, line(who, new), after=self.looked[who])  # noqa: E731
        if self.told(who, save, right=right):
            self.expected.changes.append((self.expected.allotted, self.expected.unserved, who))
            self.expected.allotted = {slot: names for slot, names in after.items() if names}
            self.moved()

    @rule(who=PEOPLE)
    def undo(self, who: str) -> None:
        """Take the last change back."""
        last = self.expected.changes[-1] if self.expected.changes else None
        right = self.fresh(who) and last is not None and self.expected.keeps_done(last[0])
        act = lambda: self.of(who).amendments.undo("R1", UndoWish(who), after=self.looked[who])  # noqa: E731
        if self.told(who, act, right=right):
            self.expected.allotted, self.expected.unserved, _ = self.expected.changes.pop()
            self.moved()

    @rule(key=st.integers(0, 3))
    def draw(self, key: int) -> None:
        """Draw by trial, which takes the plan away; not once a visit was made."""
        drawn, left = NAMES[key : key + 4], [name for name in NAMES if name not in NAMES[key : key + 4]][:2]
        right = not self.expected.visited
        try:
            made = replace(DRAW, key=bytes([key]) * 32)
            self.store.draws.save(made, sample(*drawn), reserves=spare(*left))
        except StateError:
            assert not right
            return
        assert right
        kept = self.expected.state
        self.expected = Expected(drawn=drawn, spare=left, state=replace(kept, drawn=kept.drawn + 1))

    @precondition(lambda self: self.expected.spare)
    @rule(place=st.integers(0, 3))
    def replace_point(self, place: int) -> None:
        """Put a reserve in for a point; the route keeps the point until it is planned again."""
        out, into = self.expected.drawn[place % len(self.expected.drawn)], self.expected.spare.pop(0)
        gone = Replaced(out, into, "closed", 9.0, NOON)
        self.store.fieldwork.save_replacement("R1", gone, after=self.expected.replaced)
        self.expected.replaced += 1
        self.expected.drawn = [into if one == out else one for one in self.expected.drawn]
        self.expected.state = replace(self.expected.state, drawn=self.expected.state.drawn + 1)

    @precondition(lambda self: any(self.expected.allotted.values()))
    @rule(place=st.integers(0, 9), team=st.sampled_from(["A", "B"]), imported=st.booleans())
    def visit(self, place: int, team: str, *, imported: bool) -> None:
        """Visit a stop of the plan, perhaps another team's."""
        stops = sorted(stop for names in self.expected.allotted.values() for stop in names)
        stop = stops[place % len(stops)]
        if stop in self.expected.visited:
            return
        self.minute += 1
        seen = Visit(stop, team, at(self.minute), round_id="R1")
        assert self.store.visits.record([seen], import_of="f" if imported else None).accepted == 1
        self.expected.visited[stop] = team

    @rule(count=st.integers(1, 3))
    def import_and_undo(self, count: int) -> None:
        """Take an import back: the city is as it was, whatever it is used for."""
        self.store.checkpoints.upsert(self.roster(count, unit="新单位"), import_of="名单.csv")
        self.store.imports.undo_last("checkpoints")

    @precondition(lambda self: any(self.expected.allotted.values()) and not self.expected.visited)
    @rule(stop=st.sampled_from(NAMES), goal=st.sampled_from(SLOTS))
    def both_at_once(self, stop: str, goal: tuple[str, int]) -> None:
        """One plans and one amends from the same state, at the same moment: one of them is told to look again."""
        stops = sorted(stop for names in self.expected.allotted.values() for stop in names)
        stop, now = stop if stop in stops else stops[0], self.expected.state
        new, made = handover(self.other, stop, goal), new_plan({goal: list(self.expected.drawn)}, by="王")
        acts = (
            lambda: self.store.plans.save(made, after=now),
            lambda: self.other.amendments.replace_route("R1", new, line("李", new), after=now),
        )

        def heard(act: Callable[[], object]) -> bool:
            try:
                act()
            except StateError:
                return False
            return True

        with ThreadPoolExecutor(2) as two:
            planned, amended = two.map(heard, acts)
        assert planned is not amended
        if planned:
            self.expected.allotted, self.expected.unserved = {goal: list(self.expected.drawn)}, frozenset()
            self.expected.changes = []
        else:
            before = self.expected.allotted
            self.expected.changes.append((before, self.expected.unserved, "李"))
            after = {slot: [one for one in names if one != stop] for slot, names in before.items()}
            after[goal] = [*after.get(goal, []), stop]
            self.expected.allotted = {slot: names for slot, names in after.items() if names}
        self.moved()

    def moved(self) -> None:
        """Count a change of the plan."""
        self.expected.state = replace(self.expected.state, revision=self.expected.state.revision + 1)

    @invariant()
    def the_database_holds_what_was_told(self) -> None:
        """Compare the two."""
        with self.store.snapshot():
            if not self.looked:
                return
            assert self.store.plans.state("R1") == self.expected.state
            assert allotted_in(self.store) == self.expected.allotted
            assert set(self.store.plans.unserved("R1").index) == self.expected.unserved
            assert self.store.plans.done("R1") == self.expected.done()
            assert sorted(self.store.draws.sample_ids("R1")) == sorted(self.expected.drawn)
            lines = self.store.amendments.frame("R1")
            assert lines.loc[~lines["undone"], "by"].tolist() == [by for *_, by in self.expected.changes]


def test_two_people_at_one_plan(city_url: str, roster, tmp_path: Path) -> None:
    Store.open(city_url, create=True).close()
    count = iter(range(10_000))

    def opened() -> Store:
        if "://" in city_url:
            store = Store.open(city_url)
            with store._database.backend.writer.begin() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(delete(table))
        else:
            path = tmp_path / f"{next(count)}.gpkg"
            path.write_bytes(Path(city_url).read_bytes())
            store = Store.open(path)
        store.checkpoints.upsert(roster(len(NAMES)))
        return store

    run_state_machine_as_test(
        type("OnThisDatabase", (TwoPeople,), {"opened": staticmethod(opened), "roster": staticmethod(roster)}),
        settings=settings(
            max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

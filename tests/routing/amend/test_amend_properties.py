"""Whatever happens on the day: what is done stays, no rule is broken, and no stop is lost or visited twice."""

import datetime as dt
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import StateError
from geo.store import Store
from routing.amend import Change, Late, StopClosed, StreetClosed, Takeover, amend, undo
from routing.check import Violation, violations
from routing.plan.problem_builder import PosedRound, pose_round
from routing.plan.terms import Terms
from routing.problem import Plan, PlannedRoute, Reason
from routing.streets.network import network_of

MIDNIGHT = pd.Timestamp("2026-06-12", tz="Asia/Shanghai")
TEAMS = ("A", "B", "C")
BEGUN = ["kind", "checkpoint", "arrive", "depart", "travel_s"]


def seconds(moment: pd.Timestamp, day: int) -> int:
    return round((moment - MIDNIGHT).total_seconds()) - (day - 1) * 86400


def planned(posed: PosedRound, stops: pd.DataFrame, unserved: pd.DataFrame) -> Plan:
    """Read the plan of a city back into the terms of the problem of its whole round."""
    row = {str(one): at for at, one in enumerate(posed.sample.index)}
    names = [team.id for team in posed.teams]
    routes = []
    for (team, day), rows in stops.groupby(["team", "day"]):
        number = names.index(team)
        visits, lunch = rows[rows["kind"] == "stop"], rows[rows["kind"] == "lunch"]
        bases = rows[rows["kind"] == "base"]
        places = [row[one] for one in visits["checkpoint"]]
        base = posed.problem.teams[number].base
        legs = [base, *places, base]
        matrix = posed.problem.matrix(number)
        routes.append(
            PlannedRoute(
                number,
                day - 1,
                tuple(places),
                tuple(seconds(one, day) for one in visits["arrive"]),
                tuple(seconds(one, day) for one in visits["depart"]),
                seconds(bases["depart"].iloc[0], day),
                seconds(bases["arrive"].iloc[-1], day),
                seconds(lunch["arrive"].iloc[0], day) if len(lunch) else None,
                None,
                int(matrix[legs[:-1], legs[1:]].sum()),
            )
        )
    return Plan(tuple(routes), {row[one]: Reason.FULL for one in unserved.index if one in row})


def broken(store: Store) -> list[Violation]:
    """Replay the whole round as it is now; stops may have changed their day."""
    round_ = store.rounds.get("R1")
    posed = pose_round(store, round_, network_of(store), store.catalogues.get(round_.edition), Terms())
    asked = posed.real_problem
    asked.day_of.update(dict.fromkeys(asked.stops))
    return violations(
        asked, planned(posed, store.plans.stops("R1"), store.plans.unserved("R1")), slices=posed.hours.slices
    )


@st.composite
def changes(draw: st.DrawFn, store: Store) -> Change:
    """Think of something that can happen to the city as it is."""
    team, day = draw(st.sampled_from(TEAMS)), draw(st.integers(1, 2))
    kind = draw(st.sampled_from(["late", "stop", "street", "hand", "hand"]))
    stops = store.plans.stops("R1")
    visits = stops[stops["kind"] == "stop"]
    if kind == "late":
        return Late(team, day, draw(st.sampled_from([5, 30, 90, 240])), reason="x")
    if kind == "street":
        return StreetClosed(team, day, street=f"{draw(st.integers(0, 8))}号路", reason="x")
    one = visits.iloc[draw(st.integers(0, len(visits) - 1))]
    if kind == "stop":
        return StopClosed(one["team"], int(one["day"]), one["checkpoint"], reason="x")
    return Takeover(one["checkpoint"], int(one["day"]), team, draw(st.sampled_from([None, day])), reason="x")


def begun(store: Store, now: dt.datetime | None, change: Change) -> list[tuple[object, ...]]:
    """List what is done: what has begun by the clock, of a late team that much later, and without what is shut."""
    stops = store.plans.stops("R1")
    if now is None:
        return []
    late = pd.Series(pd.Timedelta(0), index=stops.index)
    if isinstance(change, Late):
        late[(stops["team"] == change.team) & (stops["day"] == change.day)] = pd.Timedelta(minutes=change.minutes)
    done = stops[stops["arrive"] + late <= now]
    if isinstance(change, StopClosed):
        done = done[done["checkpoint"] != change.checkpoint]
    return [*done[["team", "day", *BEGUN]].itertuples(index=False, name=None)]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_happens(planned_file: Path, data: st.DataObject) -> None:
    minutes = data.draw(st.lists(st.integers(-30, 600), min_size=3, max_size=3).map(sorted))
    before_round = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(planned_file, folder))
        with Store.open(path) as store:
            strained = False
            for minute in minutes:
                now = None if before_round else (MIDNIGHT + pd.Timedelta(hours=8, minutes=minute)).to_pydatetime()
                change = data.draw(changes(store))
                done = Counter(begun(store, now, change))
                asked = {*store.draws.sample("R1").index}
                try:
                    made = amend(store, "R1", change, by="planner", now=now)
                except StateError:
                    continue
                strained |= isinstance(change, Late)
                stops = store.plans.stops("R1")
                kept = Counter(stops[["team", "day", *BEGUN]].itertuples(index=False, name=None))
                assert not done - kept, "what is done stays as it was"
                served = Counter(stops.loc[stops["kind"] == "stop", "checkpoint"])
                left = set(store.plans.unserved("R1").index)
                assert max(served.values()) == 1
                assert not left & set(served)
                now_asked = {*store.draws.sample("R1").index}
                assert left | set(served) == now_asked
                if isinstance(change, StopClosed):
                    assert asked - now_asked == {change.checkpoint}
                else:
                    assert asked == now_asked
                if isinstance(change, Takeover):
                    assert not [
                        one for one in made.quote.dropped if (one.team, one.day) == (change.to_team, change.to_day)
                    ]
                faults = [one for one in broken(store) if not (strained and one.rule in {"lunch", "shift"})]
                assert faults == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_happened_can_be_taken_back(planned_file: Path, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(planned_file, folder))
        with Store.open(path) as store:
            before = (
                store.plans.routes("R1"),
                store.plans.stops("R1"),
                store.plans.unserved("R1"),
                store.draws.sample("R1").sort_index(),
            )
            made = 0
            for _ in range(3):
                try:
                    amend(store, "R1", data.draw(changes(store)), by="planner")
                    made += 1
                except StateError:
                    continue
            was = store.amendments.made_plan("R1")
            assert was.changes == made
            assert was.stops.equals(before[1])
            assert was.routes["travel_s"].equals(before[0]["travel_s"])
            for _ in range(made):
                undo(store, "R1", by="planner")
            after = (
                store.plans.routes("R1"),
                store.plans.stops("R1"),
                store.plans.unserved("R1"),
                store.draws.sample("R1").sort_index(),
            )
            assert all(one.equals(other) for one, other in zip(before, after, strict=True))

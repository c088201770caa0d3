"""A city with a drawn and planned round, and every kind of writer that may meet another, for the tests of the plan."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely

from geo.frames import ROUTES, STOPS, UNSERVED
from geo.model import Draw, Round, TeamDraw, Visit
from geo.store import Store
from geo.store.amendments import LogLine, NewRoutes, UndoWish
from geo.store.fieldwork import Replaced
from geo.store.plans import NewPlan
from geo.store.revisions import PlanState

DAY = dt.date(2026, 6, 12)
NOON = dt.datetime(2026, 6, 12, 4, tzinfo=dt.UTC)
ROUND = Round("R1", start=DAY, days=2, teams=2, size=4)
DRAW = Draw("R1", b"\x01" * 32, True, {}, "ab", 0.1, 0.1, NOON)
TERMS = {"days": "drawn"}
Slot = tuple[str, int]
Allotted = dict[Slot, list[str]]


def sample(*ids: str) -> pd.DataFrame:
    data = {"inclusion_prob": 0.5, "day": [1 + at % 2 for at in range(len(ids))], "ticket": range(len(ids))}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="str"))


def spare(*ids: str) -> pd.DataFrame:
    data = {"inclusion_prob": 0.25, "ticket": range(100, 100 + len(ids))}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="str"))


def routes_of(allotted: Allotted) -> gpd.GeoDataFrame:
    slots = [slot for slot, names in allotted.items() if names]
    rows = [("R1", team, day, "car", 600, 900.0, len(allotted[team, day])) for team, day in slots]
    index = pd.Index([f"R1-{team}-{day}" for team, day in slots], name="id", dtype="str")
    kinds = {"round_id": "str", "team": "str", "day": "int64", "mode": "str", "travel_s": "int64", "stops": "int64"}
    frame = pd.DataFrame(rows, columns=list(ROUTES.columns), index=index).astype(kinds | {"length_m": "float64"})
    line = shapely.LineString([(114.3, 30.6), (114.31, 30.61)])
    return gpd.GeoDataFrame(frame, geometry=[line] * len(rows), crs=4326)


def stops_of(allotted: Allotted) -> gpd.GeoDataFrame:
    rows, ids = [], []
    for (team, day), names in allotted.items():
        for order, name in enumerate(names):
            rows.append(("R1", team, day, order, "stop", name, NOON, NOON, 540, 60))
            ids.append(f"R1-{team}-{day}-{order:02d}")
    kinds = dict.fromkeys(("round_id", "team", "kind", "checkpoint"), "str")
    kinds |= dict.fromkeys(("day", "order", "dwell_s", "travel_s"), "int64")
    kinds |= dict.fromkeys(("arrive", "depart"), "datetime64[ms, UTC]")
    index = pd.Index(ids, name="id", dtype="str")
    frame = pd.DataFrame(rows, columns=list(STOPS.columns), index=index).astype(kinds)
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(114.3, 30.6)] * len(rows), crs=4326)


def left_out(*names: str) -> pd.DataFrame:
    rows = [("R1", 1, "shift_full", {"change": "more", "values": {}}) for _ in names]
    kinds = {"round_id": "str", "day": "int64", "reason": "str", "remedy": object}
    index = pd.Index(list(names), name="checkpoint", dtype="str")
    return pd.DataFrame(rows, columns=list(UNSERVED.columns), index=index).astype(kinds)


def new_plan(allotted: Allotted, *unserved: str, by: str = "") -> NewPlan:
    return NewPlan(
        "R1", routes_of(allotted), stops_of(allotted), left_out(*unserved), figures={"n": 1}, terms=TERMS, by=by
    )


def allotted_in(store: Store) -> Allotted:
    """Return the plan as it stands in the database."""
    found: Allotted = {}
    for row in store.plans.stops("R1").itertuples():
        found.setdefault((row.team, row.day), []).append(row.checkpoint)
    return found


def handover(store: Store, stop: str, goal: Slot, *, seen: dict[str, int] | None = None) -> NewRoutes:
    """Take a stop from whoever has it, and give it to a team's day."""
    now = allotted_in(store)
    slots = {goal, *(slot for slot, names in now.items() if stop in names)}
    after = {slot: [one for one in now.get(slot, []) if one != stop] for slot in sorted(slots)}
    after[goal] = [*after[goal], stop]
    return NewRoutes(sorted(slots), routes_of(after), stops_of(after), left_out(), [stop], seen=seen or {})


def line(by: str, new: NewRoutes) -> LogLine:
    touched = [{"team": team, "day": day, "notes": []} for team, day in new.slots]
    return LogLine(NOON, by, "takeover", "jam", {}, touched, [("told", {})])


def at(minute: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minute)


def make_planned(store: Store, roster: Callable[..., gpd.GeoDataFrame]) -> Store:
    """Draw four points of eight and plan them for two teams on two days."""
    store.checkpoints.upsert(roster(8))
    store.rounds.create(ROUND)
    store.draws.save(DRAW, sample("c0000", "c0001", "c0002", "c0003"), reserves=spare("c0004", "c0005"))
    plan = {("A", 1): ["c0000"], ("A", 2): ["c0001"], ("B", 1): ["c0002"], ("B", 2): ["c0003"]}
    store.plans.save(new_plan(plan), after=store.plans.state("R1"))
    return store


def plan_again(store: Store, after: PlanState) -> object:
    return store.plans.save(new_plan({("A", 1): ["c0000", "c0002"]}, "c0001", "c0003", by="王"), after=after)


def amend(store: Store, after: PlanState) -> object:
    new = handover(store, "c0002", ("A", 1))
    return store.amendments.replace_route("R1", new, line("李", new), after=after)


def undo(store: Store, after: PlanState) -> object:
    return store.amendments.undo("R1", UndoWish("李"), after=after)


def draw_again(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.draws.save(replace(DRAW, key=b"\x02" * 32), sample("c0004", "c0005"), by="赵")


def replace_point(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.fieldwork.save_replacement("R1", Replaced("c0001", "c0004", "closed", 9.0, NOON), after=0)


def draw_teams(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.fieldwork.save_team_draw(TeamDraw("R1", {}, {}, (), "p", (), (), NOON))


def visit(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.visits.record([Visit("c0003", "B", at(1), round_id="R1")])


def import_visits(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.visits.record([Visit("c0000", "A", at(2), round_id="R1")], import_of="五月.csv")


def undo_import(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.imports.undo_last("checkpoints")


def retire(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.checkpoints.retire(["c0007"])


def remove_round(store: Store, after: PlanState) -> object:  # noqa: ARG001 - as the others
    return store.rounds.remove("R1")


WRITERS = (
    plan_again,
    amend,
    undo,
    draw_again,
    replace_point,
    draw_teams,
    visit,
    import_visits,
    undo_import,
    retire,
    remove_round,
)

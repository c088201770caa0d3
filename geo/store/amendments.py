"""What is changed of a plan on the day: single routes replaced, with the line that says why, and taken back."""

import datetime as dt
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Table, and_, delete, func, insert, or_, select, update

from geo import frames
from geo.audit.events import Event
from geo.errors import AccessError, StateError
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.columns import utc
from geo.store.database import Database
from geo.store.fieldwork import Replaced, put_replacement, take_back_replacement
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.plans import Plans, keep_done
from geo.store.revisions import Move, MovedBy, PlanState, expect, move_plan, planned_at_revision, state_of
from geo.store.rounds import round_of

Slot = tuple[str, int]
_T = tables.route_changes
_PARTS: tuple[tuple[str, Table, frames.Schema], ...] = (
    ("routes", tables.routes, frames.ROUTES),
    ("stops", tables.stops, frames.STOPS),
    ("unserved", tables.unserved, frames.UNSERVED),
)
COLUMNS = ("revision", "at", "by", "kind", "team", "day", "reason", "text", "params", "notes", "touched", "undone")


@dataclass(frozen=True, slots=True)
class LogLine:
    """What the log keeps of a change."""

    at: dt.datetime  # UTC
    by: str  # account
    kind: str
    reason: str
    params: Mapping[str, Any]  # plain values
    touched: Sequence[Mapping[str, Any]]  # team, day, and notes that this team may read
    notes: Sequence[tuple[str, Mapping[str, Any]]]  # for the planner: templates and their values


@dataclass(frozen=True, slots=True, eq=False)
class NewRoutes:
    """What a change makes of the plan."""

    slots: Sequence[Slot]  # teams and days whose routes are replaced
    routes: gpd.GeoDataFrame  # ROUTES frame, in their place; no row where nothing is left
    stops: gpd.GeoDataFrame  # STOPS frame
    unserved: pd.DataFrame  # UNSERVED frame of the stops that fall out
    served_now: Sequence[str]  # checkpoints that are unserved no longer
    replaced: Replaced | None = None  # a point that went out of the sample
    replaced_after: int = 0  # lines that the log of replacements had then
    seen: Mapping[str, int] = field(default_factory=dict)  # visits of each team that it was worked out with


@dataclass(frozen=True, slots=True)
class UndoWish:
    """Who wants the last change taken back."""

    by: str  # account
    own_only: bool = False  # it may take back no other account's
    seen: Mapping[str, int] = field(default_factory=dict)  # visits of each team with which that was found right


@dataclass(frozen=True, slots=True, eq=False)
class MadePlan:
    """A plan as it was made, before its changes."""

    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    unserved: pd.DataFrame
    changes: int = field(default=0)  # that were made since


class Amendments(StorePart):
    """The changes of plans."""

    def __init__(self, database: Database, plans: Plans) -> None:
        super().__init__(database)
        self._plans = plans

    def plan_revision(self, round_id: str) -> int:
        """Return the revision of a round's plan, which grows with every change of it; 0 before the first plan."""
        with self._database.reading() as connection:
            round_of(connection, round_id)
            return state_of(connection, round_id).revision

    def replace_route(self, round_id: str, new: NewRoutes, line: LogLine, *, after: PlanState) -> int:
        """Replace single routes and log why, all or nothing, and give the new revision.

        Parameters
        ----------
        round_id
            A round with a plan.
        new
            What takes the place of what.
        line
            What the log says.
        after
            Where the plan and the draw stood on which the change was worked out.

        Raises
        ------
        StateError
            When either moved since, or a team was somewhere since that the change would take from it.
        """
        act = Act(Event.PLAN_CHANGED, f"plan/{round_id}", detail={"kind": line.kind})
        with self._database.writing(act, CityPart.ROUNDS, on=[CityPart.VISITS]) as connection:
            round_of(connection, round_id)
            self._database.backend.lock(connection, _T)
            expect(connection, round_id, after)
            _refuse_seen(connection, round_id, new.seen)
            keep_done(connection, round_id, new.stops, set(new.slots))
            before = self._before(connection, round_id, new)
            self._put(connection, round_id, new.slots, (new.routes, new.stops, new.unserved), new.served_now)
            if new.replaced is not None:
                put_replacement(connection, self._database.backend, round_id, new.replaced, after=new.replaced_after)
            number = move_plan(connection, round_id, MovedBy(Move.CHANGED, line.by))
            act.versions(number - 1, number)
            row = {name: getattr(line, name) for name in ("by", "kind", "reason", "params", "touched", "notes")}
            connection.execute(
                insert(_T).values(
                    round_id=round_id, revision=number, at=utc(line.at, "at"), before=before, undone_by="", **row
                )
            )
        return number

    def undo(self, round_id: str, wish: UndoWish, *, after: PlanState) -> int:
        """Put back what the last change that stands took away, and give the revision of that change.

        Raises
        ------
        AccessError
            When it is another account's, and only one's own may be taken back.
        StateError
            When the plan or the draw moved since, a team was somewhere since, or there is nothing to undo.
        """
        act = Act(Event.PLAN_UNDONE, f"plan/{round_id}")
        with self._database.writing(act, CityPart.ROUNDS, on=[CityPart.VISITS]) as connection:
            round_of(connection, round_id)
            self._database.backend.lock(connection, _T)
            expect(connection, round_id, after)
            _refuse_seen(connection, round_id, wish.seen)
            planned = planned_at_revision(connection, round_id)
            standing = and_(_T.c.round_id == round_id, _T.c.undone_at.is_(None), _T.c.revision > planned)
            last = connection.execute(select(_T).where(standing).order_by(_T.c.revision.desc()).limit(1)).first()
            if last is None:
                raise StateError("the plan of round {round!r} has no change to undo", round=round_id)
            if wish.own_only and last.by != wish.by:
                raise AccessError("the account {name} may take back only its own last change", name=wish.by)
            kept = _unpacked(last.before)
            slots = [(one["team"], one["day"]) for one in last.touched]
            keep_done(connection, round_id, kept["frames"][1], set(slots))
            self._put(connection, round_id, slots, kept["frames"], kept["dropped"])
            if kept["replaced"]:
                take_back_replacement(connection, self._database.backend, round_id, kept["replaced"])
            number = move_plan(connection, round_id, MovedBy(Move.UNDONE, wish.by))
            act.versions(number - 1, number)
            act.detail["undone"] = last.revision
            undone = {"undone_at": dt.datetime.now(dt.UTC), "undone_by": wish.by}
            connection.execute(update(_T).where(_T.c.fid == last.fid).values(undone))
        return int(last.revision)

    def frame(
        self, round_id: str, *, team: str | None = None, day: int | None = None, current: bool = True
    ) -> pd.DataFrame:
        """Return the changes of a round's plan, the oldest first.

        Parameters
        ----------
        round_id
            The round.
        team, day
            Only changes of this team's or this day's routes. With a team, ``text`` and ``notes`` say what that team
            may know; without one they are the planner's.
        current
            Only those of the plan that the round has; else those of its earlier plans too.

        Returns
        -------
        DataFrame
            Columns ``revision at by kind team day reason text params notes touched undone``; ``at`` in UTC; ``team``
            and ``day`` of the first route that was changed, or of the one asked for; ``notes`` as templates and values.
        """
        with self._database.reading() as connection:
            round_of(connection, round_id)
            planned = planned_at_revision(connection, round_id) if current else -1
            found = connection.execute(
                select(_T).where(_T.c.round_id == round_id, _T.c.revision > planned).order_by(_T.c.revision)
            ).all()
        lines = []
        for row in found:
            routes = [one for one in row.touched if team in (None, one["team"]) and day in (None, one["day"])]
            if routes:
                notes = row.notes if team is None else [note for one in routes for note in one["notes"]]
                lines.append(
                    (
                        row.revision,
                        row.at,
                        row.by,
                        row.kind,
                        routes[0]["team"],
                        routes[0]["day"],
                        row.reason,
                        "; ".join(template.format(**values) for template, values in notes),
                        row.params,
                        notes,
                        [(one["team"], one["day"]) for one in row.touched],
                        row.undone_at is not None,
                    )
                )
        frame = pd.DataFrame(lines, columns=list(COLUMNS))
        kinds = {"revision": "int64", "at": "datetime64[ms, UTC]", "day": "int64", "undone": "bool"}
        return frame.astype(kinds)

    def made_plan(self, round_id: str) -> MadePlan:
        """Return a round's plan as it was made, whatever was changed since."""
        plans = self._plans
        with self._database.reading() as connection:
            now = [plans.routes(round_id), plans.stops(round_id), plans.unserved(round_id)]
            planned = planned_at_revision(connection, round_id)
            changes = connection.execute(
                select(_T)
                .where(_T.c.round_id == round_id, _T.c.revision > planned, _T.c.undone_at.is_(None))
                .order_by(_T.c.revision.desc())
            ).all()
        for row in changes:
            kept = _unpacked(row.before)
            slots = {(one["team"], one["day"]) for one in row.touched}
            for at, old in enumerate(kept["frames"][:2]):
                other = [slot not in slots for slot in zip(now[at]["team"], now[at]["day"], strict=True)]
                now[at] = pd.concat([part for part in (now[at][other], old) if len(part)] or [old])
            other = ~now[2].index.isin([*kept["dropped"], *kept["frames"][2].index])
            now[2] = pd.concat([part for part in (now[2][other], kept["frames"][2]) if len(part)] or [now[2][other]])
        return MadePlan(
            now[0].sort_values(["day", "team"]), now[1].sort_values(["day", "team", "order"]), now[2], len(changes)
        )

    def _before(self, connection: Connection, round_id: str, new: NewRoutes) -> bytes:
        """Pack what a change takes away: the routes, their stops, and what was not served."""
        kept: dict[str, Any] = {"dropped": new.unserved.index.tolist(), "replaced": ""}
        if new.replaced is not None:
            kept["replaced"] = new.replaced.out
        for name, table, schema in _PARTS:
            mine = (
                table.c.checkpoint.in_([*new.served_now, *new.unserved.index])
                if name == "unserved"
                else _in_slots(table, new.slots)
            )
            statement = rows.query(table, schema).where(table.c.round_id == round_id, mine)
            if name == "stops":
                statement = statement.order_by(table.c.day, table.c.team, table.c.order)
            kept[name] = _plain(rows.fetch(connection, statement, schema, self._database.backend), schema)
        return zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), 6)

    def _put(
        self,
        connection: Connection,
        round_id: str,
        slots: Sequence[Slot],
        new: Sequence[Any],
        served_now: Sequence[str],
    ) -> None:
        for (name, table, schema), frame in zip(_PARTS, new, strict=True):
            self._database.backend.lock(connection, table)
            mine = (
                table.c.checkpoint.in_([*served_now, *frame.index]) if name == "unserved" else _in_slots(table, slots)
            )
            connection.execute(delete(table).where(table.c.round_id == round_id, mine))
            made = rows.to_rows(rows.clean(frame, schema, table), schema, table, self._database.backend)
            if name == "stops":
                made = [{**row, "checkpoint": row["checkpoint"] or None} for row in made]
            rows.add(connection, table, made)
            if schema.geometry:
                self._database.backend.moved(connection, table)


def _refuse_seen(connection: Connection, round_id: str, seen: Mapping[str, int]) -> None:
    """Refuse what was worked out before a team went on."""
    v = tables.visits
    for team, count in seen.items():
        mine = select(func.count()).where(v.c.round_id == round_id, v.c.team == team)
        if connection.scalar(mine) != count:
            raise StateError("{team} made a visit meanwhile, so nothing was saved: look at the plan again", team=team)


def _in_slots(table: Table, slots: Sequence[Slot]) -> Any:  # noqa: ANN401 - a clause of SQLAlchemy
    return or_(*(and_(table.c.team == team, table.c.day == day) for team, day in slots))


def _plain(frame: Any, schema: frames.Schema) -> list[list[Any]]:  # noqa: ANN401 - rows.AnyFrame
    columns = [frame.index.tolist()]
    for name, kind in schema.columns.items():
        columns.append([one.isoformat() for one in frame[name]] if kind == "time" else frame[name].tolist())
    if schema.geometry:
        columns.append(shapely.to_wkb(frame.geometry.to_numpy(), hex=True).tolist())
    return [list(row) for row in zip(*columns, strict=True)]


def _unpacked(content: bytes) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(zlib.decompress(content))
    kept["frames"] = [_framed(kept[name], schema) for name, _, schema in _PARTS]
    return kept


def _framed(lines: Sequence[Sequence[Any]], schema: frames.Schema) -> Any:  # noqa: ANN401 - rows.AnyFrame
    names = [schema.index, *schema.columns, *(["geometry"] if schema.geometry else [])]
    frame = pd.DataFrame([tuple(line) for line in lines], columns=names).set_index(schema.index)
    kinds: dict[str, Any] = {"str": "str", "int": "int64", "float": "float64", "bool": "bool", "json": object}
    for name, kind in schema.columns.items():
        moments = pd.to_datetime(frame[name], utc=True).astype("datetime64[ms, UTC]") if kind == "time" else None
        frame[name] = frame[name].astype(kinds[kind]) if moments is None else moments
    if not schema.geometry:
        return frame
    return gpd.GeoDataFrame(frame, geometry=shapely.from_wkb(frame["geometry"].to_numpy()), crs=frames.WGS84)

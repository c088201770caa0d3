"""Plans: routes, their stops, what no route serves, what they were chosen from and what they come to."""

import datetime as dt
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Column, Connection, Row, Table, and_, delete, func, insert, select, update

from geo import frames
from geo.audit.events import Event
from geo.errors import InputError, NotFoundError, StateError
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.revisions import Move, MovedBy, PlanState, expect, move_plan, state_of
from geo.store.rounds import round_of

_PLAN = ((tables.routes, frames.ROUTES), (tables.stops, frames.STOPS), (tables.unserved, frames.UNSERVED))
_T = tables.plans
_FIRST_ZONE = dt.timezone(dt.timedelta(hours=14))  # no clock on earth shows a day sooner


@dataclass(frozen=True, slots=True)
class KeptCandidates:
    """What a plan was, or was to be, chosen from."""

    sha256: str
    kept_at: dt.datetime  # UTC; before the choice
    chosen_from: bool  # the plan that the round has


@dataclass(frozen=True, slots=True, eq=False)
class NewPlan:
    """A plan that takes the place of the one that a round has.

    Parameters
    ----------
    round_id
        The round that every row names.
    routes, stops, unserved
        Frames of :data:`geo.frames.ROUTES`, :data:`geo.frames.STOPS` and :data:`geo.frames.UNSERVED`.
    figures
        What the plan comes to, plain JSON values.
    terms
        What the planner chose, plain JSON values: changes of the day keep to it.
    candidates
        The hash of what it was chosen from, of :meth:`Plans.keep_candidates`; empty: it was not varied.
    by
        The account; empty from the command line.
    """

    round_id: str
    routes: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    unserved: pd.DataFrame
    figures: Mapping[str, Any] | None = None
    terms: Mapping[str, Any] | None = None
    candidates: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class TeamDay:
    """What a route comes to: one team on one day, or on all days together."""

    team: str
    day: int  # 0: all days
    stops: int
    travel_s: int
    length_m: float


class Plans(StorePart):
    """The plan of each round: one record with its routes, terms, figures, changes and revision."""

    def state(self, round_id: str) -> PlanState:
        """Return where the plan of a round, and the draw that it serves, stand: every writer hands this back.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        with self._database.reading() as connection:
            round_of(connection, round_id)
            return state_of(connection, round_id)

    def save(self, new: NewPlan, *, after: PlanState) -> int:
        """Save the plan of a round in the place of the one before, all or nothing, and return its revision.

        Parameters
        ----------
        new
            The plan.
        after
            Where the plan and the draw stood when it was begun, of :meth:`state`.

        Raises
        ------
        NotFoundError
            When there is no such round.
        InputError
            When a frame is not of its schema, or a row names another round.
        StateError
            When the plan or the draw moved since, a stop is done that it gives to others or leaves out, or the
            candidates were not kept before.
        """
        plan = _cleaned(new)
        backend, round_id = self._database.backend, new.round_id
        act = Act(Event.PLAN, f"plan/{round_id}")
        with self._database.writing(act, CityPart.ROUNDS, on=[CityPart.VISITS]) as connection:
            round_of(connection, round_id)
            expect(connection, round_id, after)
            keep_done(connection, round_id, new.stops)
            for table, schema, frame in plan:
                backend.lock(connection, table)
                connection.execute(delete(table).where(table.c.round_id == round_id))
                made = rows.to_rows(frame, schema, table, backend)
                if table is tables.stops:
                    made = [{**row, "checkpoint": row["checkpoint"] or None} for row in made]
                rows.add(connection, table, made)
                if schema.geometry:
                    backend.moved(connection, table)
            revision = move_plan(connection, round_id, MovedBy(Move.PLANNED, new.by))
            act.versions(revision - 1, revision)
            _keep_only_choice(connection, round_id, new.candidates)
            values = {"figures": new.figures, "terms": new.terms, "candidates": new.candidates}
            planned = update(_T).where(_T.c.round_id == round_id)
            connection.execute(planned.values(planned_at=dt.datetime.now(dt.UTC), **values))
        return revision

    def figures(self, round_id: str) -> dict[str, Any] | None:
        """Return what the plan of a round comes to, as it was saved; None when it has no plan, or one without figures.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        with self._database.reading() as connection:
            round_of(connection, round_id)
            found = connection.scalar(select(_T.c.figures).where(_T.c.round_id == round_id))
        return None if found is None else dict(found)

    def terms(self, round_id: str) -> dict[str, Any] | None:
        """Return what the planner chose for the plan of a round, as it was saved; None before the first plan.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When the plan was made by a version that kept no terms.
        """
        with self._database.reading() as connection:
            round_of(connection, round_id)
            row = connection.execute(select(_T).where(_T.c.round_id == round_id)).first()
        if row is None or row.planned_at is None:
            return None
        if row.terms is None:
            raise StateError("the plan of round {round!r} kept no terms (shift, days): plan it again", round=round_id)
        return dict(row.terms)

    def done(self, round_id: str) -> dict[str, tuple[str, int]]:
        """Return the stops of the plan that their teams have visited, each with its team and day.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        with self._database.reading() as connection:
            return {row.checkpoint: (row.team, row.day) for row in _done(connection, round_id)}

    def expect(self, round_id: str, after: PlanState) -> None:
        """Refuse what was worked out on another plan, or for another draw; :meth:`save` does so with its write.

        Raises
        ------
        StateError
            When either moved since: it says how, when and by whom.
        """
        with self._database.reading() as connection:
            expect(connection, round_id, after)

    def keep_candidates(self, round_id: str, sha256: str, content: bytes) -> None:
        """Keep what a plan is about to be chosen from, under its hash; the plan that there is stays as it is.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        t = tables.candidates
        row = {"content": zlib.compress(content, 6), "kept_at": dt.datetime.now(dt.UTC)}
        with self._database.writing(
            Act(Event.CANDIDATES, f"candidates/{round_id}", "", sha256), CityPart.ROUNDS
        ) as connection:
            round_of(connection, round_id)
            self._database.backend.lock(connection, t)
            this = (t.c.round_id == round_id, t.c.sha256 == sha256)
            if connection.execute(update(t).where(*this).values(content=row["content"])).rowcount == 0:
                connection.execute(insert(t).values(round_id=round_id, sha256=sha256, **row))

    def candidates(self, round_id: str) -> tuple[bytes, KeptCandidates]:
        """Return what the plan of a round was chosen from, as it is in the store; compare it with its hash.

        Raises
        ------
        NotFoundError
            When there is no such round, or its plan was not varied.
        """
        c = tables.candidates.c
        with self._database.reading() as connection:
            kept = [one for one in _kept(connection, round_id) if one.chosen_from]
            found = kept and connection.scalar(
                select(c.content).where(c.round_id == round_id, c.sha256 == kept[0].sha256)
            )
        if not found:
            raise NotFoundError("round {round} has no candidates: its plan was not varied", round=round_id)
        return zlib.decompress(found), kept[0]

    def candidates_kept(self, round_id: str) -> list[KeptCandidates]:
        """List everything that a plan of a round was ever to be chosen from, the oldest first.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        with self._database.reading() as connection:
            return _kept(connection, round_id)

    def routes(self, round_id: str, *, team: str | None = None, day: int | None = None) -> gpd.GeoDataFrame:
        """Return a round's routes by day and team, or of one team or day: a frame of :data:`geo.frames.ROUTES`."""
        c = tables.routes.c
        return self._of(tables.routes, frames.ROUTES, {c.round_id: round_id, c.team: team, c.day: day}, c.day, c.team)

    def team_days(self, round_id: str) -> list[TeamDay]:
        """Return what the routes of a round come to, by day and team.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        c = tables.routes.c
        statement = select(c.team, c.day, c.stops, c.travel_s, c.length_m).where(c.round_id == round_id)
        with self._database.reading() as connection:
            round_of(connection, round_id)
            return [TeamDay(*row) for row in connection.execute(statement.order_by(c.day, c.team))]

    def slot(self, round_id: str, checkpoint: str) -> tuple[str, int] | None:
        """Return the team and the day of a checkpoint in the plan of a round, None when no route stops there."""
        c = tables.stops.c
        with self._database.reading() as connection:
            wanted = select(c.team, c.day).where(c.round_id == round_id, c.checkpoint == checkpoint)
            row = connection.execute(wanted.order_by(c.day, c.team)).first()
        return None if row is None else (row.team, row.day)

    def unserved_count(self, round_id: str) -> int:
        """Count the checkpoints that the plan of a round leaves out."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(tables.unserved.c.round_id == round_id)) or 0

    def stops(self, round_id: str, *, team: str | None = None, day: int | None = None) -> gpd.GeoDataFrame:
        """Return the stops of a round in order, or those of one team or day: a frame of :data:`geo.frames.STOPS`."""
        c = tables.stops.c
        only = {c.round_id: round_id, c.team: team, c.day: day}
        return self._of(tables.stops, frames.STOPS, only, c.day, c.team, c.order)

    def unserved(self, round_id: str, *, most: int | None = None) -> pd.DataFrame:
        """Return what the plan of a round leaves out, or the first of it: a frame of :data:`geo.frames.UNSERVED`."""
        c = tables.unserved.c
        only = {c.round_id: round_id}
        left: pd.DataFrame = self._of(tables.unserved, frames.UNSERVED, only, c.day, c.checkpoint, most=most)
        return left

    def left_out(self, round_id: str, checkpoint: str) -> pd.DataFrame:
        """Return the row of :meth:`unserved` of a checkpoint; none when a route serves it."""
        c = tables.unserved.c
        left: pd.DataFrame = self._of(
            tables.unserved, frames.UNSERVED, {c.round_id: round_id, c.checkpoint: checkpoint}
        )
        return left

    def _of(
        self,
        table: Table,
        schema: frames.Schema,
        only: Mapping[Column[Any], object],
        *order: Column[Any],
        most: int | None = None,
    ) -> rows.AnyFrame:
        statement = rows.query(table, schema).order_by(*order).limit(most)
        for column, value in only.items():
            if value is not None:
                statement = statement.where(column == value)
        with self._database.reading() as connection:
            round_of(connection, str(only[table.c.round_id]))
            return rows.fetch(connection, statement, schema, self._database.backend)


def keep_done(
    connection: Connection, round_id: str, stops: pd.DataFrame, slots: Collection[tuple[str, int]] | None = None
) -> None:
    """Refuse stops that give what is done to others, or leave it out.

    Parameters
    ----------
    stops
        A STOPS frame that takes the place of the stops of the round, or of some of its slots.
    slots
        Teams and days whose stops are replaced; None: all.

    Raises
    ------
    StateError
        Naming the first stop that is done.
    """
    stay = set(zip(stops["team"], stops["day"], stops["checkpoint"], strict=True))
    for row in _done(connection, round_id):
        if (slots is None or (row.team, row.day) in slots) and (row.team, row.day, row.checkpoint) not in stay:
            raise StateError(
                "{checkpoint} was visited by {team} at {at} UTC, and stays with it on day {day}, so nothing was saved: "
                "look at the plan again",
                checkpoint=row.checkpoint,
                team=row.team,
                day=row.day,
                at=f"{row.arrived_at:%Y-%m-%d %H:%M}",
            )


def _done(connection: Connection, round_id: str) -> Sequence[Row[Any, Any, Any, Any]]:
    """Return the stops that their teams have visited since the round began, wherever on earth that was, and when."""
    begun = dt.datetime.combine(round_of(connection, round_id).start, dt.time(), _FIRST_ZONE)
    s, v = tables.stops, tables.visits
    seen = and_(v.c.round_id == s.c.round_id, v.c.checkpoint == s.c.checkpoint, v.c.team == s.c.team)
    done = select(s.c.team, s.c.day, s.c.checkpoint, v.c.arrived_at).join(v, seen)
    found = done.where(s.c.round_id == round_id, v.c.arrived_at >= begun).order_by(v.c.arrived_at)
    return connection.execute(found).all()


def _cleaned(new: NewPlan) -> list[tuple[Table, frames.Schema, rows.AnyFrame]]:
    plan = [
        (table, schema, rows.clean(frame, schema, table))
        for (table, schema), frame in zip(_PLAN, (new.routes, new.stops, new.unserved), strict=True)
    ]
    for table, _, frame in plan:
        others = frame.loc[frame["round_id"] != new.round_id, "round_id"]
        if len(others):
            raise InputError(
                "{table} names round {found!r} in the plan of {round!r}: plan each round by itself",
                table=table.name,
                found=others.iloc[0],
                round=new.round_id,
            )
    return plan


def _kept(connection: Connection, round_id: str) -> list[KeptCandidates]:
    round_of(connection, round_id)
    t = tables.candidates
    used = connection.scalar(select(_T.c.candidates).where(_T.c.round_id == round_id))
    found = connection.execute(select(t.c.sha256, t.c.kept_at).where(t.c.round_id == round_id).order_by(t.c.fid))
    return [KeptCandidates(row.sha256, row.kept_at, row.sha256 == used) for row in found]


def _keep_only_choice(connection: Connection, round_id: str, sha256: str) -> None:
    """Let go of the content of all candidates but those that the plan was chosen from; their hashes stay."""
    t = tables.candidates
    content = t.c.content.is_not(None)
    if sha256 and not connection.scalar(select(content).where(t.c.round_id == round_id, t.c.sha256 == sha256)):
        raise StateError("the candidates {sha256} were not kept before the choice: plan again", sha256=sha256)
    connection.execute(update(t).where(t.c.round_id == round_id, t.c.sha256 != sha256).values(content=None))

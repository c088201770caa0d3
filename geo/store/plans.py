"""Plans: routes, their stops, what no route serves, what they were chosen from and what they come to."""

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Column, Connection, Table, delete, insert, select, update

from geo import frames
from geo.audit.events import Event
from geo.errors import InputError, NotFoundError, StateError
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.part import StorePart
from geo.store.revisions import revise
from geo.store.rounds import round_of

_PLAN = ((tables.routes, frames.ROUTES), (tables.stops, frames.STOPS), (tables.unserved, frames.UNSERVED))
_FIGURES = tables.plan_figures


@dataclass(frozen=True, slots=True)
class KeptCandidates:
    """What a plan was, or was to be, chosen from."""

    sha256: str
    kept_at: dt.datetime  # UTC; before the choice
    chosen_from: bool  # the plan that the round has


class Plans(StorePart):
    """The plan of each round."""

    def save(
        self,
        round_id: str,
        routes: gpd.GeoDataFrame,
        stops: gpd.GeoDataFrame,
        unserved: pd.DataFrame,
        *,
        figures: Mapping[str, Any] | None = None,
        candidates: str = "",
    ) -> None:
        """Save the plan of a round in the place of the one before, all or nothing.

        Parameters
        ----------
        round_id
            The round that every row names.
        routes, stops, unserved
            Frames of :data:`geo.frames.ROUTES`, :data:`geo.frames.STOPS` and :data:`geo.frames.UNSERVED`.
        figures
            What the plan comes to, plain JSON values.
        candidates
            The hash of what it was chosen from, of :meth:`keep_candidates`; empty: it was not varied.

        Raises
        ------
        NotFoundError
            When there is no such round.
        InputError
            When a frame is not of its schema, or a row names another round.
        StateError
            When the candidates were not kept before.
        """
        plan = [
            (table, schema, rows.clean(frame, schema, table))
            for (table, schema), frame in zip(_PLAN, (routes, stops, unserved), strict=True)
        ]
        for table, _, frame in plan:
            others = frame.loc[frame["round_id"] != round_id, "round_id"]
            if len(others):
                raise InputError(
                    "{table} names round {found!r} in the plan of {round!r}: plan each round by itself",
                    table=table.name,
                    found=others.iloc[0],
                    round=round_id,
                )
        act = Act(Event.PLAN, f"plan/{round_id}")
        with self._database.writing(act) as connection:
            round_of(connection, round_id)
            for table, schema, frame in plan:
                self._database.backend.lock(connection, table)
                connection.execute(delete(table).where(table.c.round_id == round_id))
                made = rows.to_rows(frame, schema, table, self._database.backend)
                if table is tables.stops:
                    made = [{**row, "checkpoint": row["checkpoint"] or None} for row in made]
                rows.add(connection, table, made)
                if schema.geometry:
                    self._database.backend.moved(connection, table)
            revision = revise(connection, round_id, planned=True)
            act.versions(revision - 1, revision)
            _keep_only_choice(connection, round_id, candidates)
            connection.execute(delete(_FIGURES).where(_FIGURES.c.round_id == round_id))
            if figures is not None or candidates:
                row = {"figures": dict(figures or {}), "candidates": candidates, "planned_at": dt.datetime.now(dt.UTC)}
                connection.execute(insert(_FIGURES).values(round_id=round_id, **row))

    def figures(self, round_id: str) -> dict[str, Any] | None:
        """Return what the plan of a round comes to, as it was saved; None when it has no plan, or one without figures.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        with self._database.reading() as connection:
            round_of(connection, round_id)
            found = connection.scalar(select(_FIGURES.c.figures).where(_FIGURES.c.round_id == round_id))
        return None if found is None else dict(found)

    def keep_candidates(self, round_id: str, sha256: str, content: bytes) -> None:
        """Keep what a plan is about to be chosen from, under its hash; the plan that there is stays as it is.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        t = tables.candidates
        row = {"content": zlib.compress(content, 6), "kept_at": dt.datetime.now(dt.UTC)}
        with self._database.writing(Act(Event.CANDIDATES, f"candidates/{round_id}", "", sha256)) as connection:
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

    def stops(self, round_id: str, *, team: str | None = None, day: int | None = None) -> gpd.GeoDataFrame:
        """Return the stops of a round in order, or those of one team or day: a frame of :data:`geo.frames.STOPS`."""
        c = tables.stops.c
        only = {c.round_id: round_id, c.team: team, c.day: day}
        return self._of(tables.stops, frames.STOPS, only, c.day, c.team, c.order)

    def unserved(self, round_id: str) -> pd.DataFrame:
        """Return the checkpoints that the plan of a round leaves out: a frame of :data:`geo.frames.UNSERVED`."""
        c = tables.unserved.c
        only = {c.round_id: round_id}
        left: pd.DataFrame = self._of(tables.unserved, frames.UNSERVED, only, c.day, c.checkpoint)
        return left

    def _of(
        self, table: Table, schema: frames.Schema, only: Mapping[Column[Any], object], *order: Column[Any]
    ) -> rows.AnyFrame:
        statement = rows.query(table, schema).order_by(*order)
        for column, value in only.items():
            if value is not None:
                statement = statement.where(column == value)
        with self._database.reading() as connection:
            round_of(connection, str(only[table.c.round_id]))
            return rows.fetch(connection, statement, schema, self._database.backend)


def _kept(connection: Connection, round_id: str) -> list[KeptCandidates]:
    round_of(connection, round_id)
    t = tables.candidates
    used = connection.scalar(select(_FIGURES.c.candidates).where(_FIGURES.c.round_id == round_id))
    found = connection.execute(select(t.c.sha256, t.c.kept_at).where(t.c.round_id == round_id).order_by(t.c.fid))
    return [KeptCandidates(row.sha256, row.kept_at, row.sha256 == used) for row in found]


def _keep_only_choice(connection: Connection, round_id: str, sha256: str) -> None:
    """Let go of the content of all candidates but those that the plan was chosen from; their hashes stay."""
    t = tables.candidates
    content = t.c.content.is_not(None)
    if sha256 and not connection.scalar(select(content).where(t.c.round_id == round_id, t.c.sha256 == sha256)):
        raise StateError("the candidates {sha256} were not kept before the choice: plan again", sha256=sha256)
    connection.execute(update(t).where(t.c.round_id == round_id, t.c.sha256 != sha256).values(content=None))

"""The checkpoints that were drawn for a round."""

import math
from dataclasses import fields
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select, update

from geo import frames
from geo.audit.events import Event
from geo.errors import StateError
from geo.model import Draw
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.backend import Backend
from geo.store.columns import utc
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.revisions import Move, MovedBy, move_draw
from geo.store.rounds import round_of

_DRAWN = frames.Schema(
    "drawn", "id", {**frames.CHECKPOINTS.columns, **frames.SAMPLE.columns}, frames.CHECKPOINTS.geometry
)


class Draws(StorePart):
    """What was drawn for a round, and from what."""

    def save(self, draw: Draw, sample: pd.DataFrame, *, reserves: pd.DataFrame | None = None, by: str = "") -> None:
        """Save a round's draw in the place of a trial draw, whose plan goes with it.

        Parameters
        ----------
        draw
            What it was made from.
        sample
            A frame of :data:`geo.frames.SAMPLE`; more columns are left out.
        reserves
            Those who come in for points that cannot be inspected: ``inclusion_prob``, ``ticket`` by id.
        by
            The account; empty from the command line.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When the round is committed to, has a draw that was, or visits: nobody may draw it like that.
        """
        with self._database.writing(
            Act(Event.TRIAL_DRAW, f"draw/{draw.round_id}", detail={"points": len(sample)}),
            CityPart.ROUNDS,
            on=[CityPart.VISITS],
        ) as connection:
            round_of(connection, draw.round_id)
            self._database.backend.lock(connection, tables.draws)
            _refuse_committed(connection, draw.round_id)
            clear_trial(connection, self._database.backend, draw.round_id)
            put_draw(connection, self._database.backend, draw, sample, reserves, by)

    def get(self, round_id: str) -> Draw:
        """Return what a round's sample was drawn from.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When it is not drawn yet.
        """
        with self._database.reading() as connection:
            return draw_of(connection, round_id)

    def find(self, round_id: str) -> Draw | None:
        """Return what a round's sample was drawn from, None before it is drawn.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        try:
            return self.get(round_id)
        except StateError:
            return None

    def sample(self, round_id: str) -> gpd.GeoDataFrame:
        """Return the checkpoints to inspect in a round, by ticket, with ``inclusion_prob, day, ticket``.

        Points that were replaced are out, and their reserves are in; what the key drew is
        :meth:`geo.store.fieldwork.Fieldwork.drawn_sample`.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When it is not drawn yet.
        """
        points, drawn = tables.checkpoints, tables.sample
        statement = (
            select(
                points.c.id,
                *(points.c[name] for name in frames.CHECKPOINTS.columns),
                *(drawn.c[name] for name in frames.SAMPLE.columns),
                points.c.geom,
            )
            .join(drawn, drawn.c.id == points.c.id)
            .where(drawn.c.round_id == round_id)
            .order_by(drawn.c.ticket, drawn.c.id)
        )
        with self._database.reading() as connection:
            draw_of(connection, round_id)
            return rows.fetch(connection, statement, _DRAWN, self._database.backend)

    def size(self, round_id: str) -> int:
        """Count the checkpoints to inspect in a round; 0 before its draw."""
        drawn = tables.sample
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(drawn.c.round_id == round_id)) or 0

    def sample_ids(self, round_id: str) -> frozenset[str]:
        """Return the ids of the checkpoints to inspect in a round, as :meth:`sample` has them; none before its draw."""
        drawn = tables.sample
        with self._database.reading() as connection:
            found = rows.plain(connection, select(drawn.c.id).where(drawn.c.round_id == round_id))
            return frozenset(id_ for (id_,) in found)


def clear_trial(connection: Connection, backend: Backend, round_id: str) -> None:
    """Remove a trial draw and the plan made from it; refuse where either counts already."""
    trial = connection.scalar(select(tables.draws.c.trial).where(tables.draws.c.round_id == round_id))
    if trial is None:
        return
    if not trial:
        raise StateError("round {round!r} is drawn, and that draw stands: make another round", round=round_id)
    visits = connection.scalar(select(func.count()).where(tables.visits.c.round_id == round_id))
    if visits:
        raise StateError(
            "round {round!r} has {visits} visits already: make another round", round=round_id, visits=visits
        )
    clear_draw(connection, backend, round_id)


def draw_of(connection: Connection, round_id: str) -> Draw:
    """Return a draw, or raise NotFoundError without the round, StateError before it is drawn."""
    row = connection.execute(select(tables.draws).where(tables.draws.c.round_id == round_id)).mappings().first()
    if row is None:
        round_of(connection, round_id)
        raise StateError("round {round!r} is not drawn yet: draw it first", round=round_id)
    found = {field.name: row[field.name] for field in fields(Draw)}
    for name in ("balance_city", "balance_within"):
        found[name] = math.nan if found[name] is None else found[name]
    return Draw(**found)


def put_draw(
    connection: Connection,
    backend: Backend,
    draw: Draw,
    sample: pd.DataFrame,
    reserves: pd.DataFrame | None,
    by: str = "",
) -> None:
    """Insert a draw with its sample and reserves as part of a larger change."""
    cleaned = rows.clean(sample, frames.SAMPLE, tables.sample)
    row = {field.name: getattr(draw, field.name) for field in fields(draw)}
    row["drawn_at"] = utc(draw.drawn_at, "drawn_at")
    for name in ("balance_city", "balance_within"):
        row[name] = None if math.isnan(row[name]) else row[name]
    connection.execute(insert(tables.draws).values(row))
    parts: list[tuple[Any, frames.Schema, pd.DataFrame]] = [(tables.sample, frames.SAMPLE, cleaned)]
    if reserves is not None:
        parts.append((tables.reserves, frames.RESERVES, rows.clean(reserves, frames.RESERVES, tables.reserves)))
    for table, schema, frame in parts:
        points = rows.to_rows(frame, schema, table, backend)
        rows.add(connection, table, [{"round_id": draw.round_id, **point} for point in points])
    move_draw(connection, draw.round_id, MovedBy(Move.DRAWN, by))


def clear_draw(connection: Connection, backend: Backend, round_id: str) -> None:
    """Remove a draw, what hangs on it, and the plan made from it."""
    for table in (
        tables.routes,
        tables.stops,
        tables.unserved,
        tables.candidates,
        tables.route_changes,
        tables.draws,
    ):
        connection.execute(delete(table).where(table.c.round_id == round_id))
    gone = {"terms": None, "figures": None, "candidates": "", "planned_at": None}
    connection.execute(update(tables.plans).where(tables.plans.c.round_id == round_id).values(gone))
    kept = select(tables.commitments.c.frame_sha256).union(select(tables.draws.c.frame_sha256))
    connection.execute(delete(tables.drawn_frames).where(tables.drawn_frames.c.sha256.not_in(kept)))
    for layer in (tables.routes, tables.stops):
        backend.moved(connection, layer)


def _refuse_committed(connection: Connection, round_id: str) -> None:
    t = tables.commitments
    state = connection.scalar(select(t.c.state).where(t.c.round_id == round_id, t.c.state == "committed"))
    if state is not None:
        raise StateError(
            "round {round!r} is committed to: draw it with its public number, or void it with a reason", round=round_id
        )

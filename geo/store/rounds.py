"""Teams, rounds, and what was drawn for them."""

import math
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from geo import frames
from geo.errors import NotFoundError, StateError
from geo.model import Draw, Inspector, Mode, Round, Team
from geo.store import rows, tables
from geo.store.backend import Backend
from geo.store.catalogues import keep_edition
from geo.store.columns import utc
from geo.store.database import Database

_DRAWN = frames.Schema(
    "drawn", "id", {**frames.CHECKPOINTS.columns, **frames.SAMPLE.columns}, frames.CHECKPOINTS.geometry
)
WAS_COMMITTED = "round {round!r} was committed to, which is public and counted: it stays; make another round"
IS_DRAWN = "round {round!r} is drawn and stays, else it could be drawn again until it suits: make another round"
HAS_VISITS = "round {round!r} has visits, which belong to it as it is: make another round"


class Rounds(Database):
    """Who inspects, when, and which checkpoints the draw gave them."""

    def replace_teams(self, teams: Iterable[Team]) -> None:
        """Put these teams and their inspectors in the place of all that were there."""
        found = list(teams)
        with self._writing() as connection:
            self._backend.lock(connection, tables.teams)
            connection.execute(delete(tables.inspectors))
            connection.execute(delete(tables.teams))
            rows.add(connection, tables.teams, list(map(_team_row, found)))
            inspectors = [{**asdict(person), "team": team.id} for team in found for person in team.inspectors]
            rows.add(connection, tables.inspectors, inspectors)

    def teams(self) -> list[Team]:
        """Return the teams in the order they were saved."""
        with self._reading() as connection:
            people = connection.execute(select(tables.inspectors).order_by(tables.inspectors.c.fid)).all()
            found = connection.execute(select(tables.teams).order_by(tables.teams.c.fid)).all()
        members: dict[str, list[Inspector]] = {}
        for row in people:
            members.setdefault(row.team, []).append(Inspector(row.name, row.team, row.unit, row.street))
        return [_team(row, tuple(members.get(row.id, ()))) for row in found]

    def create_round(self, round_: Round) -> None:
        """Add a round.

        Raises
        ------
        StateError
            When there is one of this id.
        """
        row = {field.name: getattr(round_, field.name) for field in fields(round_)}
        with self._writing() as connection:
            self._backend.lock(connection, tables.rounds)
            if connection.scalar(select(tables.rounds.c.fid).where(tables.rounds.c.id == round_.id)) is not None:
                raise StateError("there is a round {round!r} already: choose another id", round=round_.id)
            keep_edition(connection, round_.edition)
            connection.execute(insert(tables.rounds).values(row))

    def change_round(self, round_: Round) -> None:
        """Put a round in the place of the one of its id.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        StateError
            When it is drawn or committed to, or has visits.
        """
        row = {field.name: getattr(round_, field.name) for field in fields(round_)}
        with self._writing() as connection:
            self._ensure_unused(connection, round_.id)
            connection.execute(update(tables.rounds).where(tables.rounds.c.id == round_.id).values(row))

    def remove_round(self, round_id: str) -> None:
        """Remove a round that nothing hangs on yet.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        StateError
            When it is drawn or committed to, or has visits.
        """
        with self._writing() as connection:
            self._ensure_unused(connection, round_id)
            connection.execute(delete(tables.rounds).where(tables.rounds.c.id == round_id))

    def _ensure_unused(self, connection: Connection, round_id: str) -> None:
        round_of(connection, round_id)
        t = tables
        for table in (t.rounds, t.draws, t.commitments):
            self._backend.lock(connection, table)
        for table, why in ((t.commitments, WAS_COMMITTED), (t.draws, IS_DRAWN), (t.visits, HAS_VISITS)):
            if connection.scalar(select(func.count()).where(table.c.round_id == round_id)):
                raise StateError(why, round=round_id)

    def round(self, round_id: str) -> Round:
        """Return a round.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        """
        with self._reading() as connection:
            return round_of(connection, round_id)

    def rounds(self) -> list[Round]:
        """Return all rounds, the oldest first."""
        statement = select(tables.rounds).order_by(tables.rounds.c.start, tables.rounds.c.fid)
        with self._reading() as connection:
            return [_round(row) for row in connection.execute(statement).mappings()]

    def save_draw(self, draw: Draw, sample: pd.DataFrame, *, reserves: pd.DataFrame | None = None) -> None:
        """Save a round's draw in the place of a trial draw, whose plan goes with it.

        Parameters
        ----------
        draw
            What it was made from.
        sample
            A frame of :data:`geo.frames.SAMPLE`; more columns are left out.
        reserves
            Those who come in for points that cannot be inspected: ``inclusion_prob``, ``ticket`` by id.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When the round is committed to, has a draw that was, or visits: nobody may draw it like that.
        """
        with self._writing() as connection:
            round_of(connection, draw.round_id)
            self._backend.lock(connection, tables.draws)
            _refuse_committed(connection, draw.round_id)
            self._clear(connection, draw.round_id)
            put_draw(connection, self._backend, draw, sample, reserves)

    def _clear(self, connection: Connection, round_id: str) -> None:
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
        clear_draw(connection, round_id)
        for layer in (tables.routes, tables.stops):
            self._backend.moved(connection, layer)

    def draw(self, round_id: str) -> Draw:
        """Return what a round's sample was drawn from.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When it is not drawn yet.
        """
        with self._reading() as connection:
            return draw_of(connection, round_id)

    def drawn(self, round_id: str) -> Draw | None:
        """Return what a round's sample was drawn from, None before it is drawn.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        try:
            return self.draw(round_id)
        except StateError:
            return None

    def sample(self, round_id: str) -> gpd.GeoDataFrame:
        """Return the checkpoints to inspect in a round, by ticket, with ``inclusion_prob, day, ticket``.

        Points that were replaced are out, and their reserves are in: :meth:`drawn_sample` gives what the key drew.

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
        with self._reading() as connection:
            draw_of(connection, round_id)
            return rows.fetch(connection, statement, _DRAWN, self._backend)

    def sample_ids(self, round_id: str) -> frozenset[str]:
        """Return the ids of the checkpoints to inspect in a round, as :meth:`sample` has them; none before its draw."""
        drawn = tables.sample
        with self._reading() as connection:
            found = rows.plain(connection, select(drawn.c.id).where(drawn.c.round_id == round_id))
            return frozenset(id_ for (id_,) in found)


def round_of(connection: Connection, round_id: str) -> Round:
    """Return a round, or raise NotFoundError."""
    row = connection.execute(select(tables.rounds).where(tables.rounds.c.id == round_id)).mappings().first()
    if row is None:
        raise NotFoundError("there is no round {round!r}: make it first", round=round_id)
    return _round(row)


def _round(row: object) -> Round:
    return Round(**{field.name: row[field.name] for field in fields(Round)})  # type: ignore[index]


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
    connection: Connection, backend: Backend, draw: Draw, sample: pd.DataFrame, reserves: pd.DataFrame | None
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


def clear_draw(connection: Connection, round_id: str) -> None:
    """Remove a draw, what hangs on it, and the plan made from it."""
    for table in (
        tables.routes,
        tables.stops,
        tables.unserved,
        tables.candidates,
        tables.plan_figures,
        tables.route_changes,
        tables.draws,
    ):
        connection.execute(delete(table).where(table.c.round_id == round_id))
    kept = select(tables.commitments.c.frame_sha256).union(select(tables.draws.c.frame_sha256))
    connection.execute(delete(tables.drawn_frames).where(tables.drawn_frames.c.sha256.not_in(kept)))


def _refuse_committed(connection: Connection, round_id: str) -> None:
    t = tables.commitments
    state = connection.scalar(select(t.c.state).where(t.c.round_id == round_id, t.c.state == "committed"))
    if state is not None:
        raise StateError(
            "round {round!r} is committed to: draw it with its public number, or void it with a reason", round=round_id
        )


def _team_row(team: Team) -> dict[str, Any]:
    row = {field.name: getattr(team, field.name) for field in fields(team) if field.name != "inspectors"}
    return {**row, "days": None if team.days is None else sorted(team.days)}


def _team(row: Row[Any], people: tuple[Inspector, ...]) -> Team:
    shift_s, lunch_s = (None if span is None else (span[0], span[1]) for span in (row.shift_s, row.lunch_within_s))
    days = None if row.days is None else frozenset(row.days)
    return Team(row.id, row.base_lon, row.base_lat, Mode(row.mode), people, shift_s, lunch_s, row.open_end, days)

"""Teams, rounds, and what was drawn for them."""

import math
from collections.abc import Iterable
from dataclasses import asdict, fields

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select

from geo import frames
from geo.errors import NotFoundError, StateError
from geo.model import Draw, Inspector, Mode, Round, Team
from geo.store import rows, tables
from geo.store.catalogues import keep_edition
from geo.store.columns import utc
from geo.store.database import Database

_DRAWN = frames.Schema(
    "drawn", "id", {**frames.CHECKPOINTS.columns, **frames.SAMPLE.columns}, frames.CHECKPOINTS.geometry
)


class Rounds(Database):
    """Who inspects, when, and which checkpoints the draw gave them."""

    def replace_teams(self, teams: Iterable[Team]) -> None:
        """Put these teams and their inspectors in the place of all that were there."""
        found = list(teams)
        with self._writing() as connection:
            self._backend.lock(connection, tables.teams)
            connection.execute(delete(tables.inspectors))
            connection.execute(delete(tables.teams))
            keys = ("id", "base_lon", "base_lat", "mode")
            rows.add(connection, tables.teams, [{key: getattr(team, key) for key in keys} for team in found])
            inspectors = [{**asdict(person), "team": team.id} for team in found for person in team.inspectors]
            rows.add(connection, tables.inspectors, inspectors)

    def teams(self) -> list[Team]:
        """Give the teams in the order they were saved."""
        with self._reading() as connection:
            people = connection.execute(select(tables.inspectors).order_by(tables.inspectors.c.fid)).all()
            found = connection.execute(select(tables.teams).order_by(tables.teams.c.fid)).all()
        members: dict[str, list[Inspector]] = {}
        for row in people:
            members.setdefault(row.team, []).append(Inspector(row.name, row.team, row.unit, row.street))
        return [
            Team(row.id, row.base_lon, row.base_lat, Mode(row.mode), tuple(members.get(row.id, ()))) for row in found
        ]

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

    def round(self, round_id: str) -> Round:
        """Give a round.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        """
        with self._reading() as connection:
            return round_of(connection, round_id)

    def rounds(self) -> list[Round]:
        """Give all rounds, the oldest first."""
        statement = select(tables.rounds).order_by(tables.rounds.c.start, tables.rounds.c.fid)
        with self._reading() as connection:
            return [_round(row) for row in connection.execute(statement).mappings()]

    def save_draw(self, draw: Draw, sample: pd.DataFrame) -> None:
        """Save a round's draw in the place of a trial draw, whose plan goes with it.

        Parameters
        ----------
        draw
            What it was made from.
        sample
            A frame of :data:`geo.frames.SAMPLE`; more columns are left out.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When the round has a draw that was committed to, or visits: nobody may draw it again.
        """
        cleaned = rows.clean(sample, frames.SAMPLE, tables.sample)
        row = {field.name: getattr(draw, field.name) for field in fields(draw)}
        row["drawn_at"] = utc(draw.drawn_at, "drawn_at")
        for name in ("balance_city", "balance_within"):
            row[name] = None if math.isnan(row[name]) else row[name]
        with self._writing() as connection:
            round_of(connection, draw.round_id)
            self._backend.lock(connection, tables.draws)
            _clear(connection, draw.round_id)
            for layer in (tables.routes, tables.stops):
                self._backend.moved(connection, layer)
            connection.execute(insert(tables.draws).values(row))
            drawn = rows.to_rows(cleaned, frames.SAMPLE, tables.sample, self._backend)
            rows.add(connection, tables.sample, [{"round_id": draw.round_id, **point} for point in drawn])

    def draw(self, round_id: str) -> Draw:
        """Give what a round's sample was drawn from.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When it is not drawn yet.
        """
        with self._reading() as connection:
            return _draw(connection, round_id)

    def sample(self, round_id: str) -> gpd.GeoDataFrame:
        """Give the checkpoints drawn for a round in the order of their tickets, with ``inclusion_prob, day, ticket``.

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
            _draw(connection, round_id)
            return rows.fetch(connection, statement, _DRAWN, self._backend)


def round_of(connection: Connection, round_id: str) -> Round:
    """Give a round, or raise NotFoundError."""
    row = connection.execute(select(tables.rounds).where(tables.rounds.c.id == round_id)).mappings().first()
    if row is None:
        raise NotFoundError("there is no round {round!r}: make it first", round=round_id)
    return _round(row)


def _round(row: object) -> Round:
    return Round(**{field.name: row[field.name] for field in fields(Round)})  # type: ignore[index]


def _draw(connection: Connection, round_id: str) -> Draw:
    row = connection.execute(select(tables.draws).where(tables.draws.c.round_id == round_id)).mappings().first()
    if row is None:
        round_of(connection, round_id)
        raise StateError("round {round!r} is not drawn yet: draw it first", round=round_id)
    found = {field.name: row[field.name] for field in fields(Draw)}
    for name in ("balance_city", "balance_within"):
        found[name] = math.nan if found[name] is None else found[name]
    return Draw(**found)


def _clear(connection: Connection, round_id: str) -> None:
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
    for table in (tables.routes, tables.stops, tables.unserved, tables.draws):
        connection.execute(delete(table).where(table.c.round_id == round_id))

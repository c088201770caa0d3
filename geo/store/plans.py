"""Plans: routes, their stops, and what no route serves."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Column, Table, delete

from geo import frames
from geo.errors import InputError
from geo.store import rows, tables
from geo.store.database import Database
from geo.store.rounds import round_of

_PLAN = ((tables.routes, frames.ROUTES), (tables.stops, frames.STOPS), (tables.unserved, frames.UNSERVED))


class Plans(Database):
    """The plan of each round."""

    def save_routes(
        self, round_id: str, routes: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, unserved: pd.DataFrame
    ) -> None:
        """Save the plan of a round in the place of the one before, all or nothing.

        Parameters
        ----------
        round_id
            The round that every row names.
        routes, stops, unserved
            Frames of :data:`geo.frames.ROUTES`, :data:`geo.frames.STOPS` and :data:`geo.frames.UNSERVED`.

        Raises
        ------
        NotFoundError
            When there is no such round.
        InputError
            When a frame is not of its schema, or a row names another round.
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
                    table=table.name, found=others.iloc[0], round=round_id,
                )  # fmt: skip
        with self._writing() as connection:
            round_of(connection, round_id)
            for table, schema, frame in plan:
                self._backend.lock(connection, table)
                connection.execute(delete(table).where(table.c.round_id == round_id))
                made = rows.to_rows(frame, schema, table, self._backend)
                if table is tables.stops:
                    made = [{**row, "checkpoint": row["checkpoint"] or None} for row in made]
                rows.add(connection, table, made)
                if schema.geometry:
                    self._backend.moved(connection, table)

    def routes(self, round_id: str, *, team: str | None = None, day: int | None = None) -> gpd.GeoDataFrame:
        """Give a round's routes by day and team, or those of one team or day: a frame of :data:`geo.frames.ROUTES`."""
        c = tables.routes.c
        return self._of(tables.routes, frames.ROUTES, {c.round_id: round_id, c.team: team, c.day: day}, c.day, c.team)

    def stops(self, round_id: str, *, team: str | None = None, day: int | None = None) -> gpd.GeoDataFrame:
        """Give the stops of a round in order, or those of one team or day: a frame of :data:`geo.frames.STOPS`."""
        c = tables.stops.c
        only = {c.round_id: round_id, c.team: team, c.day: day}
        return self._of(tables.stops, frames.STOPS, only, c.day, c.team, c.order)

    def unserved(self, round_id: str) -> pd.DataFrame:
        """Give the checkpoints that the plan of a round leaves out: a frame of :data:`geo.frames.UNSERVED`."""
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
        with self._reading() as connection:
            round_of(connection, str(only[table.c.round_id]))
            return rows.fetch(connection, statement, schema, self._backend)

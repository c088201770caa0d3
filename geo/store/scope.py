"""Which rows of a table are meant, as the database is asked for them: what an account may not see is never read."""

from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, false, or_, select

from geo.frames import ZONES
from geo.model import Level, RoutePart, Scope
from geo.store import rows, tables
from geo.store.backend import Backend
from geo.zones.codes import known

_STOPS = tables.stops.c


@dataclass(frozen=True, slots=True)
class Condition:
    """The rows of a scope, in the words of the database; of a special zone (包干区) those inside its outline."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    outline: shapely.Geometry | None = None

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Ask the database for these rows only, as far as it can tell."""
        return statement.where(*self.conditions)

    def pick(self, frame: rows.AnyFrame) -> rows.AnyFrame:
        """Keep the rows inside the outline."""
        return frame if self.outline is None else frame[frame.geometry.intersects(self.outline)]


def condition(connection: Connection, scope: Scope, table: Table, backend: Backend) -> Condition:
    """Say which rows of a table a scope means.

    Parameters
    ----------
    table
        ``checkpoints``, ``visits``, ``zones``, ``routes`` or ``stops``. Of the scope's fields those count that the
        table has a column for; where it has none for what an account is limited to (a zone, a unit, routes), nothing
        of it is meant.

    Raises
    ------
    NotFoundError
        When there is no zone of the scope's code.
    """
    found = [
        table.c[name] == value
        for name, value in (
            ("round_id", scope.round_id),
            ("team", scope.team),
            ("covert", scope.covert),
            ("street_code", scope.street),
        )
        if value is not None and name in table.c
    ]
    if scope.unit is not None:
        found.append(table.c.unit == scope.unit if scope.unit and table is not tables.zones else false())
    if scope.routes is not None:
        found.append(_on_routes(table, scope.routes))
    found += _of_visits(table, scope)
    if scope.zone is None:
        return Condition(tuple(found))
    within, outline = _in_zone(connection, scope.zone, table, backend)
    return Condition((*found, *within), outline)


def _of_visits(table: Table, scope: Scope) -> list[ColumnElement[bool]]:
    """Say what is asked of categories and of times, where rows have them."""
    found: list[ColumnElement[bool]] = []
    if scope.categories and "category" in table.c:
        found.append(table.c.category.in_(scope.categories))
    if "arrived_at" not in table.c:
        return found
    if scope.since is not None:
        found.append(table.c.arrived_at >= scope.since)
    if scope.until is not None:
        found.append(table.c.arrived_at < scope.until)
    if scope.covert_until is not None:
        found.append(or_(~table.c.covert, table.c.arrived_at < scope.covert_until))
    return found


def _on_routes(table: Table, parts: tuple[RoutePart, ...]) -> ColumnElement[bool]:
    """Say which rows belong to these routes: their own, or the checkpoints at which they stop."""
    if table is tables.checkpoints:
        stops = select(_STOPS.checkpoint).where(_any_of(tables.stops, parts))
        return table.c.id.in_(stops)
    return _any_of(table, parts) if table in (tables.routes, tables.stops) else false()


def _any_of(table: Table, parts: tuple[RoutePart, ...]) -> ColumnElement[bool]:
    c = table.c
    return or_(false(), *(and_(c.round_id == one.round_id, c.team == one.team, c.day == one.day) for one in parts))


def _in_zone(
    connection: Connection, code: str, table: Table, backend: Backend
) -> tuple[tuple[ColumnElement[bool], ...], shapely.Geometry | None]:
    zones = tables.zones
    code = known(code, set(connection.scalars(select(zones.c.code))))
    found = rows.fetch(connection, rows.query(zones, ZONES).where(zones.c.code == code), ZONES, backend)
    tree = select(zones.c.code).where(zones.c.code == code).cte("tree", recursive=True)
    tree = tree.union(select(zones.c.code).where(zones.c.parent == tree.c.code))
    below = select(tree.c.code)
    if table is zones:
        return (zones.c.code.in_(below),), None
    if found["level"].iloc[0] == Level.SPECIAL:
        return (), found.geometry.iloc[0]
    names = [name for name in ("street_code", "community_code", "grid_code") if name in table.c]
    return (or_(false(), *(table.c[name].in_(below) for name in names)),), None

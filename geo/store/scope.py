"""What lies in a zone."""

from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import ColumnElement, Connection, Select, Table, or_, select

from geo.frames import ZONES
from geo.model import Level
from geo.store import rows
from geo.store.backend import Backend
from geo.store.tables import zones
from geo.zones.codes import known


@dataclass(frozen=True, slots=True)
class InZone:
    """The rows of a zone: those of its codes, or for a special zone (包干区) those inside its outline."""

    condition: ColumnElement[bool] | None
    outline: shapely.Geometry | None = None

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Ask the database for the zone's rows only, as far as it can tell."""
        return statement if self.condition is None else statement.where(self.condition)

    def pick(self, frame: rows.AnyFrame) -> rows.AnyFrame:
        """Keep the rows inside the outline."""
        return frame if self.outline is None else frame[frame.geometry.intersects(self.outline)]


EVERYWHERE = InZone(None)


def in_zone(connection: Connection, code: str | None, table: Table, backend: Backend) -> InZone:
    """Find what of the table lies in a zone of any level; None means everywhere.

    Parameters
    ----------
    table
        Has ``street_code``, ``community_code`` and ``grid_code``.

    Raises
    ------
    NotFoundError
        When there is no zone of this code.
    """
    if code is None:
        return EVERYWHERE
    code = known(code, set(connection.scalars(select(zones.c.code))))
    found = rows.fetch(connection, rows.query(zones, ZONES).where(zones.c.code == code), ZONES, backend)
    if found["level"].iloc[0] == Level.SPECIAL:
        return InZone(None, found.geometry.iloc[0])
    tree = select(zones.c.code).where(zones.c.code == code).cte("tree", recursive=True)
    tree = tree.union(select(zones.c.code).where(zones.c.parent == tree.c.code))
    columns = (table.c.street_code, table.c.community_code, table.c.grid_code)
    return InZone(or_(*(column.in_(select(tree.c.code)) for column in columns)))

"""Streets that are closed for some days."""

import datetime as dt
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import func, insert, select, update

from geo import frames
from geo.audit.events import Event
from geo.errors import InputError, NotFoundError, StateError
from geo.store import geometry, rows, tables
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart


class Closures(StorePart):
    """What a planner knows of road works, markets and marathons."""

    def add(
        self,
        *,
        area: shapely.Geometry | None = None,
        street: str = "",
        first_day: dt.date,
        last_day: dt.date,
        reason: str,
        who: str = "",
    ) -> int:
        """Close streets from a day to a day, both included, and give the closure's id.

        Parameters
        ----------
        area
            A polygon in EPSG:4326: the edges that it touches.
        street
            A street's name: all its edges, or with ``area`` those of them that it touches.
        first_day, last_day
            When.
        reason
            Why; whoever wonders about a detour reads it.
        who
            The account that closes it.

        Raises
        ------
        InputError
            When there is neither area nor street, the area is no sound polygon, the days are in the wrong order, or
            the reason is empty.
        """
        street, reason = street.strip(), reason.strip()
        if area is None and not street:
            raise InputError("closure is {value}: give a polygon or a street's name", field="closure", value="empty")
        if not reason:
            raise InputError("reason is {value!r}: say why the street is closed", field="reason", value=reason)
        if last_day < first_day:
            raise InputError(
                "last_day is {value}: a closure ends on the day it begins, {first}, or later",
                field="last_day",
                value=last_day.isoformat(),
                first=first_day.isoformat(),
            )
        row: dict[str, Any] = {
            "street": street,
            "first_day": first_day.isoformat(),
            "last_day": last_day.isoformat(),
            "reason": reason,
            "who": who,
            "added_at": dt.datetime.now(dt.UTC),
            "geom": None if area is None else self._database.backend.encode(_polygon(area))[0],
        }
        t = tables.closures
        act = Act(Event.CLOSED, detail={"first_day": row["first_day"], "last_day": row["last_day"], "reason": reason})
        with self._database.writing(act, CityPart.STREETS) as connection:
            self._database.backend.lock(connection, t)
            number = (connection.scalar(select(func.max(t.c.id))) or 0) + 1
            act.about = f"closure/{number}"
            connection.execute(insert(t).values({**row, "id": number}))
            self._database.backend.moved(connection, t)
        return number

    def frame(self, *, include_lifted: bool = False) -> gpd.GeoDataFrame:
        """Return the closures by their first day: a frame of :data:`geo.frames.CLOSURES`."""
        t = tables.closures
        statement = rows.query(t, frames.CLOSURES).order_by(t.c.first_day, t.c.id)
        if not include_lifted:
            statement = statement.where(t.c.lifted_at.is_(None))
        with self._database.reading() as connection:
            return rows.fetch(connection, statement, frames.CLOSURES, self._database.backend)

    def lift(self, closure: int) -> None:
        """Open the streets again; that they were closed stays on record.

        Raises
        ------
        NotFoundError
            When there is no such closure.
        StateError
            When it is lifted already.
        """
        t = tables.closures
        with self._database.writing(Act(Event.OPENED, f"closure/{closure}"), CityPart.STREETS) as connection:
            self._database.backend.lock(connection, t)
            found = connection.execute(select(t.c.lifted_at).where(t.c.id == closure)).first()
            if found is None:
                raise NotFoundError("there is no closure {id}: list them to find its number", id=closure)
            if found.lifted_at is not None:
                raise StateError("closure {id} is lifted already", id=closure)
            connection.execute(update(t).where(t.c.id == closure).values(lifted_at=dt.datetime.now(dt.UTC)))


def _polygon(area: shapely.Geometry) -> geometry.Shapes:
    flat = geometry.flat([area])
    shape = flat[0]
    sound = shape.geom_type in frames.CLOSURES.geometry and not shape.is_empty
    if not sound or not shape.is_valid:
        value = shapely.is_valid_reason(shape) if sound else shape.geom_type
        raise InputError("area is {value}: draw a polygon whose sides do not cross", field="area", value=value)
    return geometry.promoted(flat, geometry.kind_of(tables.closures))

"""What a city has set: one text under each key."""

from typing import overload

from sqlalchemy import Connection, delete, insert, select

from geo.audit.events import Event
from geo.store import tables, totals
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart


class CitySettings(StorePart):
    """The settings of a city."""

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    def get(self, key: str, default: str | None = None) -> str | None:
        """Return the text set under ``key``, or ``default``."""
        with self._database.reading() as connection:
            value = setting(connection, key)
        return default if value is None else value

    def set(self, key: str, value: str) -> None:
        """Set the text under ``key``; in another time zone days begin at other moments, so all are summed up anew."""
        zone = key == totals.ZONE_SETTING
        parts = (CityPart.VISITS, CityPart.OFFICE) if zone else (CityPart.OFFICE,)
        with self._database.writing(Act(Event.SETTING, f"setting/{key}"), *parts) as connection:
            self._database.backend.lock(connection, tables.settings)
            put_setting(connection, key, value)
            if zone:
                self._database.backend.lock(connection, tables.visits)
                totals.rebuild(connection)


def setting(connection: Connection, key: str) -> str | None:
    """Return the text under ``key`` as part of a larger read or change."""
    return connection.scalar(select(tables.settings.c.value).where(tables.settings.c.key == key))


def put_setting(connection: Connection, key: str, value: str) -> None:
    """Set the text under ``key`` as part of a larger change."""
    connection.execute(delete(tables.settings).where(tables.settings.c.key == key))
    connection.execute(insert(tables.settings).values(key=key, value=value))

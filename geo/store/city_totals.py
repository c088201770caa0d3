"""The totals of a city as a whole: whether they are those of the visits, and making them again."""

from geo.audit.events import Event
from geo.store import tables, totals
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.totals import DriftedBucket


class Totals(StorePart):
    """The sums of a city, as a whole."""

    def rebuild(self) -> int:
        """Make every bucket again, and say how many there are."""
        act = Act(Event.TOTALS, "totals")
        with self._database.writing(act, CityPart.VISITS) as connection:
            self._database.backend.lock(connection, tables.visits)
            act.detail["buckets"] = count = totals.rebuild(connection)
        return count

    def drift(self) -> list[DriftedBucket]:
        """Return the buckets that are not what the visits say."""
        with self._database.reading() as connection:
            return totals.drift(connection)

"""A part of the store: the reads and writes of one noun."""

from geo.store.database import Database


class StorePart:
    """Reads and writes one noun of a city.

    Parameters
    ----------
    database
        The open city; every method is one transaction in it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

"""The store: every read and write of the database goes through one :class:`Store`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from geo.store import tables
from geo.store.accounts import Accounts
from geo.store.amendments import Amendments
from geo.store.audit_log import AuditLog
from geo.store.catalogues import Catalogues
from geo.store.checkpoint_map import CheckpointMap
from geo.store.checkpoints import Checkpoints
from geo.store.city_totals import Totals
from geo.store.closures import Closures
from geo.store.database import Database
from geo.store.draws import Draws
from geo.store.fieldwork import Fieldwork
from geo.store.jobs import Jobs
from geo.store.journal import Import, Imports, Undone
from geo.store.photos import Photos
from geo.store.places import Bounds
from geo.store.plans import KeptCandidates, Plans
from geo.store.proofs import Commitments
from geo.store.rounds import Rounds
from geo.store.sessions import Sessions
from geo.store.settings import CitySettings
from geo.store.streets import KeptStreets
from geo.store.teams import Teams
from geo.store.visits import Visits
from geo.store.zones import Zones


class Store:
    """One city, opened by the path of a GeoPackage file or the URL of a PostgreSQL database.

    Safe to share between threads; each process opens its own. Every method of its parts that writes is one
    transaction, and when it returns the change is on the disk.

    Examples
    --------
    >>> with Store.open("city.gpkg", create=True) as store:  # doctest: +SKIP
    ...     store.checkpoints.upsert(frame)
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.streets = KeptStreets(database)
        self.zones = Zones(database)
        self.checkpoints = Checkpoints(database)
        self.checkpoint_map = CheckpointMap(database)
        self.imports = Imports(database)
        self.teams = Teams(database)
        self.rounds = Rounds(database)
        self.draws = Draws(database)
        self.commitments = Commitments(database)
        self.fieldwork = Fieldwork(database, self.draws)
        self.plans = Plans(database)
        self.amendments = Amendments(database, self.plans)
        self.closures = Closures(database)
        self.visits = Visits(database)
        self.totals = Totals(database)
        self.photos = Photos(database)
        self.catalogues = Catalogues(database)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database)
        self.settings = CitySettings(database)
        self.jobs = Jobs(database)
        self.audit = AuditLog(database)

    @classmethod
    def open(cls, city: str | Path, *, create: bool = False) -> Self:
        """Open a city and bring its schema up to date.

        Parameters
        ----------
        city
            The path of a GeoPackage file, ``sqlite:///`` and its path, or ``postgresql+psycopg://user@host/database``.
        create
            Make the city when there is none.

        Raises
        ------
        NotFoundError
            When there is no city and ``create`` is false.
        StoreError
            When something else is there, nothing answers, or the city was made by a newer version.
        """
        return cls(Database.open(city, create=create))

    @property
    def url(self) -> str:
        """What :meth:`open` takes to open the same city again; it may hold a password."""
        return self._database.url

    @property
    def name(self) -> str:
        """What people call the city: its path, or its URL without the password."""
        return self._database.name

    @property
    def cache_dir(self) -> Path:
        """A folder for what can be computed again: :attr:`geo.store.database.Database.cache_dir`."""
        return self._database.cache_dir

    @property
    def in_memory(self) -> dict[str, bytes]:
        """Files of the cache that found no place on the disk, by their names."""
        return self._database.in_memory

    @property
    def open_to_others(self) -> bool:
        """Whether other accounts of this machine may read or write the city's file."""
        return self._database.open_to_others

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all reads of this thread in the block see one state of the city, whatever others write meanwhile."""
        with self._database.reading():
            yield

    def extent(self) -> Bounds | None:
        """Return how far the city reaches: the zones, else the checkpoints, else the streets; None when it is empty."""
        with self._database.reading() as connection:
            layers = (tables.zones, tables.checkpoints, tables.streets)
            return next(filter(None, (self._database.backend.extent(connection, layer) for layer in layers)), None)

    def backup(self, path: Path) -> None:
        """Write the city as it stands to a file: :meth:`geo.store.database.Database.backup`."""
        self._database.backup(path)

    def close(self) -> None:
        """Return the connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.name!r})"


__all__ = ["Import", "KeptCandidates", "Store", "Undone"]

"""Opening a city, and its transactions."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from geo import private
from geo.audit.events import Event
from geo.errors import InputError, NotFoundError, StoreError, XundianError
from geo.store import audit, locks
from geo.store.audit import Act
from geo.store.backend import Backend
from geo.store.geopackage import GeoPackage
from geo.store.locks import CityPart
from geo.store.notes_waiting import NotesWaiting
from geo.store.postgis import PostGIS
from geo.store.tables import REVISION


class Database:
    """An open city: its connections and its transactions, which the parts of :class:`geo.store.Store` share.

    Parameters
    ----------
    backend
        Of the kind of database.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._thread = threading.local()
        self._notes = NotesWaiting()
        self.in_memory: dict[str, bytes] = {}  # files of the cache that found no place on the disk

    @classmethod
    def open(cls, city: str | Path, *, create: bool = False) -> Self:
        """Open a city and bring its schema up to date: see :meth:`geo.store.Store.open`."""
        database = cls(_backend(city))
        try:
            database._migrate(create=create)
        except BaseException:
            database.close()
            raise
        return database

    def _migrate(self, *, create: bool) -> None:
        city, found = self.backend.name, self.backend.revision()
        if found is None and not create:
            raise NotFoundError("there is no city at {city}: name another, or import into a new one", city=city)
        if found == REVISION:
            return
        if found is not None and found > REVISION:
            raise StoreError(
                "{city} was made by a newer version (schema {found}, ours is {ours}): update this program",
                city=city,
                found=found,
                ours=REVISION,
            )
        if found is None:
            self.backend.create()
        # Alembic takes a third of a second, and is seldom needed.
        from geo.store import migrations, totals  # noqa: PLC0415

        act = Act(Event.CITY, "city", found or "", REVISION)
        with self.writing(act) as connection:
            self.backend.prepare(connection)
            migrations.upgrade(connection, self.backend.register)
            if (found or "") < totals.SINCE <= REVISION:
                totals.rebuild(connection)

    @property
    def url(self) -> str:
        """What :meth:`open` takes to open the same city again; it may hold a password."""
        return self.backend.url

    @property
    def name(self) -> str:
        """What people call the city: its path, or its URL without the password."""
        return self.backend.name

    @property
    def cache_dir(self) -> Path:
        """A folder for what can be computed again: beside the file, or in ``XUNDIAN_HOME``; for its owner alone.

        It is missing where it cannot be made: on a read-only or full disk.
        """
        folder = self.backend.cache_dir
        with suppress(OSError):  # where nothing can be written nothing is kept, and the city is read all the same
            private.make_folder(folder)
        return folder

    @property
    def open_to_others(self) -> bool:
        """Whether other accounts of this machine may read or write the city's file."""
        return self.backend.open_to_others()

    def close(self) -> None:
        """Return the connections; what waits for the audit log is written, where it can be."""
        with suppress(XundianError), self._told(), self._notes.taken() as notes:
            if notes:
                with self.backend.writer.begin() as connection:
                    audit.append(connection, self.backend, notes)
        self.backend.flush_log()
        self.backend.reader.dispose()

    def backup(self, path: Path) -> None:
        """Write the city as it stands to a file, which is replaced; others go on reading and writing meanwhile.

        Raises
        ------
        InputError
            When the file is the city itself, or in use.
        StateError
            When the city is no file.
        StoreError
            When it cannot be written, or the city is damaged; what was at ``path`` stays.
        """
        self.backend.copy_to(path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one state of the city, whatever others write meanwhile; reads within it see the same state."""
        outer: Connection | None = getattr(self._thread, "writing", None) or getattr(self._thread, "reading", None)
        if outer is not None:  # what this thread is writing, it reads
            yield outer
            return
        with self._told(), self.backend.reader.begin() as connection:
            self._thread.reading = connection
            try:
                yield connection
            finally:
                self._thread.reading = None

    @contextmanager
    def writing(self, act: Act | None, *parts: CityPart, on: Collection[CityPart] = ()) -> Iterator[Connection]:
        """Write all or nothing; on leaving it is on the disk, and with it its row in the audit log.

        Within another block of this thread it is part of that one: on the disk when that is left, or not at all.

        Parameters
        ----------
        act
            What the row says; it may be completed within the block. None: it is bookkeeping.
        parts
            Of the city, all that is written: others wait until the block is left.
        on
            Parts that are read, and must still be so when the block is left.
        """
        outer: Connection | None = getattr(self._thread, "writing", None)
        with self._told(), self._whole(act) if outer is None else self._part_of(outer, act) as connection:
            locks.lock(connection, parts, on)
            locks.count(connection, parts)
            yield connection
        if outer is None:
            self.backend.flush_log()

    @contextmanager
    def _whole(self, act: Act | None) -> Iterator[Connection]:
        """Begin what other blocks of this thread are part of; all their rows go into the log at its end."""
        with self._notes.taken() as notes, self.backend.writer.begin() as connection:
            acts: list[Act] = []
            self._thread.writing, self._thread.acts = connection, acts
            try:
                yield connection
            finally:
                self._thread.writing = None
            audit.append(connection, self.backend, [*notes, *acts, *([] if act is None else [act])])

    @contextmanager
    def _part_of(self, outer: Connection, act: Act | None) -> Iterator[Connection]:
        """Begin a part of a transaction, which is taken back alone when it fails."""
        acts: list[Act] = self._thread.acts
        before = len(acts)
        try:
            with outer.begin_nested():
                yield outer
        except BaseException:
            del acts[before:]
            raise
        if act is not None:
            acts.append(act)

    def note(self, act: Act) -> None:
        """Write down what happened and changed nothing; where the city is busy, with the next that is written."""
        if not self.write_if_free(lambda _: None, act):
            self._notes.keep(act)

    def write_if_free(self, work: Callable[[Connection], object], act: Act | None = None) -> bool:
        """Write one small thing that may be lost, and tell whether it was: nobody waits for it, and it never fails.

        Parameters
        ----------
        work
            Writes in a transaction.
        act
            The row that it leaves in the audit log; None: it is bookkeeping.
        """

        def whole(connection: Connection) -> None:
            work(connection)
            audit.append(connection, self.backend, [] if act is None else [*notes, act])

        with self._notes.taken(when=act is not None) as notes:
            if self.backend.write_if_free(whole):
                return True
            self._notes.put_back(notes)
        return False

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self.backend.told(getattr(error, "orig", None) or error) from error


def _backend(city: str | Path) -> Backend:
    if isinstance(city, Path) or "://" not in city:
        return GeoPackage(Path(city))
    try:
        url = make_url(city)
    except (ArgumentError, ValueError) as error:
        raise InputError("the city is {city!r}: that is no URL", city=city) from error
    if url.drivername.startswith("postgresql"):
        return PostGIS(url)
    if url.get_backend_name() == "sqlite" and url.database:
        return GeoPackage(Path(url.database))
    raise InputError(
        "the city is {city!r}: name a GeoPackage file or postgresql+psycopg://...", city=url.render_as_string()
    )

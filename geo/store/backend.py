"""What the two databases do differently, as one interface."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table

from geo.errors import XundianError
from geo.store.geometry import Shapes
from geo.store.places import Bounds, Box, Placed


class Backend(Protocol):
    """A kind of database that can hold a city."""

    url: str
    name: str  # for messages: no password
    reader: Engine
    writer: Engine  # the same connections; its transactions write

    @property
    def cache_dir(self) -> Path:
        """The folder for caches, which may not exist yet."""

    def revision(self) -> str | None:
        """Return the migration that the database stands at, None when there is no city in it.

        Raises
        ------
        StoreError
            When something else is there, or nothing answers.
        """

    def create(self) -> None:
        """Make the place of a new city, for its owner alone, where that is ours to make."""

    def told(self, error: BaseException) -> XundianError:
        """Say in words what the database refused, with the remedy."""

    def open_to_others(self) -> bool:
        """Tell whether other accounts of this machine may read or write the city's file."""

    def prepare(self, connection: Connection) -> None:
        """Make ready for the migrations, with every other process kept out until the transaction ends."""

    def flush_log(self) -> None:
        """Let programs that know nothing of this one see what was written."""

    def copy_to(self, path: Path) -> None:
        """Do as :meth:`geo.store.database.Database.backup` says."""

    def register(self, connection: Connection, table: str, kind: str | None) -> None:
        """Show a new table to other programs: a layer of geometries of ``kind``, or a table without geometry."""

    def bulk(self, connection: Connection, table: Table, count: int) -> AbstractContextManager[None]:
        """Make ready for writing ``count`` rows of the table, and index them together at the end."""

    def append(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Add rows of columns ``names`` as fast as the database can; times are text in ISO form."""

    def lock(self, connection: Connection, table: Table) -> None:
        """Keep other writers off the table until the transaction ends."""

    def be_patient(self, connection: Connection) -> None:
        """Let a writing transaction wait longer for others than a page would: hours of work hang on it."""

    def write_if_free(self, work: Callable[[Connection], object]) -> bool:
        """Do as :meth:`geo.store.database.Database.write_if_free` says."""

    def encode(self, shapes: Shapes) -> list[bytes | None]:
        """Write geometries as the database wants them."""

    def decode(self, values: Sequence[Any]) -> Shapes:
        """Read geometries as the database gives them."""

    def placed(self, table: Table, box: Box) -> Placed:
        """Return a layer of points with its spatial index, which is asked for a box."""

    def extent(self, connection: Connection, table: Table) -> Bounds | None:
        """Return how far a layer reaches, None when nothing is in it; what was taken out may still count."""

    def moved(self, connection: Connection, table: Table, added: Shapes | None = None) -> None:
        """Bring what is known of the layer's extent up to date; with ``added``, only these are new."""

"""The store: every read and write of the database goes through one :class:`Store`."""

from geo.store.accounts import Accounts
from geo.store.amendments import Amendments
from geo.store.catalogues import Catalogues
from geo.store.checkpoints import Checkpoints
from geo.store.closures import Closures
from geo.store.journal import Import, Undone
from geo.store.plans import KeptCandidates
from geo.store.proofs import Proofs
from geo.store.streets import KeptStreets
from geo.store.visits import Visits
from geo.store.zones import Zones


class Store(KeptStreets, Zones, Checkpoints, Proofs, Amendments, Closures, Visits, Catalogues, Accounts):
    """One city, opened by the path of a GeoPackage file or the URL of a PostgreSQL database.

    Safe to share between threads; each process opens its own. Every method that writes is one transaction, and when it
    returns the change is on the disk.

    Examples
    --------
    >>> with Store.open("city.gpkg", create=True) as store:  # doctest: +SKIP
    ...     store.upsert_checkpoints(frame)
    """


__all__ = ["Import", "KeptCandidates", "Store", "Undone"]

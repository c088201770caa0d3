"""The schema's history. The schema is the sum of these migrations; :mod:`geo.store.tables` is where they lead.

To change the schema: change ``geo/store/tables.py``, write the next file of ``versions/``, and name it in
``tables.REVISION``. The test of the migrations prints what is still missing.
"""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

Register = Callable[[Connection, str, str | None], None]


def upgrade(connection: Connection, register: Register) -> None:
    """Bring the database to the newest revision inside the connection's transaction.

    Parameters
    ----------
    connection
        A connection in a writing transaction.
    register
        Shows a new table to other programs: called with connection, table, and the kind of its geometries or None.
    """
    config = Config(attributes={"connection": connection, "register": register})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, "head")

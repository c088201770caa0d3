"""The schema's history. The schema is the sum of these migrations; :mod:`geo.store.tables` is where they lead.

To change the schema: change ``geo/store/tables.py``, write the next file of ``versions/``, and name it in
``tables.REVISION``. The test of the migrations prints what is still missing.
"""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

AddLayer = Callable[[Connection, str, str], None]


def upgrade(connection: Connection, add_layer: AddLayer) -> None:
    """Bring the database to the newest revision inside the connection's transaction.

    Parameters
    ----------
    connection
        A connection in a writing transaction.
    add_layer
        Registers a new table with a column ``geom``: called with connection, table and kind of geometry.
    """
    config = Config(attributes={"connection": connection, "add_layer": add_layer})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, "head")

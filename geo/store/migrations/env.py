"""Run the migrations on the connection that :func:`geo.store.migrations.upgrade` hands over."""

from alembic import context

from geo.store.tables import metadata

_connection = context.config.attributes["connection"]

context.configure(
    connection=_connection,
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can; the transaction is the caller's
    # A search path may show another city's version table behind ours.
    version_table_schema=_connection.dialect.default_schema_name if _connection.dialect.name == "postgresql" else None,
)
context.run_migrations()

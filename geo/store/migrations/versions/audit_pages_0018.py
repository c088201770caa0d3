"""Index the audit log by its times, by who and by what: its pages ask for the newest rows of one of them."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the indexes, and cut times to the milliseconds that are hashed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("UPDATE audit SET at = date_trunc('milliseconds', at)")
    for name, columns in (("at", ["at"]), ("who_at", ["who", "at"]), ("action_at", ["action", "at"])):
        op.create_index(f"ix_audit_{name}", "audit", columns)

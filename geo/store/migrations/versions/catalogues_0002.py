"""Keep the editions of the catalogue."""

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Time, Whole

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of catalogues."""
    op.create_table(
        "catalogues",
        sa.Column("fid", Whole, primary_key=True, autoincrement=True),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("kept_at", Time(), nullable=False),
        sa.UniqueConstraint("edition", name="uq_catalogues_edition"),
        sqlite_autoincrement=True,
    )

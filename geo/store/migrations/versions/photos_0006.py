"""Keep the photos of deductions, in the city's own database: a city is one file."""

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Whole

revision = "0006"
down_revision = "0005"


def _fid() -> sa.Column[int]:
    return sa.Column("fid", Whole, primary_key=True, autoincrement=True)


def upgrade() -> None:
    """Make the tables; other programs are not shown them, as no table of theirs knows what to do with a picture."""
    op.create_table(
        "photos",
        _fid(),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        *(sa.Column(name, Whole, nullable=False) for name in ("width", "height")),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("content", "thumbnail")),
        sa.UniqueConstraint("sha256", name="uq_photos_sha256"),
        sqlite_autoincrement=True,
    )
    of_deduction = sa.ForeignKey("deductions.id", name="fk_deduction_photos_deduction", ondelete="CASCADE")
    of_photo = sa.ForeignKey("photos.sha256", name="fk_deduction_photos_photo")
    op.create_table(
        "deduction_photos",
        _fid(),
        sa.Column("deduction", sa.Text(), of_deduction, nullable=False),
        sa.Column("photo", sa.Text(), of_photo, nullable=False),
        sa.UniqueConstraint("deduction", "photo", name="uq_deduction_photos_deduction_photo"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deduction_photos_photo", "deduction_photos", ["photo"])

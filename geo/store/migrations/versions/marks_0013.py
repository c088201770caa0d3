"""Let an import mark the visits, deductions and photos that it adds, instead of a row in the journal for each."""

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Whole

revision = "0013"
down_revision = "0012"

_KEYS = {
    "visits": "visits.id",
    "deductions": "deductions.id",
    "deduction_photos": "deduction_photos.deduction || ' ' || deduction_photos.photo",
}


def upgrade() -> None:
    """Add the columns; what imports of visits added that are not undone gets their marks."""
    op.create_index("ix_import_rows_of_marks", "import_rows", ["layer", "key"])  # a million rows would take days
    no = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    for table, key in _KEYS.items():
        op.add_column(table, sa.Column("import_id", Whole, nullable=True))
        added = (
            "import_rows r JOIN imports i ON i.fid = r.import_id "
            f"WHERE r.layer = '{table}' AND r.before IS NULL AND i.undone = {no}"
        )
        op.execute(
            f"UPDATE {table} SET import_id = (SELECT max(r.import_id) FROM {added} AND r.key = {key}) "  # noqa: S608 - our own names
            f"WHERE {key} IN (SELECT r.key FROM {added})"
        )
        op.execute(f"DELETE FROM import_rows WHERE layer = '{table}' AND before IS NULL")  # noqa: S608 - our own names
    op.drop_index("ix_import_rows_of_marks", "import_rows")

"""Keep long work as rows: what is to be done, who does it until when, and what came of it."""

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Json, Time, Whole

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables."""
    _create(
        "jobs",
        *_text("id", "kind", "owner", "about"),
        sa.Column("busy", sa.Text(), nullable=True),
        sa.Column("params", Json(), nullable=False),
        *_text("place", "state"),
        sa.Column("attempt", Whole, nullable=False),
        sa.Column("deaths", Whole, nullable=False),
        *_text("worker"),
        sa.Column("leased_until", Time(), nullable=True),
        sa.Column("enqueued_at", Time(), nullable=False),
        sa.Column("ended_at", Time(), nullable=True),
        *_text("stage"),
        sa.Column("done", Whole, nullable=False),
        sa.Column("total", Whole, nullable=False),
        sa.Column("told", Json(), nullable=True),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("enough", sa.Boolean(), nullable=False),
        sa.Column("result", Json(), nullable=True),
        sa.Column("error", Json(), nullable=True),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
        sa.UniqueConstraint("busy", name="uq_jobs_busy"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])
    _create(
        "job_files",
        sa.Column(
            "job_id",
            sa.Text(),
            sa.ForeignKey("jobs.id", name="fk_job_files_job_id_jobs", ondelete="CASCADE"),
            nullable=False,
        ),
        *_text("name"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("job_id", "name", name="uq_job_files_job_id_name"),
    )


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    fid = sa.Column("fid", Whole, primary_key=True, autoincrement=True)
    op.create_table(table, fid, *columns, sqlite_autoincrement=True)
    context.config.attributes["register"](op.get_bind(), table, None)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]

"""Keep what is public of each year's secrets, chains and roots alike, and when a commitment was revealed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from geo.store.columns import Json, Time, Whole

revision = "0008"
down_revision = "0007"

_KEPT = (
    "round_id, position, parameters, root, frame_sha256, pool, committed_at, state, public_number, shares, drawn_at, "
    "voided_at, reason"
)


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _fid() -> sa.Column[int]:
    return sa.Column("fid", Whole, primary_key=True, autoincrement=True)


def upgrade() -> None:
    """Turn chains into sets of secrets, and make the table of commitments anew, as SQLite can't drop a column of it."""
    op.create_table(
        "secret_sets",
        _fid(),
        *_text("name", "form"),
        sa.Column("year", Whole, nullable=False),
        *_text("root"),
        sa.Column("size", Whole, nullable=False),
        sa.Column("made_at", Time(), nullable=False),
        *_text("master"),
        sa.Column("closed_at", Time(), nullable=True),
        sa.UniqueConstraint("name", name="uq_secret_sets_name"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO secret_sets (name, form, year, root, size, made_at, master) "
        "SELECT name, 'chain', CAST(substr(name, 1, 4) AS INTEGER), \"end\", length, made_at, '' "
        "FROM chains ORDER BY fid"
    )
    op.execute(f"CREATE TABLE commitments_0007 AS SELECT fid, chain, {_KEPT} FROM commitments")  # noqa: S608 - our own
    op.drop_table("commitments")
    op.drop_table("chains")
    _make_commitments()
    op.execute(
        f"INSERT INTO commitments (secret_set, {_KEPT}) "  # noqa: S608 - our own names
        f"SELECT chain, {_KEPT} FROM commitments_0007 ORDER BY fid"
    )
    op.drop_table("commitments_0007")


def _make_commitments() -> None:
    of_round = sa.ForeignKey("rounds.id", name="fk_commitments_round_id")
    of_set = sa.ForeignKey("secret_sets.name", name="fk_commitments_secret_set")
    op.create_table(
        "commitments",
        _fid(),
        sa.Column("round_id", sa.Text(), of_round, nullable=False),
        sa.Column("secret_set", sa.Text(), of_set, nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("parameters", Json(), nullable=False),
        *_text("root", "frame_sha256"),
        sa.Column("pool", Json(), nullable=False),
        sa.Column("committed_at", Time(), nullable=False),
        *_text("state", "public_number"),
        sa.Column("shares", Json(), nullable=False),
        sa.Column("drawn_at", Time(), nullable=True),
        sa.Column("voided_at", Time(), nullable=True),
        *_text("reason"),
        sa.Column("revealed_at", Time(), nullable=True),
        sa.UniqueConstraint("secret_set", "position", name="uq_commitments_secret_set_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_commitments_round_id", "commitments", ["round_id"])

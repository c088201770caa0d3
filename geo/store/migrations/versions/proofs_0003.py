"""Keep what proves a draw and what happens to it: chains, commitments, frames, reserves, replacements, drawn teams."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Json, Time, Whole

revision = "0003"
down_revision = "0002"


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _all(kind: Any, *names: str) -> list[sa.Column[Any]]:  # noqa: ANN401 - a column type
    return [sa.Column(name, kind, nullable=False) for name in names]


def _drawn(table: str) -> sa.Column[Any]:
    link = sa.ForeignKey("draws.round_id", name=f"fk_{table}_round_id", ondelete="CASCADE")
    return sa.Column("round_id", sa.Text(), link, nullable=False)


def _checkpoint(table: str, name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), sa.ForeignKey("checkpoints.id", name=f"fk_{table}_{name}"), nullable=nullable)


def _create(table: str, *columns: Any) -> None:  # noqa: ANN401 - columns and constraints
    key = sa.Column("fid", Whole, primary_key=True, autoincrement=True)
    op.create_table(table, key, *columns, sqlite_autoincrement=True)


def upgrade() -> None:
    """Make the tables, and say of a round what it is drawn from."""
    for column in ("campaign", "risk"):
        op.add_column("rounds", sa.Column(column, Json(), nullable=True))
    _make_draws()
    _make_teams()
    _make_proofs()
    for table in ("reserves", "replacements", "questionnaires"):  # not the rest: secrets of a draw, and who avoids whom
        context.config.attributes["register"](op.get_bind(), table, None)


def _make_draws() -> None:
    _create(
        "reserves",
        _drawn("reserves"),
        _checkpoint("reserves", "id"),
        *_all(sa.Double(), "inclusion_prob"),
        *_all(Whole, "ticket"),
        sa.UniqueConstraint("round_id", "id", name="uq_reserves_round_id_id"),
    )
    _create(
        "replacements",
        _drawn("replacements"),
        _checkpoint("replacements", "out"),
        _checkpoint("replacements", "into", nullable=True),
        *_text("reason"),
        *_all(sa.Double(), "distance_m", "inclusion_prob"),
        *_all(Whole, "day", "ticket"),
        *_all(Time(), "replaced_at"),
        sa.UniqueConstraint("round_id", "out", name="uq_replacements_round_id_out"),
    )
    _create(
        "questionnaires",
        _drawn("questionnaires"),
        _checkpoint("questionnaires", "id"),
        *_all(Whole, "number"),
        sa.UniqueConstraint("round_id", "id", name="uq_questionnaires_round_id_id"),
    )
    indexed = [("reserves", "id"), ("replacements", "out"), ("replacements", "into"), ("questionnaires", "id")]
    for table, column in indexed:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_teams() -> None:
    _create(
        "team_draws",
        _drawn("team_draws"),
        *_all(Json(), "members", "turns", "repeats", "street_repeats", "street_proofs"),
        *_text("proof"),
        *_all(Time(), "drawn_at"),
        sa.UniqueConstraint("round_id", name="uq_team_draws_round_id"),
    )
    _create("avoidances", *_text("inspector", "street", "unit", "checkpoint", "reason", "partner"))


def _make_proofs() -> None:
    _create(
        "chains",
        *_text("name", "end"),
        *_all(Whole, "length"),
        *_all(Time(), "made_at"),
        sa.UniqueConstraint("name", name="uq_chains_name"),
    )
    _create(
        "drawn_frames",
        *_text("sha256"),
        *_all(sa.LargeBinary(), "rows"),
        sa.UniqueConstraint("sha256", name="uq_drawn_frames_sha256"),
    )
    _create(
        "commitments",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("rounds.id", name="fk_commitments_round_id"), nullable=False),
        sa.Column("chain", sa.Text(), sa.ForeignKey("chains.name", name="fk_commitments_chain"), nullable=False),
        *_all(Whole, "position"),
        *_all(Json(), "parameters", "pool", "shares"),
        *_text("root", "frame_sha256", "state", "public_number", "reason"),
        *_all(Time(), "committed_at"),
        sa.Column("drawn_at", Time(), nullable=True),
        sa.Column("voided_at", Time(), nullable=True),
        sa.UniqueConstraint("chain", "position", name="uq_commitments_chain_position"),
    )
    op.create_index("ix_commitments_round_id", "commitments", ["round_id"])

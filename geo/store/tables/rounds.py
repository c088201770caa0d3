"""Rounds, what is drawn for them, and what proves it."""

from sqlalchemy import Boolean, Column, Date, Double, ForeignKey, LargeBinary, Table, UniqueConstraint

from geo import frames
from geo.store.columns import Json, Time, Whole
from geo.store.tables.base import draw_key, key, metadata, of, text

rounds = Table(
    "rounds",
    metadata,
    key(),
    text("id", unique=True),
    Column("start", Date(), nullable=False),
    Column("days", Whole, nullable=False),
    Column("teams", Whole, nullable=False),
    Column("size", Whole, nullable=False),
    Column("covert", Boolean(), nullable=False),
    Column("quotas", Json()),
    text("edition"),
    Column("campaign", Json()),
    Column("risk", Json()),
)

draws = Table(
    "draws",
    metadata,
    key(),
    text("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), unique=True),
    Column("key", LargeBinary(), nullable=False),
    Column("trial", Boolean(), nullable=False),
    Column("design", Json(), nullable=False),
    text("frame_sha256"),
    Column("balance_city", Double()),  # NULL where it cannot be said: a sample of none
    Column("balance_within", Double()),
    Column("drawn_at", Time(), nullable=False),
)

sample = Table(
    "sample",
    metadata,
    key(),
    text("round_id", ForeignKey("draws.round_id", ondelete="CASCADE")),
    text("id", ForeignKey("checkpoints.id"), index=True),
    *of(frames.SAMPLE),
    UniqueConstraint("round_id", "id"),
)

reserves = Table(
    "reserves",
    metadata,
    key(),
    draw_key(),
    text("id", ForeignKey("checkpoints.id"), index=True),
    Column("inclusion_prob", Double(), nullable=False),
    Column("ticket", Whole, nullable=False),
    UniqueConstraint("round_id", "id"),
)

replacements = Table(
    "replacements",
    metadata,
    key(),
    draw_key(),
    text("out", ForeignKey("checkpoints.id"), index=True),
    text("into", ForeignKey("checkpoints.id"), nullable=True, index=True),  # NULL: no reserve was left
    text("reason"),
    Column("distance_m", Double(), nullable=False),
    *of(frames.SAMPLE),  # of the point that went out, as it was in the sample
    Column("replaced_at", Time(), nullable=False),
    UniqueConstraint("round_id", "out"),
)

questionnaires = Table(
    "questionnaires",
    metadata,
    key(),
    draw_key(),
    text("id", ForeignKey("checkpoints.id"), index=True),
    Column("number", Whole, nullable=False),
    UniqueConstraint("round_id", "id"),
)

team_draws = Table(
    "team_draws",
    metadata,
    key(),
    draw_key(unique=True),
    Column("members", Json(), nullable=False),
    Column("turns", Json(), nullable=False),
    Column("repeats", Json(), nullable=False),
    text("proof"),
    Column("street_repeats", Json(), nullable=False),
    Column("street_proofs", Json(), nullable=False),
    Column("drawn_at", Time(), nullable=False),
)

secret_sets = Table(
    "secret_sets",
    metadata,
    key(),
    text("name", unique=True),
    text("form"),
    Column("year", Whole, nullable=False),
    text("root"),  # the secrets are in a file of their own, which no copy of the city holds
    Column("size", Whole, nullable=False),
    Column("made_at", Time(), nullable=False),
    text("master"),  # published when the year is closed; empty before
    Column("closed_at", Time()),
)

drawn_frames = Table(
    "drawn_frames",
    metadata,
    key(),
    text("sha256", unique=True),
    Column("rows", LargeBinary(), nullable=False),  # canonical JSON, deflated
)

commitments = Table(
    "commitments",
    metadata,
    key(),
    text("round_id", ForeignKey("rounds.id"), index=True),
    text("secret_set", ForeignKey("secret_sets.name")),
    Column("position", Whole, nullable=False),
    Column("parameters", Json(), nullable=False),
    text("root"),
    text("frame_sha256"),
    Column("pool", Json(), nullable=False),
    Column("committed_at", Time(), nullable=False),
    text("state"),
    text("public_number"),
    Column("shares", Json(), nullable=False),
    Column("drawn_at", Time()),
    Column("voided_at", Time()),
    text("reason"),
    Column("revealed_at", Time()),
    UniqueConstraint("secret_set", "position"),
)

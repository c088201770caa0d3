"""The plan of a round, what decided it, and what changed it."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, UniqueConstraint

from geo import frames
from geo.store.columns import Json, Time, Whole
from geo.store.tables.base import geom, gist, key, metadata, of, round_key, text

routes = Table(
    "routes",
    metadata,
    key(),
    geom("MULTILINESTRING", nullable=True),
    round_key(),
    text("id"),
    *of(frames.ROUTES, "round_id"),
    UniqueConstraint("round_id", "id"),
    gist("routes"),
)

stops = Table(
    "stops",
    metadata,
    key(),
    geom("POINT"),
    round_key(),
    text("id"),
    *of(frames.STOPS, "round_id", "checkpoint"),
    text("checkpoint", ForeignKey("checkpoints.id"), nullable=True, index=True),
    UniqueConstraint("round_id", "id"),
    gist("stops"),
)

unserved = Table(
    "unserved",
    metadata,
    key(),
    round_key(),
    text("checkpoint", ForeignKey("checkpoints.id"), index=True),
    *of(frames.UNSERVED, "round_id"),
    UniqueConstraint("round_id", "checkpoint"),
)

candidates = Table(
    "candidates",
    metadata,
    key(),
    round_key(),
    text("sha256"),  # of the content; every one that a plan was ever to be chosen from stays listed
    Column("content", LargeBinary()),  # deflated; NULL when no plan was chosen from it, or another took its place
    Column("kept_at", Time(), nullable=False),
    UniqueConstraint("round_id", "sha256"),
)

plans = Table(
    "plans",
    metadata,
    key(),
    text("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), unique=True),
    Column("revision", Whole, nullable=False),  # grows with everything that changes the plan
    Column("planned", Whole, nullable=False),  # the revision at which the plan was last made anew
    Column("drawn", Whole, nullable=False),  # grows with everything that changes what is to be inspected
    text("moved"),  # what raised either last
    text("moved_by"),  # account; empty from the command line
    Column("moved_at", Time(), nullable=False),
    Column("terms", Json()),  # what the planner chose; NULL: not planned, or a version that kept none planned it
    Column("figures", Json()),  # what the plan comes to
    text("candidates"),  # hash of those that the plan was chosen from; empty: it was not varied
    Column("planned_at", Time()),
)

closures = Table(
    "closures",
    metadata,
    key(),
    geom("MULTIPOLYGON", nullable=True),
    Column("id", Whole, nullable=False, unique=True),
    *of(frames.CLOSURES, "added_at"),
    Column("added_at", Time(), nullable=False),
    gist("closures"),
)

route_changes = Table(
    "route_changes",
    metadata,
    key(),
    round_key(),
    Column("revision", Whole, nullable=False),  # of the plan after the change
    Column("at", Time(), nullable=False),
    text("by"),  # account
    text("kind"),
    text("reason"),
    Column("params", Json(), nullable=False),
    Column("touched", Json(), nullable=False),  # the routes, each with what its own team is told
    Column("notes", Json(), nullable=False),  # what the planner is told
    Column("before", LargeBinary(), nullable=False),  # the routes and what was not served, deflated
    Column("undone_at", Time()),
    text("undone_by"),
    UniqueConstraint("round_id", "revision"),
)

"""The tables of a city, with the columns of :mod:`geo.frames`; the migrations build the same, which a test proves."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from geo import frames
from geo.store.columns import Json, Time, Whole
from geo.store.geometry import geometry

REVISION = "0005"
"""The migration that leads to these tables."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_KINDS: dict[str, Any] = {"str": Text(), "int": Whole, "float": Double(), "bool": Boolean(), "time": Time()}


def _fid() -> Column[int]:
    """Make the integer key that GeoPackage asks of every table."""
    return Column("fid", Whole, primary_key=True, autoincrement=True)


def _geom(kind: str, *, nullable: bool = False) -> Column[bytes]:
    return Column("geom", geometry(kind), nullable=nullable)


def _of(schema: frames.Schema, *but: str) -> list[Column[Any]]:
    """Make a column for each of the schema's columns, but those named."""
    return [
        Column(name, _KINDS[kind], nullable=kind == "time") for name, kind in schema.columns.items() if name not in but
    ]


def _text(name: str, *args: Any, **options: Any) -> Column[str]:  # noqa: ANN401 - passed on to Column
    return Column(name, Text(), *args, nullable=options.pop("nullable", False), **options)


def _round(*, cascade: bool = True) -> Column[str]:
    return _text("round_id", ForeignKey("rounds.id", ondelete="CASCADE" if cascade else None))


def _drawn(*, unique: bool = False) -> Column[str]:
    """Name a round that is drawn; what hangs on the draw goes with it."""
    return _text("round_id", ForeignKey("draws.round_id", ondelete="CASCADE"), unique=unique)


def _gist(table: str) -> Index:
    """Index places on PostGIS; a GeoPackage has its R-tree tables."""
    return Index(f"ix_{table}_geom", "geom", postgresql_using="gist").ddl_if(dialect="postgresql")


streets = Table(
    "streets",
    metadata,
    _fid(),
    _geom("LINESTRING"),
    Column("edge", Whole, nullable=False, unique=True),
    *_of(frames.STREETS),
    _gist("streets"),
)
turn_bans = Table(
    "turn_bans", metadata, _fid(), Column("id", Whole, nullable=False, unique=True), *_of(frames.TURN_BANS)
)
zones = Table(
    "zones",
    metadata,
    _fid(),
    _geom("MULTIPOLYGON"),
    _text("code", unique=True),
    *_of(frames.ZONES),
    Index(None, "parent"),
    _gist("zones"),
)
cells = Table(
    "cells",
    metadata,
    _fid(),
    _geom("MULTIPOLYGON"),
    _text("code", unique=True),
    *_of(frames.CELLS),
    _gist("cells"),
)
checkpoints = Table(
    "checkpoints",
    metadata,
    _fid(),
    _geom("POINT"),
    _text("id", unique=True),
    *_of(frames.CHECKPOINTS),
    _gist("checkpoints"),
)
unplaced = Table("unplaced", metadata, _fid(), _text("id", unique=True), *_of(frames.CHECKPOINTS))

teams = Table(
    "teams",
    metadata,
    _fid(),
    _text("id", unique=True),
    Column("base_lon", Double(), nullable=False),
    Column("base_lat", Double(), nullable=False),
    _text("mode"),
)
inspectors = Table(
    "inspectors",
    metadata,
    _fid(),
    _text("name"),
    _text("team", ForeignKey("teams.id", ondelete="CASCADE"), index=True),
    _text("unit"),
    _text("street"),
)
rounds = Table(
    "rounds",
    metadata,
    _fid(),
    _text("id", unique=True),
    Column("start", Date(), nullable=False),
    Column("days", Whole, nullable=False),
    Column("teams", Whole, nullable=False),
    Column("size", Whole, nullable=False),
    Column("covert", Boolean(), nullable=False),
    Column("quotas", Json()),
    _text("edition"),
    Column("campaign", Json()),
    Column("risk", Json()),
)
draws = Table(
    "draws",
    metadata,
    _fid(),
    _text("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), unique=True),
    Column("key", LargeBinary(), nullable=False),
    Column("trial", Boolean(), nullable=False),
    Column("design", Json(), nullable=False),
    _text("frame_sha256"),
    Column("balance_city", Double()),  # NULL where it cannot be said: a sample of none
    Column("balance_within", Double()),
    Column("drawn_at", Time(), nullable=False),
)
sample = Table(
    "sample",
    metadata,
    _fid(),
    _text("round_id", ForeignKey("draws.round_id", ondelete="CASCADE")),
    _text("id", ForeignKey("checkpoints.id"), index=True),
    *_of(frames.SAMPLE),
    UniqueConstraint("round_id", "id"),
)
reserves = Table(
    "reserves",
    metadata,
    _fid(),
    _drawn(),
    _text("id", ForeignKey("checkpoints.id"), index=True),
    Column("inclusion_prob", Double(), nullable=False),
    Column("ticket", Whole, nullable=False),
    UniqueConstraint("round_id", "id"),
)
replacements = Table(
    "replacements",
    metadata,
    _fid(),
    _drawn(),
    _text("out", ForeignKey("checkpoints.id"), index=True),
    _text("into", ForeignKey("checkpoints.id"), nullable=True, index=True),  # NULL: no reserve was left
    _text("reason"),
    Column("distance_m", Double(), nullable=False),
    *_of(frames.SAMPLE),  # of the point that went out, as it was in the sample
    Column("replaced_at", Time(), nullable=False),
    UniqueConstraint("round_id", "out"),
)
questionnaires = Table(
    "questionnaires",
    metadata,
    _fid(),
    _drawn(),
    _text("id", ForeignKey("checkpoints.id"), index=True),
    Column("number", Whole, nullable=False),
    UniqueConstraint("round_id", "id"),
)
team_draws = Table(
    "team_draws",
    metadata,
    _fid(),
    _drawn(unique=True),
    Column("members", Json(), nullable=False),
    Column("turns", Json(), nullable=False),
    Column("repeats", Json(), nullable=False),
    _text("proof"),
    Column("street_repeats", Json(), nullable=False),
    Column("street_proofs", Json(), nullable=False),
    Column("drawn_at", Time(), nullable=False),
)
avoidances = Table(
    "avoidances",
    metadata,
    _fid(),
    *(_text(name) for name in ("inspector", "street", "unit", "checkpoint", "reason", "partner")),
)
chains = Table(
    "chains",
    metadata,
    _fid(),
    _text("name", unique=True),
    _text("end"),  # the secrets are in a file of their own, which no copy of the city holds
    Column("length", Whole, nullable=False),
    Column("made_at", Time(), nullable=False),
)
drawn_frames = Table(
    "drawn_frames",
    metadata,
    _fid(),
    _text("sha256", unique=True),
    Column("rows", LargeBinary(), nullable=False),  # canonical JSON, deflated
)
commitments = Table(
    "commitments",
    metadata,
    _fid(),
    _text("round_id", ForeignKey("rounds.id"), index=True),
    _text("chain", ForeignKey("chains.name")),
    Column("position", Whole, nullable=False),
    Column("parameters", Json(), nullable=False),
    _text("root"),
    _text("frame_sha256"),
    Column("pool", Json(), nullable=False),
    Column("committed_at", Time(), nullable=False),
    _text("state"),
    _text("public_number"),
    Column("shares", Json(), nullable=False),
    Column("drawn_at", Time()),
    Column("voided_at", Time()),
    _text("reason"),
    UniqueConstraint("chain", "position"),
)
routes = Table(
    "routes",
    metadata,
    _fid(),
    _geom("MULTILINESTRING", nullable=True),
    _round(),
    _text("id"),
    *_of(frames.ROUTES, "round_id"),
    UniqueConstraint("round_id", "id"),
    _gist("routes"),
)
stops = Table(
    "stops",
    metadata,
    _fid(),
    _geom("POINT"),
    _round(),
    _text("id"),
    *_of(frames.STOPS, "round_id", "checkpoint"),
    _text("checkpoint", ForeignKey("checkpoints.id"), nullable=True, index=True),
    UniqueConstraint("round_id", "id"),
    _gist("stops"),
)
unserved = Table(
    "unserved",
    metadata,
    _fid(),
    _round(),
    _text("checkpoint", ForeignKey("checkpoints.id"), index=True),
    *_of(frames.UNSERVED, "round_id"),
    UniqueConstraint("round_id", "checkpoint"),
)
candidates = Table(
    "candidates",
    metadata,
    _fid(),
    _round(),
    _text("sha256"),  # of the content; every one that a plan was ever to be chosen from stays listed
    Column("content", LargeBinary()),  # deflated; NULL when no plan was chosen from it, or another took its place
    Column("kept_at", Time(), nullable=False),
    UniqueConstraint("round_id", "sha256"),
)
plan_figures = Table(
    "plan_figures",
    metadata,
    _fid(),
    _text("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), unique=True),
    Column("figures", Json(), nullable=False),
    _text("candidates"),  # hash of those that the plan was chosen from; empty: it was not varied
    Column("planned_at", Time(), nullable=False),
)
closures = Table(
    "closures",
    metadata,
    _fid(),
    _geom("MULTIPOLYGON", nullable=True),
    Column("id", Whole, nullable=False, unique=True),
    *_of(frames.CLOSURES, "added_at"),
    Column("added_at", Time(), nullable=False),
    _gist("closures"),
)
plan_revisions = Table(
    "plan_revisions",
    metadata,
    _fid(),
    _text("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), unique=True),
    Column("revision", Whole, nullable=False),  # grows with everything that changes the plan
    Column("planned", Whole, nullable=False),  # the revision at which the plan was last made anew
)
route_changes = Table(
    "route_changes",
    metadata,
    _fid(),
    _round(),
    Column("revision", Whole, nullable=False),  # of the plan after the change
    Column("at", Time(), nullable=False),
    _text("by"),  # account
    _text("kind"),
    _text("reason"),
    Column("params", Json(), nullable=False),
    Column("touched", Json(), nullable=False),  # the routes, each with what its own team is told
    Column("notes", Json(), nullable=False),  # what the planner is told
    Column("before", LargeBinary(), nullable=False),  # the routes and what was not served, deflated
    Column("undone_at", Time()),
    _text("undone_by"),
    UniqueConstraint("round_id", "revision"),
)
visits = Table(
    "visits",
    metadata,
    _fid(),
    _geom("POINT"),  # like the category, zones and unit: as they were when the visit was recorded
    _text("id", unique=True),
    _text("round_id", ForeignKey("rounds.id"), nullable=True, index=True),
    _text("checkpoint", ForeignKey("checkpoints.id"), index=True),
    *_of(frames.VISITS, "round_id", "checkpoint", "arrived_at"),
    Column("arrived_at", Time(), nullable=False, index=True),
    _text("grid_code"),
    _gist("visits"),
)
deductions = Table(
    "deductions",
    metadata,
    _fid(),
    _text("id", unique=True),
    _text("visit", ForeignKey("visits.id", ondelete="CASCADE"), index=True),
    *_of(frames.DEDUCTIONS, "visit"),
)
users = Table(
    "users",
    metadata,
    _text("name", primary_key=True),
    _text("role"),
    _text("password_hash"),
    _text("zone"),
    _text("team"),
)
settings = Table("settings", metadata, _text("key", primary_key=True), _text("value"))
catalogues = Table(
    "catalogues",
    metadata,
    _fid(),
    _text("edition", unique=True),
    _text("content"),  # TOML
    Column("kept_at", Time(), nullable=False),
)

imports = Table(
    "imports",
    metadata,
    _fid(),
    _text("kind"),  # checkpoints or zones
    _text("file"),
    _text("who"),
    Column("at", Time(), nullable=False),
    Column("counts", Json(), nullable=False),
    Column("undone", Boolean(), nullable=False),
)
import_rows = Table(
    "import_rows",
    metadata,
    _fid(),
    Column("import_id", Whole, ForeignKey("imports.fid", ondelete="CASCADE"), nullable=False),
    _text("layer"),  # checkpoints, unplaced or zones
    _text("key"),
    Column("before", Json()),  # the row as it was; NULL when the import added it
    UniqueConstraint("import_id", "layer", "key"),
)

LAYERS = tuple(table for table in metadata.sorted_tables if "geom" in table.c)

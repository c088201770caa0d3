"""Make the city: streets, zones, checkpoints, rounds, plans, visits, accounts, and the journal of imports."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from geo.store.columns import Json, Time, Whole
from geo.store.geometry import geometry

revision = "0001"
down_revision = None


def _fid() -> sa.Column[int]:
    return sa.Column("fid", Whole, primary_key=True, autoincrement=True)


def _geom(kind: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column("geom", geometry(kind), nullable=nullable)


def _all(kind: Any, *names: str) -> list[sa.Column[Any]]:  # noqa: ANN401 - a column type
    return [sa.Column(name, kind, nullable=False) for name in names]


def _create(name: str, *columns: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(name, *columns, sqlite_autoincrement=columns[0].name == "fid")  # GeoPackage never uses a fid again


def upgrade() -> None:
    """Make all tables."""
    _make_places()
    _make_rounds()
    _make_visits()
    _make_accounts()
    for table, kind in (_LAYERS | dict.fromkeys(_SHOWN)).items():
        context.config.attributes["register"](op.get_bind(), table, kind)


def _make_places() -> None:
    _create(
        "streets",
        _fid(),
        _geom("LINESTRING"),
        *_all(Whole, "edge", "u", "v"),
        *_all(sa.Text(), "name", "highway"),
        *_all(Whole, "walk", "ebike", "car"),
        *_all(sa.Boolean(), "bridge", "tunnel"),
        *_all(sa.Double(), "length_m"),
        *_all(Whole, "part"),
        sa.UniqueConstraint("edge", name="uq_streets_edge"),
    )
    _create(
        "turn_bans",
        _fid(),
        *_all(Whole, "id", "from_edge", "via", "to_edge"),
        sa.UniqueConstraint("id", name="uq_turn_bans_id"),
    )
    _create(
        "zones",
        _fid(),
        _geom("MULTIPOLYGON"),
        *_all(sa.Text(), "code", "level", "name", "parent", "unit", "person"),
        sa.UniqueConstraint("code", name="uq_zones_code"),
    )
    op.create_index("ix_zones_parent", "zones", ["parent"])
    _create(
        "cells",
        _fid(),
        _geom("MULTIPOLYGON"),
        *_all(sa.Text(), "code", "community"),
        *_all(sa.Double(), "area_m2"),
        sa.UniqueConstraint("code", name="uq_cells_code"),
    )
    _create(
        "checkpoints",
        _fid(),
        _geom("POINT"),
        *_all(sa.Text(), "id", "name", "category", "address", "street", "community", "unit", "hours"),
        *_all(sa.Boolean(), "fixed"),
        *_all(sa.Double(), "size"),
        *_all(sa.Text(), "street_code", "community_code", "grid_code", "cell"),
        *_all(sa.Boolean(), "retired"),
        sa.UniqueConstraint("id", name="uq_checkpoints_id"),
    )
    _create(
        "unplaced",
        _fid(),
        *_all(sa.Text(), "id", "name", "category", "address", "street", "community", "unit", "hours"),
        *_all(sa.Boolean(), "fixed"),
        *_all(sa.Double(), "size"),
        *_all(sa.Text(), "street_code", "community_code", "grid_code", "cell"),
        *_all(sa.Boolean(), "retired"),
        sa.UniqueConstraint("id", name="uq_unplaced_id"),
    )


def _make_rounds() -> None:
    _create(
        "teams",
        _fid(),
        *_all(sa.Text(), "id"),
        *_all(sa.Double(), "base_lon", "base_lat"),
        *_all(sa.Text(), "mode"),
        sa.UniqueConstraint("id", name="uq_teams_id"),
    )
    _create(
        "inspectors",
        _fid(),
        *_all(sa.Text(), "name"),
        sa.Column(
            "team", sa.Text(), sa.ForeignKey("teams.id", name="fk_inspectors_team", ondelete="CASCADE"), nullable=False
        ),
        *_all(sa.Text(), "unit", "street"),
    )
    op.create_index("ix_inspectors_team", "inspectors", ["team"])
    _create(
        "rounds",
        _fid(),
        *_all(sa.Text(), "id"),
        *_all(sa.Date(), "start"),
        *_all(Whole, "days", "teams", "size"),
        *_all(sa.Boolean(), "covert"),
        sa.Column("quotas", Json(), nullable=True),
        *_all(sa.Text(), "edition"),
        sa.UniqueConstraint("id", name="uq_rounds_id"),
    )
    _create(
        "draws",
        _fid(),
        sa.Column(
            "round_id",
            sa.Text(),
            sa.ForeignKey("rounds.id", name="fk_draws_round_id", ondelete="CASCADE"),
            nullable=False,
        ),
        *_all(sa.LargeBinary(), "key"),
        *_all(sa.Boolean(), "trial"),
        *_all(Json(), "design"),
        *_all(sa.Text(), "frame_sha256"),
        sa.Column("balance_city", sa.Double(), nullable=True),
        sa.Column("balance_within", sa.Double(), nullable=True),
        *_all(Time(), "drawn_at"),
        sa.UniqueConstraint("round_id", name="uq_draws_round_id"),
    )
    _create(
        "sample",
        _fid(),
        sa.Column(
            "round_id",
            sa.Text(),
            sa.ForeignKey("draws.round_id", name="fk_sample_round_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(), sa.ForeignKey("checkpoints.id", name="fk_sample_id"), nullable=False),
        *_all(sa.Double(), "inclusion_prob"),
        *_all(Whole, "day", "ticket"),
        sa.UniqueConstraint("round_id", "id", name="uq_sample_round_id_id"),
    )
    op.create_index("ix_sample_id", "sample", ["id"])
    _create(
        "routes",
        _fid(),
        _geom("MULTILINESTRING", nullable=True),
        sa.Column(
            "round_id",
            sa.Text(),
            sa.ForeignKey("rounds.id", name="fk_routes_round_id", ondelete="CASCADE"),
            nullable=False,
        ),
        *_all(sa.Text(), "id", "team"),
        *_all(Whole, "day"),
        *_all(sa.Text(), "mode"),
        *_all(Whole, "travel_s"),
        *_all(sa.Double(), "length_m"),
        *_all(Whole, "stops"),
        sa.UniqueConstraint("round_id", "id", name="uq_routes_round_id_id"),
    )
    _create(
        "stops",
        _fid(),
        _geom("POINT"),
        sa.Column(
            "round_id",
            sa.Text(),
            sa.ForeignKey("rounds.id", name="fk_stops_round_id", ondelete="CASCADE"),
            nullable=False,
        ),
        *_all(sa.Text(), "id", "team"),
        *_all(Whole, "day", "order"),
        *_all(sa.Text(), "kind"),
        sa.Column("arrive", Time(), nullable=True),
        sa.Column("depart", Time(), nullable=True),
        *_all(Whole, "dwell_s", "travel_s"),
        sa.Column("checkpoint", sa.Text(), sa.ForeignKey("checkpoints.id", name="fk_stops_checkpoint"), nullable=True),
        sa.UniqueConstraint("round_id", "id", name="uq_stops_round_id_id"),
    )
    op.create_index("ix_stops_checkpoint", "stops", ["checkpoint"])
    _create(
        "unserved",
        _fid(),
        sa.Column(
            "round_id",
            sa.Text(),
            sa.ForeignKey("rounds.id", name="fk_unserved_round_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "checkpoint", sa.Text(), sa.ForeignKey("checkpoints.id", name="fk_unserved_checkpoint"), nullable=False
        ),
        *_all(Whole, "day"),
        *_all(sa.Text(), "reason", "remedy"),
        sa.UniqueConstraint("round_id", "checkpoint", name="uq_unserved_round_id_checkpoint"),
    )
    op.create_index("ix_unserved_checkpoint", "unserved", ["checkpoint"])


def _make_visits() -> None:
    _create(
        "visits",
        _fid(),
        _geom("POINT"),
        *_all(sa.Text(), "id"),
        sa.Column("round_id", sa.Text(), sa.ForeignKey("rounds.id", name="fk_visits_round_id"), nullable=True),
        sa.Column(
            "checkpoint", sa.Text(), sa.ForeignKey("checkpoints.id", name="fk_visits_checkpoint"), nullable=False
        ),
        *_all(sa.Text(), "category", "team"),
        *_all(sa.Boolean(), "covert"),
        *_all(sa.Double(), "points"),
        *_all(sa.Text(), "street_code", "community_code", "unit"),
        *_all(Time(), "arrived_at"),
        *_all(sa.Text(), "grid_code"),
        sa.UniqueConstraint("id", name="uq_visits_id"),
    )
    op.create_index("ix_visits_arrived_at", "visits", ["arrived_at"])
    op.create_index("ix_visits_checkpoint", "visits", ["checkpoint"])
    op.create_index("ix_visits_round_id", "visits", ["round_id"])
    _create(
        "deductions",
        _fid(),
        *_all(sa.Text(), "id"),
        sa.Column(
            "visit",
            sa.Text(),
            sa.ForeignKey("visits.id", name="fk_deductions_visit", ondelete="CASCADE"),
            nullable=False,
        ),
        *_all(sa.Text(), "item"),
        *_all(sa.Double(), "points"),
        *_all(sa.Text(), "note"),
        sa.UniqueConstraint("id", name="uq_deductions_id"),
    )
    op.create_index("ix_deductions_visit", "deductions", ["visit"])


def _make_accounts() -> None:
    _create(
        "users",
        sa.Column("name", sa.Text(), primary_key=True),
        *_all(sa.Text(), "role", "password_hash", "zone", "team"),
    )
    _create(
        "settings",
        sa.Column("key", sa.Text(), primary_key=True),
        *_all(sa.Text(), "value"),
    )
    _create(
        "imports",
        _fid(),
        *_all(sa.Text(), "kind", "file", "who"),
        *_all(Time(), "at"),
        *_all(Json(), "counts"),
        *_all(sa.Boolean(), "undone"),
    )
    _create(
        "import_rows",
        _fid(),
        sa.Column(
            "import_id",
            Whole,
            sa.ForeignKey("imports.fid", name="fk_import_rows_import_id", ondelete="CASCADE"),
            nullable=False,
        ),
        *_all(sa.Text(), "layer", "key"),
        sa.Column("before", Json(), nullable=True),
        sa.UniqueConstraint("import_id", "layer", "key", name="uq_import_rows_import_id_layer_key"),
    )


_LAYERS = {
    "streets": "LINESTRING",
    "zones": "MULTIPOLYGON",
    "cells": "MULTIPOLYGON",
    "checkpoints": "POINT",
    "routes": "MULTILINESTRING",
    "stops": "POINT",
    "visits": "POINT",
}
# Not the accounts, settings, imports, and the draws with their keys.
_SHOWN = ("turn_bans", "unplaced", "teams", "inspectors", "rounds", "sample", "unserved", "deductions")

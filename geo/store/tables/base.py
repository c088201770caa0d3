"""What all tables are made of: their naming, and the columns that recur."""

from typing import Any

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, MetaData, Text

from geo import frames
from geo.store.columns import Json, Time, Whole
from geo.store.geometry import geometry

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_KINDS: dict[str, Any] = {
    "str": Text(),
    "int": Whole,
    "float": Double(),
    "bool": Boolean(),
    "time": Time(),
    "json": Json(),
}


def key() -> Column[int]:
    """Make the integer key that GeoPackage asks of every table."""
    return Column("fid", Whole, primary_key=True, autoincrement=True)


def mark() -> Column[int]:
    """Make the column that names the import which added a row; NULL where none did."""
    return Column("import_id", Whole, nullable=True)


def geom(kind: str, *, nullable: bool = False) -> Column[bytes]:
    """Make the column of a kind of geometry."""
    return Column("geom", geometry(kind), nullable=nullable)


def of(schema: frames.Schema, *but: str) -> list[Column[Any]]:
    """Make a column for each of the schema's columns, but those named."""
    return [
        Column(name, _KINDS[kind], nullable=kind == "time") for name, kind in schema.columns.items() if name not in but
    ]


def text(name: str, *args: Any, **options: Any) -> Column[str]:  # noqa: ANN401 - passed on to Column
    """Make a column of text, never NULL unless asked."""
    return Column(name, Text(), *args, nullable=options.pop("nullable", False), **options)


def round_key(*, cascade: bool = True) -> Column[str]:
    """Name a round."""
    return text("round_id", ForeignKey("rounds.id", ondelete="CASCADE" if cascade else None))


def draw_key(*, unique: bool = False) -> Column[str]:
    """Name a round that is drawn; what hangs on the draw goes with it."""
    return text("round_id", ForeignKey("draws.round_id", ondelete="CASCADE"), unique=unique)


def gist(table: str) -> Index:
    """Index places on PostGIS; a GeoPackage has its R-tree tables."""
    return Index(f"ix_{table}_geom", "geom", postgresql_using="gist").ddl_if(dialect="postgresql")

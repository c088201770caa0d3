"""What the tests share to be quick changes nothing that they look at."""

import sqlite3
from pathlib import Path

from geo.store import Store

OWN = ("audit", "gpkg_contents", "rtree")  # rows that name a time, and what SQLite keeps itself


def content(path: Path) -> tuple[list, dict[str, list]]:
    """Return the schema of a GeoPackage, and the rows of its tables."""
    with sqlite3.connect(path) as file:
        schema = file.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        tables = [name for kind, name, *_ in schema if kind == "table" and not name.startswith(OWN)]
        return schema, {name: file.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}  # noqa: S608 - names of ours


def test_a_city_by_kept_statements_is_one_by_migrations(tmp_path: Path, first_steps: list) -> None:
    kept, first_steps[:] = list(first_steps), []
    Store.open(tmp_path / "migrated.gpkg", create=True).close()
    assert first_steps
    assert not kept or first_steps == kept
    Store.open(tmp_path / "kept.gpkg", create=True).close()
    schema, rows = content(tmp_path / "migrated.gpkg")
    assert (schema, rows) == content(tmp_path / "kept.gpkg")
    assert len(schema) > 100
    assert rows["gpkg_geometry_columns"]

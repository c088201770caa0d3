"""The schema is the sum of its migrations, on both databases."""

import datetime as dt
from dataclasses import fields
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, inspect, table, text
from sqlalchemy.dialects.postgresql.base import ischema_names as postgres_types
from sqlalchemy.dialects.sqlite.base import ischema_names as sqlite_types

from geo.errors import InputError, NotFoundError, StoreError
from geo.model import Round
from geo.store import Store, audit, database, migrations
from geo.store.columns import Json, Time
from geo.store.geometry import GeoPackageGeometry, PostgisGeometry
from geo.store.geopackage import GeoPackage
from geo.store.postgis import PostGIS
from geo.store.tables import REVISION, metadata

pytestmark = pytest.mark.usefixtures("by_migrations")
KINDS = ("POINT", "LINESTRING", "MULTILINESTRING", "MULTIPOLYGON")


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def fresh_url(request, tmp_path):
    """Return a place where no test has been: the contract tests share a database."""
    return request.getfixturevalue("new_database")() if request.param == "postgis" else str(tmp_path / "city.gpkg")


@pytest.fixture
def reflected_geometry(monkeypatch):
    """Teach SQLAlchemy's inspection our column types."""
    for kind in KINDS:
        monkeypatch.setitem(sqlite_types, kind, type(kind, (GeoPackageGeometry,), {"__init__": _of_kind(kind)}))
    monkeypatch.setitem(postgres_types, "geometry", PostgisGeometry)


def _of_kind(kind):
    return lambda self: GeoPackageGeometry.__init__(self, kind)


def differences(connection: Connection) -> list[object]:
    """List what the migrations still owe to the tables."""

    def ours(item, name, kind, _reflected, _other):
        if kind == "index" and connection.dialect.name == "sqlite":
            return not name.endswith("_geom")  # there the R-tree tables are the index
        return kind != "table" or item.metadata is metadata or not _foreign(name)

    def same_type(_context, _column, _metadata_column, found, wanted):
        wanted = wanted.dialect_impl(connection.dialect)
        if isinstance(found, (GeoPackageGeometry, PostgisGeometry)):
            return found.get_col_spec() != wanted.get_col_spec()
        return None

    context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": same_type})
    return compare_metadata(context, metadata)


def _foreign(name):
    return name.startswith(("gpkg_", "rtree_", "spatial_ref_sys", "sqlite_"))


@pytest.mark.usefixtures("reflected_geometry")
def test_the_migrations_make_the_tables(fresh_url):
    with Store.open(fresh_url, create=True) as store, store._database.reading() as connection:
        assert differences(connection) == []
        found = set(inspect(connection).get_table_names())
        assert set(metadata.tables) <= found


@pytest.mark.usefixtures("reflected_geometry")
def test_the_comparison_sees_a_missing_column_and_a_wrong_kind(fresh_url, monkeypatch):
    with Store.open(fresh_url, create=True) as store, store._database.backend.writer.begin() as connection:
        connection.execute(text("ALTER TABLE users DROP COLUMN zone"))
        monkeypatch.setattr(metadata.tables["stops"].c.geom, "type", metadata.tables["zones"].c.geom.type)
        assert len(differences(connection)) == 2


def test_the_newest_migration_is_the_one_that_open_expects():
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_heads() == [REVISION]


NOON = dt.datetime(2026, 6, 1, 4, 30, tzinfo=dt.UTC)
OLD_SETS = table("chains", column("name"), column("end"), column("length"), column("made_at", Time()))
OLD_COMMITMENTS = table(
    "commitments",
    *map(column, ("round_id", "chain", "position", "root", "frame_sha256", "state", "public_number", "reason")),
    *(column(name, Json()) for name in ("parameters", "pool", "shares")),
    *(column(name, Time()) for name in ("committed_at", "drawn_at", "voided_at")),
)


def test_a_city_with_a_chain_keeps_its_commitments(fresh_url, monkeypatch):
    """The sets of secrets take the place of chains; what was bound, drawn and voided stays as it was."""
    newest = command.upgrade
    with monkeypatch.context() as older:
        older.setattr(database, "REVISION", "0007")
        older.setattr(command, "upgrade", lambda config, _: newest(config, "0007"))
        older.setattr(audit, "append", lambda *_: None)  # there was no log then
        with Store.open(fresh_url, create=True) as store:
            round_ = Round("六月", NOON.date(), days=2, teams=1, size=2)
            with store._database.backend.writer.begin() as connection:
                row = {field.name: getattr(round_, field.name) for field in fields(round_)}
                connection.execute(metadata.tables["rounds"].insert().values(row))
                for name, end, length in (("2025", "a" * 64, 8), ("2026-2", "b" * 64, 64)):
                    connection.execute(OLD_SETS.insert().values(name=name, end=end, length=length, made_at=NOON))
                shared = {"round_id": "六月", "chain": "2026-2", "root": "c" * 64, "frame_sha256": "d" * 64}
                shared |= {"parameters": {"version": "xundian-draw-1"}, "pool": {}, "committed_at": NOON}
                void = {"state": "void", "public_number": "", "reason": "弄错", "shares": [], "voided_at": NOON}
                drawn = {"state": "drawn", "public_number": "07319", "reason": "", "shares": ["份额"], "drawn_at": NOON}
                for position, own in ((1, void), (2, drawn)):
                    connection.execute(OLD_COMMITMENTS.insert().values(**shared, **own, position=position))
    with Store.open(fresh_url) as store:
        assert [(one.name, one.form, one.year, one.root, one.size) for one in store.commitments.secret_sets()] == [
            ("2025", "chain", 2025, "a" * 64, 8),
            ("2026-2", "chain", 2026, "b" * 64, 64),
        ]
        first, second = store.commitments.all()
        assert (first.secret_set, first.position, first.state, first.reason, first.voided_at) == (
            "2026-2",
            1,
            "void",
            "弄错",
            NOON,
        )
        assert (second.public_number, second.shares, second.drawn_at) == ("07319", ("份额",), NOON)
        assert second.parameters == {"version": "xundian-draw-1"}
        assert (second.committed_at, second.revealed_at) == (NOON, None)
        with store._database.reading() as connection:
            assert not {"chains", "commitments_0007"} & set(inspect(connection).get_table_names())


def test_a_city_is_there_once_made(fresh_url):
    with pytest.raises(NotFoundError, match="no city"):
        Store.open(fresh_url)
    Store.open(fresh_url, create=True).close()
    with Store.open(fresh_url) as store:
        store.settings.set("a", "b")
    with Store.open(fresh_url, create=True) as store:
        assert store.settings.get("a") == "b"
        with Store.open(store.url) as again:
            assert again.settings.get("a") == "b"


def test_a_newer_city_is_refused(fresh_url):
    with Store.open(fresh_url, create=True) as store, store._database.backend.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        Store.open(fresh_url)


def test_a_failed_migration_leaves_nothing(fresh_url, monkeypatch):
    def fail(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        for backend in (GeoPackage, PostGIS):
            broken.setattr(backend, "register", fail)
        with pytest.raises(RuntimeError):
            Store.open(fresh_url, create=True)
    with pytest.raises(NotFoundError):
        Store.open(fresh_url)
    Store.open(fresh_url, create=True).close()


@pytest.mark.parametrize("city", ["mysql://host/db", "http://example.org/", "sqlite://", "postgresql+psycopg://:::"])
def test_an_odd_url_is_refused(city):
    with pytest.raises(InputError):
        Store.open(city, create=True)


@pytest.mark.postgis
def test_no_server_is_said_without_the_password(postgres):
    away = postgres.set(port=1, password="secret").render_as_string(hide_password=False)  # noqa: S106 - not one
    with pytest.raises(StoreError, match="cannot be read") as refused:
        Store.open(away)
    assert "secret" not in str(refused.value)


@pytest.mark.postgis
def test_caches_of_a_server_live_at_home(postgis_url, tmp_path, monkeypatch):
    monkeypatch.setenv("XUNDIAN_HOME", str(tmp_path))
    with Store.open(postgis_url, create=True) as store:
        assert store.cache_dir.parent == tmp_path
        assert store.cache_dir.is_dir()

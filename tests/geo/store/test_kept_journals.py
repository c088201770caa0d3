"""Cities of earlier versions kept a row in the journal for each visit that an import added: they become marks."""

import datetime as dt
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from geo.model import Deduction, Photo, Visit
from geo.store import Store, migrations, tables
from geo.store.journal import Undone
from geo.store.migrations.versions import marks_0013 as migration

pytestmark = pytest.mark.usefixtures("by_migrations")
EIGHT = dt.datetime(2026, 6, 12, tzinfo=dt.UTC)
PHOTO = Photo("1" * 64, 1600, 900, b"large", b"small")
FIRST = [Visit(f"c000{at}", "A", EIGHT, deductions=(Deduction("litter", 1.0, note="一"),)) for at in range(3)]
SHOWN = Deduction("parking", 0.5, photos=(PHOTO.sha256,))
SECOND = [
    replace(FIRST[0], covert=True, deductions=(Deduction("litter", 2.0, note="二"), SHOWN)),
    Visit("c0003", "A", EIGHT, deductions=(SHOWN,)),
]
TAKEN_BACK = Visit("c0004", "A", EIGHT, deductions=(Deduction("litter", 1.0),))
MARKED = ("visits", "deductions", "deduction_photos")


def _marks(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store._database.reading() as connection:
        found = {}
        for name, key in zip(MARKED, ("id", "id", "photo"), strict=True):
            table = tables.metadata.tables[name]
            found[name] = sorted(map(tuple, connection.execute(select(table.c[key], table.c.import_id))), key=str)
        return found


def _journal(store: Store) -> list[tuple[object, ...]]:
    t = tables.import_rows
    with store._database.reading() as connection:
        return sorted(map(tuple, connection.execute(select(t.c.import_id, t.c.layer, t.c.key))))


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)])
def city(request, tmp_path, roster) -> Store:
    """Return a city into which two files came; a third was taken back, and its visit came again by hand."""
    url = request.getfixturevalue("new_database")() if request.param == "postgis" else str(tmp_path / "city.gpkg")
    with Store.open(url, create=True) as store:
        store.checkpoints.upsert(roster(5))
        store.visits.record([TAKEN_BACK], import_of="taken back.csv")
        store.imports.undo_last("visits")
        store.visits.record([TAKEN_BACK])
        store.visits.record(FIRST, import_of="first.csv")
        yield store


def _brought_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the city be one of the version before, whose journal says what the marks do, bring it up to this one.

    Returns
    -------
    int
        The rows that the journal had before.
    """
    with store._database.backend.writer.begin() as connection:
        run = lambda sql: connection.execute(text(sql))  # noqa: E731 - statements of one kind
        for name, key in migration._KEYS.items():
            run(
                f"INSERT INTO import_rows (import_id, layer, key) SELECT import_id, '{name}', {key} "  # noqa: S608 - our own names
                f"FROM {name} WHERE import_id IS NOT NULL"
            )
        taken = "SELECT (SELECT min(fid) FROM imports), '{0}', id FROM {0} WHERE import_id IS NULL"
        for name in ("visits", "deductions"):
            run(f"INSERT INTO import_rows (import_id, layer, key) {taken.format(name)}")
        for name in MARKED:
            run(f"ALTER TABLE {name} DROP COLUMN import_id")
        rows = connection.execute(select(tables.import_rows)).all()
        version, newest = text("UPDATE alembic_version SET version_num = :at"), command.upgrade
        connection.execute(version, {"at": migration.down_revision})
        monkeypatch.setattr(command, "upgrade", lambda config, _: newest(config, migration.revision))
        migrations.upgrade(connection, store._database.backend.register)
        connection.execute(version, {"at": tables.REVISION})
    return len(rows)


def test_the_journal_of_visits_becomes_marks(city, monkeypatch):
    city.visits.record(SECOND, import_of="second.csv", brought={PHOTO.sha256: PHOTO})
    marks, journal = _marks(city), _journal(city)
    assert {mark for _, mark in marks["visits"]} == {None, 2, 3}
    assert _brought_up(city, monkeypatch) > len(journal)
    with Store.open(city.url) as store:
        assert _marks(store) == marks
        assert _journal(store) == journal
        with store._database.reading() as connection:
            indexes = inspect(connection).get_indexes("import_rows")
        assert "ix_import_rows_of_marks" not in {index["name"] for index in indexes}


def test_an_import_made_before_can_be_undone_after(city, monkeypatch):
    first = city.visits.frame(), city.visits.deductions()
    city.visits.record(SECOND, import_of="second.csv", brought={PHOTO.sha256: PHOTO})
    _brought_up(city, monkeypatch)
    with Store.open(city.url) as store:
        assert store.imports.undo_last("visits") == Undone(removed=1, restored=1, retired=0)
        assert store.visits.frame().equals(first[0])
        assert store.visits.deductions().equals(first[1])
        assert store.photos.frame(store.visits.deductions().index).empty
        assert store.imports.undo_last("visits") == Undone(removed=3, restored=0, retired=0)
        assert store.visits.frame()["checkpoint"].tolist() == ["c0004"]  # it came by hand: no import takes it away
        assert len(store.visits.deductions()) == 1

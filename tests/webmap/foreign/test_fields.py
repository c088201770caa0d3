"""The list of text fields is that of the tables: a new one is covered, or says why it need not be."""

from pathlib import Path

from geo.store import Store
from tests.webmap.foreign.texts import unfilled


def test_every_text_field_holds_hostile_text(hostile_file: Path) -> None:
    with Store.open(hostile_file) as store, store._database.reading() as connection:
        assert list(unfilled(connection)) == []

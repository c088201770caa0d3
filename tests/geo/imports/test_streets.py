"""Streets into the city, and what is said of them."""

from pathlib import Path

from geo.imports.streets import import_streets
from geo.store import Store
from geo.streets import notes


def test_the_same_streets_again_change_nothing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    nodes = "".join(f'<node id="{i}" lon="{114.28 + i / 1000}" lat="30.55" version="1"/>' for i in range(1, 6))
    ways = "".join(
        f'<way id="{9 + a}" version="1"><nd ref="{a}"/><nd ref="{b}"/><tag k="highway" v="primary"/></way>'
        for a, b in ((1, 2), (2, 3), (4, 5))
    )
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    first = import_streets(store, path)
    assert first.new == first.accepted == len(store.streets.frame())
    assert [note.template for note in first.notes] == [notes.ISLANDS]
    assert import_streets(store, path).unchanged == first.accepted


def test_what_holds_at_some_hours_only_comes_into_the_city(store: Store) -> None:
    found = import_streets(store, Path(__file__).parents[1] / "faults" / "osm_conditional_ban_silent.osm")
    assert [note.template for note in found.notes] == [notes.TIMED]
    assert store.streets.turn_hours().hours.tolist() == ["Mo-Fr 07:00-09:00; Sa-Su off"]
    assert store.streets.hours().empty

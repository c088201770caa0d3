"""What the street reader says of a file can be said in another language."""

from pathlib import Path

import pytest

import geo
from geo.imports import streets as module
from geo.imports.streets import import_streets, street_note
from geo.store import Store

TEMPLATES = [
    text for name, text in vars(module).items() if name.isupper() and isinstance(text, str) and name != "STRANDED"
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_line_of_the_reader_is_known(template: str) -> None:
    values = {"count": "12", "streets": "3", "km": "1.6"}
    note = street_note(template.format(**values))
    assert note.template == template
    assert note.text() == template.format(**values)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_reader_still_says_it_so(template: str) -> None:
    source = "".join(
        (Path(geo.__file__).parent / "streets" / f"{name}.py").read_text("utf-8")
        for name in ("edges", "osm", "edgefile")
    )
    longest = max(template.replace("{", "}").split("}")[2::2], key=len).strip(" (,")
    assert longest in source


def test_another_line_stays_as_it_is() -> None:
    assert street_note("a {strange} line").text() == "a {strange} line"


def test_the_same_streets_again_change_nothing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    nodes = "".join(f'<node id="{i}" lon="{114.28 + i / 1000}" lat="30.55" version="1"/>' for i in range(1, 6))
    ways = "".join(
        f'<way id="{9 + a}" version="1"><nd ref="{a}"/><nd ref="{b}"/><tag k="highway" v="primary"/></way>'
        for a, b in ((1, 2), (2, 3), (4, 5))
    )
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    first = import_streets(store, path)
    assert first.new == first.accepted == len(store.streets())
    assert [note.template for note in first.notes] == [module.ISLANDS]
    assert import_streets(store, path).unchanged == first.accepted

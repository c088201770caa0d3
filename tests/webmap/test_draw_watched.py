"""A covert round that is drawn and not revealed: no page, cache or log tells its sample to whoever may not know it."""

import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from geo.store import Store
from routing.draw.commitment import round_key
from routing.rounds import proof, vault
from webmap import create_app

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
VALUES = {"round_id": "C", "day": "1", "number": "1", "secret_set": "2026", "position": "1", "z": "12", "x": "3350"}
READERS = ("", "team", "street")


def watched(city_file: Path, folder: Path) -> Iterator[Flask]:
    """Serve the small city with a covert round that is drawn; each call draws it with secrets of its own."""
    folder.mkdir()
    path = Path(shutil.copy(city_file, folder / "city.gpkg"))
    with Store.open(path) as store:
        june = store.rounds.get("2026-06")
        store.rounds.create(replace(june, id="C", start=june.start.replace(month=7), size=16))
        proof.commit_round(store, "C", "双色球 2026068")
        proof.draw_committed(store, "C", "03,11,17,22,28,31+09")
        store.settings.set("today", june.start.replace(month=7).isoformat())
    app = create_app({"CITY": str(path), "SECRET_KEY": "for tests", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield app
    app.extensions["xundian"].close()


@pytest.fixture
def two(city_file: Path, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Serve the same city twice, drawn by different secrets."""
    makers = [watched(city_file, tmp_path / name) for name in ("one", "other")]
    yield next(makers[0]), next(makers[1])
    for maker in makers:
        next(maker, None)


def client_of(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    if name:
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return client


def addresses(app: Flask) -> list[str]:
    """Fill in every address that can be asked for, with the covert round where one is named."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "auth.logout":
            values = {name: VALUES.get(name, "1") for name in rule.arguments}
            plain = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part, values=values: values[part[1]], rule.rule)
            found |= {plain, f"{plain}?round=C", f"{plain}?round=C&day=1"}
    return sorted(found)


def asked(client: FlaskClient, address: str) -> tuple[int, int, int]:
    """Return what a watcher can measure: the status, the size, and for the time the statements that it takes."""
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        answer = client.get(address)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return answer.status_code, len(answer.data), len(statements)


def test_no_page_tells_one_sample_from_another(two: tuple[Flask, Flask]) -> None:
    """Neither size nor work of any answer depends on the sample, for nobody, another team, or a street office."""
    samples = [set(app.extensions["xundian"].fieldwork.drawn_sample("C").index) for app in two]
    assert samples[0] != samples[1]
    every = addresses(two[0])
    assert len(every) > 60
    differ = {}
    for name in READERS:
        clients = [client_of(app, name) for app in two]
        for address in every:
            for client in clients:
                asked(client, address)  # whatever is kept from now on is kept in both
            seen = [asked(client, address) for client in clients]
            if seen[0] != seen[1]:
                differ[name, address] = seen
    assert differ == {}


def test_the_watch_sees_a_page_that_depends_on_the_sample(two: tuple[Flask, Flask]) -> None:
    """The planner's own page names the sample: so the test above can fail."""
    for app in two:
        page = client_of(app, "planner").get("/draw?round=C").text
        sample = app.extensions["xundian"].fieldwork.drawn_sample("C").index
        assert all(f'value="{checkpoint}"' in page for checkpoint in sample)


def test_whoever_copies_the_folder_after_a_day_of_service_has_no_secret(
    city_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The city, its log, caches, uploads and what the server wrote to its log; the vault alone is left out."""
    caplog.set_level(logging.DEBUG)
    maker = watched(city_file, tmp_path / "one")
    app = next(maker)
    store = app.extensions["xundian"]
    for name in ("", "planner", "team", "street"):
        client = client_of(app, name)
        for address in addresses(app):
            client.get(address)
    store.backup(tmp_path / "one" / "backup.gpkg")
    own = proof.drawn_of(store, "C")
    master = vault.secrets_of(store, own.parameters["secrets_root"]).master
    folder = vault.folder_of(store)
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file() and folder not in path.parents]
    content = b"".join(path.read_bytes() for path in files) + caplog.text.encode()
    secrets = [master, bytes.fromhex(own.secret), *map(bytes.fromhex, own.salts)]
    assert [one.hex() for one in secrets if one in content or one.hex().encode() in content] == []
    assert round_key(own) in content  # a round that is drawn has its key in the city: until then it is not there
    next(maker, None)


@pytest.mark.parametrize("name", READERS)
def test_nobody_else_gets_what_a_planner_publishes(two: tuple[Flask, Flask], name: str) -> None:
    client = client_of(two[0], name)
    for file in ("reveal.json", "day-1.json", "receipt.json?checkpoint=P001"):
        assert client.get(f"/draw/C/{file}").status_code in {302, 401, 403}

"""Every file and folder that commands and the server write is for its owner alone, however generous the account is."""

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo.model import Role
from geo.store import Store
from tests.webmap.foreign.conftest import SECOND
from tests.webmap.foreign.test_commands import RUNS, STOP, here
from tests.webmap.working import work_off
from webmap import create_app, serve
from webmap.accounts.making import add_account
from webmap.accounts.secret import secret_of
from webmap.cli import main

__all__ = ["here"]
ROSTER = "id,name,category,address,lon,lat\nN1,new,no such category,street 1,114.285,30.56\n"
MORE = (
    ["backup", "backup.gpkg"],
    ["draw", "secrets", "new", "--year", "2031"],
    ["draw", "verifier", "--out", "verifier.py"],
    ["import", "checkpoints", "roster.csv", "--datum", "wgs84"],
)


@pytest.fixture
def generous() -> Iterator[None]:
    """Let the process give everything to everybody unless it is told otherwise."""
    if os.name != "posix":
        pytest.skip("Windows has no mode bits; see tests/geo/private")
    usual = os.umask(0)
    yield
    os.umask(usual)


def others(folder: Path) -> dict[str, str]:
    """Return what the group or others have any right to."""
    found = {path: path.lstat().st_mode for path in folder.rglob("*")}
    return {str(path.relative_to(folder)): stat.filemode(mode) for path, mode in found.items() if mode & 0o077}


def served(city: Path) -> list[Path]:
    """Serve the city as ``xundian serve`` does, with an upload that waits; return the files beside it."""
    with Store.open(city) as store:
        secret = secret_of(store.cache_dir)
        password = add_account(store, "files", Role.PLANNER)
    app = create_app({"CITY": str(city), "SECRET_KEY": secret, "WTF_CSRF_ENABLED": False})
    serve.prepare(app)
    client = app.test_client()
    client.post("/login", data={"name": "files", "password": password})
    data = {"kind": "checkpoints", "datum": "wgs84", "part": "yes", "file": (io.BytesIO(ROSTER.encode()), "a.csv")}
    address = client.post("/import", data=data, content_type="multipart/form-data").headers["Location"]
    client.get(address)
    work_off(app)
    assert client.get(address).status_code == 200
    found = [path for path in city.parent.rglob("*") if path.is_file()]
    assert not others(city.parent)  # also while the city is open: its log and index
    app.extensions["xundian"].close()
    return found


@pytest.mark.usefixtures("generous")
def test_every_written_file_is_for_its_owner_alone(here: Path) -> None:
    for old in sorted(here.rglob("*"), reverse=True):  # what the copy of the fixture gave, but the city itself
        old.chmod(0o700 if old.is_dir() else 0o600)
    (here / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (here / "roster.csv").chmod(0o600)
    with Store.open("city.gpkg") as store:
        stop = next(one for one in store.draws.sample(SECOND).index if one.startswith("="))
    written = 0
    for number, (command, runs) in enumerate(RUNS.items()):
        for words in (words for words in runs if "--out" in words):
            line = [stop if word == STOP else word for word in words]
            done = CliRunner().invoke(main, [*command.split(), *line[:-1], f"{number}-{line[-1]}"])
            assert done.exit_code == 0, (command, done.output)
            written += 1
    for line in MORE:
        done = CliRunner().invoke(main, line)
        assert done.exit_code == 0, (line, done.output)
    assert written >= 30
    files = {path.name for path in served(here / "city.gpkg")}
    assert {"city.gpkg", "city.gpkg-wal", "city.gpkg-shm", "backup.gpkg", "secret.key", "upload.json"} <= files
    assert {"roster.rejected.xlsx", "verifier.py", "upload.csv", "order.npy"} <= files
    assert any(name.endswith(".pmtiles") for name in files)
    assert not others(here)

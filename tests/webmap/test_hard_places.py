"""Pages of a city on a read-only or full disk, behind a lock, or damaged: they answer, in words, and name no path."""

import io
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.store import opening
from tests.disks import Disk, mounted
from tests.webmap.working import work_off
from webmap import create_app
from webmap.intake.uploads import KINDS

PASSWORD = "correct horse battery"  # noqa: S105 - of the small city's accounts
VALUES = {
    "round_id": "2026-06",
    "format_": "gpx",
    "ending": "docx",
    "name": "x.pmtiles",
    "token": "0" * 32,
    "sha256": "0" * 64,
    "filename": "xundian.css",
}
PAGES = ("/map", "/rounds/2026-06", "/hotspots", "/import", "/zones", "/draw?round=2026-06", "/password", "/verify")
LOCK = """
import sqlite3, sys
plain = sqlite3.connect(sys.argv[1], isolation_level=None)
plain.execute("BEGIN EXCLUSIVE")
plain.execute("UPDATE settings SET value = 'x' WHERE key = 'nothing'")
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def served(city: Path) -> Iterator[Flask]:
    """Serve a city as an office does: what fails is answered, not raised."""
    made = create_app({"CITY": str(city), "SECRET_KEY": "for tests only", "WTF_CSRF_ENABLED": False})
    try:
        yield made
    finally:
        made.extensions["xundian"].close()


def enter(app: Flask, name: str = "planner") -> FlaskClient:
    """Log in, in English."""
    client = app.test_client()
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    client.post("/language", data={"language": "en"})
    return client


def every_answer(app: Flask, client: FlaskClient, *methods: str) -> Iterator[tuple[str, int, str]]:
    """Ask every address by some methods, and yield what it is, its status and all of its text."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("auth.logout", "auth.enter"):
            continue
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda part: VALUES.get(part[1], "1"), rule.rule)
        for method in sorted((rule.methods or set()) & set(methods)):
            with client.open(path, method=method) as answer:
                head = " ".join(map(str, answer.headers.values()))
                yield f"{method} {path}", answer.status_code, head + answer.get_data().decode("utf-8", "replace")


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Path:
    """Copy the small city to a folder with a name that no page has."""
    folder = tmp_path / "whereitlies"
    folder.mkdir()
    shutil.copy(city_file, folder / "city.gpkg")
    return folder / "city.gpkg"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a disk of 24 MB."""
    with mounted(tmp_path / "whereitlies", "24m") as made:
        yield made


@pytest.fixture
def city_on_disk(disk: Disk, city_file: Path) -> Path:
    """Copy the small city onto a disk of its own."""
    shutil.copy(city_file, disk.folder / "city.gpkg")
    return disk.folder / "city.gpkg"


def damaged(suffix: str) -> bytes:
    """Make a file that is what its name says at its beginning, and nothing behind it."""
    heads = {
        ".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ".gpkg": b"SQLite format 3\x00",
        ".shp": b"\x00\x00\x27\x0a",
        ".fgb": b"fgb\x03fgb\x01",
        ".kml": b'<?xml version="1.0"?><kml><Document><Placemark>',
        ".gpx": b'<?xml version="1.0"?><gpx><wpt lat="30" lon="114">',
        ".geojson": b'{"type": "FeatureCollection", "features": [',
        ".json": b'{"type": "FeatureCollection", "features": [',
    }
    if suffix in (".xlsx", ".xlsm", ".xlsb", ".ods", ".kmz", ".zip"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml" if suffix == ".kmz" else "roster.shp", heads[".kml"])
        return file.getvalue()
    return heads.get(suffix, b'a,"b\n') + b"\x01\x02 not what it says" * 50


def uploaded(client: FlaskClient, app: Flask, suffix: str) -> str:
    """Upload a damaged file and return what the pages say of it in the end."""
    data = {
        "kind": "checkpoints",
        "datum": "wgs84",
        "part": "yes",
        "file": (io.BytesIO(damaged(suffix)), f"roster{suffix}"),
    }
    answer = client.post("/import", data=data, content_type="multipart/form-data")
    if answer.status_code != 302:
        return answer.text
    address = answer.headers["Location"]
    page = client.get(address).text
    work_off(app)
    return (
        page
        + client.get(address).text
        + client.get(f"/data/jobs/{app.extensions['xundian'].jobs.of_owner('planner')[0].id}").text
    )


@pytest.mark.parametrize("suffix", KINDS)
def test_a_damaged_upload_names_no_path(city: Path, suffix: str) -> None:
    with served(city) as app:
        said = uploaded(enter(app), app, suffix)
    assert f"roster{suffix}" in said or "roster" in said
    assert "whereitlies" not in said
    assert not re.search(r"/tmp/\w", said)  # noqa: S108 - what must not be there


def broken(city: Path) -> None:
    """Break pages in the middle of the file."""
    with city.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(bytes(city.stat().st_size - 16 * 4096))


def gone(city: Path) -> None:
    """Take the file away, as a share does that is not mounted."""
    for each in city.parent.glob("city.gpkg*"):
        each.unlink()


def without_cache(city: Path) -> None:
    """Take the cache away, and put a file in its place."""
    shutil.rmtree(city.with_suffix(".cache"), ignore_errors=True)
    city.with_suffix(".cache").touch()


@pytest.mark.parametrize("harm", [broken, gone, without_cache], ids=lambda harm: harm.__name__)
def test_no_answer_names_where_the_city_lies(city: Path, harm: Callable[[Path], None]) -> None:
    with served(city) as app:
        client = enter(app)
        app.extensions["xundian"].close()  # what is open already would still be read
        harm(city)
        answers = list(every_answer(app, client, "GET", "POST"))
    assert len(answers) > 60
    assert not [(where, said) for where, _, said in answers if "whereitlies" in said or str(city.parent) in said]
    assert all("Traceback" not in said for _, _, said in answers)
    if harm is not without_cache:
        assert any(status == 503 and "city.gpkg" in said for _, status, said in answers)


def test_without_a_cache_every_page_is_as_before(city: Path) -> None:
    with served(city) as app:
        usual = {where: status for where, status, _ in every_answer(app, enter(app), "GET")}
    without_cache(city)
    with served(city) as app:
        client = enter(app)
        found = {where: status for where, status, _ in every_answer(app, client, "GET")}
        address = re.search(r"/tiles/streets/[\w.-]+", client.get("/map").text)
        assert address
        with client.get(address[0], headers={"Range": "bytes=0-7"}) as part:
            assert (part.status_code, part.data) == (206, b"PMTiles\x03")
    assert found == usual


def test_a_city_on_a_read_only_disk_is_shown_and_not_changed(
    disk: Disk, city_on_disk: Path, city_file: Path, tmp_path: Path
) -> None:
    with served(Path(shutil.copy(city_file, tmp_path / "usual.gpkg"))) as app:
        usual = {where: status for where, status, _ in every_answer(app, enter(app), "GET")}
    disk.read_only()
    with served(city_on_disk) as app:
        client = enter(app)
        found = {where: status for where, status, _ in every_answer(app, client, "GET")}
        assert found == usual | {"GET /rounds/2026-06/bulletin.docx": 503}  # work is asked for in the city
        changed = client.post("/password", data={"old": PASSWORD, "new": PASSWORD + "!", "again": PASSWORD + "!"})
        assert changed.status_code == 503
        assert "city.gpkg can only be read where it lies: nothing was changed" in changed.text
        said = uploaded(client, app, ".csv")
        assert "can only be read: nothing was changed" in said
        assert "whereitlies" not in said + changed.text
        assert enter(app).get("/map").status_code == 200  # the password is the old one


def test_a_city_on_a_full_disk_is_shown_and_stays_whole(disk: Disk, city_on_disk: Path) -> None:
    with disk.full(), served(city_on_disk) as app:
        client = enter(app)
        assert [client.get(page).status_code for page in ("/map", "/hotspots", "/rounds/2026-06")] == [200] * 3
        changed = client.post("/password", data={"old": PASSWORD, "new": PASSWORD + "!", "again": PASSWORD + "!"})
        assert changed.status_code == 503
        assert "is full: nothing was changed. Make room, then try again" in changed.text
        said = uploaded(client, app, ".csv")
        assert "the disk is full: nothing was changed" in said
    with served(city_on_disk) as app:
        assert enter(app).get("/map").status_code == 200
        assert not list((city_on_disk.with_suffix(".cache") / "uploads").iterdir())


def test_a_lock_elsewhere_makes_no_page_wait(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WRITE_MS", 300)
    with served(city) as app:
        client = enter(app)
        usual = {page: client.get(page).status_code for page in PAGES}
        command = [sys.executable, "-c", LOCK, str(city)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "ready\n"
            began = time.monotonic()
            assert {page: client.get(page).status_code for page in PAGES} == usual
            assert enter(app).get("/map").status_code == 200  # who logs in writes nothing either
            assert time.monotonic() - began < 10
            changed = client.post("/password", data={"old": PASSWORD, "new": PASSWORD + "!", "again": PASSWORD + "!"})
            assert changed.status_code == 503
            assert "city.gpkg is held by" in changed.text
            assert "nothing was changed. Wait until it is done or close it there, then try again" in changed.text
            holder.kill()

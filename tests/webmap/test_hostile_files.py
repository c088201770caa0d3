"""Files made to stop their reader: by page and command, each is refused, and whoever asked lives on."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from geo.confined import Limits, confined
from geo.errors import InputError
from geo.store.job_rows import Job
from routing.draw.verify import read
from tests.webmap import hostile
from tests.webmap.working import work_off
from webmap import create_app
from webmap.bulletin.docx import check_template
from webmap.cli import main
from webmap.cli.apart import _read
from webmap.intake.archives import CrowdedError, unpacked_bytes
from webmap.intake.uploads import _is_kml

PASSWORD = "correct horse battery"  # noqa: S105 - of the small city's accounts
TIGHT = Limits(memory_mb=1024, cpu_s=60, wall_s=240.0)


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve the small city, whose uploads go where the test is; readers may use little."""
    copy = tmp_path / "city.gpkg"
    copy.write_bytes(city_file.read_bytes())
    made = create_app({"CITY": str(copy), "SECRET_KEY": "x", "TESTING": True, "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


@pytest.fixture
def planner(city: Flask) -> FlaskClient:
    """Log the planner in, in English."""
    client = city.test_client()
    client.post("/login", data={"name": "planner", "password": PASSWORD})
    client.post("/language", data={"language": "en"})
    return client


def finished(city: Flask) -> Job:
    """Have the newest job done by readers that may use little."""
    work_off(city, TIGHT)
    newest = city.extensions["xundian"].jobs.of_owner("planner")[0]
    assert isinstance(newest, Job)
    return newest


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (hostile.far_cell, "far.xlsx"),
        (hostile.sheet_bomb, "bomb.xlsx"),
        (hostile.nested_geojson, "deep.geojson"),
        (hostile.nested_kml, "deep.kml"),
        (hostile.parenthesis_cell, "brackets.csv"),
    ],
)
def test_a_file_that_eats_memory_or_time_ends_its_reader_alone(
    make: Callable[[Path], Path], name: str, city: Flask, planner: FlaskClient, tmp_path: Path
) -> None:
    data = {"kind": "checkpoints", "datum": "wgs84", "part": "yes", "file": hostile.as_upload(make(tmp_path / name))}
    shown = planner.post("/import", data=data).location
    assert planner.get(shown).status_code == 200
    finished(city)
    page = planner.get(shown)
    assert page.status_code == 200
    assert name in page.text
    assert planner.get("/map").status_code == 200


def test_a_picture_of_ten_gigapixels_is_refused_with_its_name(
    city: Flask, planner: FlaskClient, tmp_path: Path
) -> None:
    table = tmp_path / "visits.csv"
    table.write_text("点位编号,到达时间,扣分项,扣分,照片\nP001,2026-05-20 09:00,main_road.litter,2,1.png\n", "utf-8")
    photos = hostile.as_upload(hostile.photos_with_huge_picture(tmp_path / "photos.zip"))
    shown = planner.post("/import/visits", data={"file": hostile.as_upload(table), "photos": photos}).location
    job = finished(city)
    assert job.result["report"]["rejected"] == 1
    assert planner.get(shown).status_code == 200


def test_an_archive_that_would_fill_the_disk_or_the_memory_is_not_opened(planner: FlaskClient, tmp_path: Path) -> None:
    sent = hostile.as_upload(hostile.archive_bomb(tmp_path / "a.zip"))
    answer = planner.post("/import", data={"kind": "zones", "datum": "wgs84", "level": "street", "file": sent})
    assert answer.status_code == 400
    assert "a.zip is too large" in answer.text
    with pytest.raises(CrowdedError):
        unpacked_bytes(hostile.crowded_archive(tmp_path / "many.zip"))


def test_entities_are_never_expanded(planner: FlaskClient, tmp_path: Path) -> None:
    sent = hostile.as_upload(hostile.entity_bomb(tmp_path / "laughs.kml"))
    answer = planner.post("/import", data={"kind": "zones", "datum": "wgs84", "level": "street", "file": sent})
    assert answer.status_code == 400
    assert "laughs.kml" in answer.text


def test_the_root_of_kml_is_found_behind_any_comments() -> None:
    assert _is_kml(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><!-- <kml> -->\n<kml xmlns='x'>")
    assert _is_kml(b"<k:kml xmlns:k='x'>")
    assert not _is_kml(b"<!-- <kml> --><gpx>")
    assert not _is_kml(b"<!--" * 16_000)
    assert not _is_kml(b"<!---->" * 9_000)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command that must be refused, and return what it says."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> str:
        city = ["--city", str(tmp_path / "new.gpkg")]
        result = CliRunner().invoke(main, [*map(str, words), *city], env={"XUNDIAN_LANG": "en"})
        assert result.exit_code == 1, result.output
        assert not (tmp_path / "new.gpkg").exists()
        return result.stderr

    return run


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (hostile.nested_osm, "deep.osm"),
        (lambda path: hostile.entity_bomb(path, "osm"), "laughs.osm"),
        (hostile.huge_blob, "blob.osm.pbf"),
    ],
)
def test_streets_that_bomb_are_refused(
    make: Callable[[Path], Path], name: str, command: Callable[..., str], tmp_path: Path
) -> None:
    assert f"'{name}'" in command("import", "streets", make(tmp_path / name))


@pytest.mark.parametrize(
    "words",
    [("import", "teams", "--datum", "wgs84"), ("import", "avoidance"), ("catalogue", "import")],
    ids=" ".join,
)
def test_commands_outlive_a_far_cell(words: tuple[str, ...], command: Callable[..., str], tmp_path: Path) -> None:
    assert "far.xlsx" in command(*words, hostile.far_cell(tmp_path / "far.xlsx"))


def test_an_area_or_a_template_that_bombs_is_refused(command: Callable[..., str], tmp_path: Path) -> None:
    area = hostile.nested_geojson(tmp_path / "deep.geojson")
    days = ("--from", "2026-06-01", "--until", "2026-06-02", "--reason", "x")
    assert "deep.geojson" in command("closure", "add", "--area", area, "--datum", "wgs84", *days)
    bomb = hostile.word_bomb(tmp_path / "bomb.docx")
    with pytest.raises(InputError, match=r"bomb\.docx needs more than 512 MB"):
        confined(partial(_read, partial(check_template, bomb)), file=bomb.name, limits=Limits(512, 60, 240.0))


def test_json_nested_to_no_end_is_no_reveal() -> None:
    assert read("[" * hostile.DEEP + "]" * hostile.DEEP) is None

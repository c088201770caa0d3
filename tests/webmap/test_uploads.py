"""Files from a browser: what is taken, what is refused, who gets them back, and for how long."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from geo.errors import InputError, NotFoundError
from webmap.intake import uploads
from webmap.intake.uploads import KEPT_S, Uploads

CSV = "名称,类别\n甲,医院\n".encode()
SHP, DBF = b"\x00\x00\x27\x0a" + bytes(96), b"\x03" + bytes(40)


class Clock:
    """Seconds that a test moves."""

    now = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def waiting(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "cache" / "uploads")


def sent(content: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return target.getvalue()


def test_a_file_waits_privately_under_a_name_of_chance(waiting: Uploads, tmp_path: Path) -> None:
    kept = waiting.save([sent(CSV, "../../etc/清单.CSV")], user="a", choices={"datum": "wgs84"})
    assert kept.name == "清单.CSV"
    assert kept.path.name == "upload.csv"
    assert kept.path.read_bytes() == CSV
    assert tmp_path in kept.path.parents
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    back = waiting.get(kept.token, "a")
    assert back == kept
    assert waiting.choose(back, {"datum": "bd09"}).choices == {"datum": "bd09"}
    assert waiting.get(kept.token, "a").choices == {"datum": "bd09"}


@pytest.mark.parametrize("token", ["0" * 32, "..", "../secret.key", "x", ""])
def test_other_names_open_nothing(waiting: Uploads, token: str) -> None:
    waiting.save([sent(CSV, "a.csv")], user="a", choices={})
    with pytest.raises(NotFoundError):
        waiting.get(token, "a")


def test_only_its_owner_gets_it_and_only_for_a_day(tmp_path: Path) -> None:
    clock = Clock()
    waiting = Uploads(tmp_path / "uploads", clock=clock)
    kept = waiting.save([sent(CSV, "a.csv")], user="a", choices={})
    with pytest.raises(NotFoundError):
        waiting.get(kept.token, "b")
    clock.now += KEPT_S - 1
    waiting.get(kept.token, "a")
    clock.now += 2
    with pytest.raises(NotFoundError):
        waiting.get(kept.token, "a")


def test_what_is_discarded_or_old_leaves_the_disk(tmp_path: Path) -> None:
    clock = Clock()
    waiting = Uploads(tmp_path / "uploads", clock=clock)
    first = waiting.save([sent(CSV, "a.csv")], user="a", choices={})
    waiting.discard(first)
    assert not first.folder.exists()
    second = waiting.save([sent(CSV, "a.csv")], user="a", choices={})
    clock.now = second.folder.stat().st_mtime + KEPT_S + 1
    waiting.save([sent(CSV, "b.csv")], user="a", choices={})
    assert not second.folder.exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00", "run.exe"),
        (CSV, "run.py"),
        (b"PK\x03\x04 but no archive", "a.xlsx"),
        (CSV, "a.xlsx"),
        (CSV, "a.xls"),
        (CSV, "a.gpkg"),
        (CSV, "a.shp"),
        (b"\x00\x01\x02", "a.csv"),
        (b"[1, 2]", "a.geojson"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}', "a.json"),
        (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "a.kml"),
        (b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml></kml>', "a.kml"),
        (b"<!-- <kml> --><svg></svg>", "a.kml"),
        (zipped(readme__txt=b"x"), "a.zip"),
        (zipped(a__shp=SHP, b__shp=SHP), "a.zip"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(waiting: Uploads, content: bytes, name: str) -> None:
    with pytest.raises(InputError):
        waiting.save([sent(content, name)], user="a", choices={})
    assert list(Path(waiting._folder).iterdir()) == []


def test_parts_of_a_shapefile_stay_together(waiting: Uploads) -> None:
    kept = waiting.save([sent(DBF, "区.dbf"), sent(SHP, "区.shp"), sent(SHP, "区.shx")], user="a", choices={})
    assert (kept.name, kept.file) == ("区.shp", "upload.shp")
    assert {path.suffix for path in kept.folder.iterdir()} == {".shp", ".dbf", ".shx", ".json"}
    packed = zipped(**{"in/区__shp": SHP, "in/区__dbf": DBF, "../../evil__cpg": b"UTF-8"})
    unpacked = waiting.save([sent(packed, "区.zip")], user="a", choices={})
    assert unpacked.file == "upload.shp"
    assert {path.suffix for path in unpacked.folder.iterdir()} == {".shp", ".dbf", ".json"}


@pytest.mark.parametrize(
    "files",
    [[], [(CSV, "")], [(CSV, "a.csv"), (CSV, "b.csv")], [(DBF, "a.dbf")]],
)
def test_one_file_or_one_shapefile(waiting: Uploads, files: list[tuple[bytes, str]]) -> None:
    with pytest.raises(InputError):
        waiting.save([sent(*one) for one in files], user="a", choices={})


def test_an_archive_that_swells_is_refused(waiting: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(InputError, match="too large"):
        waiting.save([sent(zipped(a__shp=SHP + bytes(2_000_000)), "a.zip")], user="a", choices={})

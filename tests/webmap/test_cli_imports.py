"""Data in and out by the command line: real districts, real places in the wrong datum, exports that come back."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from geo.catalogue import load, to_toml
from geo.crs import Datum, from_wgs84
from geo.errors import InputError, NotFoundError
from geo.store import Store
from geo.writers.exports import export_layer
from webmap.cli import main


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call a command on the city of this test, in English unless told otherwise."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path, language: str = "en") -> Result:
        return CliRunner().invoke(
            main, [*map(str, words), "--city", str(tmp_path / "city.gpkg"), "--json"], env={"XUNDIAN_LANG": language}
        )

    return run


def said(result: Result) -> dict:
    """Return the JSON line of a command that did its work."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def moved(path: Path, target: Path, datum: str) -> Path:
    """Write places as a phone's map of that datum would have them."""
    table = pd.read_csv(path)
    table["lon"], table["lat"] = from_wgs84(table["lon"].to_numpy(), table["lat"].to_numpy(), Datum(datum))
    table.to_csv(target, index=False)
    return target


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """Write a roster of six rows, one of them refused and one without coordinates."""
    path = tmp_path / "roster.csv"
    path.write_text(
        "编号,名称,类别,地址,经度,纬度\n"
        "a,一,医院,甲路1号,114.30,30.56\nb,二,医院,甲路2号,114.301,30.561\nc,三,主干道,甲路3号,114.302,30.562\n"
        "d,四,火箭,甲路4号,114.303,30.563\ne,五,医院,甲路5号,,\nf,六,公园,甲路6号,114.304,30.564\n",
        encoding="utf-8",
    )
    return path


def test_the_counts_add_up_and_reasons_come_in_chinese(call: Callable[..., Result], roster: Path) -> None:
    done = said(call("import", "checkpoints", roster, "--datum", "wgs84", language="zh"))
    assert (done["accepted"], done["rejected"], done["unplaced"], done["new"]) == (4, 1, 1, 4)
    refused = pd.read_excel(done["rejected_file"], engine="calamine")
    assert refused["source_row"].tolist() == [5]
    assert "类别" in refused["reason"][0]
    assert any("等待" in note for note in done["notes"])


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "csv", "xlsx", "kml"])
@pytest.mark.parametrize("datum", [pytest.param("wgs84", marks=pytest.mark.exhaustive), "bd09"])
def test_exports_come_back_unchanged(call: Callable[..., Result], roster: Path, suffix: str, datum: str) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    out = f"out.{suffix}"
    written = said(call("export", "checkpoints", "--format", suffix, "--datum", datum, "--out", out, language="zh"))
    assert written["rows"] == 4
    back = said(call("import", "checkpoints", out, "--datum", datum, "--part"))
    assert (back["accepted"], back["unchanged"]) == (4, 4)


def test_exports_refuse_the_city_itself_and_another_ending(call: Callable[..., Result], roster: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    itself = call("export", "checkpoints", "--format", "gpkg", "--out", "city.gpkg")
    assert itself.exit_code == 2
    assert said(call("export", "checkpoints", "--format", "csv", "--out", "x.csv"))["rows"] == 4  # the city is whole
    with Store.open("city.gpkg") as store, pytest.raises(InputError, match="the city itself"):
        export_layer(store, "zones", Path("city.gpkg"))
    other = call("export", "checkpoints", "--format", "csv", "--out", "x.xlsx")
    assert other.exit_code == 1
    assert "let it end in .csv" in other.stderr


def test_visits_go_out_and_come_back(call: Callable[..., Result], roster: Path, tmp_path: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    visits = tmp_path / "visits.csv"
    visits.write_text(
        "checkpoint,team,arrived_at,item,points,note\na,1,2025-06-09 09:30,hospital.smoking,2,门口\n"
        "a,1,2025-06-09 09:30,,,\nb,1,2025-06-09 10:00,,,\n",
        encoding="utf-8",
    )
    said(call("import", "visits", visits))
    assert said(call("export", "visits", "--format", "csv", "--out", "out.csv"))["rows"] == 2
    back = said(call("import", "visits", "out.csv"))
    assert (back["accepted"], back["new"], back["updated"]) == (2, 0, 0)


def test_an_import_is_undone_once(call: Callable[..., Result], roster: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    assert said(call("import", "undo", "checkpoints"))["removed"] == 5
    assert call("import", "undo", "checkpoints").exit_code == 1
    assert said(call("import", "list"))["imports"][0]["undone"] is True


def test_imports_are_listed_by_the_citys_clock(call: Callable[..., Result], roster: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    with Store.open("city.gpkg") as store:
        store.settings.set("timezone", "Pacific/Kiritimati")  # 14 hours ahead
    listed = call("import", "list")
    at = dt.datetime.fromisoformat(said(listed)["imports"][0]["at"])
    assert f"{at.astimezone(ZoneInfo('Pacific/Kiritimati')):%Y-%m-%d %H:%M}" in listed.stderr


def test_cells_need_something_to_cut(call: Callable[..., Result], roster: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    assert call("cells", "make").exit_code == 1
    assert call("zones", "check").exit_code == 1


def test_a_catalogue_goes_out_is_edited_and_comes_in(call: Callable[..., Result], roster: Path, tmp_path: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    for suffix in ("xlsx", "toml"):
        assert said(call("catalogue", "export", "--out", f"own.{suffix}"))["categories"] == 36
        assert load(tmp_path / f"own.{suffix}") == load()
    own = to_toml(load()).replace('edition = "2026.1"', 'edition = "2026.1-own"').replace('"park"', '"garden"')
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    done = said(call("catalogue", "import", "own.toml"))
    assert (done["edition"], done["checkpoints_without_category"]) == ("2026.1-own", 1)
    assert [one["edition"] for one in said(call("catalogue", "list"))["editions"]] == ["2026.1-own", load().edition]
    shape = ["--start", "2026-06-12", "--days", "1", "--teams", "1", "--size", "2"]
    said(call("round", "new", "R1", *shape))
    with Store.open(tmp_path / "city.gpkg") as store:
        assert store.rounds.get("R1").edition == "2026.1-own"
    assert call("catalogue", "export", "--out", "own.pdf").exit_code == 1


def test_beijings_streets_come_in_once_and_in_no_other_datum(
    call: Callable[..., Result], real_data: Path, tmp_path: Path
) -> None:
    words = ["import", "zones", real_data / "beijing_streets.shp", "--level", "street", "--datum"]
    assert said(call(*words, "wgs84"))["new"] == 331
    assert said(call(*words, "wgs84"))["unchanged"] == 331
    wrong = call(*words, "gcj02")
    assert wrong.exit_code == 1
    assert "name wgs84" in wrong.stderr
    check = said(call("zones", "check", "--out", "faults.gpkg"))
    assert check["zones"] == check["idle"] == 331
    assert (tmp_path / "faults.gpkg").exists()
    said(call("export", "zones", "--format", "gpkg", "--datum", "gcj02", "--out", "gcj.gpkg"))
    assert said(call("import", "zones", "gcj.gpkg", "--datum", "gcj02"))["unchanged"] == 331


@pytest.mark.parametrize("name", ["lanzhou_chengguan_620102_gcj02", "huaian_huaian_320803_gcj02"])
def test_districts_of_web_maps_come_in_as_gcj02(call: Callable[..., Result], real_data: Path, name: str) -> None:
    words = ["import", "zones", real_data / f"{name}.geojson", "--level", "district", "--datum", "gcj02"]
    assert said(call(*words))["rejected"] == 1  # the file holds an outline and nothing else
    done = said(call(*words, "--columns", f"name==某区,code=={name.split('_')[2]}"))
    assert (done["accepted"], done["rejected"]) == (1, 0)


@pytest.mark.parametrize(
    ("city", "truth", "named"),
    [
        ("shanghai", "gcj02", "wgs84"),
        ("chengdu", "bd09", "wgs84"),
        pytest.param("shanghai", "bd09", "gcj02", marks=pytest.mark.exhaustive),
        pytest.param("shanghai", "wgs84", "bd09", marks=pytest.mark.exhaustive),
        pytest.param("chengdu", "gcj02", "wgs84", marks=pytest.mark.exhaustive),
        pytest.param("chengdu", "wgs84", "gcj02", marks=pytest.mark.exhaustive),
    ],
)
def test_places_in_the_wrong_datum_are_refused_with_the_right_one(
    call: Callable[..., Result], real_data: Path, tmp_path: Path, city: str, truth: str, named: str
) -> None:
    said(call("import", "streets", real_data / f"{city}_center.osm"))
    path = moved(real_data / f"{city}_center_poi.csv", tmp_path / "poi.csv", truth)
    refused = call("import", "checkpoints", path, "--datum", named)
    assert refused.exit_code == 1
    assert f"name {truth}, or pass --force" in refused.stderr
    chinese = call("import", "checkpoints", path, "--datum", named, language="zh")
    assert truth in chinese.stderr
    assert "rows" not in chinese.stderr
    done = said(call("import", "checkpoints", path, "--datum", truth))
    assert done["accepted"] > 200
    assert done["accepted"] + done["rejected"] + done["unplaced"] == len(pd.read_csv(path))


def test_san_franciscos_businesses(call: Callable[..., Result], real_data: Path, tmp_path: Path) -> None:
    file = real_data / "sf_inspections" / "businesses.csv"
    done = said(call("import", "checkpoints", file, "--datum", "wgs84", "--columns", "category==restaurant"))
    assert done["accepted"] + done["rejected"] + done["unplaced"] == 6_399
    assert done["unplaced"] > 2_000
    assert any("Latin-1" in note for note in done["notes"])
    with Store.open(tmp_path / "city.gpkg") as store:
        assert len(store.checkpoints.frame()) == done["accepted"]
        assert len(store.checkpoints.unplaced()) == done["unplaced"]
        assert store.checkpoints.frame()["name"].str.contains("é|ñ|É|'").any()
    again = said(call("import", "checkpoints", file, "--datum", "wgs84", "--columns", "category==restaurant"))
    assert again["unchanged"] == done["accepted"]


def test_a_refused_first_import_leaves_no_empty_city(call: Callable[..., Result], tmp_path: Path) -> None:
    broken = tmp_path / "streets.osm"
    broken.write_text("no streets at all", encoding="utf-8")
    kept = tmp_path / "city.gpkg.bak"
    kept.write_bytes(b"mine")
    refused = call("import", "streets", broken)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("xundian: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == [kept.name, broken.name]


def test_a_refused_import_keeps_the_city_that_was_there(
    call: Callable[..., Result], roster: Path, tmp_path: Path
) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    broken = tmp_path / "streets.osm"
    broken.write_text("no streets at all", encoding="utf-8")
    assert call("import", "streets", broken).exit_code == 1
    with Store.open(tmp_path / "city.gpkg") as store:
        assert len(store.checkpoints.frame()) == 4


def test_visits_bring_photos_and_take_them_back(call: Callable[..., Result], roster: Path, tmp_path: Path) -> None:
    said(call("import", "checkpoints", roster, "--datum", "wgs84"))
    rows = ["a,2025-06-12 09:30,smoking,1,好.jpg", "b,2025-06-12 10:30,smoking,1,坏.jpg", "c,2025-06-12 11:30,,,"]
    visits = tmp_path / "visits.csv"
    visits.write_text("编号,时间,扣分项,扣分,照片\n" + "\n".join(rows), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "照片.zip", "w") as archive:
        archive.writestr("好.jpg", _jpeg())
    refused = call("import", "visits", visits)
    assert refused.exit_code == 1
    assert "names 2 photos in the column '照片', '好.jpg' first: give the folder or ZIP archive" in refused.stderr
    done = said(call("import", "visits", visits, "--photos", tmp_path / "照片.zip"))
    assert (done["accepted"], done["rejected"], done["notes"]) == (2, 1, ["1 photos show what was found"])
    reasons = pd.read_excel(done["rejected_file"], engine="calamine")["reason"].tolist()
    assert reasons == ["photo '坏.jpg' is not in 照片.zip: put it there, or mend its name"]
    again = said(call("import", "visits", visits, "--photos", tmp_path / "照片.zip", language="zh"))
    assert (again["unchanged"], again["notes"]) == (2, ["1 张照片显示了所发现的问题"])
    with Store.open(tmp_path / "city.gpkg") as store:
        (photo,) = store.photos.frame(store.visits.deductions().index)["photo"]
    for removed in (0, 2):  # the second import changed nothing
        assert said(call("import", "undo", "visits"))["removed"] == removed
    with Store.open(tmp_path / "city.gpkg") as store, pytest.raises(NotFoundError):
        store.photos.get(photo)


def _jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30)).save(file, "JPEG")
    return file.getvalue()


def test_sheets_are_named_on_the_command_line(call, tmp_path):
    with pd.ExcelWriter(tmp_path / "清单.xlsx", engine="xlsxwriter") as book:
        columns = {"名称": ["甲"], "类别": ["公园"], "经度": [114.3001], "纬度": [30.6001]}
        pd.DataFrame(columns).to_excel(book, sheet_name="已核", index=False)
        pd.DataFrame({**columns, "责任单位": ["城管局"]}).to_excel(book, sheet_name="待核", index=False)
    asked = call("import", "checkpoints", "清单.xlsx", "--datum", "wgs84")
    assert asked.exit_code == 1
    assert "'已核' (1 rows: 名称, 类别, 经度, 纬度); '待核' (1 rows: 名称, 类别, 经度, 纬度, 责任单位)" in asked.stderr
    assert "--sheet or --layer with its name" in asked.stderr
    one = said(call("import", "checkpoints", "清单.xlsx", "--datum", "wgs84", "--sheet", "待核"))
    assert (one["accepted"], one["skipped"]) == (1, 1)
    both = call(
        "import", "checkpoints", "清单.xlsx", "--datum", "wgs84", "--layer", "待核", "--sheet", "已核", "--dry-run"
    )
    assert said(both)["accepted"] == 2
    wrong = call("import", "checkpoints", "清单.xlsx", "--datum", "wgs84", "--sheet", "Sheet1", language="zh")
    assert "其中有 已核, 待核" in wrong.stderr

"""The command line: JSON lines, exit codes, one clear line of refusal, and its own page in the docs."""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from geo.frames import CHECKPOINTS
from geo.model import Round, Scope
from geo.store import Store
from webmap.cli import main
from webmap.cli.reference import page

ROOT = Path(__file__).resolve().parents[2]


KINDS = ["main_road"] * 7 + ["mall"] * 4


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Make a city of seven main roads and four malls."""
    path = tmp_path / "city.gpkg"
    ids = pd.Index([f"c{at:02d}" for at in range(len(KINDS))], name="id")
    empty = dict.fromkeys(CHECKPOINTS.columns, "") | {"fixed": False, "size": 1.0, "retired": False}
    at = gpd.points_from_xy(114.3 + np.arange(len(ids)) / 1000, np.full(len(ids), 30.6))
    roster = gpd.GeoDataFrame(empty | {"category": KINDS}, geometry=at, index=ids, crs=4326)
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(roster)
    return path


def call(city: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--city", str(city)], env={"XUNDIAN_LANG": "en"})


def test_the_docs_name_every_command_and_option() -> None:
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == page()


def test_round_is_made_and_listed(city: Path) -> None:
    shape = ["--start", "2026-06-12", "--days", "4", "--teams", "11", "--size", "10"]
    made = call(city, "round", "new", "R1", *shape, "--json")
    assert made.exit_code == 0
    assert json.loads(made.stdout) == {"round": "R1", "start": "2026-06-12", "days": 4, "teams": 11, "size": 10}
    assert "the city: T01 – T11. Give" in made.stderr
    assert json.loads(call(city, "round", "list", "--json").stdout) == {"rounds": ["R1"]}
    again = call(city, "round", "new", "R1", *shape)
    assert again.exit_code == 1
    assert again.stderr.count("\n") == 1


def test_quotas_must_add_up(city: Path, tmp_path: Path) -> None:
    quotas = tmp_path / "quotas.csv"
    quotas.write_text("类别,数量\n主干道,3\nmall,4\n", encoding="utf-8")
    words = ["round", "new", "R1", "--start", "2026-06-12", "--days", "1", "--teams", "1", "--quotas", quotas]
    refused = call(city, *words, "--size", "8")
    assert refused.exit_code == 1
    assert "the quotas add up to 7, but size is 8" in refused.stderr
    assert call(city, *words, "--size", "7").exit_code == 0
    with Store.open(city) as store:
        assert store.rounds.get("R1").quotas == {"main_road": 3, "mall": 4}


def test_a_round_asks_for_no_more_than_there_is(city: Path, tmp_path: Path) -> None:
    words = ["round", "new", "R1", "--start", "2026-06-12", "--days", "1", "--teams", "1", "--size"]
    quotas = tmp_path / "quotas.csv"
    quotas.write_text("category,number\nmain_road,3\nmall,5\n", encoding="utf-8")
    for more, says in (
        (["12"], "size is 12: 11 checkpoints can be drawn, 0 of them fixed; give 1 to 11"),
        (["5", "--categories", "mall"], "size is 5: 4 checkpoints can be drawn"),
        (["8", "--quotas", quotas], "the quota of 'mall' is 5: the frame has 4"),
    ):
        refused = call(city, *words, *more)
        assert refused.exit_code == 1
        assert says in refused.stderr
    Store.open(tmp_path / "empty.gpkg", create=True).close()
    assert "import a roster" in call(tmp_path / "empty.gpkg", *words, "1").stderr
    with Store.open(city) as store:
        assert store.rounds.all() == []


def test_a_round_is_changed_and_removed_until_it_is_drawn(city: Path) -> None:
    call(city, "round", "new", "R1", "--start", "2026-06-12", "--days", "1", "--teams", "1", "--size", "9")
    assert "give 1 to 11" in call(city, "round", "change", "R1", "--size", "12").stderr
    changed = call(city, "round", "change", "R1", "--size", "11", "--start", "2026-06-15", "--covert", "--json")
    assert json.loads(changed.stdout) == {"round": "R1", "start": "2026-06-15", "days": 1, "teams": 1, "size": 11}
    with Store.open(city) as store:
        assert store.rounds.get("R1").covert is True
    words = ["round", "remove", "R1", "--city", str(city)]
    assert CliRunner().invoke(main, words, input="n\n", env={"XUNDIAN_LANG": "en"}).exit_code == 1
    assert call(city, "draw", "run", "R1", "--trial").exit_code == 0
    for refused in (call(city, "round", "remove", "R1", "--yes"), call(city, "round", "change", "R1", "--days", "2")):
        assert refused.exit_code == 1
        assert "'R1' is drawn" in refused.stderr
    call(city, "round", "new", "R2", "--start", "2026-06-12", "--days", "1", "--teams", "1", "--size", "9")
    assert json.loads(call(city, "round", "remove", "R2", "--yes", "--json").stdout) == {"removed": "R2"}
    assert json.loads(call(city, "round", "list", "--json").stdout) == {"rounds": ["R1"]}


def test_quotas_of_unknown_categories_are_all_named(city: Path, tmp_path: Path) -> None:
    quotas = tmp_path / "quotas.csv"
    quotas.write_text("category,number\nmoon base,3\nmall,many\n", encoding="utf-8")
    words = ["round", "new", "R1", "--start", "2026-06-12", "--days", "1", "--teams", "1", "--size", "7"]
    refused = call(city, *words, "--quotas", quotas)
    assert refused.exit_code == 1
    assert "moon base=3" in refused.stderr
    assert "mall=many" in refused.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["draw", "run", "R9"], "R9"),
        (["plan", "run", "R9"], "R9"),
        (["user", "add", "a", "--role", "team"], "team"),
        (["user", "add", "a", "--role", "street", "--zone", "1"], "zone"),
    ],
)
def test_refusals_are_one_line(city: Path, words: list[str], says: str) -> None:
    refused = call(city, *words, "--json")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert says in refused.stderr
    assert says in json.loads(refused.stdout)["error"]


@pytest.mark.parametrize(
    "words",
    [
        ["import", "checkpoints", __file__],
        ["import", "checkpoints", __file__, "--datum", "moon"],
        ["round", "new", "R1", "--start", "12.6.2026", "--days", "1", "--teams", "1", "--size", "1"],
        ["nonsense"],
    ],
)
def test_usage_errors_exit_with_two(city: Path, words: list[str]) -> None:
    assert call(city, *words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "没有命令 'nonsense'"),
        (["round", "new", "R1"], "缺少选项 '--start'"),
        (["round", "new"], "缺少参数 'ID'"),
        (["round", "new", "R1", "--strat", "1"], "没有选项 '--strat'。 是不是：'--start'？"),
        (["round", "new", "R1", "--start", "12.6.2026"], "'12.6.2026' 不是日期：请写成 2026-06-12"),
        (["plan", "run", "R1", "--seconds", "x"], "'x' 不能用：请填数字"),
        (["plan", "run", "R1", "--seconds", "0"], "0.0 超出范围：应为 x>=0.1"),
        (["plan", "run", "R1", "--days", "any"], "'any' 不在可选之列：'drawn', 'free'"),
        (["import", "checkpoints", "/nothing", "--datum", "wgs84"], "'/nothing' 不存在"),
        (["map", "R1", "--out", "nowhere/map.html"], "没有文件夹 'nowhere'"),
    ],
)
def test_usage_errors_are_said_in_chinese(city: Path, words: list[str], says: str) -> None:
    refused = CliRunner().invoke(main, [*words, "--city", str(city)], env={"XUNDIAN_LANG": "zh"})
    assert refused.exit_code == 2
    assert says in refused.stderr
    assert "用法：" in refused.stderr
    assert "Error" in call(city, *words).stderr


def test_a_missing_city_is_refused(tmp_path: Path) -> None:
    refused = call(tmp_path / "none.gpkg", "round", "list")
    assert refused.exit_code == 1
    assert "none.gpkg" in refused.stderr
    assert not (tmp_path / "none.gpkg").exists()


def test_an_account_gets_a_password_of_its_own(city: Path) -> None:
    first, second = (json.loads(call(city, "user", "add", name, "--role", "planner", "--json").stdout) for name in "ab")
    assert first["role"] == "planner"
    assert len(first["password"]) >= 12
    assert first["password"] != second["password"]
    with Store.open(city) as store:
        assert first["password"] not in store.accounts.get("a").password_hash


def test_chinese_command_line(city: Path) -> None:
    said = CliRunner().invoke(main, ["round", "list", "--city", str(city)], env={"XUNDIAN_LANG": "zh"})
    assert "轮" in said.output


def test_an_english_system_speaks_english_and_any_other_chinese(city: Path) -> None:
    for language, word in (("en_US.UTF-8", "round"), ("zh_CN.UTF-8", "轮"), ("", "轮")):
        env = {"XUNDIAN_LANG": "", "LC_ALL": "", "LANG": language}
        assert word in CliRunner().invoke(main, ["round", "list", "--city", str(city)], env=env).output


def test_a_port_in_use_is_refused_before_the_address_is_announced(city: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = call(city, "serve", "--port", str(port))
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert f"port {port}" in refused.stderr
    assert refused.stdout == ""


def test_the_demo_never_overwrites_a_city_of_ones_own(city: Path) -> None:
    refused = call(city, "demo", "--no-serve", "--dir", city.parent)
    assert refused.exit_code == 1
    assert "--dir" in refused.stderr
    assert city.exists()


@pytest.mark.parametrize("out", ["nowhere/map.html", "city.gpkg"])
def test_files_go_where_they_can_be_written(city: Path, tmp_path: Path, out: str) -> None:
    refused = call(city, "map", "R1", "--out", tmp_path / out)
    assert refused.exit_code == 2
    assert out.split("/", maxsplit=1)[0] in refused.stderr


def test_a_map_is_a_page(city: Path, tmp_path: Path) -> None:
    refused = call(city, "map", "R1", "--out", tmp_path / "map.gpkg")
    assert refused.exit_code == 1
    assert ".html" in refused.stderr
    assert not (tmp_path / "map.gpkg").exists()


def test_round_ids_make_addresses_and_file_names(city: Path) -> None:
    shape = ["--start", "2026-06-12", "--days", "1", "--teams", "1", "--size", "1"]
    for bad in ("R/9", " ", "a?b", "x" * 61):
        assert call(city, "round", "new", bad, *shape).exit_code == 1
    for good in ("2026-06", "六月 第1轮", "R.1_b"):
        assert call(city, "round", "new", good, *shape).exit_code == 0


def test_a_backup_is_not_written_over_a_file_without_saying_so(city: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gpkg"
    with Store.open(city) as store:  # as the server has it
        store.settings.set("name_zh", "江岸区")
        done = call(city, "backup", copy, "--json")
    assert json.loads(done.stdout) == {"out": str(copy), "bytes": copy.stat().st_size, "secrets": ""}
    with Store.open(copy) as store:
        assert store.settings.get("name_zh") == "江岸区"
    refused = call(city, "backup", copy)
    assert refused.exit_code == 1
    assert f"{copy} is there already: name another file, or say --replace" in refused.stderr
    assert call(city, "draw", "secrets", "new", "--year", "2026").exit_code == 0
    again = call(city, "backup", copy, "--replace")
    assert "The secrets of committed rounds are not in it: keep a copy of" in again.output
    assert call(city, "backup", city).exit_code == 2


def test_zones_are_named_by_their_digits(city: Path) -> None:
    zone = gpd.GeoDataFrame(
        {"level": "street", "name": "大智街道", "parent": "", "unit": "", "person": ""},
        index=pd.Index(["420102001000"], name="code"),
        geometry=[shapely.box(114, 30, 114.1, 30.1)],
        crs=4326,
    )
    with Store.open(city) as store:
        store.zones.upsert(zone)
        store.checkpoints.upsert(store.checkpoints.frame().assign(street_code=["420102001000"] * 6 + [""] * 5))
    assert call(city, "user", "add", "wang", "--role", "street", "--zone", "420102001").exit_code == 0
    shape = ["--start", "2026-06-12", "--days", "1", "--teams", "1", "--size", "5"]
    assert call(city, "round", "new", "R1", *shape, "--zones", "420102001").exit_code == 0
    with Store.open(city) as store:
        assert store.accounts.get("wang").zone == "420102001000"
        assert store.rounds.get("R1").campaign == {"zones": ["420102001000"]}
        assert len(store.checkpoints.frame(Scope(zone="420102001"))) == 6


def test_a_reader_that_has_enough_is_no_error(city: Path) -> None:
    with Store.open(city) as store:
        for number in range(3):
            store.rounds.create(Round(f"R{number}", dt.date(2026, 6, 12), days=1, teams=1, size=5))
    words = [sys.executable, "-m", "webmap.cli", "round", "list", "--city", str(city)]
    reading, writing = os.pipe()
    os.close(reading)  # head has read its lines and is gone
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, check=False, text=True)
    os.close(writing)
    assert done.stderr == ""

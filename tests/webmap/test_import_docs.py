"""The newcomer's page: its commands run as they stand, one after the other."""

import re
import shlex
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from PIL import Image

from geo.crs import Datum, from_wgs84
from geo.model import NO_LUNCH
from geo.store import Store
from geo.writers.layers import write
from webmap.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "import.md"
WEST, SOUTH, MIDDLE, EAST, NORTH = 114.28, 30.55, 114.285, 114.29, 30.56
WHOLE, LEFT, RIGHT = (
    shapely.box(WEST, SOUTH, EAST, NORTH),
    shapely.box(WEST, SOUTH, MIDDLE, NORTH),
    shapely.box(MIDDLE, SOUTH, EAST, NORTH),
)


def layer(path: str, column: str, names: list[str], shapes: list[shapely.Geometry]) -> None:
    """Write boundaries as a web map gives them."""
    frame = gpd.GeoDataFrame({column: names}, geometry=shapes, crs=4326)
    write(frame, path, datum=Datum.GCJ02)


def streets(path: Path) -> None:
    """Write one street as OSM XML."""
    nodes = [(1, WEST, SOUTH), (2, MIDDLE, 30.555), (3, EAST, NORTH)]
    lines = "".join(f'<node id="{i}" lon="{x}" lat="{y}" version="1"/>' for i, x, y in nodes)
    refs = "".join(f'<nd ref="{i}"/>' for i, _, _ in nodes)
    tags = '<tag k="highway" v="primary"/><tag k="name" v="中山大道"/>'
    path.write_text(f'<osm version="0.6">{lines}<way id="9" version="1">{refs}{tags}</way></osm>', encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the files of the page."""
    monkeypatch.chdir(tmp_path)
    streets(tmp_path / "district.osm")
    layer("区.geojson", "名称", ["江岸区"], [WHOLE])
    layer("街道.geojson", "街道", ["大智街道", "一元街道"], [LEFT, RIGHT])
    layer("社区.geojson", "社区", ["天声社区", "同兴社区"], [LEFT, RIGHT])
    lon, lat = from_wgs84(*([MIDDLE - 0.002, MIDDLE + 0.002], [30.553, 30.557]), Datum.GCJ02)
    table = pd.DataFrame(
        {"点位编号": ["A1", "A2"], "点位名称": ["一", "二"], "点位类别": ["医院", "公园"], "经度": lon, "纬度": lat}
    )
    table.to_excel("点位清单.xlsx", index=False, engine="xlsxwriter")
    team = {
        "小组": ["一组"],
        "驻地经度": lon[:1],
        "驻地纬度": lat[:1],
        "工作时间": ["8:30-12:00"],
        "午休时间": ["无"],
        "收工地点": ["就地结束"],
        "出勤日": ["1,3"],
    }
    pd.DataFrame(team).to_excel("小组.xlsx", index=False, engine="xlsxwriter")
    row = {
        "点位编号": "A1",
        "时间": "2025-06-12 09:30",
        "扣分项": "院内无吸烟，设禁烟劝导员",
        "扣分": 1,
        "照片": "门口.jpg；走廊.jpg",
    }
    pd.DataFrame([row]).to_excel("考察记录.xlsx", index=False, engine="xlsxwriter")
    old = {**row, "扣分项": "垃圾", "照片": None}
    pd.DataFrame([old]).to_excel("旧考察记录.xlsx", index=False, engine="xlsxwriter")
    (tmp_path / "照片").mkdir()
    for shade, name in enumerate(("门口.jpg", "走廊.jpg")):
        Image.new("RGB", (40, 30), (200 * shade, 0, 0)).save(tmp_path / "照片" / name)
    return tmp_path


def commands() -> list[list[str]]:
    """Return every command of the page."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line]


def test_the_commands_run_as_they_stand(office: Path) -> None:
    listed = commands()
    assert len(listed) >= 20
    for program, *words in listed:
        assert program == "xundian"
        done = CliRunner().invoke(main, words, env={"XUNDIAN_LANG": "zh", "XUNDIAN_CITY": str(office / "city.gpkg")})
        assert done.exit_code == 0, (words, done.output, done.exception)
    with Store.open(office / "city.gpkg") as store:
        roster = store.checkpoints.frame()
        assert len(store.photos.frame(store.visits.deductions().index)) == 2
        assert sorted(roster["name"]) == ["一", "二"]
        (team,) = store.teams.all()
        assert (team.shift_s, team.lunch_within_s) == ((30_600, 43_200), NO_LUNCH)
        assert (team.open_end, team.days) == (True, frozenset({1, 3}))
        assert roster[["street_code", "community_code", "cell"]].ne("").all(axis=None)

"""Real cities through every command: import, draw, plan, export, map."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geo.catalogue import load
from routing.sheets.export import FORMATS
from webmap.cli import main


def xundian(city: Path, *words: str | Path) -> dict[str, object]:
    """Run one command in JSON, which must succeed, and give its last line."""
    result = CliRunner().invoke(main, [*map(str, words), "--city", str(city), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.strip().splitlines()[-1])


def checkpoints_on(streets: gpd.GeoDataFrame, number: int, path: Path) -> None:
    """Write a roster of ``number`` checkpoints beside the streets, in every category of the catalogue."""
    random = np.random.default_rng(11)
    edges = streets.geometry.iloc[random.choice(len(streets), number)]
    places = edges.interpolate(random.random(number), normalized=True).set_crs(streets.crs)
    places = places.translate(*random.normal(0, 12, 2)).to_crs(4326)
    codes = list(load().categories)
    pd.DataFrame(
        {
            "编号": [f"P{i:05d}" for i in range(number)],
            "点位名称": [f"点位{i}" for i in range(number)],
            "点位类别": [codes[i % len(codes)] for i in range(number)],
            "经度": places.x.to_numpy(),
            "纬度": places.y.to_numpy(),
        }
    ).to_csv(path, index=False, encoding="utf-8-sig")


def export_everything(city: Path, round_id: str, folder: Path) -> None:
    """Write every format and the map, and look into each."""
    for kind in FORMATS:
        out = folder / f"routes.{kind}"
        xundian(city, "export", "routes", round_id, "--format", kind, "--out", out)
        assert out.stat().st_size > 1_000
    features = gpd.read_file(folder / "routes.geojson")
    assert {"base", "stop", "lunch"} <= set(features["kind"].dropna())
    html = folder / "map.html"
    xundian(city, "map", round_id, "--out", html)
    assert "<html" in html.read_text(encoding="utf-8")[:2_000].lower()


def test_wuhan_whole(real_data: Path, tmp_path: Path) -> None:
    city, source = tmp_path / "city.gpkg", real_data / "wuhan_streets.parquet"
    streets = xundian(city, "import", "streets", source)
    assert streets["accepted"] > 29_000
    checkpoints_on(gpd.read_parquet(source), 5_000, tmp_path / "roster.csv")
    assert xundian(city, "import", "checkpoints", tmp_path / "roster.csv", "--datum", "wgs84")["accepted"] == 5_000
    shape = ["--start", "2026-06-09", "--days", "4", "--teams", "11", "--size", "1090"]
    xundian(city, "round", "new", "R1", *shape)
    draw = xundian(city, "draw", "run", "R1", "--seed", "5")
    assert draw["drawn"] == 1_090
    assert draw["quotas_exact"] is True
    plan = xundian(city, "plan", "run", "R1", "--seconds", "6", "--seed", "5")
    assert plan["served"] + plan["unserved"] == 1_090
    assert plan["team_days"] <= 44
    assert plan["travel_s"] > 0
    export_everything(city, "R1", tmp_path)


@pytest.mark.parametrize(("name", "pois"), [("chengdu_center", 375), ("shanghai_center", 1_226)])
def test_osm_extract(real_data: Path, tmp_path: Path, name: str, pois: int) -> None:
    city = tmp_path / "city.gpkg"
    xundian(city, "import", "streets", real_data / f"{name}.osm")
    words = ["import", "checkpoints", real_data / f"{name}_poi.csv", "--datum", "wgs84"]
    report = xundian(city, *words, "--rejected", tmp_path / "rejected.xlsx")
    assert report["accepted"] + report["rejected"] == pois
    assert report["accepted"] > pois / 2
    xundian(city, "round", "new", "R1", "--start", "2026-06-09", "--days", "2", "--teams", "3", "--size", "100")
    assert xundian(city, "draw", "run", "R1")["drawn"] == 100
    plan = xundian(city, "plan", "run", "R1", "--seconds", "3")
    assert plan["served"] + plan["unserved"] == 100
    assert plan["served"] >= 80
    export_everything(city, "R1", tmp_path)

"""Invented street names go along real streets."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.demo.clip import METRIC, STREETS, clip, square
from data.demo.streets import street_names


def named(*rows: tuple[int, int, str, list[tuple[float, float]]]) -> pd.Series:
    u, v, highway, xy = zip(*rows, strict=True)
    lines = [shapely.LineString(line) for line in xy]
    edges = gpd.GeoDataFrame({"u": u, "v": v, "highway": highway}, geometry=lines, crs=METRIC)
    edges["length_m"] = edges.length
    return street_names(edges, np.random.default_rng(1))


def test_a_crossing_gives_two_names() -> None:
    names = named(
        (1, 0, "primary", [(-500, 0), (0, 0)]),
        (0, 2, "primary", [(0, 0), (500, 30)]),
        (3, 0, "secondary", [(0, -500), (0, 0)]),
        (0, 4, "secondary", [(0, 0), (0, 500)]),
    )
    assert names[0] == names[1] != names[2] == names[3]
    assert names.name == "name"


def test_a_sharp_bend_ends_a_street() -> None:
    names = named((1, 0, "residential", [(-500, 0), (0, 0)]), (0, 2, "residential", [(0, 0), (0, 500)]))
    assert names[0] != names[1]


def test_two_carriageways_have_one_name_and_the_next_street_another() -> None:
    names = named(
        (1, 2, "primary", [(0, 0), (900, 0)]),
        (3, 4, "primary", [(0, 25), (1_000, 25)]),
        (5, 6, "primary", [(0, 200), (1_000, 200)]),
    )
    assert names[0] == names[1] != names[2]


def test_ramps_are_named_after_the_greater_road_and_short_lanes_not_at_all() -> None:
    names = named(
        (1, 0, "trunk", [(-500, 0), (0, 0)]),
        (0, 2, "trunk_link", [(0, 0), (80, 80)]),
        (2, 3, "trunk_link", [(80, 80), (200, 200)]),
        (3, 4, "tertiary", [(200, 200), (200, 700)]),
        (4, 5, "residential", [(200, 700), (230, 700)]),
    )
    assert list(names[[1, 2]]) == [names[0] + "匝道"] * 2
    assert names[4] == ""


def test_the_demo_names_all_but_the_shortest(demo) -> None:
    streets = demo.streets
    through = streets["highway"].isin(("trunk", "primary", "secondary", "tertiary"))
    length = streets["length_m"]
    assert length[through & (streets["name"] != "")].sum() > 0.99 * length[through].sum()
    assert length[streets["name"] != ""].sum() > 0.97 * length.sum()
    assert streets["name"].nunique() > 1_000
    assert not streets.loc[streets["name"] != "", "name"].str.contains(r"[^一-鿿]").any()


def test_the_longest_street_is_a_street_and_not_the_whole_city(demo) -> None:
    length = demo.streets.groupby("name")["length_m"].sum().drop("")
    assert 5_000 < length.max() < 45_000


def test_the_committed_streets_touch_the_square() -> None:
    streets = gpd.read_parquet(STREETS)
    assert streets.to_crs(METRIC).intersects(square()).all()
    assert list(streets.columns) == ["u", "v", "key", "highway", "geometry"]
    assert STREETS.stat().st_size < 2_000_000


def test_clip_makes_the_committed_file(real_data: Path) -> None:
    made = clip(gpd.read_parquet(real_data / "wuhan_streets.parquet"))
    kept = gpd.read_parquet(STREETS)
    pd.testing.assert_frame_equal(made.drop(columns="geometry"), kept.drop(columns="geometry"))
    assert shapely.equals_exact(made.geometry.to_numpy(), kept.geometry.to_numpy()).all()


@pytest.mark.parametrize("folder", [Path(__file__).parents[2] / "data"])
def test_readme_says_what_is_real(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    for phrase in ("© OpenStreetMap contributors", "ODbL", "The streets are real, everything else is invented."):
        assert phrase in text

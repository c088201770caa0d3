"""San Francisco's real inspections, with their scores and violations, through rates, hotspots and months."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.hotspots import carry, flag
from geo.hotspots.trend import classify, monthly
from geo.rasters.raster import Raster
from geo.rates import cell_rates, cell_sums, scores


@pytest.fixture(scope="module")
def inspections(real_data: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Visits with 100 - score as points, where there is a score and a place; violations as deductions."""
    folder = real_data / "sf_inspections"
    places = pd.read_csv(folder / "businesses.csv", encoding="latin-1").set_index("business_id")
    places = places[places["longitude"].between(-122.6, -122.3) & places["latitude"].between(37.6, 37.9)]
    rows = pd.read_csv(folder / "inspections.csv", dtype={"date": str})
    rows["score"] = pd.to_numeric(rows["score"], errors="coerce")
    rows = rows[rows["score"].notna() & rows["business_id"].isin(places.index)].reset_index(drop=True)
    at = places.loc[rows["business_id"]]
    table = pd.DataFrame(
        {
            "round_id": "",
            "checkpoint": rows["business_id"].astype(str),
            "category": "restaurant",
            "team": "health",
            "arrived_at": pd.to_datetime(rows["date"], format="%Y%m%d", utc=True),
            "covert": False,
            "points": 100.0 - rows["score"],
            "street_code": at["postal_code"].fillna("").astype(str).to_numpy(),
            "community_code": "",
            "unit": "",
        }
    )
    table.index = pd.Index([f"v{i}" for i in range(len(table))], name="id")
    visits = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(at["longitude"], at["latitude"]), crs=4326)
    said = pd.read_csv(folder / "violations.csv", dtype={"date": str})
    key = pd.Series(visits.index, index=[rows["business_id"], rows["date"]])
    key = key[~key.index.duplicated()]
    visit = key.reindex(pd.MultiIndex.from_frame(said[["business_id", "date"]])).to_numpy()
    lines = pd.DataFrame({"visit": visit, "item": said["description"], "points": 1.0, "note": ""})[pd.notna(visit)]
    lines.index = pd.Index([f"d{i}" for i in range(len(lines))], name="id")
    return visits, lines.astype({"visit": str, "item": str})


def test_every_visit_lies_in_one_cell(inspections: tuple[gpd.GeoDataFrame, pd.DataFrame]) -> None:
    visits, _ = inspections
    assert len(visits) > 8_000  # of 14,233: the others have no score or no place
    raster = Raster.cover(visits.total_bounds)
    rates = cell_rates(visits, raster)
    assert rates["visits"].sum() == len(visits)
    assert rates["deductions"].sum() == pytest.approx(visits["points"].sum())


def test_hotspots_carry_what_an_office_needs(inspections: tuple[gpd.GeoDataFrame, pd.DataFrame]) -> None:
    visits, deductions = inspections
    raster = Raster.cover(visits.total_bounds)
    flagged = flag(cell_sums(visits, raster), [200.0, 300.0, 500.0, 1000.0])
    hot = flagged[flagged["hot"]]
    assert 10 < len(hot) < 0.3 * len(flagged)
    assert hot["deductions"].sum() / hot["visits"].sum() > 1.2 * visits["points"].mean()
    found = carry(flagged, visits, deductions, raster)
    assert found.loc[hot.index, "items"].map(len).ge(1).all()
    assert (found.loc[hot.index, "street_code"] != "").mean() > 0.9
    assert found["rate"].between(found["rate_low"], found["rate_high"]).all()


def test_shuffled_points_leave_no_hotspot(inspections: tuple[gpd.GeoDataFrame, pd.DataFrame]) -> None:
    visits, _ = inspections
    raster = Raster.cover(visits.total_bounds)
    rng = np.random.default_rng(1)
    flagged = [
        flag(cell_sums(visits.assign(points=rng.permutation(visits["points"])), raster), [200.0, 300.0, 500.0])
        for _ in range(5)
    ]
    assert sum(f["hot"].any() for f in flagged) <= 1


def test_months_have_classes(inspections: tuple[gpd.GeoDataFrame, pd.DataFrame]) -> None:
    visits, _ = inspections
    ratio, hot = monthly(cell_sums(visits, Raster.cover(visits.total_bounds), monthly=True), 1000.0)
    classes = classify(ratio, hot)
    assert ratio.shape[1] >= 30
    assert classes["months"].max() <= ratio.shape[1]
    assert classes["class"].isin(["persistent", "sporadic", "former", "new", "intensifying", "diminishing"]).any()


def test_a_drawn_part_scores_like_the_whole(inspections: tuple[gpd.GeoDataFrame, pd.DataFrame]) -> None:
    visits, _ = inspections
    first = visits[~visits["checkpoint"].duplicated()].set_index("checkpoint", drop=False).rename_axis("id")
    first.geometry = visits.geometry[~visits["checkpoint"].duplicated()].array
    whole = 1 - first["points"].mean() / 100
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(30):
        sample = first.iloc[rng.choice(len(first), 400, replace=False)]
        sample = sample.assign(inclusion_prob=400 / len(first), day=np.arange(400) % 4 + 1)
        row = scores(sample, visits.loc[~visits["checkpoint"].duplicated()], {"restaurant": 100.0}).loc["all"]
        held += row["low"] <= whole <= row["high"]
    assert held >= 26

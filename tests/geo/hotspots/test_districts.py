"""A district whole, the same to the bit from a loop and from processes."""

from dataclasses import fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from geo.hotspots import flag
from geo.hotspots.districts import DistrictVisits, Partition, Question, analyse, analyse_districts, read_partition
from geo.hotspots.trend import CLASSES
from geo.rasters.raster import Raster
from geo.rates import cell_sums

RASTER = Raster(crs_epsg=4547, x0_m=500_000.0, y0_m=3_380_000.0, cell_m=100.0, n_cols=30, n_rows=20)
QUESTION = Question(RASTER, radii_m=(200.0, 300.0), trend_m=200.0, bandwidth_m=300.0)


def visits(seed: int, n: int = 6000) -> DistrictVisits:
    rng = np.random.default_rng(seed)
    x, y = 500_000 + rng.uniform(0, 3000, n), 3_380_000 + rng.uniform(0, 2000, n)
    bad = (np.hypot(x - 501_500, y - 3_381_000) < 300) * 1.5
    category = rng.integers(0, 3, n)
    return DistrictVisits(x, y, category, rng.integers(0, 12, n), rng.poisson(0.3 + bad + 0.2 * category) * 1.0)


def write(found: DistrictVisits, path: Path) -> None:
    place = gpd.GeoSeries(gpd.points_from_xy(found.x_m, found.y_m), crs=4547).to_crs(4326)
    frame = gpd.GeoDataFrame(
        {
            "category": [f"k{c}" for c in found.category],
            "arrived_at": [pd.Timestamp(2026, m + 1, 15, tz="UTC") for m in found.month],
            "points": found.points,
        },
        geometry=place,
    )
    frame.to_parquet(path)


def test_the_arrays_say_what_flag_says() -> None:
    seen = visits(1)
    found = analyse(seen, QUESTION)
    table = pd.DataFrame(
        {
            "round_id": "",
            "checkpoint": "",
            "category": [f"k{c}" for c in seen.category],
            "team": "",
            "arrived_at": pd.Timestamp("2026-06-12T02:00Z"),
            "covert": False,
            "points": seen.points,
            "street_code": "",
            "community_code": "",
            "unit": "",
        },
        index=pd.Index([f"v{i}" for i in range(seen.points.size)], name="id"),
    )
    places = gpd.GeoSeries(gpd.points_from_xy(seen.x_m, seen.y_m), crs=4547).to_crs(4326)
    flagged = flag(cell_sums(gpd.GeoDataFrame(table, geometry=places.array, crs=4326), RASTER), QUESTION.radii_m)
    assert (found.flag[flagged.index] == flagged["hot"].astype(int) - flagged["cold"].astype(int)).all()
    assert (found.visits[flagged.index] == flagged["visits"]).all()
    assert found.flag.sum() > 5
    assert found.visits.sum() == seen.points.size
    assert found.points.sum() == seen.points.sum()
    assert found.surface.sum() * 1e4 == pytest.approx(seen.points.sum(), rel=0.2)
    centre = int(RASTER.assign_xy([501_500.0], [3_381_000.0])[0])
    assert CLASSES[found.trend_class[centre]] in {"persistent", "sporadic"}


def test_arrays_have_the_size_of_the_raster_whatever_the_visits() -> None:
    none = np.empty(0)
    empty = analyse(DistrictVisits(none, none, none.astype(int), none.astype(int), none), QUESTION)
    for found in (empty, analyse(visits(2, 1), QUESTION)):
        for field in fields(found):
            assert getattr(found, field.name).size == RASTER.size


def test_a_loop_and_processes_give_the_same_bits(tmp_path: Path) -> None:
    partitions = []
    for seed in range(3):
        path = tmp_path / f"district={seed}.parquet"
        write(visits(seed, 2000), path)
        partitions.append(Partition(path, QUESTION))
    loop = analyse_districts(partitions, workers=1, scheduler="")
    pool = analyse_districts(partitions, workers=2, scheduler="")
    for a, b in zip(loop, pool, strict=True):
        for field in fields(a):
            assert getattr(a, field.name).tobytes() == getattr(b, field.name).tobytes()


def test_months_are_those_of_the_citys_clock(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "category": "mall",
            "arrived_at": pd.to_datetime(["2026-01-31T17:00Z", "2026-01-31T15:00Z"]),
            "points": [1, 0],
        },
        geometry=gpd.points_from_xy([117.01, 117.01], [30.55, 30.55]),
        crs=4326,
    )
    frame.to_parquet(tmp_path / "d.parquet")
    assert read_partition(Partition(tmp_path / "d.parquet", QUESTION)).month.tolist() == [1, 0]


def test_places_are_read_as_shapely_reads_them(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"category": "mall", "arrived_at": pd.to_datetime(["2026-01-31T17:00Z"] * 3), "points": [1, 0, 2]},
        geometry=gpd.points_from_xy([117.01, 117.02, 117.03], [30.55, 30.56, 30.57]),
        crs=4326,
    )
    frame.to_parquet(tmp_path / "plain.parquet")
    frame.geometry = gpd.points_from_xy([117.01, 117.02, 117.03], [30.55, 30.56, 30.57], [1.0, 2.0, 3.0])
    frame.set_crs(4326).to_parquet(tmp_path / "with_height.parquet")
    plain, high = (read_partition(Partition(tmp_path / f"{n}.parquet", QUESTION)) for n in ("plain", "with_height"))
    np.testing.assert_array_equal(plain.x_m, high.x_m)
    np.testing.assert_array_equal(plain.y_m, high.y_m)


def test_a_file_without_points_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"category": ["mall"]}).to_parquet(tmp_path / "d.parquet")
    with pytest.raises(InputError, match="arrived_at"):
        read_partition(Partition(tmp_path / "d.parquet", QUESTION))

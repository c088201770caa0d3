"""Many districts on a loop, a pool or a cluster: seconds and memory. Run: python -m tests.bench.districts.

Makes one GeoParquet file a district (333,000 visits, 36 categories, 12 months, 300 x 300 cells), analyses them, and
says what 3,000 districts would take. ``--keep FOLDER`` reuses the files of an earlier run.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import ndimage

from geo.crs import unproject_xy
from geo.hotspots.districts import Partition, Question, analyse_districts
from geo.rasters.raster import Raster

SIDE = 300
VISITS = 333_000
RASTER = Raster(crs_epsg=4547, x0_m=500_000.0, y0_m=3_380_000.0, cell_m=100.0, n_cols=SIDE, n_rows=SIDE)


def make(path: Path, seed: int) -> None:
    """Write one district's visits."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.standard_normal((SIDE, SIDE)), 6.0)
    effort = np.exp(1.3 * field / field.std())
    cell = rng.choice(SIDE * SIDE, VISITS, p=(effort / effort.sum()).ravel())
    x = RASTER.x0_m + (cell % SIDE + rng.random(VISITS)) * 100
    y = RASTER.y0_m + (cell // SIDE + rng.random(VISITS)) * 100
    lon, lat = unproject_xy(x, y, RASTER.crs_epsg)
    days = pd.Timestamp("2025-07-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 365, VISITS), unit="D")
    names = np.array([f"category_{k:02d}" for k in range(36)])
    columns = {
        "category": names[rng.integers(0, 36, VISITS)],
        "arrived_at": days,
        "points": rng.poisson(0.3, VISITS) * 1.0,
    }
    gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon, lat), crs=4326).to_parquet(path)


def main() -> None:
    """Print seconds, memory, and the projection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"district={k:04d}.parquet" for k in range(options.districts)]
        for k, path in enumerate(paths):
            if not path.exists():
                make(path, k)
        start = time.perf_counter()
        found = analyse_districts([Partition(path, Question(RASTER)) for path in paths], workers=options.workers)
        seconds = time.perf_counter() - start
    visits = sum(int(one.visits.sum()) for one in found)
    here, workers = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(found)} districts, {visits:.3g} visits, {options.workers} workers: {seconds:.1f} s")
    print(f"CPU of the workers: {spent.ru_utime + spent.ru_stime:.1f} s, starting them included")
    print(f"largest memory: {here:.0f} MB here, {workers:.0f} MB in a worker")
    minutes = seconds / len(found) * 3000 / 60
    print(f"3,000 districts, {visits / len(found) * 3000:.2g} visits, in proportion: {minutes:.0f} min")


if __name__ == "__main__":
    main()

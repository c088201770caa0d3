"""The store against GDAL: the same 100,000 checkpoints written and read by both; ``python tests/bench/store.py``.

GDAL writes a plain layer without keys, comparison with what is there, or constraints; the ratio says what those cost.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.store import Store

COUNT = 100_000


def roster(count: int) -> gpd.GeoDataFrame:
    """Make a frame of checkpoints at random places."""
    data = {
        "name": [f"点位{number}" for number in range(count)],
        "category": "main_road",
        "address": [f"解放大道{number}号" for number in range(count)],
        "street": "中山街道",
        "community": "江边社区",
        "unit": "城管局",
        "hours": "08:30-12:00,14:00-17:30",
        "fixed": False,
        "size": 1.0,
        "street_code": "420102001",
        "community_code": "420102001001",
        "grid_code": "",
        "cell": "420102001001001",
        "retired": False,
    }
    index = pd.Index([f"c{number:06d}" for number in range(count)], name="id", dtype="str")
    points = shapely.points(np.random.default_rng(1).uniform((114.2, 30.4), (114.5, 30.7), (count, 2)))
    return gpd.GeoDataFrame(data, index=index, geometry=points, crs="EPSG:4326")


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def main(server: str | None) -> None:
    """Print the table; with the URL of an empty PostgreSQL database, PostGIS too."""
    frame = roster(COUNT)
    with tempfile.TemporaryDirectory() as folder:
        theirs = Path(folder) / "gdal.gpkg"
        table = [
            ("GDAL write", *measured(lambda: pyogrio.write_dataframe(frame, theirs))),
            ("GDAL read", *measured(lambda: pyogrio.read_dataframe(theirs))),
        ]
        for name, url in (("GeoPackage", str(Path(folder) / "city.gpkg")), ("PostGIS", server)):
            if url is None:
                continue
            with Store.open(url, create=True) as store:
                table += [
                    (f"{name} first import", *measured(lambda: store.checkpoints.upsert(frame))),
                    (f"{name} same again", *measured(lambda: store.checkpoints.upsert(frame))),
                    (f"{name} all changed", *measured(lambda: store.checkpoints.upsert(frame.assign(size=2.0)))),
                    (f"{name} read", *measured(store.checkpoints.frame)),
                ]
    print(f"{COUNT:,} checkpoints       wall s  processor s  ratio to GDAL's write (processor)")
    for name, wall, processor in table:
        print(f"{name:25} {wall:6.2f}  {processor:11.2f}  {processor / table[0][2]:5.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

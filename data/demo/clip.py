"""Cut the demo's streets out of the whole city: ``python -m data.demo.clip wuhan_streets.parquet``."""

import sys
from pathlib import Path

import geopandas as gpd
import shapely

from geo.crs import project_xy, to_metric

METRIC = "EPSG:4547"  # CGCS2000 3-degree Gauss-Kruger, 114 degrees east
CENTRE = (114.2885, 30.5585)  # degrees, in the Yangtze between the first and the second bridge
HALF_SIDE_M = 6_000.0
STREETS = Path(__file__).with_name("wuhan_middle.parquet")


def square() -> shapely.Polygon:
    """Return the demo city's outline: 12 km by 12 km, in metres of :data:`METRIC`."""
    x, y = (float(axis) for axis in project_xy(*CENTRE, METRIC))
    return shapely.box(x - HALF_SIDE_M, y - HALF_SIDE_M, x + HALF_SIDE_M, y + HALF_SIDE_M)


def clip(whole: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the edges that touch the square; none is cut, so that nodes stay nodes."""
    touching = to_metric(whole, crs=METRIC).intersects(square())
    return whole[touching].reset_index(drop=True)


if __name__ == "__main__":
    clip(gpd.read_parquet(sys.argv[1])).to_parquet(STREETS, compression="zstd")

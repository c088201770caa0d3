"""Cut the demo's streets out of the whole city: ``python -m data.demo.clip wuhan_streets.parquet``."""

import sys
from pathlib import Path

import geopandas as gpd

CENTRE_M = (240_060.0, 3_383_968.0)  # EPSG:32650, by the first Yangtze bridge
HALF_SIDE_M = 6_000.0
STREETS = Path(__file__).with_name("wuhan_middle.parquet")


def clip(whole: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the edges that touch the square; none is cut, so that nodes stay nodes."""
    x, y = CENTRE_M
    return whole.cx[x - HALF_SIDE_M : x + HALF_SIDE_M, y - HALF_SIDE_M : y + HALF_SIDE_M].reset_index(drop=True)


if __name__ == "__main__":
    clip(gpd.read_parquet(sys.argv[1])).to_parquet(STREETS)

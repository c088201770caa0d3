"""Tiles of points, read back by GDAL, which knows nothing of how they were written."""

from pathlib import Path

import pyogrio
import pytest

from geo.errors import NotFoundError
from webmap.maps.vector_tile import EXTENT, TileAddress, TilePoint, point_tile

WUHAN = TileAddress(14, 13390, 6730)


def read(content: bytes, tmp_path: Path) -> "pyogrio.raw.gpd.GeoDataFrame":  # type: ignore[name-defined]
    path = tmp_path / "tile.pbf"
    path.write_bytes(content)
    return pyogrio.read_dataframe(f"MVT:{path}", layer="points")


def test_gdal_reads_what_was_written(tmp_path: Path) -> None:
    box = WUHAN.box
    middle = ((box.west + box.east) / 2, (box.south + box.north) / 2)
    points = [
        TilePoint(*middle, {"id": "甲", "name": "解放大道", "count": 3}),
        TilePoint(box.west, box.north, {"id": "乙", "count": 100_000}),
        TilePoint(box.west, box.north, {"id": "丙", "name": ""}),
    ]
    found = read(point_tile(WUHAN, "points", points), tmp_path)
    assert found["id"].tolist() == ["甲", "乙", "丙"]
    assert found["count"].tolist()[:2] == [3, 100_000]
    assert found["name"].tolist()[0] == "解放大道"
    x, y = found.geometry.x.tolist(), found.geometry.y.tolist()
    assert (x[0], x[1]) == pytest.approx((EXTENT / 2, 0), abs=1)
    assert abs(y[0] - EXTENT / 2) <= 1  # a degree of latitude is not the same everywhere on the tile
    assert {abs(y[1]), abs(y[2])} <= {0, EXTENT}


def test_a_tile_without_points_is_empty() -> None:
    assert point_tile(WUHAN, "points", []) == b""


def test_neighbours_share_their_borders() -> None:
    east, south = TileAddress(14, 13391, 6730), TileAddress(14, 13390, 6731)
    assert WUHAN.box.east == east.box.west
    assert WUHAN.box.south == south.box.north
    whole = TileAddress(0, 0, 0).box
    assert (whole.west, whole.east) == (-180, 180)
    assert whole.north == pytest.approx(85.05112878)
    assert whole.south == pytest.approx(-85.05112878)


@pytest.mark.parametrize(
    ("zoom", "column", "row"), [(0, 1, 0), (0, 0, 1), (2, 4, 3), (16, 65536, 0), (17, 0, 0), (10**6, 0, 0)]
)
def test_what_is_no_tile_is_refused(zoom: int, column: int, row: int) -> None:
    with pytest.raises(NotFoundError, match=f"{zoom}/{column}/{row}"):
        TileAddress(zoom, column, row)

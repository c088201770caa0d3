"""Points as a vector tile: the Mapbox Vector Tile specification 2.1 (https://github.com/mapbox/vector-tile-spec)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import mapbox_vector_tile
import shapely

from geo.errors import NotFoundError
from geo.store.places import Box

MIME = "application/vnd.mapbox-vector-tile"
HIGHEST_ZOOM = 16  # a browser stretches the tiles of this zoom when it goes nearer
EXTENT = 4096  # units of a tile's side

Value = str | int
"""What a point may say of itself."""


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Which square of the world a tile shows, as web maps count them: from the west, and from the north."""

    zoom: int
    column: int
    row: int

    def __post_init__(self) -> None:
        side = 2 ** min(self.zoom, HIGHEST_ZOOM)
        if self.zoom > HIGHEST_ZOOM or not (0 <= self.column < side and 0 <= self.row < side):
            raise NotFoundError(
                "there are no tiles {name}: reload the page", name=f"{self.zoom}/{self.column}/{self.row}"
            )

    @property
    def box(self) -> Box:
        """The square in degrees."""
        side = 2**self.zoom
        west, east = (360 * edge / side - 180 for edge in (self.column, self.column + 1))
        return Box(west, _latitude((self.row + 1) / side), east, _latitude(self.row / side))

    def at(self, lon: float, lat: float) -> tuple[int, int]:
        """Return where a place is on the tile, from its north-western corner."""
        side = 2**self.zoom
        x = (lon + 180) / 360 * side - self.column
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - self.row
        return math.floor(x * EXTENT), math.floor(y * EXTENT)


@dataclass(frozen=True, slots=True)
class TilePoint:
    """A point of a tile."""

    lon: float
    lat: float
    its: Mapping[str, Value]


def point_tile(address: TileAddress, layer: str, points: Sequence[TilePoint]) -> bytes:
    """Write a tile with one layer of points; a tile without any is empty."""
    if not points:
        return b""
    features = [{"geometry": shapely.Point(address.at(one.lon, one.lat)), "properties": one.its} for one in points]
    options = {"y_coord_down": True, "extents": EXTENT}
    tile: bytes = mapbox_vector_tile.encode([{"name": layer, "features": features}], default_options=options)
    return tile


def _latitude(down: float) -> float:
    """Return the latitude of a share of the way from the northern edge of the web map to the southern."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))

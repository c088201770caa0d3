"""Points as a vector tile: the Mapbox Vector Tile specification 2.1 (https://github.com/mapbox/vector-tile-spec).

Points need a small part of it, which is written here: a tile of a thousand points is made in a few milliseconds.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geo.errors import NotFoundError
from geo.store.places import Box

MIME = "application/vnd.mapbox-vector-tile"
HIGHEST_ZOOM = 16  # a browser stretches the tiles of this zoom when it goes nearer
EXTENT = 4096  # units of a tile's side
_MOVE_TO_ONE, _POINT, _VERSION = 9, 1, 2

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
    keys: dict[str, int] = {}
    values: dict[Value, int] = {}
    features = [_feature(address, point, keys, values) for point in points]
    parts = [_field(1, layer.encode()), *(_field(2, feature) for feature in features)]
    parts += [_field(3, key.encode()) for key in keys]
    parts += [_field(4, _value(value)) for value in values]
    parts += [_number(5, EXTENT), _number(15, _VERSION)]
    return _field(3, b"".join(parts))


def _feature(address: TileAddress, point: TilePoint, keys: dict[str, int], values: dict[Value, int]) -> bytes:
    tags: list[int] = []
    for key, value in point.its.items():
        tags += [keys.setdefault(key, len(keys)), values.setdefault(value, len(values))]
    x, y = address.at(point.lon, point.lat)
    place = _packed([_MOVE_TO_ONE, *_zigzag((x, y))])
    return _field(2, _packed(tags)) + _number(3, _POINT) + _field(4, place)


def _value(value: Value) -> bytes:
    return _field(1, value.encode()) if isinstance(value, str) else _number(5, value)


def _latitude(down: float) -> float:
    """Return the latitude of a share of the way from the northern edge of the web map to the southern."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))


def _zigzag(numbers: Iterable[int]) -> Iterator[int]:
    """Put numbers of either sign in a row from zero on, as protocol buffers do."""
    return (2 * number if number >= 0 else -2 * number - 1 for number in numbers)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits at a time, the eighth says that more follow
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _packed(numbers: Iterable[int]) -> bytes:
    return b"".join(map(_varint, numbers))


def _field(number: int, content: bytes) -> bytes:
    """Write a field of bytes: protocol buffers' wire type 2."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    """Write a field of a whole number: wire type 0."""
    return _varint(number << 3) + _varint(value)

"""The heat as one picture that lies on a Mercator map."""

import math
from dataclasses import dataclass
from io import BytesIO

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from PIL import Image

from geo.raster import Raster
from geo.rates import cell_rates
from webmap.extent import Bounds, bounds_of
from webmap.heat import BREAKS, CELL_M, FEW_VISITS
from webmap.palette import rgb

PIXEL_M = 10.0
LARGEST_PX = 3_000
HATCH_PX = 6
CLASSES = len(BREAKS) + 2  # nothing found, and one more than there are breaks
STRONG, PALE = 215, 90
DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True)
class HeatImage:
    """A PNG and the corners it belongs to."""

    png: bytes
    bounds: Bounds  # west, south, east, north


def heat_image(visits: gpd.GeoDataFrame) -> HeatImage:
    """Paint deduction points per visit by cell of 100 m.

    Every pixel takes the class of the cell that its place lies in, so that cells, which follow the metric grid, need no
    warping. Cells without visits are transparent, those with few are pale and hatched.

    Parameters
    ----------
    visits
        A frame of schema ``visits`` with at least one row.
    """
    raster = Raster.cover(visits.total_bounds, cell_m=CELL_M)
    cells = cell_rates(visits, raster)
    whole = bounds_of(raster.polygons(cells.index.to_numpy()))
    index, few = np.zeros(raster.size, np.uint8), np.zeros(raster.size, bool)
    at = cells.index.to_numpy()
    index[at] = np.where(cells["rate"] > 0, 2 + np.searchsorted(BREAKS, cells["rate"], side="right"), 1)
    few[at] = cells["visits"] < FEW_VISITS
    lon, lat = _pixels(whole)
    cell = raster.assign(np.tile(lon, lat.size), np.repeat(lat, lon.size))
    inside = cell >= 0
    shape = (lat.size, lon.size)
    kind = np.where(inside, index[np.where(inside, cell, 0)], 0).reshape(shape)
    pale = (inside & few[np.where(inside, cell, 0)]).reshape(shape)
    return HeatImage(_png(kind, pale), whole)


def _pixels(bounds: Bounds) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the longitudes of the columns and the latitudes of the rows, evenly spaced on a Mercator map."""
    west, south, east, north = bounds
    wide_m = (east - west) * DEGREE_M * math.cos(math.radians((south + north) / 2))
    high_m = (north - south) * DEGREE_M
    pixel_m = max(PIXEL_M, wide_m / LARGEST_PX, high_m / LARGEST_PX)
    columns, rows = math.ceil(wide_m / pixel_m), math.ceil(high_m / pixel_m)
    top, bottom = (math.asinh(math.tan(math.radians(edge))) for edge in (north, south))
    lon = west + (np.arange(columns) + 0.5) / columns * (east - west)
    y = top + (np.arange(rows) + 0.5) / rows * (bottom - top)
    return lon, np.degrees(np.arctan(np.sinh(y)))


def _png(kind: npt.NDArray[np.uint8], pale: npt.NDArray[np.bool_]) -> bytes:
    """Write classes as a palette picture: 0 transparent, then each class strong and pale."""
    across, down = np.meshgrid(np.arange(kind.shape[1]), np.arange(kind.shape[0]))
    hatched = pale & ((across + down) % HATCH_PX < HATCH_PX // 2)
    image = Image.fromarray(np.where(kind == 0, 0, kind + CLASSES * hatched).astype(np.uint8), mode="P")
    colours = [rgb(f"heat-{number}") for number in range(1, CLASSES + 1)]
    image.putpalette([0, 0, 0, *(part for one in colours * 2 for part in one)])
    file = BytesIO()
    transparency = bytes([0, *[STRONG] * CLASSES, *[PALE] * CLASSES])
    image.save(file, "PNG", optimize=True, transparency=transparency)
    return file.getvalue()

"""The cells as a browser draws them: four bytes a cell for a far look, shapes of the screen's part for a near one."""

import gzip
import json
import struct
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.crs import project_xy, unproject_xy
from geo.rasters.raster import Raster
from webmap.findings.classes import COLD, HOT, OUTSIDE, SURFACES, UNKNOWN
from webmap.findings.kept import FoundCells

MESH = 16  # parts of a side: the metric raster bends on a Mercator map, by far less than a pixel between these
MOST_SHAPES = 48_000  # a screen of 3840 x 2160 at zoom 14, with its margin
DECIMALS = 7
FAST = 1  # of gzip: the cells are mostly alike
SHAPE_COLUMNS = (*SURFACES, *(f"{name}_label" for name in SURFACES), "flag", "outline")

NOTHING: dict[str, Any] = {"columns": 0, "rows": 0, "visits": 0}


def bytes_of(found: FoundCells) -> NDArray[np.uint8]:
    """Return each cell of the raster its classes by rate, density and count, and its flag; shape (cells, 4)."""
    table = np.full((found.inside.size, 4), OUTSIDE, np.uint8)
    values = {"rate": "rate_eb", "count": "deductions"}
    for place, (name, surface) in enumerate(SURFACES.items()):
        table[found.inside, place] = UNKNOWN
        if name == "density":
            known = ~np.isnan(found.density)
            table[known, place] = surface.codes(found.density[known])
        else:
            table[found.at, place] = surface.codes(found.cells[values[name]])
    table[:, 3] = 0
    table[found.at, 3] = np.select([found.cells["hot"], found.cells["cold"]], [HOT, COLD], 0)
    return table


def packed(found: FoundCells) -> bytes:
    """Pack the cells for a browser, gzipped: the length of the head in four bytes, the head as JSON, the bytes."""
    head, body = dict(NOTHING), b""
    if found.raster is not None:
        raster = found.raster
        head = {
            "columns": raster.n_cols,
            "rows": raster.n_rows,
            "cellM": raster.cell_m,
            "mesh": _mesh(raster),
            "parts": MESH,
            "visits": found.visits,
        }
        body = bytes_of(found).tobytes()
    said = json.dumps(head, separators=(",", ":")).encode()
    return gzip.compress(struct.pack("<I", len(said)) + said + body, FAST, mtime=0)


def _mesh(raster: Raster) -> list[float]:
    """Return longitude and latitude of the raster's points, row by row from the south-west corner."""
    steps = np.arange(MESH + 1) / MESH
    x = np.tile(raster.x0_m + steps * raster.n_cols * raster.cell_m, MESH + 1)
    y = np.repeat(raster.y0_m + steps * raster.n_rows * raster.cell_m, MESH + 1)
    return [float(one) for one in np.column_stack(unproject_xy(x, y, raster.crs_epsg)).round(DECIMALS).ravel()]


def shapes(found: FoundCells, bounds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Return the cells within bounds in degrees, those without a visit too, and the outlines of what is flagged.

    ``rate``, ``density`` and ``count`` are codes, with a ``_label`` each; ``flag`` is 1 hot, 2 cold; ``outline`` tells
    an outline from a cell.
    """
    if found.raster is None:
        return gpd.GeoDataFrame({name: [] for name in SHAPE_COLUMNS}, geometry=[], crs="EPSG:4326")
    cells = _within(found.raster, bounds)
    cells = cells[found.inside[cells]][:MOST_SHAPES]
    codes = bytes_of(found)[cells]
    table = pd.DataFrame({name: codes[:, place] for place, name in enumerate(SURFACES)}, index=cells)
    own = found.cells.set_axis(found.at).reindex(cells)
    table["rate_label"] = _labels(own["rate_eb"])
    table["density_label"] = _labels(pd.Series(found.density[cells]))
    table["count_label"] = _labels(own["deductions"])
    squares = found.raster.polygons(cells).join(table.assign(flag=codes[:, 3], outline=False))
    flagged = squares[squares["flag"] > 0]
    if flagged.empty:
        return squares
    edges = flagged[["flag", "geometry"]].dissolve("flag").reset_index().assign(outline=True)
    return gpd.GeoDataFrame(pd.concat([squares, edges]), crs=squares.crs)


def _labels(values: "pd.Series[float]") -> list[str]:
    return [f"{value:.1f}" if value == value else "" for value in values]  # noqa: PLR0124 - NaN


def _within(raster: Raster, bounds: tuple[float, float, float, float]) -> NDArray[np.int64]:
    west, south, east, north = bounds
    x, y = project_xy(np.array([west, west, east, east]), np.array([south, north, south, north]), raster.crs_epsg)
    first = np.floor((np.array([np.min(x), np.min(y)]) - [raster.x0_m, raster.y0_m]) / raster.cell_m)
    last = np.floor((np.array([np.max(x), np.max(y)]) - [raster.x0_m, raster.y0_m]) / raster.cell_m)
    size = np.array([raster.n_cols, raster.n_rows])
    (col0, row0), (col1, row1) = np.clip(first, 0, size).astype(int), np.clip(last + 1, 0, size).astype(int)
    found: NDArray[np.int64] = np.add.outer(np.arange(row0, row1) * raster.n_cols, np.arange(col0, col1)).ravel()
    return found

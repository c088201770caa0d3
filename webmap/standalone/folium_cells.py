"""The cells of the standalone map: what the visits say of each, month by month, packed into the file."""

import base64
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import unproject_xy
from geo.rasters.raster import Raster
from geo.results import raster_of, shrunk_rates
from geo.store.places import Bounds
from webmap.extent import outline
from webmap.findings.classes import COLD, HOT, SURFACES
from webmap.maps.geojson import collection
from webmap.maps.palette import colour
from webmap.standalone.folium_layers import SIMPLE_DEG, Call

RATE = SURFACES["rate"]
MONTHS = 36  # the last ones
PIXEL_M = 10.0
LARGEST_PX = 2_400
MESH = 33  # places on a side, through which the way from pixels to cells is fitted
DECIMALS = 6
FEW_VISITS = 3  # below, a rate says hardly anything

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """What the script of the file draws and tells.

    Parameters
    ----------
    judged
        See :func:`geo.results.hotspot_cells`; at least one row.
    raster
        Whose cells they are.
    months
        The last months with visits and those between, as ``2026-06``.
    classes
        One more than the number of the class of each cell's rate in each month, shape (months, cells); 0 without a
        visit.
    items
        Names of items by their code.
    """

    judged: gpd.GeoDataFrame
    raster: Raster
    months: tuple[str, ...]
    classes: Bytes
    items: dict[str, str]


def monthly_classes(visits: gpd.GeoDataFrame, judged: gpd.GeoDataFrame, timezone: str) -> tuple[tuple[str, ...], Bytes]:
    """Return the months, and the class of each cell in each of them.

    A month has few visits a cell, so its rate is drawn towards those around it as far as chance explains the distance:
    :func:`geo.results.shrunk_rates`, as over all months. A month without a visit is unknown, not zero.
    """
    raster = raster_of(visits)
    row = pd.Index(judged.index).get_indexer(raster.assign(visits.geometry.x, visits.geometry.y))
    stamps = visits["arrived_at"].dt.tz_convert(timezone).dt.tz_localize(None).dt.to_period("M")
    every = pd.period_range(stamps.min(), stamps.max(), freq="M")[-MONTHS:]
    month, points = every.get_indexer(pd.PeriodIndex(stamps)), visits["points"].to_numpy(float)
    found = np.zeros((len(every), len(judged)), np.uint8)
    for at in range(len(every)):
        own = (month == at) & (row >= 0)
        seen = np.bincount(row[own], minlength=len(judged))
        cost = np.bincount(row[own], weights=points[own], minlength=len(judged))
        there = seen > 0
        if not there.any():
            continue
        total = float(points[own].sum())
        unit = float((points[own] ** 2).sum()) / total if total > 0 else 1.0
        sums = pd.DataFrame({"visits": seen[there], "deductions": cost[there]}, index=judged.index[there])
        found[at, there] = class_numbers(shrunk_rates(sums, raster, unit))
    return tuple(str(one) for one in every), found


def class_numbers(rates: npt.ArrayLike) -> Bytes:
    """Return the class of each rate, from 1; 0 where it is unknown."""
    value = np.asarray(rates, np.float64)
    return np.where(np.isnan(value), 0, 1 + np.searchsorted(RATE.breaks, value, "right")).astype(np.uint8)


def packed(cells: Cells, words: dict[str, str]) -> dict[str, Any]:
    """Return everything that the script needs: a head, and the arrays as base64 of deflated bytes."""
    judged = cells.judged
    names, columns = _columns(cells)
    arrays = {
        "cell": judged.index.to_numpy(np.int32),
        "rateClass": class_numbers(judged["rate_eb"]),
        "months": cells.classes.ravel(),
        "flag": np.select([judged["hot"], judged["cold"]], [HOT, COLD], 0).astype(np.uint8),
        **columns,
    }
    ordered = sorted(arrays.items(), key=lambda one: -one[1].itemsize)  # typed arrays must start on their own multiples
    bounds, size, fit, off = placed(cells.raster)
    head = {
        "arrays": [[name, values.dtype.name, values.size] for name, values in ordered],
        "columns": cells.raster.n_cols,
        "rows": cells.raster.n_rows,
        "bounds": bounds,
        "size": size,
        "fit": [[round(one, 9) for one in axis] for axis in fit],
        "offCells": round(off, 4),
        "monthNames": cells.months,
        "few": FEW_VISITS,
        "colours": [colour(f"{RATE.palette}-{number}") for number in range(1, len(RATE.labels) + 1)],
        "names": names,
        "words": words,
    }
    raw = b"".join(values.tobytes() for _, values in ordered)
    body = base64.b64encode(zlib.compress(raw, 9)).decode("ascii")
    return {**head, "body": body}


def _columns(cells: Cells) -> tuple[dict[str, list[str]], dict[str, npt.NDArray[Any]]]:
    """Return the numbers of each cell, and its words as places in lists of names."""
    judged = cells.judged
    names, columns = {}, {}
    for column in ("class", "zone", "unit"):
        number, values = pd.factorize(judged[column].astype(str))
        names[column], columns[column] = [str(one) for one in values], number.astype(np.uint16)
    listed = [tuple(cells.items.get(item, item) for item in items) for items in judged["items"]]
    number, values = pd.factorize(pd.Series(["\n".join(one) for one in listed]))
    names["items"], columns["items"] = [str(one) for one in values], number.astype(np.uint16)
    numbers = {name: judged[name].to_numpy(np.float32) for name in ("deductions", "rate_low", "rate_high", "p", "q")}
    radius = np.nan_to_num(judged["radius_m"].to_numpy()).astype(np.uint16)
    return names, columns | numbers | {"visits": judged["visits"].to_numpy(np.int32), "radius": radius}


def placed(raster: Raster) -> tuple[Bounds, tuple[int, int], Floats, float]:
    """Lay a picture over the raster, and fit the way from its pixels to the cells.

    The picture's edges are parallels and meridians on a Mercator map; the raster is metric, so its columns lean and
    bend a little on it. A polynomial of the third degree follows them.

    Returns
    -------
    bounds
        West, south, east, north of the picture in degrees.
    size
        Its width and height in pixels.
    fit
        For column and row of the raster the factors of 1, u, v, u2, uv, v2, u3, u2v, uv2, v3, with u and v from 0 to
        1 from the picture's upper left; shape (2, 10).
    off
        The largest error of the fit, in cells.
    """
    steps = np.linspace(0.0, 1.0, MESH)
    col, row = (one.ravel() for one in np.meshgrid(steps * raster.n_cols, steps * raster.n_rows))
    lon, lat = unproject_xy(raster.x0_m + col * raster.cell_m, raster.y0_m + row * raster.cell_m, raster.crs_epsg)
    west, south, east, north = (float(one) for one in (lon.min(), lat.min(), lon.max(), lat.max()))
    top, bottom = _mercator(np.array([north, south]))
    u, v = (lon - west) / (east - west), (top - _mercator(lat)) / (top - bottom)
    basis = np.column_stack([np.ones_like(u), u, v, u * u, u * v, v * v, u**3, u * u * v, u * v * v, v**3])
    fit = np.linalg.lstsq(basis, np.column_stack([col, row]), rcond=None)[0].T
    off = float(np.abs(basis @ fit.T - np.column_stack([col, row])).max())
    metres = np.array([raster.n_cols, raster.n_rows]) * raster.cell_m
    pixel_m = max(PIXEL_M, metres.max() / LARGEST_PX)
    wide, high = (math.ceil(one / pixel_m) for one in metres)
    return (west, south, east, north), (wide, high), fit, off


def _mercator(lat: Floats) -> Floats:
    return np.asarray(np.arcsinh(np.tan(np.radians(lat))))


def outlines(judged: gpd.GeoDataFrame) -> str:
    """Return the edges of what is flagged as GeoJSON, ``flag`` 1 hot, 2 cold."""
    rows = [(HOT, judged["hot"].to_numpy(bool)), (COLD, judged["cold"].to_numpy(bool))]
    edges = [(flag, shapely.union_all(judged.geometry.to_numpy()[own])) for flag, own in rows if own.any()]
    frame = gpd.GeoDataFrame({"flag": [flag for flag, _ in edges]}, geometry=[edge for _, edge in edges], crs=4326)
    return collection(frame, ("flag",), decimals=DECIMALS)


def ground(raster: Raster, zones: gpd.GeoDataFrame) -> str:
    """Return what is hatched where no cell lies over it, as GeoJSON: the zones, or without any the raster's own box."""
    whole = outline(zones) or shapely.box(*placed(raster)[0])
    frame = gpd.GeoDataFrame(geometry=[shapely.simplify(whole, SIMPLE_DEG)], crs=4326)
    return collection(frame, (), decimals=DECIMALS)


def call(group: folium.FeatureGroup, block: str, *, shown: bool) -> Call:
    """Draw the packed cells into a group of the map, the edges of what is flagged above them, the ground below."""
    return Call("Cells", group.get_name(), json.dumps(block), json.dumps(shown))


def legend(labels: Sequence[str] = RATE.labels) -> list[tuple[str, int]]:
    """Return the classes with the number of their colour."""
    return [(label, number) for number, label in enumerate(labels, start=1)]

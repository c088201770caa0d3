"""One cell: its numbers, who answers for it, and every problem that was found in it."""

import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.rasters.raster import OUTSIDE
from geo.readers.pictures import THUMBNAIL
from webmap.findings.work import ChoiceResult

PROBLEMS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Card:
    """A cell of the raster.

    Parameters
    ----------
    ring
        Its outline in degrees, as JSON.
    numbers
        Its row of :func:`geo.results.hotspot_cells`; None without a visit.
    density
        Points per visit of the surface; NaN where it isn't known.
    problems
        ``date``, ``item``, ``points``, ``note``, ``checkpoint`` and ``name`` of each deduction, the newest first, a
        hundred at most; by the id of the deduction.
    found
        How many problems there are.
    """

    ring: str
    cell_m: float
    numbers: pd.Series | None
    density: float
    problems: pd.DataFrame
    found: int


def card(found: ChoiceResult, lon: float, lat: float, roster: gpd.GeoDataFrame) -> Card | None:
    """Return the card of the cell that a place in degrees lies in; None beyond the district."""
    if found.raster is None:
        return None
    cell = int(found.raster.assign([lon], [lat])[0])
    if cell == OUTSIDE or not found.inside[cell]:
        return None
    row = np.flatnonzero(found.at == cell)
    square = found.raster.polygons([cell]).geometry.iloc[0]
    problems = _problems(found, cell, roster)
    return Card(
        ring=json.dumps(np.round(shapely.get_coordinates(square), 6).tolist()),
        cell_m=found.raster.cell_m,
        numbers=found.cells.iloc[row[0]] if row.size else None,
        density=float(found.density[cell]),
        problems=problems.head(PROBLEMS_SHOWN),
        found=len(problems),
    )


def _problems(found: ChoiceResult, cell: int, roster: gpd.GeoDataFrame) -> pd.DataFrame:
    visits = found.records.visits
    assert found.raster is not None  # noqa: S101 - the caller looked
    here = visits[found.raster.assign(visits.geometry.x, visits.geometry.y) == cell]
    lines = found.records.deductions[["visit", "item", "points", "note"]].join(
        here[["date", "arrived_at", "checkpoint"]], on="visit", how="inner"
    )
    named = roster["name"].reindex(lines["checkpoint"]).fillna("").to_numpy()
    ordered = lines.assign(name=named).sort_values(["arrived_at", "points"], ascending=False)
    return ordered[["date", "item", "points", "note", "checkpoint", "name"]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a problem, with the size of its thumbnail and its own, in pixels."""

    photo: str  # hash
    width: int
    height: int
    small_width: int
    small_height: int


def pictures(photos: pd.DataFrame) -> dict[str, list[Picture]]:
    """Return the photos of each deduction, of a frame of :data:`geo.frames.PHOTOS`."""
    found: dict[str, list[Picture]] = {}
    columns = (photos[name].tolist() for name in ("deduction", "photo", "width", "height"))
    for deduction, photo, width, height in zip(*columns, strict=True):
        scale = min(1.0, THUMBNAIL / max(width, height))
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        found.setdefault(deduction, []).append(Picture(photo, width, height, *small))
    return found

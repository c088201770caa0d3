"""One cell: its numbers, who answers for it, and every problem that was found in it."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.rasters.raster import OUTSIDE, Raster
from geo.readers.pictures import THUMBNAIL
from geo.store import Store
from webmap.findings.choice import Choice
from webmap.findings.kept import FoundCells
from webmap.findings.records import Records

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


def card(store: Store, found: FoundCells, place: tuple[float, float], choice: Choice) -> Card | None:
    """Return the card of the cell that a place in degrees lies in; None beyond the district."""
    cell = _cell_at(found, place)
    if cell is None or found.raster is None:
        return None
    row = np.flatnonzero(found.at == cell)
    square = found.raster.polygons([cell]).geometry.iloc[0]
    problems = _problems(store, found.raster, cell, choice)
    return Card(
        ring=json.dumps(np.round(shapely.get_coordinates(square), 6).tolist()),
        cell_m=found.raster.cell_m,
        numbers=found.cells.iloc[row[0]] if row.size else None,
        density=float(found.density[cell]),
        problems=problems.head(PROBLEMS_SHOWN),
        found=len(problems),
    )


def class_at(found: FoundCells, lon: float, lat: float) -> str:
    """Return the class in time of the cell that a place in degrees lies in; empty where it has none."""
    row = np.flatnonzero(found.at == _cell_at(found, (lon, lat)))
    return str(found.cells["class"].iloc[row[0]]) if row.size else ""


def _cell_at(found: FoundCells, place: tuple[float, float]) -> int | None:
    if found.raster is None:
        return None
    cell = int(found.raster.assign([place[0]], [place[1]])[0])
    return None if cell == OUTSIDE or not found.inside[cell] else cell


def _problems(store: Store, raster: Raster, cell: int, choice: Choice) -> pd.DataFrame:
    """Ask the city for what was found in a cell, as it is now."""
    with store.snapshot():
        around = Records.near(store, choice, tuple(raster.polygons([cell]).total_bounds)).of(choice)
        here = around.visits[raster.assign(around.visits.geometry.x, around.visits.geometry.y) == cell]
        names = store.checkpoints.names(here["checkpoint"])
    lines = around.deductions[["visit", "item", "points", "note"]].join(
        here[["date", "arrived_at", "checkpoint"]], on="visit", how="inner"
    )
    named = lines["checkpoint"].map(names).fillna("").to_numpy()
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

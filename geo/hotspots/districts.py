"""One district whole, from its visits to fixed-size arrays; many of them are independent tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from geo.clock import TIMEZONE
from geo.crs import project_xy
from geo.density import kernel
from geo.errors import InputError
from geo.hotspots.exposure import exposure_of
from geo.hotspots.trend import Codes, class_codes, mann_kendall, months_of
from geo.hotspots.verdict import judge
from geo.progress import Progress, silent
from geo.rasters.lattice import Floats, Ints, Lattice, halves_of
from geo.rasters.raster import OUTSIDE, Raster
from geo.tasks import run_tasks

_POINT_HEAD = b"\x01\x01\x00\x00\x00"  # well-known binary: little-endian, a point
_POINT_BYTES = 21


@dataclass(frozen=True, slots=True)
class DistrictVisits:
    """The visits of a district, shape (n,) each.

    Parameters
    ----------
    x_m, y_m
        In the raster's CRS.
    category, month
        Numbers from 0.
    points
        Deducted.
    """

    x_m: Floats
    y_m: Floats
    category: Ints
    month: Ints
    points: Floats


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a district.

    Parameters
    ----------
    raster
        Its cells.
    radii_m
        Of the windows of hotspots.
    trend_m
        Radius of the windows whose months are followed.
    bandwidth_m
        Of the surface, an Epanechnikov kernel.
    alpha
        False discovery rate of the hotspots, level of hot months and of the trend.
    """

    raster: Raster
    radii_m: tuple[float, ...] = (200.0, 300.0, 500.0, 1000.0, 2000.0)
    trend_m: float = 500.0
    bandwidth_m: float = 500.0
    alpha: float = 0.05


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """What there is to say of a district, one number a cell of its raster, whatever its visits.

    Parameters
    ----------
    visits, points
        Counted and summed.
    flag
        1 hot, -1 cold, 0 neither.
    q, radius_m
        Of the place, or the window; NaN without visits.
    trend, trend_class
        Mann-Kendall's z, and the number in :data:`geo.hotspots.trend.CLASSES`.
    surface
        Points per m2, shape (rows, cols).
    """

    visits: NDArray[np.int32]
    points: NDArray[np.float32]
    flag: NDArray[np.int8]
    q: NDArray[np.float32]
    radius_m: NDArray[np.float32]
    trend: NDArray[np.float32]
    trend_class: NDArray[np.int8]
    surface: NDArray[np.float32]


def analyse(visits: DistrictVisits, question: Question) -> DistrictFigures:
    """Count, flag, follow and smooth a district."""
    raster = question.raster
    cell = raster.assign_xy(visits.x_m, visits.y_m)
    inside = cell != OUTSIDE
    cell, points, category, month = (a[inside] for a in (cell, visits.points, visits.category, visits.month))
    counts = np.bincount(cell, minlength=raster.size)
    seen = np.flatnonzero(counts)
    place = np.full(raster.size, -1, np.int64)
    place[seen] = np.arange(seen.size)
    row, col = np.divmod(seen, raster.n_cols)
    lattice = Lattice(row, col, raster.n_rows, raster.n_cols, raster.cell_m)
    at = place[cell]
    verdict = judge(
        exposure_of(*_by_category(at, category, points), lattice), np.array(question.radii_m), alpha=question.alpha
    )
    trend, classes = _follow(at, category, month, points, lattice, question)
    xy = np.column_stack([visits.x_m, visits.y_m])
    surface = kernel(xy, visits.points, raster, question.bandwidth_m)

    def spread(values: Floats | Ints, fill: float) -> Floats:
        out = np.full(raster.size, fill)
        out[seen] = values
        return out

    return DistrictFigures(
        visits=counts.astype(np.int32),
        points=np.bincount(cell, weights=points, minlength=raster.size).astype(np.float32),
        flag=spread(verdict.hot.astype(np.int64) - verdict.cold, 0).astype(np.int8),
        q=spread(verdict.q, np.nan).astype(np.float32),
        radius_m=spread(verdict.radius_m, np.nan).astype(np.float32),
        trend=spread(trend, np.nan).astype(np.float32),
        trend_class=spread(classes.astype(np.int64), 0).astype(np.int8),
        surface=surface.astype(np.float32),
    )


def _by_category(at: Ints, category: Ints, points: Floats) -> tuple[Floats, Ints, Ints]:
    """Sum the visits by cell and category: the sums, the cell and the category of each row."""
    kinds = int(category.max(initial=0)) + 1
    row, key = pd.factorize(at * kinds + category)
    powers = [np.bincount(row, weights=points**power, minlength=key.size) for power in range(4)]
    cell, kind = np.divmod(np.asarray(key, np.int64), kinds)
    return np.column_stack(powers).astype(np.float64), cell, kind


def _follow(
    at: Ints, category: Ints, month: Ints, points: Floats, lattice: Lattice, question: Question
) -> tuple[Floats, NDArray[np.int8]]:
    half = halves_of(question.trend_m, lattice)[0]
    kind = month * (int(category.max(initial=0)) + 1) + category
    sums = np.column_stack([np.ones(points.size), points, points**2, points**3])
    found = months_of(sums, Codes(at, kind, month), lattice, half, alpha=question.alpha)
    test = mann_kendall(pd.DataFrame(found.ratio))
    z, p = test["z"].to_numpy(), test["p"].to_numpy()
    return z, class_codes(~np.isnan(found.ratio), found.hot, z, p, alpha=question.alpha)


@dataclass(frozen=True, slots=True)
class Partition:
    """One district's file, and what is asked of it.

    Parameters
    ----------
    path
        GeoParquet with points in EPSG:4326, ``category`` (text), ``arrived_at`` (UTC) and ``points``.
    question
        What is asked.
    timezone
        Whose months count.
    """

    path: Path
    question: Question
    timezone: str = TIMEZONE


def read_partition(partition: Partition) -> DistrictVisits:
    """Read the visits of a district.

    Raises
    ------
    InputError
        When a column is missing.
    """
    table = pq.read_table(partition.path)
    lacking = {"geometry", "category", "arrived_at", "points"} - set(table.column_names)
    if lacking:
        raise InputError(
            "{path} has no column {field!r}: write visits as GeoParquet", field=min(lacking), path=str(partition.path)
        )
    x, y = project_xy(*_lon_lat(table["geometry"]), partition.question.raster.crs_epsg)
    when = pd.DatetimeIndex(table["arrived_at"].to_pandas()).tz_convert(partition.timezone)
    month = np.asarray(when.year * 12 + when.month, np.int64)
    category = pd.factorize(table["category"].to_pandas(), sort=True)[0]
    points = table["points"].to_numpy().astype(np.float64)
    first = month.min() if month.size else 0
    return DistrictVisits(x, y, np.asarray(category, np.int64), month - first, points)


def _lon_lat(column: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Read well-known binary: plain points from where they lie in memory, anything else one by one."""
    wkb = pa.concat_arrays(
        [chunk.cast(pa.large_binary()) for chunk in column.chunks] or [pa.array([], pa.large_binary())]
    )
    offsets = np.frombuffer(wkb.buffers()[1], np.int64)[wkb.offset : wkb.offset + len(wkb) + 1]
    if len(wkb) and not wkb.null_count and (np.diff(offsets) == _POINT_BYTES).all():
        rows = np.frombuffer(wkb.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(-1, _POINT_BYTES)
        if (rows[:, :5] == np.frombuffer(_POINT_HEAD, np.uint8)).all():
            xy = np.ascontiguousarray(rows[:, 5:]).view("<f8")
            return xy[:, 0], xy[:, 1]
    places = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return shapely.get_x(places), shapely.get_y(places)


def analyse_partition(partition: Partition) -> DistrictFigures:
    """Read and analyse one district; a task of :func:`geo.tasks.run_tasks`."""
    return analyse(read_partition(partition), partition.question)


def analyse_districts(
    partitions: Sequence[Partition],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> list[DistrictFigures]:
    """Analyse many districts, each once, wherever there is room; see :func:`geo.tasks.run_tasks`."""
    return run_tasks(
        analyse_partition, partitions, workers=workers, scheduler=scheduler, stage="districts", progress=progress
    )

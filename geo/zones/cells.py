"""Unit grid cells (单元网格, 万米网格): about 10,000 m2, inside one community, along streets, no overlap, no gap.

GB/T 30428.1-2013 数字化城市管理信息系统 第1部分：单元网格: closed, within one community, around 10,000 m2, the code is
the twelve digits of the community and three more. The plain 100 m raster for analysis is :mod:`geo.rasters.raster`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import frame_metric_crs
from geo.errors import InputError
from geo.frames import CELLS, WGS84, check
from geo.model import Level
from geo.progress import Progress, silent
from geo.zones.blocks import borders, dissolve, merge_slivers, street_blocks

CELL_M2 = 10_000.0
SLIVER_M2 = 1_000.0
MOST = 999  # cells that the three digits of a code can number

_LARGE = 1.5  # times the cell's area: a block above it is cut into squares
_SMALL = 0.4  # times the cell's area: a piece of a cut block below it joins another piece of the block
_JOINED = 1.6  # times the cell's area: as large as two joined pieces may be
_GRID_M = 0.001
_OVERSHOOT_M = 0.01  # a cut runs this far beyond its block, so that it surely meets the border
_NO_CUT = frozenset(
    ("footway", "path", "steps", "cycleway", "bridleway", "corridor", "elevator", "track", "construction", "proposed")
)

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CellReport:
    """Cells, and where they had to be larger."""

    cells: gpd.GeoDataFrame  # a CELLS frame
    enlarged: Mapping[str, float]  # community -> area of its cells in m2, where 999 of 10,000 m2 do not do


def unit_cells(
    communities: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame, *, progress: Progress = silent
) -> gpd.GeoDataFrame:
    """Cut communities into unit grid cells; see :func:`cut_cells`."""
    return cut_cells(communities, streets, progress=progress).cells


def cut_cells(
    communities: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame, *, progress: Progress = silent
) -> CellReport:
    """Cut communities into unit grid cells.

    Cells follow the streets; a block larger than one and a half cells is cut into 100 m squares, whose remnants below
    4,000 m2 join their neighbour in the block. Pieces below 1,000 m2 join a neighbour in any case, unless the community
    itself is smaller. Where 999 cells would not do, the area of a cell doubles until they do. Cells are numbered as one
    reads: in bands of 100 m from north to south, from west to east in each.

    Parameters
    ----------
    communities
        ZONES frame; only its communities count. Without any, the box around the streets is cut, and cells have numbers
        but no codes.
    streets
        STREETS frame. Tunnels and ways for walking alone do not cut.
    progress
        Hears ``cells``.

    Returns
    -------
    CellReport
        Cells in EPSG:4326 whose union is that of the communities; ``area_m2`` on the local plane.

    Raises
    ------
    InputError
        When there is neither a community nor a street.
    """
    areas = _areas(communities, streets)
    crs = frame_metric_crs(areas)
    areas = _rounded(areas.to_crs(crs))
    lines = _rounded(_cutting(streets).to_crs(crs))
    codes = areas.index.to_numpy(object)
    progress("cells", 0, 1)
    blocks, owner = _blocks(areas, lines)
    cell_m2 = np.full(len(codes), CELL_M2)
    while True:
        parts = _cells(blocks, owner, cell_m2, crs)
        crowded = [at for at, cells in parts.items() if len(cells) > MOST and codes[at]]
        if not crowded:
            break
        cell_m2[crowded] *= 2
    progress("cells", 1, 1)
    enlarged = {codes[at]: float(cell_m2[at]) for at in np.flatnonzero(cell_m2 > CELL_M2)}
    return CellReport(check(_frame({codes[at]: cells for at, cells in parts.items()}, crs), CELLS), enlarged)


def assign(points: gpd.GeoDataFrame | gpd.GeoSeries, cells: gpd.GeoDataFrame) -> pd.Series:
    """Find the cell of every point; a point on a border goes to the lower code.

    Parameters
    ----------
    points
        In EPSG:4326.
    cells
        CELLS frame.

    Returns
    -------
    Series
        Named ``cell``, with the index of ``points``; empty outside.
    """
    members = cells.sort_index()
    cell, point = shapely.STRtree(points.geometry.to_numpy()).query(members.geometry.to_numpy(), predicate="intersects")
    order = np.lexsort((cell, point))
    first, at = np.unique(point[order], return_index=True)
    found = np.full(len(points), "", dtype=object)
    found[first] = members.index.to_numpy(object)[cell[order][at]]
    return pd.Series(found, index=points.index, name="cell", dtype="str")


def _areas(communities: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return what is to be cut, by community code; one nameless box where there is no community."""
    if communities is not None:
        own = communities[communities["level"] == Level.COMMUNITY].sort_index()
        if len(own):
            return own.geometry.to_crs(WGS84)
    if not len(streets):
        raise InputError("there is neither a community nor a street: import one of them first")
    box = shapely.box(*streets.to_crs(frame_metric_crs(streets)).total_bounds)
    return gpd.GeoSeries([box], index=[""], crs=frame_metric_crs(streets)).to_crs(WGS84)


def _rounded(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Round to millimetres, so that borders which projecting parted by less are one again."""
    rounded = shapes.set_precision(_GRID_M, mode="pointwise")
    broken = ~rounded.is_valid
    if broken.any():
        rounded[broken] = rounded[broken].make_valid(method="structure", keep_collapsed=False)
    return rounded[~rounded.is_empty]


def _cutting(streets: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Keep the streets that part one cell from another."""
    keep = np.ones(len(streets), bool)
    if "highway" in streets:
        keep &= ~streets["highway"].isin(_NO_CUT).to_numpy()
    if "tunnel" in streets:
        keep &= ~streets["tunnel"].to_numpy(bool)
    return streets.geometry[keep]


def _owners(pieces: Shapes, areas: Shapes) -> Ints:
    """Return the area that each piece lies in, the first where areas overlap; -1 in a hole between them."""
    inner = shapely.point_on_surface(pieces)
    area, piece = shapely.STRtree(inner).query(areas, predicate="intersects")
    owner = np.full(len(pieces), len(areas), np.int64)
    np.minimum.at(owner, piece, area)
    owner[owner == len(areas)] = -1
    return owner


def _blocks(areas: gpd.GeoSeries, lines: gpd.GeoSeries) -> tuple[Shapes, Ints]:
    """Cut the communities along the streets, without slivers, as one coverage."""
    shapes = areas.to_numpy()
    rims = gpd.GeoSeries(np.append(lines.to_numpy(), shapely.boundary(shapes)), crs=areas.crs)
    faces = street_blocks(rims, shapely.union_all(shapes), sliver_area_m2=0, sliver_width_m=0).to_numpy(object)
    owner = _owners(faces, shapes)
    faces, owner = faces[owner >= 0], owner[owner >= 0]
    merged = [merge_slivers(faces[owner == at]) for at in np.unique(owner)]
    sizes = [len(own) for own in merged]
    return np.concatenate(merged), np.repeat(np.unique(owner), sizes)


def _cells(blocks: Shapes, owner: Ints, cell_m2: npt.NDArray[np.float64], crs: object) -> dict[int, Shapes]:
    """Return the cells of each area, cut to the size that is asked for it."""
    pieces, block = _cut(blocks, cell_m2[owner], crs)
    of = owner[block]
    order = np.argsort(of, kind="stable")
    own = np.split(order, np.flatnonzero(np.diff(of[order])) + 1)
    return {int(of[at[0]]): _joined(pieces[at], block[at], cell_m2[of[at[0]]]) for at in own}


def _cut(blocks: Shapes, cell_m2: npt.NDArray[np.float64], crs: object) -> tuple[Shapes, Ints]:
    """Cut the large blocks into squares; give the pieces and the block of each.

    All borders are noded together once more, so that neighbours still share every vertex.
    """
    large = np.flatnonzero(shapely.area(blocks) > _LARGE * cell_m2)
    cuts = [_lattice(blocks[at], np.sqrt(cell_m2[at])) for at in large]
    lines = gpd.GeoSeries(np.concatenate([shapely.boundary(blocks), *cuts]), crs=crs)
    pieces = street_blocks(lines, shapely.union_all(blocks), sliver_area_m2=0, sliver_width_m=0).to_numpy(object)
    at = _owners(pieces, blocks)
    return pieces[at >= 0], at[at >= 0]


def _lattice(block: shapely.Geometry, side_m: float) -> Shapes:
    """Return the lines of a square lattice inside a block, each a little longer than the block is wide."""
    west, south, east, north = block.bounds
    xs = np.arange(np.ceil(west / side_m), np.floor(east / side_m) + 1) * side_m
    ys = np.arange(np.ceil(south / side_m), np.floor(north / side_m) + 1) * side_m
    upright = [[(x, south - 1), (x, north + 1)] for x in xs]
    level = [[(west - 1, y), (east + 1, y)] for y in ys]
    if not upright and not level:
        return np.array([], object)
    inside = shapely.get_parts(shapely.intersection(shapely.linestrings(upright + level), block))
    inside = inside[shapely.get_type_id(inside) == 1]
    first = shapely.get_coordinates(shapely.get_point(inside, 0))
    last = shapely.get_coordinates(shapely.get_point(inside, -1))
    step = _OVERSHOOT_M * np.sign(last - first)
    return np.asarray(shapely.linestrings(np.stack((first - step, last + step), axis=1)))


def _joined(pieces: Shapes, block: Ints, cell_m2: float) -> Shapes:
    """Join remnants to pieces of the same block, then whatever is still a sliver to any neighbour."""
    group = _join_small(pieces, block, cell_m2)
    return merge_slivers(dissolve(pieces, group), area_m2=SLIVER_M2 * cell_m2 / CELL_M2, width_m=0)


def _join_small(pieces: Shapes, block: Ints, cell_m2: float) -> Ints:
    """Join small pieces, the smallest first, to the piece of their block with the longest common border."""
    shared = borders(pieces)
    left, right = shared["left"].to_numpy(), shared["right"].to_numpy()
    near: list[dict[int, float]] = [{} for _ in pieces]
    same = block[left] == block[right]
    for a, b, length in zip(left[same], right[same], shared["length_m"].to_numpy()[same], strict=True):
        near[a][int(b)] = near[b][int(a)] = float(length)
    area = shapely.area(pieces)
    root = np.arange(len(pieces))
    small = [int(at) for at in np.argsort(area, kind="stable") if area[at] < _SMALL * cell_m2]
    for at in small:
        if root[at] != at or area[at] >= _SMALL * cell_m2:
            continue
        most = _JOINED * cell_m2 - area[at]
        fitting = [(length, -other) for other, length in near[at].items() if area[other] <= most]
        if fitting:
            _absorb(at, -max(fitting)[1], near, area, root)
    while (root[root] != root).any():
        root = root[root]
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


def _absorb(at: int, into: int, near: list[dict[int, float]], area: npt.NDArray[np.float64], root: Ints) -> None:
    """Make piece ``at`` part of ``into``: its area, and its borders with others."""
    root[at] = into
    area[into] += area[at]
    for other, length in near[at].items():
        near[other].pop(at, None)
        if other != into:
            near[into][other] = near[other][into] = near[into].get(other, 0.0) + length
    near[at] = {}


def _frame(parts: Mapping[str, Shapes], crs: object) -> gpd.GeoDataFrame:
    """Put all cells together, numbered in each community as one reads."""
    codes: list[str] = []
    owners: list[str] = []
    shapes: list[Shapes] = []
    for community, cells in sorted(parts.items()):
        x, y = shapely.get_coordinates(shapely.centroid(cells)).T
        band = np.floor((shapely.bounds(cells)[:, 3].max() - y) / np.sqrt(CELL_M2))
        digits = 3 if community else len(str(len(cells)))
        codes += [f"{community}{number:0{digits}d}" for number in range(1, len(cells) + 1)]
        owners += [community] * len(cells)
        shapes.append(cells[np.lexsort((x, band))])
    outlines = gpd.GeoSeries(np.concatenate(shapes), crs=crs)
    columns = {"community": pd.array(owners, dtype="str"), "area_m2": outlines.area.to_numpy()}
    index = pd.Index(codes, name="code", dtype="str")
    return gpd.GeoDataFrame(columns, geometry=outlines.to_crs(WGS84).to_numpy(), index=index, crs=WGS84)

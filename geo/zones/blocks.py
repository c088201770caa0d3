"""Street blocks: the pieces that streets cut an area into, as a coverage whose neighbours share their vertices."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import InputError

SLIVER_AREA_M2 = 1_000.0
SLIVER_WIDTH_M = 14.0  # mean width of a median between the carriageways of one street
_ROUNDS = 12  # a merged sliver may be one still; six rounds settle the middle of Wuhan


def street_blocks(
    streets: gpd.GeoDataFrame | gpd.GeoSeries,
    outline: shapely.Geometry,
    *,
    sliver_area_m2: float = SLIVER_AREA_M2,
    sliver_width_m: float = SLIVER_WIDTH_M,
) -> gpd.GeoSeries:
    """Cut ``outline`` along the streets.

    Streets that end inside a block do not cut it. Pieces smaller or narrower than asked (medians of dual carriageways,
    loops of junctions) go to the neighbour with the longest common border.

    Parameters
    ----------
    streets
        Lines in a metric CRS; other borders that must be kept (communities, rivers) may be among them.
    outline
        Polygon or MultiPolygon in the same CRS.
    sliver_area_m2, sliver_width_m
        A piece below this area, or below this mean width (twice its area over its perimeter), is merged; 0 keeps all.

    Returns
    -------
    GeoSeries
        Polygons named ``block`` that tile the outline: no gap, no overlap, equal vertices along common borders
        (:func:`shapely.coverage_is_valid`). Sorted from north to south and west to east: the same input gives the same
        order.

    Raises
    ------
    InputError
        When the streets have no metric CRS, or the outline no area.
    """
    if streets.crs is None or not streets.crs.is_projected:
        raise InputError("the streets are in {crs}: bring them to a metric CRS first", crs=str(streets.crs))
    if shapely.area(outline) <= 0:
        raise InputError("the outline has no area: give a polygon in {crs}", crs=str(streets.crs))
    pieces = _polygonized(streets.geometry.to_numpy(), outline)
    pieces = merge_slivers(pieces, area_m2=sliver_area_m2, width_m=sliver_width_m)
    centre = shapely.get_coordinates(shapely.centroid(pieces))
    order = np.lexsort((centre[:, 0], -centre[:, 1]))
    return gpd.GeoSeries(pieces[order], crs=streets.crs, name="block")


def borders(blocks: gpd.GeoSeries | npt.NDArray[np.object_]) -> pd.DataFrame:
    """Find which polygons of a coverage touch along a line, and how long.

    Parameters
    ----------
    blocks
        Polygons whose common borders have equal vertices.

    Returns
    -------
    DataFrame
        ``left < right`` (positions) and ``length_m`` in the unit of the coordinates, one row for each pair.
    """
    owner, ends = _segments(np.asarray(blocks, dtype=object))
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    order = np.lexsort(ends.T)
    ends, owner = ends[order], owner[order]
    twice = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1]))
    length = np.hypot(ends[twice, 2] - ends[twice, 0], ends[twice, 3] - ends[twice, 1])
    pair = np.sort(np.column_stack((owner[twice], owner[twice + 1])), axis=1)
    frame = pd.DataFrame({"left": pair[:, 0], "right": pair[:, 1], "length_m": length})
    return frame.groupby(["left", "right"])["length_m"].sum().reset_index()


def dissolve(blocks: npt.NDArray[np.object_], group: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Join the polygons of a coverage by group number ``0..n-1``; common borders keep every vertex."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    joined = np.empty(len(sizes), dtype=object)
    for number, members in enumerate(np.split(order, np.cumsum(sizes)[:-1])):
        joined[number] = blocks[members[0]] if len(members) == 1 else _joined(blocks[members])
    return joined


def _joined(parts: npt.NDArray[np.object_]) -> shapely.Geometry:
    whole = shapely.coverage_union_all(parts)
    single = shapely.get_parts(whole)
    return single[0] if len(single) == 1 else whole


def merge_slivers(
    pieces: npt.NDArray[np.object_], *, area_m2: float = SLIVER_AREA_M2, width_m: float = SLIVER_WIDTH_M
) -> npt.NDArray[np.object_]:
    """Return small or narrow polygons of a coverage to the neighbour with the longest common border.

    Parameters
    ----------
    pieces
        Polygons whose common borders have equal vertices.
    area_m2, width_m
        Below either a polygon is a sliver; the width is twice the area over the perimeter.
    """
    for _ in range(_ROUNDS):
        group = _sliver_groups(pieces, area_m2, width_m)
        if group.max(initial=-1) + 1 == len(pieces):
            break
        pieces = dissolve(pieces, group)
    return pieces


def _sliver_groups(pieces: npt.NDArray[np.object_], area_m2: float, width_m: float) -> npt.NDArray[np.int64]:
    """Return each sliver the number of the neighbour that takes it."""
    area = shapely.area(pieces)
    thin = (area < area_m2) | (2 * area < width_m * shapely.length(pieces))
    shared = borders(pieces)
    both = pd.concat([shared, shared.rename(columns={"left": "right", "right": "left"})])
    both = both[thin[both["left"]]]
    # a whole block takes a sliver before another sliver does; among equals the lower number, to be the same every time
    both["sliver"] = thin[both["right"]]
    best = both.sort_values(["left", "sliver", "length_m", "right"], ascending=[True, True, False, True])
    best = best.drop_duplicates("left")
    from scipy.sparse import coo_array  # noqa: PLC0415 - whoever only asks for zones does without it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = coo_array((np.ones(len(best)), (best["left"], best["right"])), shape=(len(pieces),) * 2)
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


def _polygonized(lines: npt.NDArray[np.object_], outline: shapely.Geometry) -> npt.NDArray[np.object_]:
    """Return the faces of all lines and the outline's border that lie in the outline."""
    shapely.prepare(outline)
    near = lines[shapely.intersects(outline, lines)]
    noded = shapely.union_all(np.append(near, shapely.boundary(outline)))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(faces[shapely.contains_properly(outline, shapely.point_on_surface(faces))], dtype=object)


def _segments(polygons: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return every ring segment ``x0 y0 x1 y1`` with the position of its polygon."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    ends = np.column_stack((xy[:-1], xy[1:]))[inside]
    return part_owner[ring_part[ring[1:][inside]]].astype(np.int64), ends

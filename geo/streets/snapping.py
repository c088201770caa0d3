"""Points onto the streets: the nearest position on an edge, never just the nearest node."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import frame_metric_crs, project_xy
from geo.errors import InputError
from geo.model import Mode
from geo.streets.access import AGAINST, ALONG

FAR_M = 300.0
"""A point farther than this from every street of its mode is reported."""
_NO_STOPPING = {"motorway", "motorway_link"}


@dataclass(frozen=True, slots=True)
class Positions:
    """Places on street edges."""

    edge: npt.NDArray[np.int64]  # label of the edge in the STREETS frame
    fraction: npt.NDArray[np.float64]  # of the edge's length, from u
    distance_m: npt.NDArray[np.float64]  # from the point that was snapped

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, rows: npt.ArrayLike) -> "Positions":
        """Return the positions at ``rows``, in that order, or where a mask is true."""
        at = np.asarray(rows)
        at = at if at.dtype == np.bool_ else at.astype(np.int64)
        return Positions(self.edge[at], self.fraction[at], self.distance_m[at])


def reachable(edges: gpd.GeoDataFrame, mode: Mode) -> pd.Series:
    """Tell which edges can be reached from, and left to, nearly everywhere.

    They are the open edges inside the largest strongly connected part of the mode's directed streets (by nodes).

    Returns
    -------
    pandas.Series
        Of bool, indexed as ``edges``, named ``reachable``.
    """
    mask = edges[mode.value].to_numpy()
    nodes, at = np.unique(edges[["u", "v"]].to_numpy(), return_inverse=True)
    at = at.reshape(-1, 2)
    along, against = (mask & ALONG) > 0, (mask & AGAINST) > 0
    tail = np.concatenate([at[along, 0], at[against, 1]])
    head = np.concatenate([at[along, 1], at[against, 0]])
    if not len(tail):
        return pd.Series(False, index=edges.index, name="reachable")
    import scipy.sparse as sp  # noqa: PLC0415 - an import of few points into a city without streets does without it

    graph = sp.csr_array((np.ones(len(tail)), (tail, head)), shape=(len(nodes), len(nodes)))
    _, part = sp.csgraph.connected_components(graph, connection="strong")
    main = part == np.bincount(part).argmax()
    return pd.Series((mask > 0) & main[at[:, 0]] & main[at[:, 1]], index=edges.index, name="reachable")


def snap(edges: gpd.GeoDataFrame, points: gpd.GeoSeries | gpd.GeoDataFrame, mode: Mode) -> Positions:
    """Find the nearest position where a team can stop, for every point.

    An edge counts when it is open to the mode and :func:`reachable`. Nobody gets out on a motorway or in a tunnel, so
    these count only where there is nothing else.

    Parameters
    ----------
    edges
        STREETS frame.
    points
        Points in EPSG:4326.
    mode
        How the team travels.

    Raises
    ------
    InputError
        When no street is open to the mode, or a point is missing.
    """
    usable = reachable(edges, mode)
    stopping = usable & ~edges.highway.isin(_NO_STOPPING) & ~edges.tunnel
    chosen = edges[stopping if stopping.any() else usable]
    if chosen.empty:
        raise InputError(
            "mode is {value!r}: no street is open to it; import streets that are", field="mode", value=mode.value
        )
    return _nearest(chosen, _series(points))


def stranded(edges: gpd.GeoDataFrame, points: gpd.GeoSeries | gpd.GeoDataFrame, mode: Mode) -> pd.DataFrame:
    """List the points whose nearest open street can't be reached or left, or that lie far from any street.

    Returns
    -------
    pandas.DataFrame
        Indexed as the points it names: ``part`` and ``edge`` of the street that is nearest, ``island_m`` to it,
        ``reachable_m`` to the nearest street that can be reached, ``far`` when that is over :data:`FAR_M`.
    """
    series = _series(points)
    there = snap(edges, series, mode)
    near = _nearest(edges[edges[mode.value] > 0], series)
    frame = pd.DataFrame(
        {
            "part": edges.part.reindex(near.edge).to_numpy(),
            "edge": near.edge,
            "island_m": near.distance_m,
            "reachable_m": there.distance_m,
            "far": there.distance_m > FAR_M,
        },
        index=series.index,
    )
    lost = ~reachable(edges, mode).reindex(near.edge).to_numpy(bool)
    return pd.DataFrame(frame[lost | frame.far.to_numpy(bool)])


def _series(points: gpd.GeoSeries | gpd.GeoDataFrame) -> gpd.GeoSeries:
    series = points.geometry
    if series.crs is not None and series.crs.to_epsg() != 4326:  # noqa: PLR2004 - the one stored CRS
        raise InputError("crs is {value}: points to snap come in EPSG:4326", field="crs", value=str(series.crs))
    missing = series.isna() | series.is_empty
    if missing.any():
        raise InputError(
            "geometry of {value!r} is missing: place it on the map first",
            field="geometry",
            value=series.index[missing][0],
        )
    return series


def _nearest(edges: gpd.GeoDataFrame, points: gpd.GeoSeries) -> Positions:
    crs = frame_metric_crs(edges)
    xy, line = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    lines = shapely.linestrings(np.column_stack(project_xy(xy[:, 0], xy[:, 1], crs)), indices=line)
    places = shapely.points(*project_xy(points.x.to_numpy(), points.y.to_numpy(), crs))
    if not len(places):
        return Positions(np.empty(0, np.int64), np.empty(0), np.empty(0))
    (_, found), distance = shapely.STRtree(lines).query_nearest(places, return_distance=True, all_matches=False)
    fraction = shapely.line_locate_point(lines[found], places, normalized=True)
    fraction = np.nan_to_num(fraction)  # an edge of no length
    return Positions(edges.index.to_numpy(np.int64)[found], fraction, distance)

"""How evenly a sample covers the city: the Voronoi balance of Stevens and Olsen."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geo.errors import InputError
from routing.draw.points import centimetres


@dataclass(frozen=True, slots=True)
class Balance:
    """Spatial balance B, 0 is perfect: over the whole city, and the mean of that within each category."""

    city: float
    within: float


def balance(frame: gpd.GeoDataFrame, drawn: gpd.GeoDataFrame) -> Balance:
    """Measure the spatial balance of a sample.

    B is the mean over the drawn points of (v - 1)^2, where v is the sum of the inclusion probabilities of the points
    of the frame that are nearer to this drawn point than to any other
    (Stevens and Olsen 2004, doi:10.1198/016214504000000250).

    Parameters
    ----------
    frame
        All points, with ``category`` and ``inclusion_prob``; those of probability 0 don't count.
    drawn
        The drawn rows of ``frame``; only its index is read.

    Raises
    ------
    InputError
        When ``inclusion_prob`` is missing, or a drawn point isn't in the frame.
    """
    if "inclusion_prob" not in frame:
        raise InputError("the frame has no column 'inclusion_prob': assign probabilities(frame, design) to it first")
    frame = frame[frame["inclusion_prob"] > 0]
    at = frame.index.get_indexer(drawn.index)
    if (at < 0).any():
        raise InputError("{id!r} is drawn but has no probability in the frame", id=str(drawn.index[np.argmin(at)]))
    place = np.column_stack(centimetres(frame)).astype(float)
    prob = frame["inclusion_prob"].to_numpy(float)
    category = frame["category"].astype(str).to_numpy()
    taken = np.zeros(len(frame), bool)
    taken[at] = True
    inner = []
    for name in np.unique(category[taken]):
        members = np.flatnonzero(category == name)
        inner.append(voronoi_balance(place[members], prob[members], np.flatnonzero(taken[members])))
    return Balance(voronoi_balance(place, prob, np.flatnonzero(taken)), float(np.mean(inner)) if inner else 0.0)


def voronoi_balance(
    place: npt.NDArray[np.float64], prob: npt.NDArray[np.float64], taken: npt.NDArray[np.int64]
) -> float:
    """Return B of the points at positions ``taken``; ``place`` is (n, 2). Nothing drawn counts as balanced."""
    if not len(taken):
        return 0.0
    nearest = cKDTree(place[taken]).query(place)[1]
    mass = np.bincount(nearest, weights=prob, minlength=len(taken))
    return float(((mass - 1) ** 2).mean())

"""Anselin's local Moran: whether a cell is like its neighbours."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from geo.hotspots.getis import deviations_of
from geo.labels import places_in, values_of
from geo.rasters.lattice import Floats

if TYPE_CHECKING:
    from libpysal.graph import Graph


def local_moran(y: pd.Series, graph: "Graph") -> pd.DataFrame:
    """Return the local Moran of every label, with z and p under permutation of the other labels' values.

    With d the deviations from the mean and m2 their mean square, I_i = d_i sum_j w_ij d_j / m2 (Anselin 1995,
    doi:10.1111/j.1538-4632.1995.tb00338.x, equation 12). Mean and variance hold the value of i fixed and permute the
    others (Sokal, Oden and Thomson 1998, doi:10.1111/j.1538-4632.1998.tb00406.x), in closed form, so z does not depend
    on row standardisation; I does.

    Parameters
    ----------
    y
        A number for each label.
    graph
        Over the same labels, in any order. A label is no neighbour of its own: self-weights are left out.

    Returns
    -------
    DataFrame
        With the index of ``y``: ``I``; ``z``; ``p``, two-sided by the normal distribution. NaN z and p without
        neighbours or where nothing can vary.

    Raises
    ------
    InputError
        When labels do not match or a value is missing.
    """
    values = values_of(y, "y")
    at = places_in(y.index, graph)
    d, deviation = deviations_of(values[at])
    matrix = graph.sparse
    own = matrix.diagonal()
    lag = matrix @ d - own * d
    weight = np.asarray(matrix.sum(axis=1)).ravel() - own
    square = np.asarray(matrix.power(2).sum(axis=1)).ravel() - own**2
    columns = _moments(d, lag, weight, square, deviation**2)
    out = np.empty((3, d.size))
    out[:, at] = columns
    return pd.DataFrame(dict(zip("Izp", out, strict=True)), index=y.index)


def _moments(d: Floats, lag: Floats, weight: Floats, square: Floats, m2: float) -> Floats:
    n = d.size
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = d * lag / m2
        mean = -(d**2) * weight / ((n - 1) * m2)
        variance = (d / m2) ** 2 * n / (n - 2) * (square - weight**2 / (n - 1)) * (m2 - d**2 / (n - 1))
        varies = variance > 0
        z = np.where(varies, (statistic - mean) / np.sqrt(np.where(varies, variance, 1.0)), np.nan)
    return np.stack([statistic, z, 2 * special.ndtr(-np.abs(z))])

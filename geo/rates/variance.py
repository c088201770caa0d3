"""How far an estimate from a spread-out sample may lie from the truth."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, spatial
from scipy.sparse import linalg

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEIGHBOURS = 4  # itself among them, as Stevens and Olsen have it


def local_variance(term: Floats, xy: Floats, probability: Floats, *, weights: sparse.csr_array | None = None) -> float:
    """Estimate the variance of a sum over a spatially balanced sample.

    A balanced sample says the more about the city the more alike neighbours are, so a term is compared with its
    neighbours' and not with all: the local neighbourhood estimator of Stevens and Olsen (2003, doi:10.1002/env.606),
    with their weights and neighbourhoods of at least four. Two factors are added: 1 - probability for a finite city,
    and 1 / (1 - sum of squared weights) for the neighbourhood's mean being estimated from itself.

    Parameters
    ----------
    term
        What each sampled point adds to the sum (for a total y / probability), shape (n,).
    xy
        In metres, shape (n, 2).
    probability
        Of inclusion, above 0, shape (n,).
    weights
        :func:`neighbour_weights` of the points that are not certain, where several terms share them.

    Returns
    -------
    float
        NaN with a single point that was not certain.
    """
    drawn = probability < 1.0
    n = int(drawn.sum())
    if n == 0:
        return 0.0
    if n == 1:
        return float("nan")
    z, left = term[drawn], 1.0 - probability[drawn]
    if n <= _NEIGHBOURS:
        return float(n / (n - 1) * np.sum(left * (z - z.mean()) ** 2))
    weight = neighbour_weights(xy[drawn], probability[drawn]) if weights is None else weights
    mean = weight @ z
    pairs = weight.tocoo()
    row, col, w = pairs.row, pairs.col, pairs.data
    squares = np.bincount(row, weights=w * left[col] * (z[col] - mean[row]) ** 2, minlength=n)
    return float(np.sum(squares / np.maximum(1.0 - np.bincount(row, weights=w**2, minlength=n), 0.1)))


def neighbour_weights(xy: Floats, probability: Floats) -> sparse.csr_array:
    """Return the weights of Stevens and Olsen: falling with distance and probability, rows and columns summing to 1."""
    n = len(xy)
    if n <= _NEIGHBOURS:
        return sparse.csr_array(np.full((n, n), 1.0 / max(n, 1)))
    # Points of one building share a place: spread by a hair, each has itself among its nearest.
    place = xy + np.arange(n)[:, None] * 1e-7
    near = spatial.cKDTree(place).query(place, k=_NEIGHBOURS)[1]
    row = np.repeat(np.arange(n), _NEIGHBOURS)
    both = np.concatenate([row, near.ravel()]), np.concatenate([near.ravel(), row])
    pairs = np.unique(np.column_stack(both), axis=0)
    distance = np.hypot(*(place[pairs[:, 0]] - place[pairs[:, 1]]).T)
    order = np.lexsort((distance, pairs[:, 0]))
    i, j = pairs[order].T
    size = np.bincount(i, minlength=n)
    rank = np.arange(i.size) - np.repeat(np.cumsum(size) - size, size)
    w = (1.0 - rank / size[i]) / probability[j]
    w /= np.bincount(i, weights=w, minlength=n)[i]
    return sparse.csr_array((w + _to_doubly_stochastic(i, j, w, size), (i, j)), shape=(n, n))


def _to_doubly_stochastic(i: Ints, j: Ints, w: Floats, size: Ints) -> Floats:
    """Return the smallest change, in squares, that makes the columns sum to 1 while the rows go on doing so."""
    n = size.size
    half = sparse.csr_array((np.full(i.size, 0.5), (i, j)), shape=(n, n))
    inverse = sparse.diags_array(2.0 / size)
    normal = sparse.diags_array(size / 2.0) - half @ inverse @ half
    lacking = 1.0 - np.bincount(j, weights=w, minlength=n)
    # Singular along the constant, in which nothing lacks: conjugate gradients keep out of it.
    column = linalg.cg(normal, lacking - lacking.mean(), rtol=1e-9, maxiter=20 * n)[0]
    line = -(inverse @ (half @ column))
    return np.asarray((line[i] + column[j]) / 2.0)


def replicate_variance(term: Floats, day: Ints) -> float:
    """Estimate the variance of a sum from the days, each a balanced sample of the whole city.

    The days avoid each other, so together they cover more evenly than they tell: the estimate errs on the safe side.

    Parameters
    ----------
    term
        What each sampled point adds to the sum, with mean 0 over the sample (linearised for a ratio), shape (n,).
    day
        Of each point, shape (n,).

    Returns
    -------
    float
        NaN with fewer than two days.
    """
    days, at = np.unique(day, return_inverse=True)
    k = days.size
    if k < 2:  # noqa: PLR2004 - a spread needs two
        return float("nan")
    total = np.bincount(at, weights=term) * k
    return float(np.sum((total - total.mean()) ** 2) / (k * (k - 1)))

"""Chi-square tests of the realised inclusion frequencies over many draws: first order, and pairs of the mixed design.

``python -m tests.bench.draw_frequencies [draws]``; exit 1 when a p-value is below 0.001. The short form is a test of
the suite.
"""

import sys

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.stats import chi2

from routing.draw.balanced import balanced, independent
from routing.draw.chances import chances
from routing.draw.design import Design, trial_key
from routing.draw.points import points
from routing.draw.rounding import D

LEAST = 1e-3
Numbers = npt.NDArray[np.float64]


def town(n: int, seed: int = 5) -> gpd.GeoDataFrame:
    """Scatter n points of unequal size in three categories and four street offices."""
    rng = np.random.default_rng(seed)
    xy = rng.normal(0, 1000, (n, 2)) + np.array([530_000, 3_380_000])
    return gpd.GeoDataFrame(
        {
            "category": np.array(list("abc"))[rng.choice(3, n, p=[0.5, 0.3, 0.2])],
            "street": [f"s{a}{b}" for a, b in (xy > [530_000, 3_380_000]).astype(int)],
            "size": rng.lognormal(0, 0.5, n),
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs="EPSG:4547",
        index=[f"p{i:03d}" for i in range(n)],
    )


def draws_of(frame: gpd.GeoDataFrame, design: Design, draws: int) -> tuple[Numbers, Numbers, Numbers]:
    """Draw many times.

    Returns
    -------
    The probabilities; who was drawn, (draws, n) of 0 and 1; and the values after the independent share, (draws, n).
    """
    chosen = points(frame, design)
    prob = chances(frame, design, chosen)
    units = chosen.units()
    drawn, between = np.zeros((2, draws, len(prob)))
    for seed in range(draws):
        key = trial_key("frequencies", seed)
        between[seed] = independent(units, prob, design.share, key, "sample")[0] / D
        drawn[seed, balanced(units, prob, design.share, key, "sample")] = 1
    return prob / D, drawn, between


def neighbours(frame: gpd.GeoDataFrame) -> list[tuple[int, int]]:
    """List each point with its nearest neighbour, as positions, every pair once."""
    near = cKDTree(frame.get_coordinates().to_numpy()).query(frame.get_coordinates().to_numpy(), k=2)[1][:, 1]
    return sorted({(min(i, j), max(i, j)) for i, j in enumerate(near.tolist())})


def pair_p_value(frame: gpd.GeoDataFrame, drawn: Numbers, between: Numbers) -> float:
    """Test how often pairs are drawn together, given what the independent share left of their chances.

    Where it has decided one of two points, the other keeps its chance exactly, whatever the trees do: the mean of the
    product is the product of the values in between. The differences are summed over three kinds of pairs, since one
    pair alone is rarely seen: nearest neighbours, others of the same category, all others.
    """
    i, j = np.triu_indices(len(frame), 1)
    near = np.isin(i * len(frame) + j, [a * len(frame) + b for a, b in neighbours(frame)])
    category = frame["category"].to_numpy()
    alike = category[i] == category[j]
    off = np.empty((len(drawn), 3))
    whole = (between == 0) | (between == 1)
    for at, kind in enumerate((near, alike & ~near, ~alike & ~near)):
        a, b = i[kind], j[kind]
        both = drawn[:, a] * drawn[:, b] - between[:, a] * between[:, b]
        off[:, at] = (both * (whole[:, a] | whole[:, b])).sum(axis=1)
    return p_value(off, np.zeros(3))


def p_value(drawn: Numbers, expected: Numbers) -> float:
    """Test the mean of the rows of ``drawn`` against ``expected``, with the covariance that the draws show.

    The statistic is Hotelling's, by the pseudo-inverse, since exact quotas make the covariance singular; it is
    chi-square with the covariance's rank as degrees of freedom when the draws are many.
    """
    off = drawn.mean(axis=0) - expected
    values, vectors = np.linalg.eigh(np.cov(drawn, rowvar=False))
    keep = values > 1e-6
    statistic = len(drawn) * float(((vectors[:, keep].T @ off) ** 2 / values[keep]).sum())
    return float(chi2.sf(statistic, int(keep.sum())))


def pairs(drawn: Numbers, prob: Numbers) -> tuple[int, int, float]:
    """Return the number of pairs, of pairs never seen together, and the least ratio of their frequency to chance."""
    together = (drawn.T @ drawn) / len(drawn)
    upper = np.triu_indices(len(prob), 1)
    ratio = (together / np.outer(prob, prob))[upper]
    return len(ratio), int((ratio == 0).sum()), float(ratio.min())


def main(draws: int) -> int:
    """Run every test, print it, and count those that fail."""
    frame, quotas, failed = town(60), {"a": 8, "b": 5, "c": 4}, 0
    for share in (0.0, 0.1, 0.5, 1.0):
        for streets in (None, "street"):
            design = Design(quotas, independent_share=share, size="size", streets=streets)
            prob, drawn, between = draws_of(frame, design, draws)
            first = p_value(drawn, prob)
            second = pair_p_value(frame, drawn, between) if share else float("nan")
            count, never, least = pairs(drawn, prob)
            failed += (first < LEAST) + (second < LEAST)
            title = f"share {share:4.0%}, streets {streets or '-':6}"
            tests = f"first order p = {first:.3f}, pairs p = {second:.3f}"
            print(f"{title}: {tests}; {never} of {count} pairs never seen, least ratio {least:.3f}")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000) else 0)

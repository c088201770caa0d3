"""The balance of our draw beside simpler ones: same frame, same run.

``python -m tests.bench.draw [seeds]`` prints B city-wide, B within categories, the quota error, and for our method the
rest that is
measured: neighbours, refusals, variance, speed. The frame is a clustered city of 10,000 points in 36 categories, 30
drawn
of each. The local pivotal method 2 (Grafström, Lundström and Schelin 2012, doi:10.1111/j.1541-0420.2011.01699.x) is
written out here as the peer.
"""

import sys
import time
from collections.abc import Callable
from statistics import fmean

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from routing.draw.balance import balance
from routing.draw.chances import probabilities
from routing.draw.design import Design, trial_key
from routing.draw.replacements import replace, replaced
from routing.draw.report import neighbour_ratio
from routing.draw.sample import reserves, select
from routing.draw.variance import replicate_mean

EACH, KINDS = 30, 36
Draw = Callable[[gpd.GeoDataFrame, int], gpd.GeoDataFrame]


def city(n: int, seed: int = 20240601) -> npt.NDArray[np.float64]:
    """Scatter n points over 20 x 20 km, 60 % of them in 60 clusters."""
    rng = np.random.default_rng(seed)
    rng.random((1000, 2))  # the published figures were measured on the frame that follows these numbers
    centres, weight = rng.random((60, 2)) * 20_000, rng.dirichlet(np.full(60, 0.5))
    inside = int(0.6 * n)
    clustered = centres[rng.choice(60, inside, p=weight)] + rng.normal(0, 900, (inside, 2))
    return np.clip(np.vstack([clustered, rng.random((n - inside, 2)) * 20_000]), 0, 20_000)


def frame_of(n: int) -> gpd.GeoDataFrame:
    """Return the frame: category k is drawn with weight 20 + k."""
    weight = 20 + np.arange(1, KINDS + 1)
    category = np.random.default_rng(3).choice(KINDS, n, p=weight / weight.sum())
    xy = city(n) + np.array([520_000, 3_370_000])
    frame = gpd.GeoDataFrame(
        {"category": [f"c{k:02d}" for k in category]}, geometry=gpd.points_from_xy(*xy.T), crs="EPSG:4547"
    )
    return frame.rename_axis("id")


def ours(share: float) -> Draw:
    """Draw with an independent share."""

    def draw(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
        quotas = dict.fromkeys(frame["category"].unique(), EACH)
        return select(frame, Design(quotas, days=1, independent_share=share), trial_key("bench", seed))

    return draw


def simple_random(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Draw at random over the whole frame, blind to categories."""
    return frame.sample(EACH * KINDS, weights=frame["inclusion_prob"], random_state=seed)


def stratified_random(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Draw at random in every category."""
    return frame.groupby("category").sample(EACH, random_state=seed)


def systematic(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Take every n-th point of each category along a Hilbert curve, from a random start."""
    rng = np.random.default_rng(seed)
    parts = []
    for _, inside in frame.groupby("category"):
        along = inside.iloc[np.argsort(inside.hilbert_distance().to_numpy(), kind="stable")]
        step = len(along) / EACH
        parts.append(along.iloc[(rng.random() * step + step * np.arange(EACH)).astype(int)])
    return pd.concat(parts)


def pivotal(place: npt.NDArray[np.float64], prob: npt.NDArray[np.float64], seed: int) -> npt.NDArray[np.int64]:
    """Local pivotal method 2: a random unit fights its nearest undecided neighbour until all are decided."""
    rng = np.random.default_rng(seed)
    prob = prob.copy()
    open_ = (prob > 1e-9) & (prob < 1 - 1e-9)
    tree, members = cKDTree(place[open_]), np.flatnonzero(open_)
    while (left := int(open_.sum())) > 1:
        if left < len(members) / 2:
            members = np.flatnonzero(open_)
            tree = cKDTree(place[members])
        i = rng.choice(np.flatnonzero(open_))
        k = 8
        while True:
            near = members[np.atleast_1d(tree.query(place[i], min(k, len(members)))[1])]
            near = near[open_[near] & (near != i)]
            if len(near):
                break
            k *= 4
        j = near[0]
        total = prob[i] + prob[j]
        if total < 1:
            prob[[i, j]] = (0, total) if rng.random() < prob[j] / total else (total, 0)
        else:
            prob[[i, j]] = (1, total - 1) if rng.random() < (1 - prob[j]) / (2 - total) else (total - 1, 1)
        for one in (i, j):
            open_[one] = 1e-9 < prob[one] < 1 - 1e-9
    last = np.flatnonzero(open_)
    prob[last] = rng.random(len(last)) < prob[last]
    return np.flatnonzero(prob > 0.5)


def pivotal_per_stratum(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Draw each category by the local pivotal method."""
    parts = []
    for _, inside in frame.groupby("category"):
        place = inside.get_coordinates().to_numpy()
        parts.append(inside.iloc[pivotal(place, inside["inclusion_prob"].to_numpy(), seed)])
    return pd.concat(parts)


def pivotal_blind(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Draw the whole frame by the local pivotal method, blind to categories."""
    return frame.iloc[pivotal(frame.get_coordinates().to_numpy(), frame["inclusion_prob"].to_numpy(), seed)]


METHODS: dict[str, Draw] = {
    "simple random": simple_random,
    "stratified random": stratified_random,
    "per-stratum systematic (Hilbert)": systematic,
    "per-stratum local pivotal": pivotal_per_stratum,
    "local pivotal, blind to strata": pivotal_blind,
    "two trees, independent share 0": ours(0.0),
    "two trees, independent share 10 %": ours(0.1),
    "two trees, independent share 100 %": ours(1.0),
}


def table(seeds: int) -> dict[str, tuple[float, float, int]]:
    """Print and give B city-wide, B within categories and the largest quota error of every method."""
    frame = frame_of(10_000)
    quotas = dict.fromkeys(frame["category"].unique(), EACH)
    frame["inclusion_prob"] = probabilities(frame, Design(quotas))
    title = f"10,000 points, 36 categories x 30, mean of {seeds} draws"
    print(f"{title:<52}{'B city':>8}{'B within':>10}{'quota':>7}")
    found = {}
    for name, method in METHODS.items():
        spreads, errors = [], []
        for seed in range(seeds):
            drawn = method(frame, seed)
            spreads.append(balance(frame, drawn))
            counts = drawn["category"].value_counts().reindex(list(quotas), fill_value=0)
            errors.append(int((counts - EACH).abs().max()))
        found[name] = fmean(b.city for b in spreads), fmean(b.within for b in spreads), max(errors)
        print(f"{name:<52}{found[name][0]:>8.3f}{found[name][1]:>10.3f}{found[name][2]:>7}")
    return found


def neighbours() -> None:
    """Print what a drawn point tells about its nearest neighbour."""
    frame = frame_of(10_000)
    quotas = dict.fromkeys(frame["category"].unique(), EACH)
    for share in (0.0, 0.1, 0.2, 1.0):
        ratio = neighbour_ratio(frame, Design(quotas, independent_share=share))
        print(f"P(neighbour drawn | drawn) / pi, independent share {share:4.0%}: {ratio:.3f}")


def refusals(seeds: int) -> None:
    """Print B after 15 % refusals: points dropped, or replaced from reserve lists of different length."""
    frame = frame_of(10_000)
    quotas = dict.fromkeys(frame["category"].unique(), EACH)
    for spare_each in (EACH // 5, EACH, 3 * EACH):
        design = Design(quotas, days=1, independent_share=0.0, reserves=dict.fromkeys(quotas, spare_each))
        frame["inclusion_prob"] = probabilities(frame, design)
        rows = []
        for seed in range(seeds):
            drawn, spare = (way(frame, design, trial_key("refusals", seed)) for way in (select, reserves))
            refused = drawn.sample(frac=0.15, random_state=seed)
            log = replace(drawn, spare, dict.fromkeys(refused.index, "closed"))
            after = [drawn, drawn.drop(refused.index), replaced(drawn, spare, log)]
            rows.append([balance(frame, one).city for one in after])
        kept, dropped, came = np.mean(rows, axis=0)
        title = f"B city-wide, {spare_each / EACH:.1f} reserves per point"
        print(f"{title}: nobody refuses {kept:.3f}, 15 % dropped {dropped:.3f}, 15 % replaced {came:.3f}")


def variance(seeds: int) -> None:
    """Print how much too large the variance from four days is, for two kinds of value, at 11 % and 18 % sampled."""
    frame = frame_of(10_000)
    rng = np.random.default_rng(5)
    x, y = (frame.get_coordinates().to_numpy() - [520_000, 3_370_000]).T / 20_000
    values = {"smooth in space": x + y**2, "noise": pd.Series(rng.random(len(frame)))}
    for each in (30, 50):
        design = Design(dict.fromkeys(frame["category"].unique(), each))
        drawn = [select(frame, design, trial_key("variance", seed)) for seed in range(seeds)]
        for name, value in values.items():
            series = pd.Series(np.asarray(value), index=frame.index)
            estimates = [replicate_mean(one, series) for one in drawn]
            true = np.var([one.mean for one in estimates], ddof=1)
            ratio = fmean(one.variance for one in estimates) / true
            print(
                f"{each * KINDS / len(frame):4.0%} sampled, {name}: variance from the days / true variance {ratio:.2f}"
            )


def speed() -> None:
    """Print the seconds of a large draw: 100,000 points, 36 categories, n = 3,000, in four days."""
    frame = frame_of(100_000)
    counts = frame["category"].value_counts()
    quotas = (counts * 3000 // len(frame)).to_dict()
    quotas[max(quotas)] += 3000 - sum(quotas.values())
    for _ in range(2):
        start, used = time.perf_counter(), time.process_time()
        drawn = select(frame, Design(quotas), trial_key("speed", 1))
        wall, cpu = time.perf_counter() - start, time.process_time() - used
        print(f"{len(drawn)} of 100,000 in four days: {wall:.2f} s, {cpu:.2f} s of processor time")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    table(count)
    neighbours()
    refusals(count)
    variance(10 * count)
    speed()

"""Scores: weights, margins of error, ranks, lists."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geo.errors import InputError
from geo.rates import beats, ranks, red_and_black, scores, visit_scores
from geo.rates.scores import sampled, score_interval
from geo.rates.variance import local_variance, neighbour_weights, replicate_variance

POSSIBLE = {"mall": 10.0, "back_alley": 20.0}


def a_sample(n: int, *, seed: int = 0, probability: float | None = 0.25) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    index = pd.Index([f"c{i:03d}" for i in range(n)], name="id")
    x, y = rng.uniform(114.2, 114.3, n), rng.uniform(30.5, 30.6, n)
    return gpd.GeoDataFrame(
        {
            "category": np.where(np.arange(n) % 3 == 0, "back_alley", "mall"),
            "street_code": np.where(x < 114.25, "west", "east"),
            "unit": "",
            "inclusion_prob": rng.uniform(0.1, 0.6, n) if probability is None else probability,
            "day": np.arange(n) % 4 + 1,
        },
        index=index,
        geometry=gpd.points_from_xy(x, y),
        crs=4326,
    )


def visits_to(sample: gpd.GeoDataFrame, points: np.ndarray) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "round_id": "r",
            "checkpoint": sample.index,
            "category": sample["category"].to_numpy(),
            "team": "t",
            "arrived_at": pd.Timestamp("2026-06-12T02:00Z"),
            "covert": False,
            "points": np.asarray(points, float),
            "street_code": sample["street_code"].to_numpy(),
            "community_code": "",
            "unit": "",
        },
        index=pd.Index([f"v{i}" for i in range(len(sample))], name="id"),
    )
    return gpd.GeoDataFrame(table, geometry=sample.geometry.array, crs=4326)


def test_a_visit_scores_the_share_of_points_it_kept() -> None:
    sample = a_sample(3)
    found = visit_scores(visits_to(sample, [5, 2.5, 99]), POSSIBLE)
    assert found.tolist() == [0.75, 0.75, 0.0]
    assert found.name == "score"
    with pytest.raises(InputError, match="back_alley"):
        visit_scores(visits_to(sample, [0, 0, 0]), {"mall": 10.0})


def test_scores_are_hajek_and_losses_horvitz_thompson() -> None:
    sample = a_sample(30, probability=None)
    lost = np.random.default_rng(1).uniform(0, 8, 30)
    found = scores(sample, visits_to(sample, lost), POSSIBLE, by="street_code")
    score = 1 - lost / sample["category"].map(POSSIBLE)
    for street, row in found.iterrows():
        here = sample["street_code"] == street
        weight = 1 / sample.loc[here, "inclusion_prob"]
        assert row["score"] == pytest.approx(np.average(score[here], weights=weight))
        assert row["points_lost"] == pytest.approx((lost[here] * weight).sum())
        assert row["checkpoints"] == pytest.approx(weight.sum())
        assert 0 <= row["low"] <= row["score"] <= row["high"] <= 1
        assert row["unvisited_share"] == pytest.approx(0)


def test_everything_drawn_leaves_nothing_to_chance() -> None:
    sample = a_sample(20, probability=1.0)
    row = scores(sample, visits_to(sample, np.arange(20) % 5), POSSIBLE).loc["all"]
    assert row["se"] == 0
    assert row["low"] == row["score"] == row["high"]


def test_faultless_is_not_certain() -> None:
    sample = a_sample(40)
    row = scores(sample, visits_to(sample, np.zeros(40)), POSSIBLE).loc["all"]
    assert row["score"] == row["high"] == 1
    assert 0.9 < row["low"] < 1


def test_the_visited_stand_for_those_that_were_not() -> None:
    sample = a_sample(60, probability=None)
    reached = np.random.default_rng(2).random(60) < 0.7
    visits = visits_to(sample[reached], np.full(reached.sum(), 2.0))
    data = sampled(sample, visits, POSSIBLE)
    weight = data.frame["weight"].groupby(data.frame["category"]).sum()
    whole = (1 / sample["inclusion_prob"]).groupby(sample["category"]).sum()
    pd.testing.assert_series_equal(weight, whole, check_names=False)
    row = scores(sample, visits, POSSIBLE).loc["all"]
    assert row["unvisited_share"] == pytest.approx(1 - (1 / sample.loc[reached, "inclusion_prob"]).sum() / whole.sum())
    assert row["visited"] == reached.sum()
    assert row["drawn"] == 60


def test_several_visits_of_a_checkpoint_are_averaged_and_others_do_not_count() -> None:
    sample = a_sample(10)
    once = visits_to(sample, np.full(10, 2.0))
    twice = pd.concat([once, visits_to(sample, np.full(10, 4.0)).rename(index=lambda i: i + "b")])
    stray = visits_to(sample, np.full(10, 9.0)).rename(index=lambda i: i + "c").assign(checkpoint="elsewhere")
    found = scores(sample, pd.concat([twice, stray]), POSSIBLE).loc["all", "score"]
    assert found == pytest.approx(scores(sample, visits_to(sample, np.full(10, 3.0)), POSSIBLE).loc["all", "score"])


def test_a_group_without_a_visit_is_unknown() -> None:
    sample = a_sample(30)
    west = sample["street_code"] == "west"
    found = scores(sample, visits_to(sample[~west], np.ones((~west).sum())), POSSIBLE, by="street_code")
    assert found.loc["west", ["score", "low", "high", "se"]].isna().all()
    assert found.loc["west", "unvisited_share"] == 1
    assert ranks(found).loc["west"].isna().all()
    assert ranks(found).loc["east", "rank"] == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 80), st.integers(0, 999))
def test_neighbour_weights_are_doubly_stochastic(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = neighbour_weights(rng.uniform(0, 1e4, (n, 2)), rng.uniform(0.05, 1, n))
    np.testing.assert_allclose(weight.sum(axis=0), 1, atol=1e-6)
    np.testing.assert_allclose(weight.sum(axis=1), 1, atol=1e-9)
    assert (np.diff(weight.indptr) >= 4).all()


def test_neighbour_weights_change_least_on_the_way() -> None:
    """Recomputes the weights of Stevens and Olsen densely: the taper, then the nearest matrix that fits."""
    rng = np.random.default_rng(8)
    n = 14
    xy, p = rng.uniform(0, 1, (n, 2)), rng.uniform(0.1, 0.9, n)
    distance = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    near = distance.argsort(axis=1)[:, :4]
    pairs = sorted({(i, int(j)) for i in range(n) for j in near[i]} | {(int(j), i) for i in range(n) for j in near[i]})
    taper = np.zeros((n, n))
    for i in range(n):
        mine = sorted((j for a, j in pairs if a == i), key=lambda j, i=i: distance[i, j])
        for rank, j in enumerate(mine):
            taper[i, j] = (1 - rank / len(mine)) / p[j]
    taper /= taper.sum(axis=1, keepdims=True)
    sums = np.zeros((2 * n, len(pairs)))
    for k, (i, j) in enumerate(pairs):
        sums[i, k] = sums[n + j, k] = 1
    change = np.linalg.lstsq(sums, np.concatenate([np.zeros(n), 1 - taper.sum(axis=0)]), rcond=None)[0]
    for k, (i, j) in enumerate(pairs):
        taper[i, j] += change[k]
    np.testing.assert_allclose(neighbour_weights(xy * 1000, p).toarray(), taper, atol=1e-7)


def test_neighbour_weights_of_many_points_in_one_place() -> None:
    weight = neighbour_weights(np.zeros((9, 2)), np.full(9, 0.5))
    np.testing.assert_allclose(weight.sum(axis=0), 1, atol=1e-6)


def test_the_local_variance_is_right_for_noise_and_small_for_a_trend() -> None:
    rng = np.random.default_rng(3)
    noise = [local_variance(rng.normal(size=200), rng.uniform(0, 1, (200, 2)), np.full(200, 0.2)) for _ in range(40)]
    assert np.mean(noise) == pytest.approx(200 * 0.8, rel=0.05)
    xy = rng.uniform(0, 1, (200, 2))
    assert local_variance(xy[:, 0] * 10, xy, np.full(200, 0.2)) < 0.1 * 200 * 0.8 * (100 / 12)


def test_few_points_are_compared_with_their_mean() -> None:
    z, p = np.array([1.0, 2.0, 6.0]), np.full(3, 0.25)
    assert local_variance(z, np.zeros((3, 2)), p) == pytest.approx(3 * 0.75 * z.var(ddof=1))
    assert np.isnan(local_variance(z[:1], np.zeros((1, 2)), p[:1]))
    assert local_variance(z, np.zeros((3, 2)), np.ones(3)) == 0


def test_the_replicates_give_the_variance_of_a_mean_of_days() -> None:
    rng = np.random.default_rng(4)
    found = []
    for _ in range(300):
        term = rng.normal(size=80)
        found.append(replicate_variance(term - term.mean(), np.arange(80) % 4))
    assert np.mean(found) == pytest.approx(80, rel=0.1)
    assert np.isnan(replicate_variance(np.ones(3), np.ones(3, int)))


def test_the_interval_of_a_share_is_near_that_of_a_proportion() -> None:
    se = np.sqrt(0.3 * 0.7 / 1000)
    low, high = score_interval(0.3, se, 1000)
    assert (low, high) == pytest.approx((0.3 - 1.96 * se, 0.3 + 1.96 * se), abs=2e-3)
    assert score_interval(1.0, 0.0, 20)[0] == pytest.approx(
        stats.beta.ppf(0.025, 20 * (1.96 / 2.093) ** 2 + 0.5, 0.5), rel=1e-2
    )
    assert score_interval(0.4, float("nan"), 1) == (0.0, 1.0)
    assert score_interval(0.4, 0.0, 0) == (0.4, 0.4)


def table_of(score: list[float], se: float) -> pd.DataFrame:
    s = np.array(score)
    return pd.DataFrame({"score": s, "low": s - 1.96 * se, "high": s + 1.96 * se}, index=list("abcdef")[: s.size])


def test_ranks_stand_only_where_differences_hold() -> None:
    sure, vague = table_of([0.9, 0.5, 0.7], 0.001), table_of([0.9, 0.5, 0.7], 0.5)
    assert ranks(sure)["rank"].tolist() == [1, 3, 2]
    assert (ranks(sure)["rank_low"] == ranks(sure)["rank_high"]).all()
    assert ranks(vague)["rank_low"].tolist() == [1, 1, 1]
    assert ranks(vague)["rank_high"].tolist() == [3, 3, 3]
    assert beats(sure).loc["a", "b"]
    assert not beats(sure).loc["b", "a"]
    assert not beats(vague).to_numpy().any()


def test_ranks_hold_all_truths_at_once() -> None:
    rng = np.random.default_rng(5)
    truth = np.array([0.5, 0.52, 0.6, 0.61, 0.8, 0.8])
    right = stats.rankdata(-truth, method="min"), stats.rankdata(-truth, method="max")
    missed = 0
    for _ in range(300):
        found = ranks(table_of(list(truth + rng.normal(0, 0.03, 6)), 0.03))
        missed += ((found["rank_low"] > right[1]) | (found["rank_high"] < right[0])).any()
    assert missed / 300 <= 0.06


def test_red_and_black_lists_name_who_stands_out_and_why() -> None:
    sample = a_sample(200, seed=6)
    west = (sample["street_code"] == "west").to_numpy()
    visits = visits_to(sample, np.where(west, 6.0, 0.5) + np.arange(200) % 2 * 0.1)
    lines = [
        (v, item, p * share) for v, p in visits["points"].items() for item, share in (("litter", 0.7), ("bins", 0.3))
    ]
    deductions = pd.DataFrame(lines, columns=["visit", "item", "points"]).assign(note="")
    found = red_and_black(sample, visits, deductions, POSSIBLE)
    assert found["list"].to_dict() == {"east": "red", "west": "black"}
    assert found.index[0] == "east"
    assert found.loc["west", "items"] == ("litter", "bins")
    same = visits_to(sample, np.random.default_rng(7).uniform(0, 5, 200))
    assert (red_and_black(sample, same, deductions.iloc[:0], POSSIBLE)["list"] == "").all()


def test_what_makes_no_score_is_refused() -> None:
    sample = a_sample(5)
    visits = visits_to(sample, np.zeros(5))
    with pytest.raises(InputError, match="inclusion_prob"):
        scores(sample.assign(inclusion_prob=0.0), visits, POSSIBLE)
    with pytest.raises(InputError, match="first visits"):
        scores(sample, visits.iloc[:0], POSSIBLE)
    with pytest.raises(InputError, match="no column"):
        scores(sample, visits, POSSIBLE, by="colour")

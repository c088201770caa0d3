"""Selection: exact quotas, exact probabilities, streets and days within one, the same on any machine."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from geo.errors import InputError
from geo.model import Round
from routing.draw import verifier
from routing.draw.balance import balance
from routing.draw.balanced import balanced
from routing.draw.chances import chances, probabilities, share_out
from routing.draw.design import Design, design_for, trial_key
from routing.draw.points import points
from routing.draw.rounding import D
from routing.draw.sample import reserves, select

QUOTAS = {"a": 20, "b": 15, "c": 9, "d": 6, "e": 3}
KEY = trial_key("test", 1)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_every_quota_is_exact_and_every_day_within_one(town, share):
    drawn = select(town, Design(QUOTAS, independent_share=share, size="size", streets="street"), KEY)
    assert drawn["category"].value_counts().to_dict() == QUOTAS
    assert drawn["day"].value_counts().sort_index().tolist() == [14, 13, 13, 13]
    assert sorted(drawn["ticket"]) == list(range(1, 54))
    assert drawn.index.is_unique


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 1.0])
def test_each_street_gets_the_floor_or_the_ceiling_at_any_share(town, share):
    design = Design(QUOTAS, independent_share=share, size="size", streets="street")
    expected = probabilities(town, design).groupby(town["street"]).sum()
    for seed in range(10):
        got = (
            select(town, design, trial_key("streets", seed))
            .groupby("street")
            .size()
            .reindex(expected.index, fill_value=0)
        )
        assert (got >= np.floor(expected)).all()
        assert (got <= np.ceil(expected)).all()


def test_the_order_of_the_rows_does_not_matter(town):
    design = Design(QUOTAS, size="size", reserves={"a": 4, "e": 2})
    shuffled = town.sample(frac=1, random_state=3)
    assert select(town, design, KEY).equals(select(shuffled, design, KEY))
    assert reserves(town, design, KEY).equals(reserves(shuffled, design, KEY))


def test_another_key_draws_another_sample(town):
    one, two = (set(select(town, Design(QUOTAS), trial_key("test", seed)).index) for seed in (1, 2))
    assert len(one & two) < 30


def test_fixed_points_are_in_every_round(town):
    fixed = set(town.index[town["fixed"]])
    for seed in range(5):
        drawn = select(town, Design(QUOTAS), trial_key("fixed", seed))
        assert fixed <= set(drawn.index)
        assert (drawn.loc[sorted(fixed), "inclusion_prob"] == 1).all()


def test_probabilities_are_exact_multiples_and_add_up(town):
    prob = probabilities(town, Design(QUOTAS, size="size"))
    assert prob.name == "inclusion_prob"
    assert prob.index.equals(town.index)
    whole = (prob * D).astype(np.int64)
    assert (whole == prob * D).all()
    assert whole.groupby(town["category"]).sum().to_dict() == {c: n * D for c, n in QUOTAS.items()}
    assert (prob > 0).all()
    assert (prob <= 1).all()


def test_categories_without_quota_are_outside(town):
    drawn = select(town, Design({"a": 5, "b": 0}), KEY)
    assert set(drawn["category"]) == {"a"}
    assert probabilities(town, Design({"a": 5, "b": 0}))[town["category"] != "a"].eq(0).all()


def test_degrees_draw_the_same_as_metres(town):
    degrees = town.to_crs("EPSG:4490").to_crs("EPSG:4326")
    design = Design(QUOTAS, independent_share=0)
    assert len(set(select(degrees, design, KEY).index) ^ set(select(town, design, KEY).index)) <= 106
    assert points(degrees, design).x_cm == pytest.approx(points(town, design).x_cm, abs=1)


@given(st.lists(st.integers(1, 1 << 40), min_size=1, max_size=40), st.data())
def test_shares_are_exact_whatever_the_sizes(weights, data):
    count = data.draw(st.integers(1, len(weights)))
    prob = share_out(count, np.array(weights, np.int64))
    assert prob.sum() == count * D
    assert prob.min() >= 1
    assert prob.max() <= D
    order = np.argsort(weights, kind="stable")
    assert (np.diff(prob[order]) >= -len(weights)).all()  # more weight never means less chance, but for rounding


@given(
    st.integers(2, 60),
    st.integers(0, 3),
    st.sampled_from([0, D // 10, D // 2, D]),
    st.booleans(),
    st.integers(0, 10**6),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_reference_and_the_kernel_agree(n, spread, share, streets, seed):
    rng = np.random.default_rng(seed)
    frame = gpd.GeoDataFrame(
        {
            "category": rng.choice(list("xyz"), n),
            "street": rng.choice(list("pq"), n),
            "size": rng.lognormal(0, spread / 2, n),
        },
        geometry=[Point(*xy) for xy in rng.integers(0, 10 ** (1 + spread), (n, 2)) + np.array([500_000, 3_000_000])],
        crs="EPSG:4547",
    )
    quotas = {c: int(rng.integers(1, k + 1)) for c, k in frame["category"].value_counts().items()}
    design = Design(quotas, size="size", streets="street" if streets else None)
    chosen = points(frame, design)
    prob = chances(frame, design, chosen)
    fast = balanced(chosen.units(), prob, share, KEY, "sample")
    rules = {"streets": streets, "independent_share": share}
    slow = verifier.balanced(KEY, "sample", _rows(chosen, prob), prob.tolist(), rules)
    assert fast.tolist() == slow


def _rows(chosen, prob):
    names = ("id", "category", "street", "x_cm", "y_cm", "prob")
    return [dict(zip(names, row, strict=True)) for row in chosen.rows(prob)]


def test_the_whole_draw_agrees_with_the_reference(town):
    design = Design(QUOTAS, size="size", streets="street", days=3, reserves={"a": 5, "b": 3, "d": 1})
    drawn, spare = select(town, design, KEY), reserves(town, design, KEY)
    chosen = points(town, design)
    rows = _rows(chosen, chances(town, design, chosen))
    parameters = {"streets": True, "days": 3, "independent_share": design.share, "reserves": {"a": 5, "b": 3, "d": 1}}
    sample, reserve = verifier.draw(rows, parameters, KEY)
    assert sample == [{"id": i, "day": d, "ticket": t} for i, d, t in drawn[["day", "ticket"]].itertuples()]
    assert reserve == [{"id": i, "ticket": t} for i, t in spare["ticket"].items()]
    assert spare["category"].value_counts().to_dict() == {"a": 5, "b": 3, "d": 1}
    assert not set(spare.index) & set(drawn.index)


def test_balance_beats_simple_random(town):
    design = Design(QUOTAS, independent_share=0, days=1)
    frame = town.assign(inclusion_prob=probabilities(town, design))
    ours = [balance(frame, select(town, design, trial_key("b", seed))) for seed in range(10)]
    plain = [
        balance(frame, select(town, Design(QUOTAS, independent_share=1, days=1), trial_key("b", s))) for s in range(10)
    ]
    assert np.mean([b.city for b in ours]) < 0.6 * np.mean([b.city for b in plain])
    assert np.mean([b.within for b in ours]) < 0.7 * np.mean([b.within for b in plain])


def test_a_perfect_grid_has_balance_zero():
    frame = gpd.GeoDataFrame(
        {"category": list("xxxx"), "inclusion_prob": 0.5},
        geometry=gpd.points_from_xy([0, 1, 1000, 1001], [0, 0, 0, 0]),
        crs="EPSG:4547",
    )
    assert balance(frame, frame.iloc[[0, 3]]).city == 0
    assert balance(frame, frame.iloc[[0, 1]]).city == pytest.approx(0.25)


def test_a_size_of_zero_has_the_least_chance_and_not_none(town):
    nothing = town.assign(size=town["size"].where(np.arange(len(town)) % 7 > 0, 0.0))
    chances = probabilities(nothing, Design({"a": 20, "b": 5}, size="size"))
    inside = town["category"].isin(["a", "b"])
    assert (chances[inside] > 0).all()
    assert chances[inside & (nothing["size"] == 0) & ~town["fixed"]].max() < 1e-6
    assert chances.sum() == 25
    assert len(select(nothing, Design({"a": 20, "b": 5}, size="size"), KEY)) == 25


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: (f, Design({"a": 10_000})), "the quota of 'a' is 10000"),
        (lambda f: (f, Design({"zzz": 1})), "the quota of 'zzz' is 1"),
        (lambda f: (f.assign(fixed=True), Design({"a": 3})), "fixed"),
        (lambda f: (f.assign(size=-1.0), Design({"a": 3}, size="size")), "0 or more"),
        (lambda f: (f, Design({"a": 3}, size="weight")), "no column 'weight'"),
        (lambda f: (f.iloc[[0, 0]], Design({f["category"].iloc[0]: 1})), "twice"),
        (lambda f: (f, Design({"e": 3}, reserves={"e": 500})), "only"),
        (lambda f: (f.to_crs("EPSG:4326").set_crs(None, allow_override=True), Design({"a": 3})), "looks like degrees"),
    ],
)
def test_what_cannot_be_is_refused(town, change, says):
    with pytest.raises(InputError, match=says):
        select(*change(town), KEY)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"independent_share": 1.5}, {"quotas": {"a": -1}}, {"quotas": {}}])
def test_a_design_refuses_what_cannot_be(wrong):
    with pytest.raises(InputError):
        Design(**{"quotas": {"a": 1}, **wrong})


def _round(size, quotas=None):
    return Round("r", dt.date(2026, 6, 12), 4, 11, size, quotas=quotas)


def test_design_for_shares_the_size_in_proportion(town):
    design = design_for(town, _round(60))
    counts = town["category"].value_counts()
    assert sum(design.quotas.values()) == 60
    for category, quota in design.quotas.items():
        assert abs(quota - 60 * counts[category] / 400) < 1
    assert select(town, design, KEY)["category"].value_counts().to_dict() == design.quotas


def test_design_for_represents_every_category_and_every_fixed_point(town):
    assert min(design_for(town, _round(8)).quotas.values()) >= 1
    fixed = town[town["fixed"]]["category"].value_counts()
    for size in (3, 5, 8, 399, 400):
        quotas = design_for(town, _round(size)).quotas
        assert sum(quotas.values()) == size
        assert all(quotas[c] >= n for c, n in fixed.items())
    with pytest.raises(InputError, match="size is 401"):
        design_for(town, _round(401))
    with pytest.raises(InputError, match="3 of them fixed"):
        design_for(town, _round(2))


def test_design_for_takes_the_rounds_own_quotas(town):
    assert design_for(town, _round(53, QUOTAS)).quotas == QUOTAS
    with pytest.raises(InputError, match="add up to 53"):
        design_for(town, _round(54, QUOTAS))


def test_a_design_survives_plain_values(town):
    design = design_for(town, _round(60), reserve=0.2, streets="street")
    assert Design(**design.plain()) == design
    assert sum((design.reserves or {}).values()) >= 12

"""After the draw: replacements, questionnaires, campaigns, the variance of the days, the figures of the report."""

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from routing.draw.campaign import Campaign, part
from routing.draw.design import Design, trial_key
from routing.draw.replacements import Replacement, replace, replaced
from routing.draw.report import figures, neighbour_ratio
from routing.draw.sample import reserves, select
from routing.draw.survey import questionnaires, shares
from routing.draw.variance import replicate_mean

DESIGN = Design({"a": 20, "b": 15, "c": 9}, size="size", reserves={"a": 6, "b": 3, "c": 2})
KEY = trial_key("fieldwork", 4)


@pytest.fixture(scope="module")
def sample(town):
    return select(town, DESIGN, KEY)


@pytest.fixture(scope="module")
def spare(town):
    return reserves(town, DESIGN, KEY)


def test_the_nearest_reserve_of_the_category_comes_in(sample, spare):
    out = sample.index[sample["category"] == "a"][[2, 0]]
    log = replace(sample, spare, dict.fromkeys(out, "closed 关门"))
    assert [line.out for line in log] == sorted(out, key=lambda i: sample.loc[i, "ticket"])
    first = log[0]
    same = spare[spare["category"] == "a"]
    distances = same.distance(sample.geometry[first.out])
    assert first.into == distances.idxmin()
    assert first.distance_m == pytest.approx(distances.min(), abs=0.02)
    after = replaced(sample, spare, log)
    assert len(after) == len(sample)
    assert not set(out) & set(after.index)
    assert after.loc[first.into, "day"] == sample.loc[first.out, "day"]
    assert after["category"].value_counts().to_dict() == DESIGN.quotas


def test_a_reserve_is_used_once_and_may_be_refused_too(sample, spare):
    out = sample.index[sample["category"] == "c"]
    first = replace(sample, spare, {out[0]: "refused"})
    second = replace(sample, spare, {first[0].into: "refused too"}, first)
    third = replace(sample, spare, {out[1]: "demolished"}, second)
    assert second[1].out == first[0].into != second[1].into
    assert third[2] == Replacement(out[1], "", "demolished", 0.0)  # both reserves of c are used up
    assert len(replaced(sample, spare, third)) == len(sample) - 1
    for refused, says in (
        ({out[0]: "again"}, "isn't among"),
        ({"nowhere": "x"}, "isn't among"),
        ({out[2]: " "}, "why"),
    ):
        with pytest.raises(InputError, match=says):
            replace(sample, spare, refused, third)


def test_questionnaires_are_exact_and_in_proportion(sample):
    counts = questionnaires(sample, 372)
    assert counts.sum() == 372
    assert counts.min() >= 8
    assert counts.max() <= 9
    by_category = counts.groupby(sample["category"]).sum()
    assert (by_category - 372 * sample["category"].value_counts() / 44).abs().max() < 1
    few = questionnaires(sample, 7, categories=["b"], weight="size")
    assert few.sum() == 7
    assert few[sample["category"] != "b"].eq(0).all()
    assert questionnaires(sample, 0).sum() == 0
    with pytest.raises(InputError, match="cannot be spread"):
        questionnaires(sample, 5, categories=["zz"])


def test_shares_keep_exact_proportions():
    assert shares(10, [1, 1, 3]) == [2, 2, 6]
    assert shares(11, [1, 1, 3]) == [2, 2, 7]
    assert shares(3, [0.1] * 3) == [1, 1, 1]
    assert shares(0, [1.0]) == [0]


def test_a_campaign_draws_from_its_part(town):
    frame = town.assign(street_code=town["street"], community_code="", grid_code="")
    chosen = part(frame, Campaign(categories=["a", "b"], zones=["s1", "s2"]))
    assert set(chosen["category"]) == {"a", "b"}
    assert set(chosen["street"]) == {"s1", "s2"}
    drawn = select(chosen, Design({"a": 5, "b": 4}, days=1), KEY)
    assert set(drawn.index) <= set(chosen.index)
    visits = pd.DataFrame({"checkpoint": [town.index[3], town.index[9]]}, index=pd.Index(["v1", "v2"], name="id"))
    deductions = pd.DataFrame({"visit": ["v1", "v2"], "item": ["litter", "parking"]})
    kind = part(frame, Campaign(items=["litter"]), visits=visits, deductions=deductions)
    assert list(kind.index) == [town.index[3]]
    with pytest.raises(InputError, match="leaves no checkpoint"):
        part(frame, Campaign(zones=["nowhere"]))
    with pytest.raises(InputError, match="visits and deductions"):
        part(frame, Campaign(items=["litter"]))


def test_the_days_give_an_unbiased_mean_and_a_variance_that_is_not_too_small(town):
    value = pd.Series(np.hypot(town.geometry.x - 534_000, town.geometry.y - 3_384_000) / 1000, index=town.index)
    inside = town[town["category"].isin(list(DESIGN.quotas))]
    truth = value[inside.index].mean()
    estimates = [replicate_mean(select(town, DESIGN, trial_key("variance", s)), value) for s in range(80)]
    means = np.array([one.mean for one in estimates])
    assert means.mean() == pytest.approx(truth, rel=0.02)
    assert np.mean([one.variance for one in estimates]) > means.var(ddof=1)
    with pytest.raises(InputError, match="two or more"):
        replicate_mean(select(town, Design({"a": 5}, days=1), KEY), value)


def test_the_figures_show_what_the_draw_achieved(town, sample):
    found = figures(town, DESIGN, sample, streets="street", draws=5)
    assert found.quotas["drawn"].to_dict() == found.quotas["quota"].to_dict() == DESIGN.quotas
    assert found.streets["drawn"].sum() == 44
    assert found.streets["expected"].sum() == pytest.approx(44)
    assert found.days.tolist() == [11, 11, 11, 11]
    assert found.balance.city < found.simple_random.city
    assert found.per_category.within < found.simple_random.within
    assert 0 < found.neighbour_ratio < 1


def test_the_independent_share_keeps_neighbours_unsafe(town):
    ratios = [neighbour_ratio(town, Design(DESIGN.quotas, independent_share=share), draws=60) for share in (0, 0.1, 1)]
    assert ratios[0] < ratios[1] < ratios[2]
    assert ratios[2] == pytest.approx(1, abs=0.15)
    with pytest.raises(InputError):
        neighbour_ratio(town, DESIGN, draws=0)

"""Weights from the past: risk x age x size, certainty at the longest gap, look-back as a category of its own."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest

from geo.errors import InputError
from routing.draw.chances import probabilities
from routing.draw.design import Design, trial_key
from routing.draw.risk import LOOK_BACK, RiskRules, look_back, weigh
from routing.draw.sample import select

TODAY = dt.date(2026, 6, 10)


@pytest.fixture
def five() -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"category": ["x"] * 5, "size": [1.0, 1.0, 1.0, 1.0, 2.0]},
        geometry=gpd.points_from_xy(range(0, 5000, 1000), [0] * 5),
        crs="EPSG:4547",
    )
    frame.index = pd.Index(list("abcde"), name="id")
    return frame


def _visits(*rows: tuple[str, int, float]) -> pd.DataFrame:
    at = [pd.Timestamp(TODAY, tz="UTC") - pd.Timedelta(days=days) for _, days, _ in rows]
    return pd.DataFrame(
        {"checkpoint": [r[0] for r in rows], "arrived_at": pd.DatetimeIndex(at), "points": [r[2] for r in rows]}
    )


def test_bad_and_long_unvisited_places_weigh_more(five):
    visits = _visits(("a", 90, 8.0), ("b", 90, 0.0), ("c", 18, 2.0), ("d", 180, 2.0))
    weighed = weigh(five, visits, TODAY, RiskRules(prior_visits=1.0))
    assert weighed["risk"].round(3).tolist() == [1.833, 0.5, 0.833, 0.833, 1.0]  # (own + mean) / 2 over the mean of 3
    assert weighed["age"].tolist() == [0.5, 0.5, 0.1, 1.0, 1.0]
    assert weighed["fixed"].tolist() == [False, False, False, True, False]
    assert weighed.loc["e", "weight"] == pytest.approx(2.0)
    assert weighed["weight"].to_numpy() == pytest.approx((weighed["risk"] * weighed["age"] * five["size"]).to_numpy())


def test_the_longest_gap_is_certain_and_nothing_is_impossible(five):
    weighed = weigh(five, _visits(("a", 200, 0.0), ("b", 1, 0.0)), TODAY)
    prob = probabilities(weighed, Design({"x": 3}, size="weight"))
    assert prob["a"] == 1
    assert prob.sum() == 3
    assert (prob > 0).all()
    assert prob["b"] < prob["c"] <= 1


def test_visits_of_the_day_and_of_other_points_do_not_count(five):
    visits = _visits(("a", 0, 50.0), ("elsewhere", 5, 50.0), ("b", 90, 1.0))
    assert weigh(five, visits, TODAY).equals(weigh(five, _visits(("b", 90, 1.0)), TODAY))


def test_without_a_past_all_weigh_their_size(five):
    weighed = weigh(five, _visits(("a", 1, 0.0)).iloc[:0], TODAY)
    assert weighed["weight"].tolist() == [1, 1, 1, 1, 2]
    assert not weighed["fixed"].any()


def test_look_back_is_a_category_with_its_own_quota(five):
    frame = look_back(five.assign(fixed=[True, False, False, False, False]), ["a", "b", "c"])
    assert frame["category"].tolist() == ["x", LOOK_BACK, LOOK_BACK, "x", "x"]
    assert frame["home_category"].tolist() == ["x"] * 5
    drawn = select(frame, Design({"x": 2, LOOK_BACK: 1}), trial_key("back", 1))
    assert drawn["category"].value_counts().to_dict() == {"x": 2, LOOK_BACK: 1}
    with pytest.raises(InputError, match="isn't in the frame"):
        look_back(five, ["z"])


@pytest.mark.parametrize("wrong", [{"least_age": 0.0}, {"risk_range": (0.0, 2.0)}, {"longest_gap_days": 0}])
def test_rules_that_would_make_a_chance_zero_are_refused(wrong):
    with pytest.raises(InputError, match="above 0"):
        RiskRules(**wrong)

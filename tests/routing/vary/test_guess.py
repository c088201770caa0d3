"""Measures of what can be guessed, on days small enough for paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.vary.guess import best_guess, entropy_bits, guess_after_first
from routing.vary.likeness import places_of, similarity
from routing.vary.weights import weigh

HALF = np.array([0.5, 0.5])
TURNED = np.array([[0, 1, 2], [2, 1, 0]])  # a tour and its reverse


def test_a_tour_and_its_reverse_are_one_bit_but_for_the_middle() -> None:
    assert entropy_bits(TURNED, HALF).tolist() == [1.0, 0.0, 1.0]
    arrive = np.array([[0, 4000, 8000], [8000, 4000, 0]])
    assert best_guess(arrive, HALF).tolist() == [0.5, 1.0, 0.5]
    assert guess_after_first(TURNED, arrive, HALF).tolist() == [1.0, 1.0, 1.0]


def test_the_best_window_is_found_wherever_it_begins() -> None:
    arrive = np.array([[0], [1800], [3600], [3601], [9000]])
    share = np.array([0.1, 0.2, 0.3, 0.15, 0.25])
    assert best_guess(arrive, share) == pytest.approx([0.65])  # from 1800, or from 1: both miss the first
    assert best_guess(arrive, share, 9000) == pytest.approx([1.0])


@settings(deadline=None)
@given(st.integers(1, 7), st.integers(1, 30), st.integers(0, 1000))
def test_bounds(stops, routes, seed) -> None:
    rng = np.random.default_rng(seed)
    place = np.array([rng.permutation(stops) for _ in range(routes)])
    arrive = place * 700 + rng.integers(0, 500, (routes, 1))
    share = rng.dirichlet(np.ones(routes))
    bits = entropy_bits(place, share)
    assert (bits >= 0).all()
    assert (bits <= np.log2(stops) + 1e-9).all()
    guess, after = best_guess(arrive, share), guess_after_first(place, arrive, share)
    assert (guess > 0).all()
    assert (guess <= 1).all()
    assert (after <= 1 + 1e-9).all()
    weight = share.max()
    assert (guess >= weight - 1e-9).all()


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(2, 40), st.integers(0, 1000), st.floats(0, 0.1))
def test_weights_keep_the_premium_and_are_whole(stops, routes, seed, premium) -> None:
    rng = np.random.default_rng(seed)
    place = np.array([rng.permutation(stops) for _ in range(routes)])
    travel = rng.integers(1000, 1200, routes)
    most = int(travel.min() * (1 + premium))
    weight = weigh(place, 30_000 + place * 1000, travel, most)
    assert weight.dtype == np.int64
    assert (weight >= 0).all()
    assert weight.sum() > 0
    assert int((weight * travel).sum()) <= most * int(weight.sum())


def test_weights_flatten_what_the_pool_repeats() -> None:
    """Nine days are the same tour and one is its reverse: both become about as likely."""
    place = np.array([[0, 1, 2]] * 9 + [[2, 1, 0]])
    weight = weigh(place, 30_000 + place * 7200, np.full(10, 1000), 1000)
    assert weight[-1] / weight.sum() == pytest.approx(0.5, abs=0.02)


def test_shared_legs_count_either_way_and_in_the_last_rounds_only() -> None:
    now = [["base", "a", "b", "c", "base"]]
    assert similarity(now, []) == 0
    assert similarity(now, [[["base", "c", "b", "a", "base"]]]) == 1
    assert similarity(now, [[["base", "a", "x"]], [["y", "b", "c"]]]) == 0.5
    assert similarity(now, [now, *[[["z", "w"]]] * 5]) == 0
    assert similarity([], [now]) == 0


def test_places_are_read_from_the_stops_of_a_plan() -> None:
    rows = [
        ("T1", 1, 0, "base", ""),
        ("T1", 1, 2, "lunch", ""),
        ("T1", 1, 1, "stop", "P-1"),
        ("T1", 1, 3, "stop", "P-2"),
        ("T1", 1, 4, "base", ""),
        ("T2", 1, 0, "base", ""),
        ("T2", 1, 1, "stop", "P-3"),
    ]
    frame = pd.DataFrame(rows, columns=["team", "day", "order", "kind", "checkpoint"])
    assert places_of(frame) == [("base T1", "P-1", "P-2", "base T1"), ("base T2", "P-3")]

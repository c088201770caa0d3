"""The realised inclusion frequencies, in short; ``tests/bench/draw_frequencies.py`` runs 5,000 draws of each design."""

import importlib.util
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from routing.draw.design import Design

_PATH = Path(__file__).parents[2] / "bench" / "draw_frequencies.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("draw_frequencies", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("share", "streets"), [(0.0, None), (0.1, "street"), (0.3, None)])
def test_inclusion_frequencies_are_the_probabilities(bench, share, streets):
    frame = bench.town(40)
    design = Design({"a": 6, "b": 4, "c": 2}, independent_share=share, size="size", streets=streets)
    prob, drawn, between = bench.draws_of(frame, design, 1200)
    assert bench.p_value(drawn, prob) > 1e-3
    assert bench.p_value(between, prob) > 1e-3 if share else (between == prob).all()
    if share:
        assert bench.pair_p_value(frame, drawn, between) > 1e-3


def test_the_test_itself_can_fail(bench):
    """Two chances that are off by 0.12 are found in half as many draws."""
    frame = bench.town(40)
    prob, drawn, _ = bench.draws_of(frame, Design({"a": 6, "b": 4, "c": 2}, size="size"), 600)
    wrong = prob.copy()
    a = np.flatnonzero(frame["category"] == "a")
    wrong[a[0]], wrong[a[1]] = prob[a[0]] + 0.12, prob[a[1]] - 0.12
    assert bench.p_value(drawn, wrong) < 1e-6


def test_pairs_of_a_small_mixed_design_are_all_possible(bench):
    """Quotas of 2 and bounds by street leave every pair possible here; with share 0 the trees forbid some."""
    frame = bench.town(14, seed=3)
    design = Design({"a": 2, "b": 2, "c": 2}, independent_share=0.3, streets="street")
    prob, drawn, _ = bench.draws_of(frame, design, 3000)
    possible = _possible(frame, design, prob)
    together = drawn.T @ drawn > 0
    assert (together == possible)[np.triu_indices(len(prob), 1)].all()


def _possible(frame, design, prob):
    """List by exhaustion which pairs some sample with exact quotas and bounded streets holds."""
    kinds = [list(combinations(np.flatnonzero(frame["category"] == c), n)) for c, n in design.quotas.items()]
    street = frame["street"].to_numpy()
    expected = {name: prob[street == name].sum() for name in np.unique(street)}
    possible = np.zeros((len(prob), len(prob)), bool)
    for way in product(*kinds):
        sample = np.array(sorted(i for part in way for i in part))
        counts = {name: int((street[sample] == name).sum()) for name in expected}
        if all(np.floor(e + 1e-9) <= counts[name] <= np.ceil(e - 1e-9) for name, e in expected.items()):
            possible[np.ix_(sample, sample)] = True
    return possible

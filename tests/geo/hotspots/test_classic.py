"""Gi*, local Moran and empirical Bayes against R's spdep, and what labels and weights may not change."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from geo.errors import InputError
from geo.hotspots import gi_star, gi_star_raster, local_moran
from geo.rates import empirical_bayes

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "statistics.json").read_text())
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def graph_of(neighbours: list[Any], labels: list[Any]) -> Graph:
    """Binary; spdep counts from 1, and a label without neighbours points to itself with weight 0."""
    near = [np.atleast_1d(np.asarray(n, int)) - 1 for n in neighbours]
    focal = [labels[i] for i, n in enumerate(near) for _ in (n if n.size else [0])]
    neighbor = [labels[j] for i, n in enumerate(near) for j in (n if n.size else [i])]
    weight = [1.0 if n.size else 0.0 for n in near for _ in (n if n.size else [0])]
    return Graph.from_arrays(focal, neighbor, weight)


def case(name: str, values: str) -> tuple[pd.Series, Graph]:
    data = REFERENCE[name]
    labels = data.get("labels") or [f"a{i}" for i in range(len(data[values]))]
    return pd.Series(data[values], index=labels, dtype=float), graph_of(data["neighbours"], labels)


@pytest.mark.parametrize(
    ("name", "values"), [("getis_ord_1996", "values"), ("anselin_1995", "values"), ("north_carolina_sids", "rate")]
)
def test_gi_star_is_that_of_spdep_however_the_graph_is_standardised(name: str, values: str) -> None:
    y, graph = case(name, values)
    expected = REFERENCE[name]["gi_star"]
    for version in (
        graph,
        graph.transform("r"),
        graph.assign_self_weight(1),
        graph.assign_self_weight(1).transform("r"),
    ):
        z = gi_star(y, version)
        np.testing.assert_allclose(z, expected, **CLOSE)
        assert z.name == "gi_star"
        assert z.index.equals(y.index)


@pytest.mark.parametrize(("name", "values"), [("anselin_1995", "values"), ("north_carolina_sids", "rate")])
def test_local_moran_is_that_of_spdep(name: str, values: str) -> None:
    y, graph = case(name, values)
    found = local_moran(y, graph.transform("r"))
    expected = REFERENCE[name]["rows"]
    known = ~np.isnan(np.array(expected["z"], float))
    for column in ("I", "z", "p"):
        np.testing.assert_allclose(found[column][known], np.array(expected[column], float)[known], **CLOSE)
    np.testing.assert_allclose(local_moran(y, graph)["z"], found["z"], **CLOSE)


def test_binary_local_moran_is_that_of_spdep() -> None:
    y, graph = case("anselin_1995", "values")
    for column, expected in REFERENCE["anselin_1995"]["binary"].items():
        np.testing.assert_allclose(local_moran(y, graph)[column], expected, **CLOSE)


@pytest.mark.parametrize("name", ["marshall_1991", "north_carolina_sids"])
def test_empirical_bayes_is_that_of_spdep(name: str) -> None:
    events, graph = case(name, "events")
    exposure = pd.Series(REFERENCE[name]["exposure"], index=events.index, dtype=float)
    np.testing.assert_allclose(empirical_bayes(events, exposure), REFERENCE[name]["global"], **CLOSE)
    np.testing.assert_allclose(empirical_bayes(events, exposure, graph), REFERENCE[name]["local"], **CLOSE)


def test_empirical_bayes_around_each_neighbours_own_mean_is_the_default_of_spdep() -> None:
    events, graph = case("marshall_1991", "events")
    exposure = pd.Series(REFERENCE["marshall_1991"]["exposure"], index=events.index, dtype=float)
    found = empirical_bayes(events, exposure, graph, deviations="each")
    np.testing.assert_allclose(found, REFERENCE["marshall_1991"]["local_bailey_gatrell"], **CLOSE)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_values_and_graph_are_matched_by_label(random: Any) -> None:
    y, graph = case("north_carolina_sids", "rate")
    order = list(y.index)
    random.shuffle(order)
    mixed = y[order]
    pd.testing.assert_series_equal(gi_star(mixed, graph), gi_star(y, graph)[order])
    pd.testing.assert_frame_equal(local_moran(mixed, graph), local_moran(y, graph).loc[order])
    events = pd.Series(REFERENCE["north_carolina_sids"]["events"], index=y.index, dtype=float)
    exposure = pd.Series(REFERENCE["north_carolina_sids"]["exposure"], index=y.index, dtype=float)
    shuffled = empirical_bayes(events[order], exposure, graph)
    pd.testing.assert_series_equal(shuffled, empirical_bayes(events, exposure, graph)[order])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_row_multiplied_by_a_number_has_the_same_z(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, graph = case("north_carolina_sids", "rate")
    heavy = graph.assign_self_weight(rng.uniform(0.5, 2, graph.n))
    pairs = heavy.adjacency
    rows = pd.Series(rng.uniform(0.1, 10, graph.n), index=graph.unique_ids)
    scaled = pairs * rows.reindex(pairs.index.get_level_values("focal")).to_numpy()
    other = Graph.from_arrays(*(scaled.index.get_level_values(i) for i in (0, 1)), scaled.to_numpy())
    np.testing.assert_allclose(gi_star(y, other), gi_star(y, heavy), rtol=1e-9)


def test_weights_below_zero_turn_z_round() -> None:
    y, graph = case("north_carolina_sids", "rate")
    pairs = graph.adjacency[graph.adjacency > 0]
    alone = graph.isolates
    known = y.drop(alone)
    plain = Graph.from_arrays(*(pairs.index.get_level_values(i) for i in (0, 1)), pairs.to_numpy())
    turned = Graph.from_arrays(*(pairs.index.get_level_values(i) for i in (0, 1)), -pairs.to_numpy())
    np.testing.assert_allclose(gi_star(known, turned), -gi_star(known, plain), rtol=1e-9)


def test_a_label_without_neighbours_stands_alone() -> None:
    graph = Graph.from_arrays(["a", "b", "c"], ["b", "a", "c"], [1.0, 1.0, 0.0])
    y = pd.Series([1.0, 2.0, 6.0], index=list("abc"))
    z = gi_star(y, graph)
    assert z["c"] == pytest.approx((6 - 3) / (y.std(ddof=0) * np.sqrt((3 - 1) / 2)))
    moran = local_moran(y, graph)
    assert moran.loc["c", "I"] == 0
    assert np.isnan(moran.loc["c", "z"])


def test_a_constant_has_no_z() -> None:
    _, graph = case("north_carolina_sids", "rate")
    assert gi_star(pd.Series(1.0, index=graph.unique_ids), graph).isna().all()
    assert local_moran(pd.Series(1.0, index=graph.unique_ids), graph)["z"].isna().all()


def test_weights_that_differ_need_self_weights() -> None:
    graph = Graph.from_arrays(["a", "a", "b", "c"], ["b", "c", "a", "a"], [1.0, 0.5, 1.0, 0.5])
    with pytest.raises(InputError, match="assign_self_weight"):
        gi_star(pd.Series([1.0, 2.0, 3.0], index=list("abc")), graph)


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (pd.Series([1.0, 2.0], index=["a", "b"]), "every label"),
        (pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd")), "graph does not"),
        (pd.Series([1.0, np.nan, 3.0], index=list("abc")), "'b'"),
        (pd.Series([1.0, 2.0, 3.0], index=list("aab")), "repeats"),
        (pd.Series(["1", "2", "3"], index=list("abc")), "numbers"),
    ],
)
def test_values_that_do_not_fit_the_graph_are_refused(y: pd.Series, match: str) -> None:
    graph = Graph.from_arrays(["a", "b", "c"], ["b", "a", "a"], [1.0, 1.0, 1.0])
    for statistic in (gi_star, local_moran):
        with pytest.raises(InputError, match=match):
            statistic(y, graph)


def test_events_without_exposure_are_refused_and_no_exposure_is_unknown() -> None:
    events, exposure = pd.Series([1.0, 0.0, 3.0]), pd.Series([4.0, 0.0, 5.0])
    assert empirical_bayes(events, exposure).isna().tolist() == [False, True, False]
    with pytest.raises(InputError, match="without exposure"):
        empirical_bayes(events + 1, exposure)


def disc_graph(rows: int, cols: int, radius: float) -> Graph:
    at = np.argwhere(np.ones((rows, cols), bool))
    near = ((at[:, None] - at[None]) ** 2).sum(axis=2) <= radius**2 + 1e-9
    focal, neighbor = np.nonzero(near)
    return Graph.from_arrays(focal, neighbor, np.ones(focal.size))


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 9), st.integers(2, 12), st.sampled_from([0, 1, 1.5, 2, 2.9, 4, 20]), st.integers(0, 999))
def test_gi_star_of_a_raster_is_that_of_its_graph(rows: int, cols: int, radius: float, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(rows, cols))
    expected = gi_star(pd.Series(values.ravel()), disc_graph(rows, cols, radius)).to_numpy().reshape(rows, cols)
    np.testing.assert_allclose(gi_star_raster(values, radius), expected, rtol=1e-9, atol=1e-9)


def test_a_cell_without_value_counts_nowhere() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(70, 5))
    values[rng.random(values.shape) < 0.3] = np.nan
    known = np.flatnonzero(~np.isnan(values.ravel()))
    whole = disc_graph(70, 5, 2)
    expected = gi_star(pd.Series(values.ravel()[known], index=known), whole.subgraph(known))
    found = gi_star_raster(values, 2).ravel()
    np.testing.assert_allclose(found[known], expected, rtol=1e-9, atol=1e-9)
    assert np.isnan(np.delete(found, known)).all()


@pytest.mark.parametrize(("values", "radius"), [(np.zeros(3), 1), (np.zeros((3, 3)), -1), (np.full((3, 3), np.inf), 1)])
def test_what_is_no_raster_is_refused(values: np.ndarray, radius: float) -> None:
    with pytest.raises(InputError):
        gi_star_raster(values, radius)

"""Values and graphs brought together by label, never by position."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import InputError

if TYPE_CHECKING:
    from libpysal.graph import Graph


def values_of(series: pd.Series, name: str) -> NDArray[np.float64]:
    """Return the numbers of a series.

    Raises
    ------
    InputError
        When it is no Series of numbers, repeats a label, or misses a value.
    """
    numbers = numbers_of(series, name)
    known = np.isfinite(numbers)
    if not known.all():
        raise InputError(
            "{field} has no value at {value!r}: leave the label out of it and of the graph",
            field=name,
            value=series.index[~known][0],
        )
    return numbers


def numbers_of(series: pd.Series, name: str) -> NDArray[np.float64]:
    """Return the numbers of a series, NaN where there is none.

    Raises
    ------
    InputError
        When it is no Series of numbers, or repeats a label.
    """
    if not isinstance(series, pd.Series):
        raise InputError("{field} is a {kind}: give a pandas Series", field=name, kind=type(series).__name__)
    if series.index.has_duplicates:
        label = series.index[series.index.duplicated()][0]
        raise InputError("the index of {field} repeats {value!r}: give one value a label", field=name, value=label)
    if not pd.api.types.is_numeric_dtype(series) or pd.api.types.is_complex_dtype(series):
        raise InputError("{field} holds {kind}: give numbers", field=name, kind=series.dtype)
    return series.to_numpy(np.float64, na_value=np.nan)


def ids_of(graph: "Graph") -> pd.Index:
    """Return the labels of a graph.

    Raises
    ------
    InputError
        When it is another kind of graph.
    """
    from libpysal.graph import Graph  # noqa: PLC0415 - heavy, and loaded already where there is a graph

    if not isinstance(graph, Graph):
        raise InputError(
            "graph is a {kind}: give a libpysal.graph.Graph, of older weights by Graph.from_W(...)",
            field="graph",
            kind=type(graph).__name__,
        )
    ids: pd.Index = graph.unique_ids
    return ids


def places_in(index: pd.Index, graph: "Graph") -> NDArray[np.int64]:
    """Return the position in ``index`` of each label of the graph, in the graph's order.

    Raises
    ------
    InputError
        When the two do not hold the same labels.
    """
    ids = ids_of(graph)
    at = np.asarray(index.get_indexer(ids), np.int64)
    if (at < 0).any():
        raise InputError(
            "the graph holds {value!r}, which the values do not: give a value to every label",
            field="graph",
            value=ids[at < 0][0],
        )
    if len(ids) < len(index):
        extra: Any = index.difference(ids)[0]
        raise InputError(
            "the values hold {value!r}, which the graph does not: build the graph over every label",
            field="graph",
            value=extra,
        )
    return at

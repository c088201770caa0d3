"""How much of a plan was driven before: shared legs."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise

import pandas as pd

ROUNDS = 5  # past ones that count
Walk = tuple[str, ...]
MOST = 0.4  # share of shared legs that a route may have


def legs_of(routes: Iterable[Sequence[Hashable]]) -> set[frozenset[Hashable]]:
    """Return the legs of routes, each the sequence of its places with the base at both ends; both ways are one leg."""
    return {frozenset(leg) for route in routes for leg in pairwise(route) if leg[0] != leg[1]}


def similarity(
    now: Iterable[Sequence[Hashable]], past: Iterable[Iterable[Sequence[Hashable]]], *, rounds: int = ROUNDS
) -> float:
    """Return the share of the legs of ``now`` that were driven, either way, in any of the last rounds.

    Parameters
    ----------
    now
        Routes, each the sequence of its places.
    past
        The routes of each past round, the latest round last.
    rounds
        How many of the last ones count.
    """
    legs = legs_of(now)
    known = set[frozenset[Hashable]]().union(*map(legs_of, list(past)[-rounds:])) if legs else set()
    return len(legs & known) / len(legs) if legs else 0.0


def base_of(team: str) -> str:
    """Name the base of a team as a place."""
    return f"base {team}"


def places_of(stops: pd.DataFrame) -> list[Walk]:
    """Return the sequence of places of each route in a STOPS frame; a team's base has the name of :func:`base_of`."""
    walked = stops[stops["kind"] != "lunch"].sort_values(["day", "team", "order"])
    names = walked["checkpoint"].where(walked["kind"] == "stop", walked["team"].astype(str).map(base_of))
    return [tuple(route) for _, route in names.groupby([walked["day"], walked["team"]], sort=True)]

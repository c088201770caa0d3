"""Closed or refused points are replaced by the nearest reserve of their category, and every replacement is logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.errors import InputError
from routing.draw.points import centimetres


@dataclass(frozen=True, slots=True)
class Replacement:
    """One line of the log."""

    out: str  # the point that could not be inspected
    into: str  # the reserve that takes its place; empty: none of its category was left
    reason: str
    distance_m: float  # between the two; 0 without a reserve


def replace(
    sample: gpd.GeoDataFrame,
    reserves: gpd.GeoDataFrame,
    refused: Mapping[str, str],
    log: Sequence[Replacement] = (),
) -> tuple[Replacement, ...]:
    """Find the replacements of points that could not be inspected, in order of their tickets.

    Parameters
    ----------
    sample, reserves
        As drawn, with ``category`` and ``ticket``.
    refused
        Reason of each refused point, by id; a reserve that came in may be refused too.
    log
        Replacements of before; their reserves are taken.

    Returns
    -------
    The log with the new lines behind: always the nearest free reserve of the same category, ties by ticket.

    Raises
    ------
    InputError
        When a refused point isn't in the sample, was replaced before, or has no reason.
    """
    everyone = pd.concat([sample, reserves])
    place = dict(zip(everyone.index, zip(*(axis.tolist() for axis in centimetres(everyone)), strict=True), strict=True))
    ticket, category = everyone["ticket"].to_dict(), everyone["category"].to_dict()
    lines = list(log)
    _check(sample, refused, lines)
    for out in sorted(refused, key=lambda i: ticket[i]):
        taken = {line.into for line in lines}
        free = [i for i in reserves.index if category[i] == category[out] and i not in taken]
        if not free:
            lines.append(Replacement(out, "", refused[out].strip(), 0.0))
            continue
        square = {i: sum((a - b) ** 2 for a, b in zip(place[i], place[out], strict=True)) for i in free}
        into = min(free, key=lambda i: (square[i], ticket[i]))
        lines.append(Replacement(out, into, refused[out].strip(), square[into] ** 0.5 / 100))
    return tuple(lines)


def _check(sample: gpd.GeoDataFrame, refused: Mapping[str, str], log: Sequence[Replacement]) -> None:
    drawn = set(sample.index) | {line.into for line in log}
    gone = {line.out for line in log}
    for point, reason in refused.items():
        if point not in drawn or point in gone:
            raise InputError("{id!r} is refused, but it isn't among the points to inspect", id=point)
        if not reason.strip():
            raise InputError("{id!r} is refused without a reason: say why, it is published", id=point)


def replaced(sample: gpd.GeoDataFrame, reserves: gpd.GeoDataFrame, log: Sequence[Replacement]) -> gpd.GeoDataFrame:
    """Return the points to inspect after the log: a reserve comes in on the day of the point that it replaces."""
    day = sample["day"].to_dict()
    gone: set[str] = set()
    for line in log:
        gone.add(line.out)
        if line.into:
            day[line.into] = day[line.out]
    came = reserves.loc[[line.into for line in log if line.into]]
    kept = pd.concat([sample, came])
    kept = kept[~kept.index.isin(list(gone))]
    return kept.assign(day=[day[i] for i in kept.index])

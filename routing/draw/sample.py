"""Draw a sample: balanced selection, days, tickets and reserves, all from one key."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from routing.draw.balanced import balanced
from routing.draw.chances import chances
from routing.draw.design import Design
from routing.draw.points import Points, points
from routing.draw.rounding import D
from routing.draw.stream import shuffled
from routing.draw.units import Units

Ints = npt.NDArray[np.int64]
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a key draws, as positions in the canonical points."""

    at: Ints  # ascending
    day: Ints  # from 1
    ticket: Ints  # from 1, in an order of the key's making
    reserve_at: Ints  # ascending
    reserve_ticket: Ints  # goes on where the sample's end


def select(frame: gpd.GeoDataFrame, design: Design, key: bytes) -> gpd.GeoDataFrame:
    """Draw the sample of a design.

    Parameters
    ----------
    frame
        Points with ``category``, and what the design names. Labels may be of any kind; their text is the canonical id.
        The order of the rows doesn't matter.
    design
        What to draw.
    key
        Where all randomness comes from.

    Returns
    -------
    geopandas.GeoDataFrame
        The drawn rows in order of their tickets, with ``inclusion_prob``, ``day`` (from 1) and ``ticket``.

    Raises
    ------
    InputError
        When the quotas don't fit the frame.
    """
    chosen, prob, drawn = drawn_from(frame, design, key)
    rows = frame.iloc[chosen.at[drawn.at]].copy()
    rows["inclusion_prob"] = prob[drawn.at] / D
    rows["day"] = drawn.day
    rows["ticket"] = drawn.ticket
    return rows.sort_values("ticket")


def reserves(frame: gpd.GeoDataFrame, design: Design, key: bytes) -> gpd.GeoDataFrame:
    """Draw the reserve list that belongs to :func:`select` with the same arguments, in order of its tickets."""
    chosen, prob, drawn = drawn_from(frame, design, key)
    rows = frame.iloc[chosen.at[drawn.reserve_at]].copy()
    rows["inclusion_prob"] = prob[drawn.reserve_at] / D
    rows["ticket"] = drawn.reserve_ticket
    return rows.sort_values("ticket")


def drawn_from(frame: gpd.GeoDataFrame, design: Design, key: bytes) -> tuple[Points, Ints, Drawn]:
    """Return the canonical points, their probabilities in units of 1/2^30, and what the key draws from them."""
    chosen = points(frame, design)
    prob = chances(frame, design, chosen)
    chosen, prob = opened(chosen, prob)
    return chosen, prob, draw(chosen, prob, design, key)


def opened(chosen: Points, prob: Ints) -> tuple[Points, Ints]:
    """Leave out the points of a category whose quota its fixed points use up: they are outside this round's frame."""
    keep = np.flatnonzero(prob > 0)
    if len(keep) == len(prob):
        return chosen, prob
    ids, categories, streets = (
        tuple(column[i] for i in keep) for column in (chosen.ids, chosen.categories, chosen.streets)
    )
    return Points(chosen.at[keep], ids, categories, streets, chosen.x_cm[keep], chosen.y_cm[keep]), prob[keep]


def draw(chosen: Points, prob: Ints, design: Design, key: bytes) -> Drawn:
    """Draw from canonical points."""
    units = chosen.units()
    at = balanced(units, prob, design.share, key, "sample")
    day = _days(units, at, design, key)
    reserve = _reserves(chosen, units, at, design, key)
    ticket, spare = _tickets(key, "ticket", at, 1), _tickets(key, "reserve ticket", reserve, len(at) + 1)
    return Drawn(at, day, ticket, reserve, spare)


def _tickets(key: bytes, label: str, at: Ints, first: int) -> Ints:
    ticket = np.empty(len(at), np.int64)
    ticket[np.searchsorted(at, shuffled(key, label, at))] = np.arange(first, first + len(at))
    return ticket


def _days(units: Units, at: Ints, design: Design, key: bytes) -> Ints:
    """Split the sample into balanced replicates: each day takes its share of what is left, as a draw of its own."""
    day = np.full(len(at), design.days, np.int64)
    rest = np.arange(len(at))
    for today in range(1, design.days):
        if not len(rest):
            break
        count = len(at) // design.days + (today <= len(at) % design.days)
        value = _even(count, len(rest))
        taken = balanced(units.take(at[rest]), value, design.share, key, f"day {today}")
        day[rest[taken]] = today
        rest = np.delete(rest, taken)
    return day


def _even(count: int, among: int) -> Ints:
    """Share ``count`` points over ``among`` units as evenly as 1/2^30 allows, the first ones getting more."""
    share, extra = divmod(count * D, among)
    return share + (np.arange(among) < extra).astype(np.int64)


def _reserves(chosen: Points, units: Units, at: Ints, design: Design, key: bytes) -> Ints:
    """Draw reserves among what the sample left, each category's number exactly, spread like the sample."""
    asked = {name: count for name, count in (design.reserves or {}).items() if count}
    category = np.array(chosen.categories, object)
    left = np.setdiff1d(np.arange(len(category)), at)
    spare = left[np.isin(category[left], list(asked))]
    value = np.zeros(len(spare), np.int64)
    for name, count in asked.items():
        members = np.flatnonzero(category[spare] == name)
        if count > len(members):
            raise InputError(
                "reserves of {category!r} is {count}: only {left} are left beside the sample",
                category=name,
                count=count,
                left=len(members),
            )
        if len(members):
            value[members] = _even(count, len(members))
    if not len(spare):
        return spare
    return spare[balanced(units.take(spare), value, design.share, key, "reserve")]

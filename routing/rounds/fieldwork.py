"""What happens to a drawn round in the field: points that cannot be inspected, questionnaires."""

import datetime as dt
from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from geo.errors import InputError
from geo.store import Store
from geo.store.fieldwork import Replaced
from routing.draw import replacements
from routing.draw.survey import questionnaires


def replace_point(store: Store, round_id: str, checkpoint: str, reason: str) -> Replaced:
    """Put the nearest reserve of its category in the place of a point that cannot be inspected, and log it.

    Which reserve comes in follows from the draw and the log alone. Where none of the category is left, the point goes
    without replacement.

    Raises
    ------
    StateError
        When the round is not drawn.
    InputError
        When the point is not among those to inspect, or the reason is missing.
    """
    line, after = replacement_for(store, round_id, checkpoint, reason)
    store.save_replacement(round_id, line, after=after)
    return line


def replacement_for(
    store: Store, round_id: str, checkpoint: str, reason: str, *, roster: gpd.GeoDataFrame | None = None
) -> tuple[Replaced, int]:
    """Find what :func:`replace_point` would put in, and how many lines the log has; nothing is kept."""
    log = store.replacements(round_id)
    before = [replacements.Replacement(line.out, line.into, line.reason, line.distance_m) for line in log]
    roster = store.checkpoints(include_retired=True) if roster is None else roster
    sample = roster.join(store.drawn_sample(round_id), how="inner")
    asked = {checkpoint: reason}
    found = replacements.replace(sample, store.reserves(round_id), asked, before)[-1]
    return Replaced(found.out, found.into, found.reason, round(found.distance_m, 2), dt.datetime.now(dt.UTC)), len(log)


def spread_questionnaires(
    store: Store, round_id: str, total: int, *, categories: Collection[str] | None = None
) -> pd.Series:
    """Spread questionnaires over the places to inspect, in proportion and exact in total, and keep the numbers.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is drawn.
    total
        Questionnaires in all, e.g. 372.
    categories
        Where people are surveyed; None: everywhere.

    Raises
    ------
    StateError
        When the round is not drawn.
    InputError
        When there is no place to survey.
    """
    sample = store.sample(round_id)
    strange = sorted(set(categories or ()) - set(sample["category"]))
    if strange:
        raise InputError("nothing of the category {category!r} was drawn: name others", category=strange[0])
    numbers = questionnaires(sample, total, categories=categories)
    store.save_questionnaires(round_id, {str(id_): int(number) for id_, number in numbers.items()})
    return numbers

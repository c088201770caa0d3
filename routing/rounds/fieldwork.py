"""What happens to a drawn round in the field: points that cannot be inspected, questionnaires."""

import datetime as dt
from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from geo.errors import InputError, NotFoundError, StateError
from geo.model import Draw
from geo.store import Store
from geo.store.fieldwork import Replaced
from routing.draw import replacements
from routing.draw.survey import questionnaires
from routing.rounds.making import frozen


def replace_point(store: Store, round_id: str, checkpoint: str, reason: str) -> Replaced:
    """Put the nearest reserve of its category in the place of a point that cannot be inspected, and log it.

    Which reserve comes in follows from the draw and the log alone. Where none of the category is left, the point goes
    without replacement.

    Raises
    ------
    StateError
        When the round is not drawn, or its commitment allows no further replacement.
    InputError
        When the point is not among those to inspect, or the reason is missing.
    """
    line, after = replacement_for(store, round_id, checkpoint, reason)
    store.fieldwork.save_replacement(round_id, line, after=after)
    return line


def replacement_for(store: Store, round_id: str, checkpoint: str, reason: str) -> tuple[Replaced, int]:
    """Find what :func:`replace_point` would put in, and how many lines the log has; nothing is kept.

    Places and categories are those of the frame that was drawn from, whatever the roster says now: a reserve that
    moves in the roster comes no nearer.
    """
    draw, log = store.draws.get(round_id), store.fieldwork.replacements(round_id)
    _refuse_beyond_limit(store, draw, len(log))
    before = [replacements.Replacement(line.out, line.into, line.reason, line.distance_m) for line in log]
    frame = _frame(store, draw)[["category", "geometry"]]
    sample = frame.join(store.fieldwork.drawn_sample(round_id), how="inner")
    spare = frame.join(store.fieldwork.reserves(round_id)[["ticket"]], how="inner").sort_values("ticket")
    found = replacements.replace(sample, spare, {checkpoint: reason}, before)[-1]
    return Replaced(found.out, found.into, found.reason, round(found.distance_m, 2), dt.datetime.now(dt.UTC)), len(log)


def _frame(store: Store, draw: Draw) -> gpd.GeoDataFrame:
    """Return what was drawn from; of a trial draw whose frame wasn't kept, the roster."""
    try:
        return frozen(store.commitments.frame_rows(draw.frame_sha256))
    except NotFoundError:
        if not draw.trial:
            raise
        return store.checkpoints.frame(include_retired=True)


def _refuse_beyond_limit(store: Store, draw: Draw, used: int) -> None:
    """Refuse what a commitment doesn't allow; one of the older form has no limit, nor has a trial draw."""
    kept = None if draw.trial else store.commitments.of_round(draw.round_id)
    limit = None if kept is None else kept.parameters.get("replacements_limit")
    if limit is not None and used >= limit:
        raise StateError(
            "round {round!r} has had its {limit} replacements on a reason alone, which its commitment fixes: "
            "leave the checkpoint in, and record its visit as refused",
            round=draw.round_id,
            limit=limit,
        )


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
    sample = store.draws.sample(round_id)
    strange = sorted(set(categories or ()) - set(sample["category"]))
    if strange:
        raise InputError("nothing of the category {category!r} was drawn: name others", category=strange[0])
    numbers = questionnaires(sample, total, categories=categories)
    store.fieldwork.save_questionnaires(round_id, {str(id_): int(number) for id_, number in numbers.items()})
    return numbers

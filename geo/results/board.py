"""The board of a round: who scored what, how sure that is, who stands above whom, and what cost most."""

from dataclasses import dataclass

import pandas as pd

from geo.errors import InputError
from geo.rates import beats, red_and_black, scores
from geo.results.findings import RoundFindings, findings
from geo.results.names import zone_names
from geo.store import Store

GROUPS = {"category": "category", "street": "street_code", "unit": "unit", "district": "district_code"}
"""What a board is by, and the column of the sample that holds it."""


@dataclass(frozen=True, slots=True)
class Board:
    """The scores of a round by one kind of group.

    Parameters
    ----------
    rows
        See :func:`score_board`.
    overall
        The same columns of scores for the whole round.
    above
        For each pair whether the row is above the column beyond chance, over all pairs at once.
    """

    rows: pd.DataFrame
    overall: pd.Series
    above: pd.DataFrame


def score_board(store: Store, round_id: str, by: str) -> pd.DataFrame:
    """Score a round by ``category``, ``street``, ``unit`` or ``district``.

    Returns
    -------
    DataFrame
        Index the code, named ``by``; the best first, groups without a visit last. ``name`` of zones, else the code;
        ``score`` (share of points kept, 0 to 1), ``low``, ``high`` (95 %), ``se``, ``se_days`` (of the day replicates),
        ``n`` checkpoints visited, ``drawn``, ``checkpoints`` of the roster that they stand for, ``share_unvisited``,
        ``points_lost`` over the roster with ``points_lost_se``, ``rank``, ``rank_low``, ``rank_high``, ``list``
        (``red``, ``black`` or empty), ``items``: codes of the three that cost most.

    Raises
    ------
    NotFoundError
        When there is no such round.
    StateError
        When it is not drawn, or not visited yet.
    InputError
        When ``by`` is none of these.
    """
    return board(findings(store, round_id), by).rows


def board(found: RoundFindings, by: str) -> Board:
    """Score what a round found; see :func:`score_board`."""
    if by not in GROUPS:
        raise InputError("by is {value!r}: choose one of {choices}", field="by", value=by, choices=", ".join(GROUPS))
    column = GROUPS[by]
    table = red_and_black(found.sample, found.visits, found.deductions, dict(found.possible), by=column)
    rows = table.rename(columns={"visited": "n", "unvisited_share": "share_unvisited"}).rename_axis(by)
    codes = pd.Series(rows.index, index=rows.index, dtype="str")
    rows.insert(0, "name", zone_names(codes, found.zones) if column.endswith("_code") else codes)
    overall = scores(found.sample, found.visits, found.possible).iloc[0]
    overall = overall.rename({"visited": "n", "unvisited_share": "share_unvisited"})
    return Board(rows, overall, beats(table))

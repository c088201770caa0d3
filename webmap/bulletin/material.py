"""What a bulletin is made of: what a round found, its boards, the hotspots, up to the moment that may be told."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.clock import Today, today
from geo.model import Scope
from geo.progress import Progress, silent
from geo.results import Board, RoundFindings, board, findings, hotspot_cells, hotspot_places
from geo.store import Store

BOARDS = ("street", "category", "unit")
LOOKED_BACK_DAYS = 365
"""How far back the visits lie that hotspots rest on: one round alone seldom shows any."""

_STEPS = len(BOARDS) + 1


@dataclass(frozen=True, slots=True)
class Material:
    """What the bulletin is made of.

    Parameters
    ----------
    found
        The round, and what it found until ``last_day``.
    boards
        By what they are by.
    cells, places
        Hotspots, of the visits between ``since`` and ``last_day``.
    looked_at
        Number of these visits.
    since, last_day
        Local dates.
    running
        Whether it is a covert round that still goes on.
    now
        The city's date.
    """

    found: RoundFindings
    boards: Mapping[str, Board]
    cells: gpd.GeoDataFrame
    places: pd.DataFrame
    looked_at: int
    since: dt.date
    last_day: dt.date
    running: bool
    now: Today


def material(store: Store, round_id: str, *, progress: Progress = silent) -> Material:
    """Evaluate a round for its bulletin.

    Of a covert round that still goes on, only whole past days count: what was found today says where a team is.

    Raises
    ------
    NotFoundError
        When there is no such round.
    StateError
        When it is not drawn, or not visited yet.
    """
    now = today(store)
    planned = store.rounds.get(round_id)
    last = planned.date(planned.days)
    running = planned.covert and now.date <= last
    if running:
        last = now.date - dt.timedelta(days=1)
    until = _midnight(now, last + dt.timedelta(days=1))
    progress("evaluating the round", 0, _STEPS)
    found = findings(store, round_id, until=until if running else None)
    boards = {}
    for step, by in enumerate(BOARDS, start=1):
        boards[by] = board(found, by)
        progress("evaluating the round", step, _STEPS)
    since = last - dt.timedelta(days=LOOKED_BACK_DAYS)
    scope = Scope(since=_midnight(now, since), until=until)
    visits = store.visits.frame(scope)
    # A covert visit of today, of whatever round, would say where a team is.
    visits = visits[~visits["covert"] | (visits["arrived_at"] < _midnight(now, now.date))]
    deductions = store.visits.deductions(scope)
    deductions = deductions[deductions["visit"].isin(visits.index)]
    cells = hotspot_cells(visits, deductions, zones=found.zones, timezone=now.zone.key)
    progress("evaluating the round", _STEPS, _STEPS)
    places = hotspot_places(cells, visits)
    return Material(found, boards, cells, places, len(visits), since, last, running, now)


def _midnight(now: Today, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), now.zone).astimezone(dt.UTC)

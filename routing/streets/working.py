"""Which rules of the streets hold while teams work: those with hours that the working days of a round meet.

A street that is closed for a part of that time is closed for all of it, and a turn banned for a part is banned for all:
whenever a team comes, it is let through. Hours outside the working time bind nobody. This is exact where the hours lie
wholly outside or inside the working time, and safe in between; a plan says how many rules there were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.model import Round, Team
from geo.openings import Windows, parse
from routing.hours import own_shift
from routing.problem import Shift

_MODES = ("walk", "ebike", "car")


@dataclass(frozen=True, slots=True)
class WorkTime:
    """The part of the week in which teams are out."""

    weekdays: frozenset[int]  # 0 = Monday
    start_s: int
    end_s: int

    def meets(self, hours: str) -> bool:
        """Tell whether any of the hours is in it."""
        return any(self._within(hours, day) for day in self.weekdays)

    def lies_in(self, hours: Sequence[str]) -> bool:
        """Tell whether hours that don't overlap fill it wholly."""
        length_s = self.end_s - self.start_s
        return all(
            sum(b - a for text in hours for a, b in self._within(text, day)) >= length_s for day in self.weekdays
        )

    def _within(self, hours: str, day: int) -> Windows:
        cut = ((max(a, self.start_s), min(b, self.end_s)) for a, b in parse(hours).windows(day))
        return tuple((a, b) for a, b in cut if a < b)


def work_time(round_: Round, teams: Sequence[Team], terms: Shift) -> WorkTime:
    """Return the working time of a round: from the first start to the last end of its teams, on its weekdays.

    Parameters
    ----------
    round_
        Whose dates.
    teams
        Those of the city, in order; ones that the round needs besides work by the terms.
    terms
        The shift of teams that name none.
    """
    shifts = [own_shift(team, terms) for team in teams[: round_.teams]]
    shifts += [terms] if len(shifts) < round_.teams else []
    days = frozenset(round_.date(day).weekday() for day in range(1, round_.days + 1))
    return WorkTime(days, min(shift.start_s for shift in shifts), max(shift.end_s for shift in shifts))


def narrowed(edges: gpd.GeoDataFrame, street_hours: pd.DataFrame, when: WorkTime) -> tuple[gpd.GeoDataFrame, list[int]]:
    """Return the STREETS frame with the masks that hold all through a working time, and the edges that changed.

    Parameters
    ----------
    edges, street_hours
        STREETS and STREET_HOURS frames.
    when
        The working time.
    """
    changed: dict[int, np.ndarray] = {}
    for edge, rows in street_hours[street_hours.edge.isin(edges.index)].groupby("edge"):
        plain = edges.loc[edge, list(_MODES)].to_numpy(np.int64)
        every: Any = rows.itertuples()
        held = [row for row in every if when.meets(row.hours)]
        masks = [np.array([row.walk, row.ebike, row.car], np.int64) for row in held]
        masks += [] if when.lies_in([row.hours for row in held]) else [plain]
        own = np.bitwise_and.reduce(masks)
        if (own != plain).any():
            changed[int(str(edge))] = own
    if not changed:
        return edges, []
    edges = edges.copy()
    edges.loc[list(changed), list(_MODES)] = np.array(list(changed.values()))
    return edges, list(changed)


def banned(turn_hours: pd.DataFrame, when: WorkTime) -> pd.DataFrame:
    """Return the rows of a TURN_HOURS frame that hold at any moment of a working time, as a TURN_BANS frame."""
    met = {hours: when.meets(hours) for hours in turn_hours.hours.unique()}
    return turn_hours[turn_hours.hours.map(met).astype(bool)].drop(columns="hours")

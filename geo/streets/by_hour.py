"""What holds on the streets at some hours of the week only: other masks of edges, and turn bans."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.frames import STREET_HOURS, TURN_HOURS, empty
from geo.streets.conditions import HourMasks


@dataclass(frozen=True, slots=True, eq=False)
class ByHour:
    """Rules with hours, beside the plain ones of the streets."""

    streets: pd.DataFrame = field(default_factory=lambda: empty(STREET_HOURS))
    turns: pd.DataFrame = field(default_factory=lambda: empty(TURN_HOURS))

    def __len__(self) -> int:
        return len(self.streets) + len(self.turns)


def street_hours(code: npt.NDArray[np.int64], by_hour: Sequence[Sequence[HourMasks]]) -> pd.DataFrame:
    """Return the STREET_HOURS frame of edges.

    Parameters
    ----------
    code
        For each edge, whose labels count from 0, its place in ``by_hour``.
    by_hour
        Rows of hours and masks.
    """
    rows = [(edge, one.hours, *one.masks) for edge in np.flatnonzero(code).tolist() for one in by_hour[int(code[edge])]]
    if not rows:
        return empty(STREET_HOURS)
    return pd.DataFrame(rows, columns=list(STREET_HOURS.columns)).rename_axis("id")

"""The round that a visit belongs to."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from geo.model import Round
from geo.readers.moments import LocalDays, Moments
from geo.store import Store


class RoundFinder:
    """Finds the round of a visit: the one that it names, else the one that drew its checkpoint and holds its day.

    Parameters
    ----------
    store
        The city.
    zone
        Whose clock says which day it was.
    """

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self._local = LocalDays(zone)
        self.rounds = {each.id: each for each in store.rounds.all()}
        self._held = cache(self._held_on)
        self._sample = cache(store.draws.sample_ids)

    def find(self, checkpoint: str, day: dt.date, named: str | None) -> Round | None:
        """Return the round of a visit on a local day, the latest of several; None where it belongs to none."""
        if named:
            return self.rounds.get(named)
        for own, drawn in self._held(day):
            if checkpoint in drawn:
                return own
        return None

    def days(self, moments: Moments) -> list[dt.date | None]:
        """Return the local day of each moment; None where there is no moment."""
        there = ~np.isnat(moments)
        found: npt.NDArray[np.object_] = np.full(len(moments), None, dtype=object)
        found[there] = self._local(moments[there]).tolist()
        return list(found)

    def _held_on(self, day: dt.date) -> list[tuple[Round, frozenset[str]]]:
        """Return the rounds that hold a day with what they drew, the latest first."""
        held = (each for each in reversed(self.rounds.values()) if each.start <= day <= each.date(each.days))
        return [(each, self._sample(each.id)) for each in held]

"""The round that a visit belongs to."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

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

    def drawn(self, checkpoints: Iterable[str], moments: Moments) -> list[Round | None]:
        """Return the round of each visit that names none; every visit has a time."""
        days, which = np.unique(self._local(moments), return_inverse=True)
        held = [self._held(day) for day in days.tolist()]
        found: list[Round | None] = []
        for checkpoint, day in zip(checkpoints, which.tolist(), strict=True):
            for own, drawn in held[day]:
                if checkpoint in drawn:
                    found.append(own)
                    break
            else:
                found.append(None)
        return found

    def _held_on(self, day: dt.date) -> list[tuple[Round, frozenset[str]]]:
        """Return the rounds that hold a day with what they drew, the latest first."""
        held = (each for each in reversed(self.rounds.values()) if each.start <= day <= each.date(each.days))
        return [(each, self._sample(each.id)) for each in held]

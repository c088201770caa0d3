"""The round that a visit belongs to."""

import datetime as dt
from zoneinfo import ZoneInfo

from geo.errors import StateError
from geo.model import Round
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
        self._store, self._zone = store, zone
        self.rounds = {each.id: each for each in store.rounds()}
        self._drawn: dict[str, frozenset[str]] = {}

    def find(self, checkpoint: str, arrived_at: dt.datetime, named: str | None) -> Round | None:
        """Return the round of a visit, the latest of several; None where it belongs to none."""
        if named:
            return self.rounds.get(named)
        day = arrived_at.astimezone(self._zone).date()
        held = [each for each in self.rounds.values() if each.start <= day <= each.date(each.days)]
        return next((each for each in reversed(held) if checkpoint in self._sample(each.id)), None)

    def _sample(self, round_id: str) -> frozenset[str]:
        if round_id not in self._drawn:
            try:
                self._drawn[round_id] = frozenset(self._store.sample(round_id).index)
            except StateError:  # not drawn yet
                self._drawn[round_id] = frozenset()
        return self._drawn[round_id]

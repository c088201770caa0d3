"""What is done of a plan: planned anew, a stop that was visited stays with its team and on its day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.model import Team
from geo.store import Store


@dataclass(frozen=True, slots=True)
class DoneStops:
    """The stops that are done, by their place in the sample."""

    count: int  # of all stops
    slots: Mapping[int, tuple[str, int]]  # team, and day from 1

    def of_others(self, team: str) -> frozenset[int]:
        """Return the stops that a team must not get, since another has visited them."""
        return frozenset(stop for stop, (own, _) in self.slots.items() if own != team)

    def days(self, drawn: Sequence[int] | None) -> Sequence[int | None] | None:
        """Return the day of each stop, from 0: that of the visit, else as ``drawn``, else any."""
        if not self.slots:
            return drawn
        days: list[int | None] = [None] * self.count if drawn is None else list(drawn)
        for stop, (_, day) in self.slots.items():
            days[stop] = day - 1
        return days


def done_stops(store: Store, round_id: str, sample: pd.DataFrame, teams: Sequence[Team]) -> DoneStops:
    """Return what is done of a round's plan, as far as it is still in the sample and its team still there."""
    names = {team.id for team in teams}
    places = {str(checkpoint): at for at, checkpoint in enumerate(sample.index)}
    done = store.plans.done(round_id)
    kept = {places[one]: slot for one, slot in done.items() if one in places and slot[0] in names}
    return DoneStops(len(sample), kept)

"""Even loads: no team works much more than another, at the least extra travel."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from routing.problem import Plan, RoutingProblem, Seconds, Slot
from routing.search.drafts import Drafts, detour_s, holds, rows_of, shift_s, tour_s, work_s

_MOVES = 2000  # stops moved at most
_TRIED = 300  # moves of a round that are held against the clock, the cheapest first
_HARD = 120  # changes that are looked for at length
_PATIENCE = 0.8  # of the time that is left, for these
_SQUEEZED = 120  # of each kind of them, the cheapest first
_SLACK = 0.35  # of the band: up to here a team may always take on more
_MARGIN = 0.8  # of the band: evened out a little further than asked, so that the search has room


class Loads:
    """What each team has to do, against its fair share: in proportion to the hours that it works.

    Parameters
    ----------
    problem
        Its ``balance`` is how far a load may be from its share, as a part of the share.
    """

    def __init__(self, problem: RoutingProblem) -> None:
        self.problem = problem
        self.slots = problem.slots()
        hours = {slot: shift_s(problem, slot[0]) for slot in self.slots}
        every = sum(hours.values()) or 1
        self.part = {slot: own / every for slot, own in hours.items()}
        self.parts = np.zeros(len(problem.teams))
        for (team, _), part in self.part.items():
            self.parts[team] += part

    def of(self, tours: Drafts) -> npt.NDArray[np.float64]:
        """Return the seconds of work of each team."""
        loads = np.zeros(len(self.problem.teams))
        for slot, stops in tours.items():
            loads[slot[0]] += work_s(self.problem, slot, stops)
        return loads

    def off_s(self, loads: npt.NDArray[np.float64], band: float | None = None) -> float:
        """Return the seconds by which loads lie outside the band around their shares."""
        return float(self._outside(loads, band).sum())

    def _outside(self, loads: npt.NDArray[np.float64], band: float | None) -> npt.NDArray[np.float64]:
        if band is None:
            band = self.problem.balance
        fair = self.parts * loads.sum()
        outside: npt.NDArray[np.float64] = np.maximum(np.abs(loads - fair) - (band or 0.0) * fair, 0.0)
        return outside

    def room_s(self, tours: Drafts) -> dict[Slot, float]:
        """Return the seconds by which each day may get longer, or should get shorter, for its team's load to be even.

        A team well within the band keeps its load, one below its share or little above may take on some more.
        """
        loads, band = self.of(tours), self.problem.balance or 0.0
        fair = self.parts * loads.sum()
        room = np.clip(loads, fair * (1 + _SLACK * band), fair * (1 + _MARGIN * band)) - loads
        return {slot: room[slot[0]] * part / self.parts[slot[0]] for slot, part in self.part.items() if part}

    def even_out(self, tours: Drafts, *, until_s: float = math.inf) -> Drafts:
        """Move stops and exchange whole days until every load is well within the band, or nothing helps any more.

        Parameters
        ----------
        tours
            Where to start.
        until_s
            When to leave it at what there is, on the clock of ``time.perf_counter``.
        """
        tours, hard = dict(tours), 0
        stuck: set[int] = set()  # teams that nothing helped when they were looked at last: they come after the others
        band = (self.problem.balance or 0.0) * _MARGIN
        loads = self.of(tours)
        now_s = time.perf_counter()
        patience_s = now_s + _PATIENCE * (until_s - now_s)
        for _ in range(_MOVES):
            off = self.off_s(loads, band)
            if off == 0 or time.perf_counter() >= until_s:
                break
            uneven = sorted(self._worst_first(loads, band), key=lambda team: team in stuck)
            change = None
            for team in uneven:
                change = self._exchange(tours, loads, band, team) or self._move(tours, loads, band, team)
                if change is not None:
                    break
                stuck.add(team)
            if change is None and hard < _HARD:
                hard += 1
                squeezed = (self._squeeze(tours, loads, band, team, patience_s) for team in uneven)
                change = next(filter(None, squeezed), None)
            if change is None:
                break
            tours = {slot: stops for slot, stops in {**tours, **change}.items() if stops}
            loads = self.of(tours)
        return tours

    def _worst_first(self, loads: npt.NDArray[np.float64], band: float) -> list[int]:
        """List the teams outside the band; where nothing helps the farthest, something may help the next."""
        outside = self._outside(loads, band)
        return [int(team) for team in np.argsort(-outside, kind="stable") if outside[team] > 0]

    def _exchange(self, tours: Drafts, loads: npt.NDArray[np.float64], band: float, worst: int) -> Drafts | None:
        """Exchange two days whole, where this costs no travel."""
        off = self.off_s(loads, band)
        work = {slot: work_s(self.problem, slot, tours.get(slot, ())) for slot in self.slots}
        options = []
        for mine in (slot for slot in self.slots if slot[0] == worst):
            for other in (slot for slot in self.slots if slot[0] != worst):
                given = work[mine] - work[other]
                after = loads.copy()
                after[[worst, other[0]]] += (-given, given)
                gain = off - self.off_s(after, band)
                if gain > 0:
                    options.append((gain, mine, other))
        for _, mine, other in sorted(options, reverse=True):
            change = {mine: tours.get(other, ()), other: tours.get(mine, ())}
            before = sum(tour_s(self.problem, slot, tours.get(slot, ())) for slot in change)
            if sum(tour_s(self.problem, *new) for new in change.items()) <= before and self._can(change):
                return change
        return None

    def _can(self, change: Mapping[Slot, Sequence[int]]) -> bool:
        return all(
            not self.problem.teams[slot[0]].avoids.intersection(stops) and holds(self.problem, slot, stops)
            for slot, stops in change.items()
        )

    def _move(self, tours: Drafts, loads: npt.NDArray[np.float64], band: float, team: int) -> Drafts | None:
        """Move one stop to or from a team, at the least travel for what it evens out."""
        changes = self._singles(tours, *self._uneven(tours, loads, team))
        return next((change for change in changes if self._evens(change, tours, loads, band)), None)

    def _squeeze(
        self, tours: Drafts, loads: npt.NDArray[np.float64], band: float, team: int, until_s: float
    ) -> Drafts | None:
        """Where opening hours forbid each stop its cheapest place: the cheapest of many changes, looked at one by one.

        A stop goes to any other place of a tour, or a long one changes for a short one.
        """
        days = self._uneven(tours, loads, team)
        best: tuple[int, Drafts] | None = None
        for change in chain(self._singles(tours, *days, anywhere=True), self._swaps(tours, *days)):
            if time.perf_counter() >= until_s:
                break
            added_s = sum(
                tour_s(self.problem, slot, stops) - tour_s(self.problem, slot, tours.get(slot, ()))
                for slot, stops in change.items()
            )
            if (best is None or added_s < best[0]) and self._evens(change, tours, loads, band):
                best = added_s, change
        return best[1] if best else None

    def _evens(self, change: Drafts, tours: Drafts, loads: npt.NDArray[np.float64], band: float) -> bool:
        """Say whether a change brings the loads nearer to their shares, and can be made."""
        after = loads.copy()
        for slot, stops in change.items():
            after[slot[0]] += work_s(self.problem, slot, stops) - work_s(self.problem, slot, tours.get(slot, ()))
        return self.off_s(after, band) < self.off_s(loads, band) and self._can(change)

    def _singles(
        self, tours: Drafts, givers: Sequence[Slot], takers: Sequence[Slot], *, anywhere: bool = False
    ) -> Iterator[Drafts]:
        """Let one stop change teams, the cheapest first: to its cheapest place, or ``anywhere`` that it fits."""
        for _, giver, taker, at, place in sorted(self._moves(tours, givers, takers))[
            : _SQUEEZED if anywhere else _TRIED
        ]:
            stop, there = tours[giver][at], tours.get(taker, ())
            put = self._put(taker, there, stop) if anywhere else (*there[:place], stop, *there[place:])
            if put:
                yield {giver: tours[giver][:at] + tours[giver][at + 1 :], taker: put}

    def _swaps(self, tours: Drafts, givers: Sequence[Slot], takers: Sequence[Slot]) -> Iterator[Drafts]:
        """Let a long stop and a short one near it change teams."""
        dwell_s = self.problem.dwell_s
        pairs = [
            (int(self.problem.matrix(giver[0])[long, short]), giver, taker, long, short)
            for giver in givers
            for taker in takers
            for long in tours[giver]
            for short in tours.get(taker, ())
            if taker != giver and dwell_s[long] >= dwell_s[short]
        ]
        for _, giver, taker, long, short in sorted(pairs)[:_SQUEEZED]:
            here = self._put(giver, tuple(stop for stop in tours[giver] if stop != long), short)
            there = self._put(taker, tuple(stop for stop in tours[taker] if stop != short), long)
            if here and there:
                yield {giver: here, taker: there}

    def _uneven(self, tours: Drafts, loads: npt.NDArray[np.float64], worst: int) -> tuple[list[Slot], list[Slot]]:
        """Return the days that may give stops and those that may take them; a team that is off is on one side."""
        fair = self.parts * loads.sum()
        low = loads[worst] < fair[worst]
        takers = [s for s in self.slots if (s[0] == worst if low else loads[s[0]] < fair[s[0]])]
        givers = [s for s in self.slots if s in tours and (loads[s[0]] > fair[s[0]] if low else s[0] == worst)]
        return givers, takers

    def _put(self, slot: Slot, stops: tuple[int, ...], stop: int) -> tuple[int, ...] | None:
        """Put a stop where it costs least among the places that opening hours allow."""
        places = range(len(stops) + 1)
        for place in sorted(places, key=lambda at: detour_s(self.problem, slot, stops, at, stop)):
            put = (*stops[:place], stop, *stops[place:])
            if holds(self.problem, slot, put):
                return put
        return None

    def _moves(
        self, tours: Drafts, givers: Sequence[Slot], takers: Sequence[Slot]
    ) -> Iterator[tuple[float, Slot, Slot, int, int]]:
        """List moves as (price, giver, taker, where from, where to): the best place of each stop with each taker."""
        problem = self.problem
        for giver in givers:
            rows = np.array(rows_of(problem, giver, tours[giver]))
            stops = np.array(tours[giver])
            saved = _saved(problem.matrix(giver[0]), rows, len(stops))
            worth = problem.dwell_s[stops] + np.maximum(saved, 0) + 60.0
            for taker in takers:
                if taker == giver:
                    continue
                there = np.array(rows_of(problem, taker, tours.get(taker, ())))
                added, place = _added(problem, taker, there, stops)
                room_s = shift_s(problem, taker[0]) - work_s(problem, taker, tours.get(taker, ()))
                for at in np.flatnonzero(added + problem.dwell_s[stops] <= room_s):
                    yield float((added[at] - saved[at]) / worth[at]), giver, taker, int(at), int(place[at])


def _saved(travel: Seconds, rows: npt.NDArray[np.int64], count: int) -> Seconds:
    """Return the travel that each stop of a tour costs; the last of an open tour saves its way there."""
    before, stops, after = rows[:count], rows[1 : count + 1], rows[2:]
    saved: Seconds = travel[before, stops].copy()
    closed = len(after)
    saved[:closed] += travel[stops[:closed], after] - travel[before[:closed], after]
    return saved


def _added(
    problem: RoutingProblem, slot: Slot, rows: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]
) -> tuple[Seconds, npt.NDArray[np.int64]]:
    """Return the least travel that each of ``stops`` adds to a tour, and where; an open tour may end with it."""
    travel = problem.matrix(slot[0])
    before, after = rows[:-1], rows[1:]
    added = travel[np.ix_(before, stops)] + travel[np.ix_(stops, after)].T - travel[before, after][:, None]
    if problem.teams[slot[0]].open_end:
        added = np.vstack([added, travel[rows[-1], stops]])
    place = added.argmin(axis=0)
    return added[place, np.arange(len(stops))], place


def farthest_load(problem: RoutingProblem, plan: Plan) -> float:
    """Return how far the load that is farthest from its fair share is from it, as a part of the share."""
    loads = Loads(problem)
    work = loads.of({(route.team, route.day): route.stops for route in plan.routes})
    fair = loads.parts * work.sum()
    off = np.abs(work - fair)[fair > 0] / fair[fair > 0]
    return round(float(off.max(initial=0.0)), 4)

"""Rounds of warm-started searches on neighbouring routes, in parallel.

A city's round is too large for one search to stay quick: each step copies the whole plan. So it begins with
territories, each with its share of the team days. Every later round parts the team days into groups of
neighbours, other groups each time, and searches on in all of them at once, as in POPMUSIC (Taillard and Voss, 2002,
doi:10.1007/978-1-4615-1507-4_27). Days that share no stop never meet in a group. The first part of the search looks for
the least travel alone; then work is priced so that loads even out, what is left of that is done stop by stop, and from
there on no step may unsettle them.
"""

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from random import Random
from threading import Event

import numpy as np

from routing.problem import RoutingProblem, Slot
from routing.search.drafts import Drafts, keep, tour_s
from routing.search.groups import Group, group_count, groups_of, independent, territories
from routing.search.loads import Loads
from routing.search.local_search import Effort, SearchResult, improve
from routing.search.menus import best_menus
from routing.search.vrp import PartProblem

ROUND_STEPS = 2000  # of the local search in each group, before the groups change
LONE_STEPS = 5000  # likewise where no group has neighbours to change with
TWINS = 2  # searches with other seeds where there is one group only
FIRST_PENALTY = 50_000.0  # as PyVRP; where it starts lower, clustered stops keep too many routes
EVEN_FROM = 0.6  # of the search: from here on the loads are kept even
EVENING = 0.3  # of the time that is left may go into that after a round that prices work
LEVELLING_S = 0.5  # may go into that in any case, when time is up or somebody ended the search
FAIR_COSTS = (0, 1, 2, 4, 8, 16)  # of a second more in a team's day, see Part.hold_loads
HOLDING, LEVELLING = 1, 5
LISTEN_S = 0.2
SETTLING = 0.15  # of the time, to set the tours on the real clock; at most SETTLING_S
SETTLING_S = 0.3


@dataclass(frozen=True, slots=True)
class SearchTask:
    """One search of a round."""

    stops: tuple[int, ...]
    slots: tuple[Slot, ...]
    tours: Drafts | None
    steps: int
    seed: int


class Search:
    """The best tours so far, and the rounds that better them.

    Parameters
    ----------
    problem
        What is asked.
    seed
        Of everything random.
    seconds, iterations
        When the rounds end; at least one is given.
    tours
        Where to start; they hold on the real clock.
    """

    def __init__(
        self,
        problem: RoutingProblem,
        *,
        seed: int,
        seconds: float | None,
        iterations: int | None,
        tours: Drafts | None = None,
    ) -> None:
        self.problem = problem
        self.tours: Drafts = dict(tours or {})
        self.missing: set[int] = set(problem.stops) - {stop for tour in self.tours.values() for stop in tour}
        self.seconds = seconds
        self.iterations = iterations
        self.began_at = time.perf_counter()
        self.ends_at = self.began_at + (_searching_s(seconds) if seconds is not None else 1e9)
        self._random = Random(int(seed))  # noqa: S311 - the search's own choices, nothing secret
        self._steps_done = 0
        self._penalty = FIRST_PENALTY
        self._cancelled = Event()
        self._menus = best_menus(problem)
        self._parts = list(independent(problem, self._menus))
        self._loads = Loads(problem)
        self._evens = problem.balance is not None and len(problem.teams) > 1
        self._even = False
        self._levelling = False  # in rounds that even loads out
        self._fair_level = HOLDING
        self._room_s: dict[Slot, float] = {}
        self._unsettling = 0  # answers of a round refused because they would unsettle a load

    def share_done(self) -> float:
        """Return how much of the time or of the iterations is used."""
        shares = [1.0] if self.iterations == 0 else []
        if self.iterations:
            shares.append(self._steps_done / self.iterations)
        if self.seconds is not None:
            shares.append((time.perf_counter() - self.began_at) / max(_searching_s(self.seconds), 1e-9))
        return min(1.0, max(shares))

    def travel_s(self) -> int:
        """Return the travel seconds of the best tours so far."""
        return sum(tour_s(self.problem, slot, stops) for slot, stops in self.tours.items())

    def run(self, listen: Callable[[], bool]) -> None:
        """Search until time or iterations are used, or ``listen`` says True."""
        threads = int(os.environ.get("XUNDIAN_THREADS") or os.cpu_count() or 1)
        with ThreadPoolExecutor(max_workers=threads) as pool:
            while self.share_done() < 1 and not self._cancelled.is_set():
                if self.share_done() >= EVEN_FROM and self._evens and not self._even:
                    self._begin_evening()
                    continue
                tasks = self._tasks()
                if not tasks:
                    break
                found = self._search(pool, tasks, listen)
                self._unsettling = 0
                for task, answer in zip(tasks, found, strict=True):
                    self._steps_done += answer.iterations
                    self._take(task, answer)
                self._penalty = float(np.median([answer.penalty for answer in found]))
                if self._levelling:
                    self._even_out(EVENING)
                    self._levelling = self._off_s(self.tours) > 0
                elif self._even:
                    step = 1 if 3 * self._unsettling > len(tasks) else 0 if self._unsettling else -1
                    self._fair_level = min(max(self._fair_level + step, 0), len(FAIR_COSTS) - 1)
        if not self._even or self._off_s(self.tours) > 0:
            self._even_out()
        listen()

    def _begin_evening(self) -> None:
        """From here on loads count: evened out at once where that is little, else by a round that prices work."""
        self._even = True
        self._levelling = self._off_s(self.tours) > 0
        self._fair_level = LEVELLING if self._levelling else HOLDING
        if not self._levelling:
            self._even_out()

    def _even_out(self, part: float = 1.0) -> None:
        """Even loads out stop by stop, in a part of the time that is left."""
        self._even = self._evens
        if self._even:
            now_s = time.perf_counter()
            left_s = 0.0 if self._cancelled.is_set() else part * (self.ends_at - now_s)
            until_s = now_s + max(left_s, LEVELLING_S)
            self.tours = self._loads.even_out(self.tours, until_s=until_s)

    def _search(
        self, pool: ThreadPoolExecutor, tasks: Sequence[SearchTask], listen: Callable[[], bool]
    ) -> list[SearchResult]:
        self._room_s = self._loads.room_s(self.tours) if self._even else {}
        running: list[Future[SearchResult]] = [pool.submit(self._improve, task) for task in tasks]
        waiting: Iterable[Future[SearchResult]] = running
        while waiting:
            _, waiting = wait(waiting, timeout=LISTEN_S, return_when=FIRST_COMPLETED)
            if listen():
                self._cancelled.set()
        return [future.result() for future in running]

    def _improve(self, task: SearchTask) -> SearchResult:
        effort = Effort(task.steps, self._round_ends_at(), self._cancelled.is_set)
        part = PartProblem(self._menus, task.stops, task.slots)
        if self._even and task.tours and FAIR_COSTS[self._fair_level]:
            part.hold_loads(task.tours, self._room_s, FAIR_COSTS[self._fair_level])
        return improve(part, task.tours, effort, task.seed, self._penalty)

    def _round_ends_at(self) -> float | None:
        """Return when a round ends at the latest: in time to even loads out, or with the search; None: by its steps."""
        if self.seconds is None:
            return None
        first_s = EVEN_FROM * _searching_s(self.seconds)
        return self.began_at + first_s if self._evens and not self._even else self.ends_at

    def _take(self, task: SearchTask, answer: SearchResult) -> None:
        """Take an answer over when it is no worse on the real clock and unsettles no load, or evens loads out."""
        if answer.tours is None:
            return
        kept = {slot: keep(self.problem, slot, stops) for slot, stops in answer.tours.items()}
        kept = {slot: stops for slot, stops in kept.items() if stops}
        before = {slot: self.tours[slot] for slot in task.slots if slot in self.tours}
        tours = {slot: stops for slot, stops in self.tours.items() if slot not in task.slots} | kept
        off_s = self._off_s(tours) - self._off_s(self.tours) if self._even else 0.0
        evener = off_s < 0 and self._lost_s(kept, task.stops) <= self._lost_s(before, task.stops)
        if self._cost(kept, task.stops) > self._cost(before, task.stops) and not evener:
            return
        if off_s > 0:
            self._unsettling += 1
            return
        self.tours = tours
        self.missing = set(self.problem.stops) - {stop for stops in tours.values() for stop in stops}

    def _shares(self, count: int, most: int) -> list[int]:
        """Share the steps until loads are evened out, or the search ends, among so many tasks, ``most`` for each."""
        if self.iterations is None:
            return [most] * count
        until = math.ceil(EVEN_FROM * self.iterations) if self._evens and not self._even else self.iterations
        each, more = divmod(until - self._steps_done, max(count, 1))
        return [min(most, each + (number < more)) for number in range(count)]

    def _off_s(self, tours: Drafts) -> float:
        return self._loads.off_s(self._loads.of(tours))

    def _cost(self, tours: Drafts, stops: Iterable[int]) -> int:
        return self._lost_s(tours, stops) + sum(tour_s(self.problem, slot, tour) for slot, tour in tours.items())

    def _lost_s(self, tours: Drafts, stops: Iterable[int]) -> int:
        """Return what the stops that these tours leave out are worth."""
        served = {stop for tour in tours.values() for stop in tour}
        return sum(self.problem.worth_s(stop) for stop in stops if stop not in served)

    def _tasks(self) -> list[SearchTask]:
        planned: list[Group] = []
        for part in self._parts:
            begun = any(slot in self.tours for slot in part[1])
            if begun:
                planned += groups_of(self.problem, part, self.tours, self._random)
            else:
                planned += territories(self.problem, part, group_count(len(part[0]), len(part[1])), self._random)
        round_steps = ROUND_STEPS if len(planned) > len(self._parts) else LONE_STEPS
        if len(planned) == 1:
            planned *= TWINS
        tasks = []
        for (stops, slots), steps in zip(planned, self._shares(len(planned), round_steps), strict=True):
            tours = {slot: self.tours[slot] for slot in slots if slot in self.tours}
            seed = self._random.getrandbits(31)
            if steps > 0:
                tasks.append(SearchTask(tuple(stops), tuple(slots), tours or None, steps, seed))
        return tasks


def _searching_s(seconds: float) -> float:
    return seconds - min(SETTLING * seconds, SETTLING_S)

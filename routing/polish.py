"""Rounds of warm-started searches on neighbouring routes, in parallel.

A city's round is too large for one search to stay quick: each step copies the whole plan. So every round parts the team
days into groups of neighbours, other groups each time, and searches on in all of them at once, as in POPMUSIC (Taillard
and Voss, 2002, doi:10.1007/978-1-4615-1507-4_27). Days that share no stop never meet in a group.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from random import Random
from threading import Event

import numpy as np

from routing.problem import UNREACHABLE_S, RoutingProblem
from routing.search import Effort, Found, improve
from routing.settle import Drafts, keep
from routing.vrp import MUST_PRIZE, Menus, Part, Slot

GROUP_SLOTS = 10  # team days searched together
ROUND_STEPS = 2000  # of the local search in each group, before the groups change
FIRST_STEPS = 200  # on everything at once, before there are routes to group
TWINS = 2  # searches with other seeds where there is one group only
FIRST_PENALTY = 500.0
LISTEN_S = 0.2


@dataclass(frozen=True, slots=True)
class Task:
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
    """

    def __init__(self, problem: RoutingProblem, *, seed: int, seconds: float | None, iterations: int | None) -> None:
        self.problem = problem
        self.tours: Drafts = {}
        self.missing: set[int] = set(problem.stops)
        self.began_at = time.perf_counter()
        self.ends_at = self.began_at + (seconds if seconds is not None else 1e9)
        self.seconds = seconds
        self.iterations = iterations
        self._random = Random(seed)  # noqa: S311 - the search's own choices, nothing secret
        self._steps_done = 0
        self._penalty = FIRST_PENALTY
        self._cancelled = Event()
        self._menus = Menus(problem)
        self._parts = list(_independent(problem, self._menus))

    def share_done(self) -> float:
        """Give how much of the time or of the iterations is used."""
        shares = [1.0] if self.iterations == 0 else []
        if self.iterations:
            shares.append(self._steps_done / self.iterations)
        if self.seconds is not None:
            shares.append((time.perf_counter() - self.began_at) / max(self.seconds, 1e-9))
        return min(1.0, max(shares))

    def travel_s(self, tours: Drafts | None = None) -> int:
        """Give the travel seconds of some tours, of the best so far when none are given."""
        return sum(
            tour_s(self.problem, slot, stops) for slot, stops in (self.tours if tours is None else tours).items()
        )

    def run(self, listen: Callable[[], bool]) -> None:
        """Search until time or iterations are used, or ``listen`` says True."""
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            while self.share_done() < 1 and not self._cancelled.is_set():
                tasks = self._tasks()
                if not tasks:
                    break
                found = self._search(pool, tasks, listen)
                for task, answer in zip(tasks, found, strict=True):
                    self._steps_done += answer.iterations
                    self._take(task, answer)
                self._penalty = float(np.median([answer.penalty for answer in found]))
        listen()

    def _search(self, pool: ThreadPoolExecutor, tasks: Sequence[Task], listen: Callable[[], bool]) -> list[Found]:
        running: list[Future[Found]] = [pool.submit(self._improve, task) for task in tasks]
        waiting: Iterable[Future[Found]] = running
        while waiting:
            _, waiting = wait(waiting, timeout=LISTEN_S, return_when=FIRST_COMPLETED)
            if listen():
                self._cancelled.set()
        return [future.result() for future in running]

    def _improve(self, task: Task) -> Found:
        effort = Effort(task.steps, self.ends_at if self.seconds is not None else None, self._cancelled.is_set)
        part = Part(self._menus, task.stops, task.slots)
        return improve(part, task.tours, effort, task.seed, self._penalty)

    def _take(self, task: Task, answer: Found) -> None:
        """Take a search's answer over when it is no worse on the real clock."""
        if answer.tours is None:
            return
        kept = {slot: keep(self.problem, slot, stops) for slot, stops in answer.tours.items()}
        kept = {slot: stops for slot, stops in kept.items() if stops}
        before = {slot: self.tours[slot] for slot in task.slots if slot in self.tours}
        if self._cost(kept, task.stops) > self._cost(before, task.stops):
            return
        for slot in task.slots:
            self.tours.pop(slot, None)
        self.tours.update(kept)
        self.missing = set(self.problem.stops) - {stop for stops in self.tours.values() for stop in stops}

    def _cost(self, tours: Drafts, stops: Iterable[int]) -> int:
        served = {stop for tour in tours.values() for stop in tour}
        return self.travel_s(tours) + sum(worth_s(self.problem, stop) for stop in stops if stop not in served)

    def _tasks(self) -> list[Task]:
        planned: list[tuple[Sequence[int], Sequence[Slot]]] = []
        for stops, slots in self._parts:  # of each: search on in its groups, or begin
            planned += self._groups(stops, slots) if any(slot in self.tours for slot in slots) else [(stops, slots)]
        if len(planned) == 1:
            planned *= TWINS
        left = None if self.iterations is None else self.iterations - self._steps_done
        tasks = []
        for chosen, team_days in planned:
            tours = {slot: self.tours[slot] for slot in team_days if slot in self.tours}
            steps = ROUND_STEPS if tours or len(team_days) <= GROUP_SLOTS else FIRST_STEPS
            if left is not None:
                steps = min(steps, left)
                left -= steps
            seed = self._random.getrandbits(31)
            if steps > 0:
                tasks.append(Task(tuple(chosen), tuple(team_days), tours or None, steps, seed))
        return tasks

    def _groups(self, stops: Sequence[int], slots: Sequence[Slot]) -> list[tuple[list[int], list[Slot]]]:
        """Part team days into groups of neighbours, and give every group some of the days and stops still free."""
        used = [slot for slot in slots if slot in self.tours]
        idle = [slot for slot in slots if slot not in self.tours]
        self._random.shuffle(idle)
        count = max(1, round(len(used) / GROUP_SLOTS))
        groups = self._neighbours(used, count)
        for number, slot in enumerate(idle):
            groups[number % count].append(slot)
        members = [[stop for slot in group for stop in self.tours.get(slot, ())] for group in groups]
        homes = [list(own) for own in members]
        for stop in sorted(self.missing.intersection(stops)):
            near = sorted(range(count), key=lambda n: self._between([stop], homes[n]))
            members[self._random.choice(near[:2])].append(stop)
        return list(zip(members, groups, strict=True))

    def _neighbours(self, slots: Sequence[Slot], count: int) -> list[list[Slot]]:
        left = list(slots)
        groups = []
        for remaining in range(count, 0, -1):
            size = round(len(left) / remaining)
            far = {slot: self._between(self.tours[self._random.choice(left)], self.tours[slot]) for slot in left}
            seed = max(left, key=lambda slot: far[slot])
            close = {slot: self._between(self.tours[seed], self.tours[slot]) for slot in left}
            group = sorted(left, key=lambda slot: close[slot])[:size]
            left = [slot for slot in left if slot not in group]
            groups.append(group)
        return groups

    def _between(self, some: Sequence[int], others: Sequence[int]) -> float:
        """Give how far two tours are apart: the mean way from a stop to the nearest of the other tour."""
        if not some or not others:
            return float(UNREACHABLE_S)
        travel = self.problem.matrix(0)[np.ix_(some, others)]
        return float(travel.min(axis=0).mean() + travel.min(axis=1).mean())


def _independent(problem: RoutingProblem, menus: Menus) -> Iterable[tuple[list[int], list[Slot]]]:
    """Part the problem into stops and team days that have nothing to do with each other."""
    slots = problem.slots()
    offered = {stop for slot in slots for stop in menus.of(slot)}
    if any(problem.day_of[stop] is None for stop in offered):
        yield sorted(offered), slots
        return
    for day in range(problem.days):
        stops = sorted(stop for stop in offered if problem.day_of[stop] == day)
        if stops:
            yield stops, [slot for slot in slots if slot[1] == day]


def worth_s(problem: RoutingProblem, stop: int) -> int:
    """Give what a visit is worth in travel seconds."""
    prize = problem.prizes[stop]
    return MUST_PRIZE if prize is None else int(min(prize, MUST_PRIZE))


def tour_s(problem: RoutingProblem, slot: Slot, stops: Sequence[int]) -> int:
    """Give the travel seconds of one tour."""
    team = problem.teams[slot[0]]
    places = [team.base, *stops] + ([] if team.end_base is None else [team.end_base])
    return int(problem.matrix(slot[0])[places[:-1], places[1:]].sum())

"""A pool of near-shortest days in which no stop has its usual place or hour.

The pool is a game of fictitious play. The guesser knows all days found so far, and watches every stop at the places and
hours where they put it most often; the answer is a day that is short and is elsewhere then, found by simulated
annealing on the exact clock. Each day found changes what is watched, so after some hundred of them every stop is spread
as widely as the travel allows: the Frank-Wolfe method on the entropy and the best guess, with tours as its vertices.

M. Frank, P. Wolfe, An algorithm for quadratic programming, https://doi.org/10.1002/nav.3800030109;
G. W. Brown, Iterative solution of games by fictitious play, in Activity Analysis of Production and Allocation, 1951.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from routing.vary.day_constraints import DayConstraints
from routing.vary.moves import step, uniform
from routing.vary.replay import replay

Ints = npt.NDArray  # type: ignore[type-arg]  # compiled code takes any numbers
Floats = npt.NDArray[np.float64]

BIN_S = 300
WINDOW_BINS = 12  # the hour that a guess lasts
SHARPNESS = 20.0  # of the guesser: how much more the best guess is watched than the second best
PLACE_WEIGHT, HOUR_WEIGHT, AFTER_WEIGHT = 1.0, 5.0, 3.0  # a bit of entropy against a guess that is certain
LATE_WEIGHT = 0.005  # per second outside windows and shift while the search is on its way
KNOWN_WEIGHT = 2.0
HOT, COLD = 0.02, 0.002  # temperatures
FIRST_PRICE, PRICE_STEP, PRICES = 20.0, 0.1, (1.0, 300.0)  # of travel; it follows the mean premium
RESTARTS = 0.05  # share of days that are sought from the shortest one anew
TIMES = 0.1  # share of steps that change times only


class Aim(NamedTuple):
    """What days are looked for."""

    shortest_s: int
    cap_s: int  # no day travels longer
    premium: float  # mean, a share of the shortest
    known: float  # share of legs known from past rounds
    rounds: int
    steps: int  # of the annealing in each round


class DayPool(NamedTuple):
    """Days found, one a row; equal rows may repeat."""

    order: Ints  # (days, n)
    want_s: Ints
    delay_s: Ints
    travel_s: Ints
    known: Ints  # legs of past rounds
    found: int  # rows that are filled


class Watch(NamedTuple):
    """What the guesser has seen and what being seen costs."""

    at: Floats  # (n, n) days that have a stop at a place
    seen: Floats  # (n, bins)
    cost_at: Floats
    cost_seen: Floats
    begun: Floats  # (n,) days that have a stop first
    after: Floats  # (n, n, bins) as seen, by the first stop
    cost_after: Floats
    least: Floats  # (1,) what no day's places and hours can cost less than


class DraftDay(NamedTuple):
    """One day in the search, written in place."""

    order: Ints
    arrive: Ints
    times: Ints  # want_s, delay_s, late_s, travel_s, known legs
    cost: Floats


@nb.njit(nogil=True, cache=True)
def _guess(seen: Floats, days: float, scale: float, cost: Floats) -> float:
    """Set the slope of the guesser's softened best chance for each bin of one stop, and give the least."""
    bins = len(seen)
    starts = bins - WINDOW_BINS + 1
    weight = np.zeros(starts)
    held = 0.0
    for at in range(WINDOW_BINS):
        held += seen[at]
    for start in range(starts):
        weight[start] = np.exp(SHARPNESS * (held / max(days, 1.0) - 1.0))
        if start + 1 < starts:
            held += seen[start + WINDOW_BINS] - seen[start]
    every = 0.0
    for start in range(starts):
        every += weight[start]
    total, least = 0.0, np.inf
    for at in range(bins):  # of all windows that hold the bin
        total += weight[at] if at < starts else 0.0
        total -= weight[at - WINDOW_BINS] if at >= WINDOW_BINS else 0.0
        cost[at] = total * scale / every
        least = min(least, cost[at])
    return least


@nb.njit(nogil=True, cache=True)
def _price(watch: Watch, days: float, begun: int) -> None:
    """Set what each place and hour costs: the slopes of the mean entropy and of the best guesses."""
    stops = len(watch.seen)
    watch.least[0] = 0.0
    for stop in range(stops):
        least = np.inf
        for place in range(stops):
            share = (watch.at[stop, place] + 2.0 / stops) / (days + 2.0)
            watch.cost_at[stop, place] = PLACE_WEIGHT * np.log2(share) / stops
            least = min(least, watch.cost_at[stop, place])
        least += _guess(watch.seen[stop], days, HOUR_WEIGHT / stops, watch.cost_seen[stop])
        _guess(watch.after[begun, stop], watch.begun[begun], AFTER_WEIGHT / stops, watch.cost_after[begun, stop])
        watch.least[0] += least


@nb.njit(nogil=True, cache=True)
def _measure(limits: DayConstraints, watch: Watch, aim: Aim, day: DraftDay, price: float, ceiling: float) -> None:
    """Walk a day and set its cost; one that travels too long, or must cost more than the ceiling, isn't walked."""
    stops = len(day.order)
    here, travel, known = stops, 0, 0
    for place in range(limits.legs):
        there = day.order[place] if place < stops else stops + 1
        travel += limits.travel[here, there]
        known += limits.known[here, there]
        here = there
    day.times[3], day.times[4] = travel, known
    day.cost[0] = np.inf
    if travel > aim.cap_s:
        return
    cost = price * (travel - aim.shortest_s) / aim.shortest_s
    cost += KNOWN_WEIGHT * max(known / limits.legs - aim.known, 0.0)
    if cost + watch.least[0] > ceiling:
        return
    _, late, _, _ = replay(limits, day.order, day.times[0], day.times[1], day.arrive)
    day.times[2] = late
    cost += LATE_WEIGHT * late
    last = watch.seen.shape[1] - 1
    for place in range(stops):
        stop = day.order[place]
        cost += watch.cost_at[stop, place]
        bin_ = min((day.arrive[stop] - limits.start_s) // BIN_S, last)
        cost += watch.cost_seen[stop, bin_] + watch.cost_after[day.order[0], stop, bin_]
    day.cost[0] = cost


class Walk(NamedTuple):
    """The days at which the annealing stands, written in place."""

    now: DraftDay
    new: DraftDay  # proposed
    best: DraftDay  # that keeps all windows


@nb.njit(nogil=True, cache=True)
def _take(into: DraftDay, day: DraftDay) -> None:
    into.order[:] = day.order
    into.arrive[:] = day.arrive
    into.times[:] = day.times
    into.cost[:] = day.cost


@nb.njit(nogil=True, cache=True)
def _propose(limits: DayConstraints, now: DraftDay, new: DraftDay, state: Ints) -> None:
    new.times[:2] = now.times[:2]
    if len(now.order) < 2 or uniform(state) < TIMES:  # noqa: PLR2004 - one stop has no other order
        new.order[:] = now.order
        spread_s = limits.lunch_last_s - limits.lunch_first_s + 1
        new.times[0] = limits.lunch_first_s + int(uniform(state) * spread_s)
        if limits.idle_s > 0:
            new.times[1] = int(uniform(state) * (limits.idle_s + 1))
    else:
        step(now.order, new.order, state)


@nb.njit(nogil=True, cache=True)
def _anneal(limits: DayConstraints, watch: Watch, aim: Aim, walk: Walk, price: float, state: Ints) -> bool:
    """Search from the day of the walk as it is now, and tell whether a day was found that keeps all windows."""
    now, new, best = walk.now, walk.new, walk.best
    _measure(limits, watch, aim, now, price, np.inf)
    best.cost[0] = np.inf
    if now.times[2] == 0:
        _take(best, now)
    for number in range(aim.steps):
        heat = HOT * (COLD / HOT) ** (number / aim.steps)
        _propose(limits, now, new, state)
        ceiling = now.cost[0] - heat * np.log(1.0 - uniform(state))
        _measure(limits, watch, aim, new, price, ceiling)
        if new.cost[0] <= ceiling:
            _take(now, new)
            if now.times[2] == 0 and now.cost[0] < best.cost[0]:
                _take(best, now)
    return bool(best.cost[0] < np.inf)


@nb.njit(nogil=True, cache=True)
def _blank(stops: int) -> DraftDay:
    return DraftDay(np.arange(stops), np.zeros(stops, np.int64), np.zeros(5, np.int64), np.zeros(1))


@nb.njit(nogil=True, cache=True)
def find(limits: DayConstraints, aim: Aim, seed: int) -> DayPool:
    """Find ``aim.rounds`` days, or fewer when a round finds none that holds."""
    stops, bins = len(limits.dwell), (limits.end_s - limits.start_s) // BIN_S + WINDOW_BINS
    table, hours = np.zeros((stops, stops)), np.zeros((stops, bins))
    after = np.zeros((stops, stops, bins))
    watch = Watch(table, hours, table.copy(), hours.copy(), np.zeros(stops), after, after.copy(), np.zeros(1))
    now, new, best = _blank(stops), _blank(stops), _blank(stops)
    found = np.zeros((aim.rounds, stops), np.int64)
    times = np.zeros((aim.rounds, 5), np.int64)
    state = np.array([seed], np.uint64)
    price, count = FIRST_PRICE, 0
    for _ in range(aim.rounds):
        _price(watch, float(count), best.order[0])
        if uniform(state) < RESTARTS:
            now.order[:] = np.arange(stops)
            now.times[:] = 0
            now.times[0] = limits.lunch_first_s
        if not _anneal(limits, watch, aim, Walk(now, new, best), price, state):
            continue
        _take(now, best)
        found[count] = best.order
        times[count] = best.times
        count += 1
        for place in range(stops):
            stop = best.order[place]
            watch.at[stop, place] += 1
            bin_ = min((best.arrive[stop] - limits.start_s) // BIN_S, bins - 1)
            watch.seen[stop, bin_] += 1
            watch.after[best.order[0], stop, bin_] += 1
        watch.begun[best.order[0]] += 1
        over = (best.times[3] - aim.shortest_s) / aim.shortest_s / max(aim.premium, 1e-6) - 1
        price *= np.exp(PRICE_STEP * min(max(over, -1.0), 1.0))
        price = min(max(price, PRICES[0]), PRICES[1])
    return DayPool(found, times[:, 0], times[:, 1], times[:, 3], times[:, 4], count)

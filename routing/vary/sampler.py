"""vary(problem, plan, key): the same stops for every team's day, in an order and at hours that only the key tells."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from geo.errors import InputError
from geo.progress import Progress, silent
from routing.check import ensure
from routing.draw.stream import words
from routing.problem import Plan, PlannedRoute, RoutingProblem
from routing.vary.candidates import Candidates, together
from routing.vary.choice import choose, subkey
from routing.vary.day_constraints import constraints_of
from routing.vary.days import days_of, sound, unlike
from routing.vary.exchange import exchange
from routing.vary.likeness import MOST
from routing.vary.pool import Aim, find
from routing.vary.weights import weigh

CAP = 3.5  # premiums that one route may cost at most
MARGIN = 0.9  # of the premium is the mean, so that what is drawn seldom comes to more
STEPS_PER_STOP = 60


@dataclass(frozen=True, slots=True)
class Variety:
    """How plans are varied, besides the premium.

    Parameters
    ----------
    candidates
        Days looked for in each team's day.
    slack
        Share of the time left before the end of a team's shift that may go into beginning later; the rest stays for
        what the day brings. It costs no travel.
    past
        Legs of past rounds, pairs of rows of the problem's matrix.
    known
        Share of those legs that a route may have, when it can be.
    exchange
        Whether equal teams get each other's days by lot.
    names
        What the rows of the problem are called in public; empty: by their numbers.
    teams
        What the teams are called in public; empty: by their numbers.
    """

    candidates: int = 400
    slack: float = 0.5
    past: frozenset[tuple[int, int]] = frozenset()
    known: float = MOST
    exchange: bool = True
    names: Sequence[str] = field(default=())
    teams: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Varied:
    """A varied plan with what it takes to prove the choice."""

    plan: Plan
    candidates: tuple[Candidates, ...]  # one for each route, in the order of the plan
    candidates_sha256: str  # over all of them, kept before the choice
    chosen: tuple[int, ...]  # number of the candidate of each route
    exchanged: bool  # equal teams got their days by lot

    @property
    def premium(self) -> float:
        """Travel of the chosen routes above the shortest ones known, a share of it."""
        shortest_s = sum(one.shortest_s for one in self.candidates)
        return self.plan.travel_s / shortest_s - 1 if shortest_s else 0.0


def vary(
    problem: RoutingProblem,
    plan: Plan,
    key: bytes,
    *,
    premium: float = 0.03,
    variety: Variety | None = None,
    keep: Callable[[tuple[Candidates, ...], str], None] = lambda candidates, sha256: None,  # noqa: ARG005 - named for callers
) -> Varied:
    """Vary every team's day of a plan: :func:`candidates_of` of the plan with lots drawn, kept, and the choice.

    Parameters
    ----------
    problem, plan
        The plan and what it answers. Unserved stops stay so, and stops stay on their day and in their route.
    key
        The draw's key, 32 bytes. Each day takes its own subkey.
    premium
        Mean travel above the shortest, as a share of it; what is drawn is around nine tenths of it.
    variety
        The rest of the settings.
    keep
        Called with the candidates and their hash before anything is chosen, to store them.

    Returns
    -------
    Varied
        The same problem, key and settings on the same machine give the same.

    Raises
    ------
    InputError
        When the premium or the settings are out of range.
    PlanError
        When the independent checker refuses a route.
    """
    variety = variety or Variety()
    plan = with_lots(problem, plan, key, variety)
    candidates = candidates_of(problem, plan, key, premium=premium, variety=variety)
    keep(candidates, together(candidates))
    return chosen_of(problem, plan, key, candidates, exchanged=variety.exchange)


def with_lots(problem: RoutingProblem, plan: Plan, key: bytes, variety: Variety) -> Plan:
    """Let equal teams draw lots for their days, where the settings ask for that."""
    return exchange(problem, plan, key) if variety.exchange else plan


def chosen_of(
    problem: RoutingProblem, plan: Plan, key: bytes, candidates: tuple[Candidates, ...], *, exchanged: bool
) -> Varied:
    """Choose one candidate of every team's day by the key.

    Raises
    ------
    PlanError
        When the independent checker refuses a route.
    """
    chosen = tuple(choose(one, subkey(key, one.day)) for one in candidates)
    routes = tuple(one.routes[at] for one, at in zip(candidates, chosen, strict=True))
    varied = ensure(problem, replace(plan, routes=routes))
    return Varied(varied, candidates, together(candidates), chosen, exchanged)


def _check(premium: float, variety: Variety) -> None:
    for name, value in (("premium", premium), ("slack", variety.slack), ("known", variety.known)):
        if not 0 <= value <= 1:
            raise InputError("{field} is {value!r}: give a share from 0 to 1", field=name, value=value)
    if variety.candidates < 1:
        raise InputError("candidates is {value!r}: give 1 or more", value=variety.candidates)


def candidates_of(
    problem: RoutingProblem,
    plan: Plan,
    key: bytes,
    *,
    premium: float,
    variety: Variety,
    progress: Progress = silent,
) -> tuple[Candidates, ...]:
    """Find and weigh the candidates of every team's day, on all cores.

    Raises
    ------
    InputError
        When the premium or the settings are out of range.
    """
    _check(premium, variety)

    def one(route: PlannedRoute) -> Candidates:
        label = f"vary pool|{route.team}|{route.day}"
        seed = int(words(subkey(key, route.day), label, 1)[0])
        return _candidates(problem, route, seed, premium, variety)

    found = []
    pool = ThreadPoolExecutor(int(os.environ.get("XUNDIAN_THREADS") or os.cpu_count() or 1))
    try:
        for done, candidates in enumerate([pool.submit(one, route) for route in plan.routes], start=1):
            found.append(candidates.result())
            progress("variations", done, len(plan.routes))
    finally:  # whoever cancels waits for the days at work, not for those to come
        pool.shutdown(cancel_futures=True)
    return tuple(found)


def _candidates(
    problem: RoutingProblem, route: PlannedRoute, seed: int, premium: float, variety: Variety
) -> Candidates:
    limits = constraints_of(problem, route, past=variety.past, slack=variety.slack)
    aim = Aim(
        shortest_s=max(route.travel_s, 1),
        cap_s=int(route.travel_s * (1 + CAP * premium)),
        premium=MARGIN * premium,
        known=variety.known,
        rounds=variety.candidates,
        steps=STEPS_PER_STOP * len(route.stops),
    )
    found = sound(problem, [route, *days_of(problem, limits, route, find(limits, aim, seed))])
    days = unlike(problem, found, legs=variety.past, bar=variety.known, premium=premium)
    shortest_s = min(route.travel_s, *(day.travel_s for day in days))
    stops = tuple(sorted(route.stops))
    every = Candidates(
        team=route.team,
        day=route.day,
        shortest_s=shortest_s,
        stops=stops,
        names=tuple(variety.names[stop] if len(variety.names) else str(stop) for stop in stops),
        dwell_s=tuple(int(problem.dwell_s[stop]) for stop in stops),
        weights=(1,) * len(days),
        routes=tuple(days),
        called=variety.teams[route.team] if len(variety.teams) else str(route.team),
    )
    travel_s = np.array([day.travel_s for day in days])
    most_s = max(int(shortest_s * (1 + MARGIN * premium)), int(travel_s.min()))
    weights = weigh(every.places(), every.arrivals(), travel_s, most_s)
    kept = np.flatnonzero(weights).tolist()
    return replace(every, weights=tuple(int(weights[at]) for at in kept), routes=tuple(every.routes[at] for at in kept))

"""What an inspected unit could guess of a varied plan, and what the plan costs.

The unit is taken to know as much as anyone could without the key: the roster, the teams and their bases, the algorithm,
every candidate of every team's day and its chance. What it does not know decides what it can guess:

``day``
    It hears that it is in the sample, not on which day: every drawn day is as likely. A stop whose day the planner left
    free has no such protection, so it counts as known.
``hour``
    It knows its day and everything drawn for that day; the best window of an hour.
``hour_after_first``
    Besides, somebody has seen which stop its team began with.
``team``
    It knows its day and every route of it; teams with the same base, hours and means get their days by lot, as far as
    avoidance and even loads let them, others are known.
"""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from routing.problem import Plan, RoutingProblem
from routing.vary.candidates import Candidates
from routing.vary.exchange import holders
from routing.vary.guess import best_guess, entropy_bits, guess_after_first
from routing.vary.sampler import Varied

KNOWN = 0.9


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """A varied plan in figures; chances are means over the stops served."""

    travel_s: int
    shortest_s: int  # the shortest routes known, at daytime speeds
    premium: float  # of the routes drawn, a share of the shortest travel
    premium_mean: float  # of all that could have been drawn
    routes: int
    served: int
    stops: int
    load_mean_s: float  # work of a team in all its days: travel and visits
    load_least_s: int
    load_most_s: int
    entropy_bits: float  # of the place in the order
    guess_day: float
    guess_hour: float
    guess_hour_windowed: float | None  # of stops whose windows are shorter than the shift; None: there are none
    guess_hour_after_first: float
    hour_known: int  # stops whose hour is as good as known: guessed 9 times of 10 or more often
    guess_team: float
    guess_all: float  # day, hour and team at once
    similarity: float  # share of legs driven in the last rounds

    def as_json(self) -> dict[str, object]:
        """Return the keys of the JSON line."""
        return asdict(self)


def chances(problem: RoutingProblem, varied: Varied) -> pd.DataFrame:
    """Return for every stop served what can be guessed of its visit.

    Parameters
    ----------
    problem
        What the plan answers.
    varied
        The plan with its candidates.

    Returns
    -------
    DataFrame
        Indexed by ``stop``, the row of the problem's matrix: ``day``, ``hour``, ``hour_after_first``, ``team`` and
        ``all`` are chances, ``bits`` is the entropy of the place in the order, ``windowed`` says whether its windows
        are shorter than the shift.
    """
    held = holders(problem, varied.plan) if varied.exchanged else {}
    frames = [_of_day(problem, one, held.get((one.team, one.day), 1.0)) for one in varied.candidates]
    columns = {"day": float, "hour": float, "hour_after_first": float, "team": float, "bits": float, "windowed": bool}
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    found = pd.concat(frames) if frames else empty
    found.index.name = "stop"
    found["all"] = found["day"] * found["hour"] * found["team"]
    return found.sort_index()


def _of_day(problem: RoutingProblem, one: Candidates, team: float) -> pd.DataFrame:
    place, arrive_s, share = one.places(), one.arrivals(), one.share
    shift = problem.teams[one.team].shift
    hours = [problem.open_on(stop, one.day) for stop in one.stops]
    return pd.DataFrame(
        {
            "day": [1.0 if problem.day_of[stop] is None else 1.0 / problem.days for stop in one.stops],
            "hour": best_guess(arrive_s, share),
            "hour_after_first": guess_after_first(place, arrive_s, share),
            "team": team,
            "bits": entropy_bits(place, share),
            "windowed": [not any(a <= shift.start_s and shift.end_s <= b for a, b in own) for own in hours],
        },
        index=list(one.stops),
    )


def figures(problem: RoutingProblem, varied: Varied, guessed: pd.DataFrame, *, similarity: float = 0.0) -> PlanFigures:
    """Sum a varied plan up.

    Parameters
    ----------
    problem, varied
        The plan and what it answers.
    guessed
        Of :func:`chances`.
    similarity
        Of :func:`routing.vary.similarity` with the last rounds.
    """
    plan = varied.plan
    shortest_s = sum(one.shortest_s for one in varied.candidates)
    expected_s = sum(one.shortest_s * (1 + one.premium()) for one in varied.candidates)
    loads = _loads(problem, plan)
    mean = guessed.drop(columns="windowed").mean() if len(guessed) else dict.fromkeys(guessed, 0.0)
    windowed = guessed.loc[guessed["windowed"].astype(bool), "hour"]
    return PlanFigures(
        travel_s=plan.travel_s,
        shortest_s=shortest_s,
        premium=varied.premium,
        premium_mean=expected_s / shortest_s - 1 if shortest_s else 0.0,
        routes=len(plan.routes),
        served=len(problem.stops) - len(plan.unserved),
        stops=len(problem.stops),
        load_mean_s=float(np.mean(loads)) if loads else 0.0,
        load_least_s=min(loads, default=0),
        load_most_s=max(loads, default=0),
        entropy_bits=float(mean["bits"]),
        guess_day=float(mean["day"]),
        guess_hour=float(mean["hour"]),
        guess_hour_windowed=float(windowed.mean()) if len(windowed) else None,
        guess_hour_after_first=float(mean["hour_after_first"]),
        hour_known=int((guessed["hour"] >= KNOWN).sum()),
        guess_team=float(mean["team"]),
        guess_all=float(mean["all"]),
        similarity=similarity,
    )


def _loads(problem: RoutingProblem, plan: Plan) -> list[int]:
    loads = dict.fromkeys({team for team, _ in problem.slots()}, 0)
    for route in plan.routes:
        loads[route.team] += route.travel_s + int(problem.dwell_s[list(route.stops)].sum())
    return list(loads.values())

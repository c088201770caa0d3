"""Planning a round from its page: in the background, telling how it stands, over when the planner has enough."""

from collections.abc import Mapping
from typing import Any

from geo.errors import InputError
from geo.store import Store
from routing.hours import shift_of
from routing.plan.planner import PlanOptions, plan_round
from routing.plan.report import PlanReport
from routing.plan.terms import Days, Terms
from routing.solver import SearchState
from webmap.jobs import Job, Work

SEED = 1  # of the search, as the command has it
SECONDS = (1.0, 3600.0)
PREMIUM = (0.0, 25.0)  # percent
SHIFT = "08:30-17:30"
POINTS = 160  # of the curve, at most


def about(round_id: str) -> str:
    """Name the work on the plan of a round."""
    return f"plan {round_id}"


def options_of(form: Mapping[str, str]) -> PlanOptions:
    """Read how to plan from a form.

    Raises
    ------
    InputError
        Naming the field that is wrong.
    """
    days = form.get("days", str(Days.DRAWN))
    if days not in set(Days):
        raise InputError("{field} is {value!r}: choose one of the list", field="days", value=days)
    terms = Terms(
        days=Days(days),
        premium=_between(form, "premium", 3.0, *PREMIUM) / 100,
        listed_closures="closures" in form,
        price_days="price_days" in form,
        shift=shift_of(form.get("shift", SHIFT)),
    )
    return PlanOptions(seconds=_between(form, "seconds", 60.0, *SECONDS), seed=SEED, terms=terms)


def work(store: Store, round_id: str, options: PlanOptions) -> Work:
    """Return the work of planning a round: it tells how the search stands, and ends early when its job says enough."""

    def plan(job: Job) -> PlanReport:
        curve = Curve()

        def watch(standing: SearchState) -> bool:
            job.told = curve.told(standing)
            return job.enough.is_set()

        return plan_round(store, round_id, options, progress=job, watch=watch)

    return plan


class Curve:
    """How the cost fell: a point whenever it changed, thinned when there are many."""

    def __init__(self) -> None:
        self._points: list[tuple[float, int, int]] = []
        self._longest = 0.0

    def told(self, standing: SearchState) -> dict[str, Any]:
        """Take how the search stands, and give what a page shows of it."""
        left = standing.seconds_left or 0.0
        self._longest = max(self._longest, left)
        point = (round(self._longest - left, 2), standing.travel_s, standing.unserved)
        if standing.travel_s and (not self._points or self._points[-1][1:] != point[1:]):
            self._points.append(point)
        if len(self._points) > POINTS:
            self._points = [*self._points[:-1:2], self._points[-1]]
        return {
            "travel_s": standing.travel_s,
            "unserved": standing.unserved,
            "seconds_left": standing.seconds_left,
            "seconds": round(self._longest, 2),
            "curve": [*self._points, point] if self._points else [],
        }


def _between(form: Mapping[str, str], field: str, otherwise: float, least: float, most: float) -> float:
    text = form.get(field, "").strip()
    try:
        value = float(text) if text else otherwise
    except ValueError:
        raise InputError("{field} is {value!r}: write a number", field=field, value=text) from None
    if not least <= value <= most:
        raise InputError(
            "{field} is {value!r}: give {least} to {most}",
            field=field,
            value=text,
            least=f"{least:g}",
            most=f"{most:g}",
        )
    return value

"""What a saved plan comes to: travel, loads, what is left out, and what an inspected unit could guess of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from geo.errors import StateError
from geo.notes import Note
from geo.store import Store
from routing.plan.forecast import PlanFigures
from routing.vary.likeness import MOST

LONG_WALK_M = 15_000.0
"""More than this is a long day on foot."""
LONG_WALKS = (
    "{count} team days on foot are longer than {most:.0f} km, the longest {km:.1f} km ({team}, day {day}): give such "
    "teams an e-bike or a car in the team table, more days, or fewer stops."
)
LOST_BASES = (
    "{count} teams visit nothing, since no way leads from their bases: {bases} to the nearest street that can be left. "
    "Correct the bases in the team table, then plan again."
)
FAR_BASES = (
    "{count} teams start over 300 m from the nearest street that can be left: {bases}. The way to it isn't counted; "
    "check the bases in the team table."
)
RULED_BY_HOUR = (
    "{count} streets and turns are closed at some hours in which teams work: the routes keep off them all day."
)
CHANCES = ("day", "hour", "hour_after_first", "team", "all")


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a plan came to when it was made; changes on the day are not in it."""

    reasons: Mapping[str, int]  # how many stops are not served for each :class:`routing.problem.Reason`
    teams_for_all: int | None  # teams that would serve all that only lack room
    farthest_load: float  # of the team whose work is farthest from its fair share, as a part of the share
    drawn_days_cost_s: int | None  # travel that free days would save at least; None: not asked, or days are free
    days: str  # drawn or free
    premium_cap: float  # what the mean travel may be longer for not being foreseen, a share of the shortest
    shift: Mapping[str, int]  # of :class:`routing.problem.Shift`, seconds from midnight: of teams that name none
    rush: tuple[float, float]  # shares of the daytime speed that the morning's and the evening's rush leave
    closed_edges: int  # of the streets, for all its days
    past_rounds: int  # those with routes or visits that it is compared with, at most five
    candidates_sha256: str  # of what it was chosen from, kept before the choice
    seconds: float  # that planning took
    figures: PlanFigures
    own_shifts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # of the teams that work others, by id
    stray_bases: Sequence[tuple[str, float, bool]] = ()  # team, metres to a street that can be left, no way at all
    ruled_by_hour: int = 0  # streets and turns that are closed at some hours of the work, so for all of it
    long_walks: Sequence[tuple[str, int, float]] = ()  # days on foot above LONG_WALK_M: team, day, metres

    @property
    def served(self) -> int:
        """Stops with a place in a route."""
        return self.figures.served

    @property
    def unserved(self) -> int:
        """Stops without."""
        return self.figures.stops - self.figures.served

    @property
    def travel_s(self) -> int:
        """Of all routes."""
        return self.figures.travel_s

    @property
    def routes(self) -> int:
        """How many there are, each a team's day."""
        return self.figures.routes

    @property
    def too_similar(self) -> bool:
        """Whether as many legs as nobody should see again were driven in the last rounds."""
        return self.figures.similarity >= MOST

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a planner should know before anybody sets out."""
        found = [*self._bases(LOST_BASES, lost=True), *self._bases(FAR_BASES, lost=False)]
        if self.long_walks:
            team, day, length_m = self.long_walks[0]
            values = {"count": len(self.long_walks), "most": LONG_WALK_M / 1000, "km": length_m / 1000}
            found.append(Note(LONG_WALKS, {**values, "team": team, "day": day}))
        if self.ruled_by_hour:
            found.append(Note(RULED_BY_HOUR, {"count": self.ruled_by_hour}))
        return tuple(found)

    def _bases(self, template: str, *, lost: bool) -> list[Note]:
        named = [f"{team} ({metres / 1000:.1f} km)" for team, metres, off in self.stray_bases if off == lost]
        return [Note(template, {"count": len(named), "bases": ", ".join(named)})] if named else []

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; :func:`report_of` reads them back."""
        return asdict(self)


def report_of(store: Store, round_id: str) -> PlanReport:
    """Return what the plan of a round came to.

    Raises
    ------
    NotFoundError
        When there is no such round.
    StateError
        When it is not planned, or was by a version that kept no figures.
    """
    kept = _saved(store, round_id)["report"]
    try:
        return PlanReport(**{**kept, "figures": PlanFigures(**kept["figures"]), "rush": tuple(kept["rush"])})
    except (KeyError, TypeError):  # an earlier version kept others
        raise StateError("the plan of round {round!r} has no figures: plan it again", round=round_id) from None


def chances_of(store: Store, round_id: str) -> pd.DataFrame:
    """Return for every stop of a plan what its unit could guess, as it was when the plan was made.

    Returns
    -------
    DataFrame
        Indexed by ``checkpoint``: ``day hour hour_after_first team all``, each a chance.

    Raises
    ------
    NotFoundError, StateError
        As :func:`report_of`.
    """
    found = _saved(store, round_id)["chances"]
    frame = pd.DataFrame.from_dict(found, orient="index", columns=list(CHANCES), dtype="float64")
    return frame.rename_axis("checkpoint").sort_index()


def plain(report: PlanReport, chances: pd.DataFrame) -> dict[str, Any]:
    """Return what is saved with a plan; :func:`report_of` and :func:`chances_of` read it back.

    Parameters
    ----------
    report
        Of the plan.
    chances
        Of :func:`routing.plan.forecast.chances`, indexed by checkpoints.
    """
    rows = chances[list(CHANCES)].round(4)
    return {"report": report.as_json(), "chances": dict(zip(rows.index, rows.to_numpy().tolist(), strict=True))}


def _saved(store: Store, round_id: str) -> dict[str, Any]:
    found = store.plans.figures(round_id)
    if found is None or not {"report", "chances"} <= found.keys():  # an early version kept others
        if len(store.plans.routes(round_id)):
            raise StateError("the plan of round {round!r} has no figures: plan it again", round=round_id)
        raise StateError("round {round!r} is not planned yet: plan it first", round=round_id)
    return found

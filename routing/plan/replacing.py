"""Whether the plan of a round may be replaced: one rule for the command and the page."""

from dataclasses import dataclass

from geo.errors import StateError
from geo.store import Store
from geo.store.revisions import PlanState

WOULD_LOSE = (
    "planning round {round!r} again drops {changes} changes made by hand on the day and the order of {visits} visits: "
    "say --replace to agree"
)


@dataclass(frozen=True, slots=True)
class PlanLoss:
    """What planning again would take from a round that is under way."""

    changes: int  # made by hand since the plan
    visits: int  # made along the plan: they keep their teams and days, but not their order

    def __bool__(self) -> bool:
        """Tell whether anything would be lost."""
        return bool(self.changes or self.visits)


def plan_loss(store: Store, round_id: str) -> PlanLoss:
    """Count what planning again would take."""
    with store.snapshot():
        changes = store.amendments.frame(round_id)
        return PlanLoss(int((~changes["undone"]).sum()), len(store.plans.done(round_id)))


def replaceable(store: Store, round_id: str, *, agreed: bool) -> PlanState:
    """Return where the plan stands that may be replaced, to be handed to the planner.

    Parameters
    ----------
    agreed
        Whether somebody said that what is lost may be lost.

    Raises
    ------
    StateError
        When planning again takes something, and nobody agreed to it.
    """
    with store.snapshot():
        lost = plan_loss(store, round_id)
        if lost and not agreed:
            raise StateError(WOULD_LOSE, round=round_id, changes=lost.changes, visits=lost.visits)
        return store.plans.state(round_id)

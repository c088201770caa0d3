"""A change of the day, checked, saved and logged; and taken back."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geo.errors import AccessError, StateError
from geo.frames import ROUTES, STOPS
from geo.store import Store
from geo.store.amendments import LogLine, NewRoutes, UndoWish
from routing.amend.changes import Change, StreetClosed, Takeover, params_of, reason_of
from routing.amend.context import AmendmentContext
from routing.amend.log import Told, told
from routing.amend.quotes import Quote, quoted
from routing.amend.redrawn import together


@dataclass(frozen=True, slots=True, eq=False)
class Amendment:
    """A change that was made."""

    quote: Quote
    revision: int  # of the plan with it
    notes: Sequence[Told]  # what the log says to the planner
    touched: Sequence[Mapping[str, Any]]  # the routes, each with what its own team is told

    @property
    def text(self) -> str:
        """What the log says to the planner, in English."""
        return "; ".join(template.format(**values) for template, values in self.notes)


def amend(
    store: Store,
    round_id: str,
    change: Change,
    *,
    by: str,
    now: dt.datetime | None = None,
    revision: int | None = None,
) -> Amendment:
    """Change the plan of a round on the day, and log why.

    What has begun stays as it is. The independent checker replays what remains before it is saved. Stops that can no
    longer be served are listed as unserved with the reason.

    Parameters
    ----------
    store
        The city.
    round_id
        A round with a plan.
    change
        What happens; it has a reason.
    by
        The account.
    now
        As :func:`routing.amend.quote`.
    revision
        Of the plan that somebody looked at, from a quote; None: whatever it is now.

    Raises
    ------
    InputError
        When the reason is missing.
    NotFoundError
        As :func:`routing.amend.quote`.
    StateError
        When the change is not possible, or the plan was changed meanwhile.
    PlanError
        When the independent checker refuses the plan; nothing is saved then.
    """
    reason = reason_of(change)
    context = AmendmentContext.of(store, round_id, now)
    if revision is not None:
        store.plans.expect(round_id, replace(context.state, revision=revision))
    found = quoted(context, change)
    if found.reason is not None:
        raise StateError(found.reason.template, **found.reason.values)
    notes, touched = told(context, found)
    params = params_of(change)
    if isinstance(change, StreetClosed):
        params["edges"] = sorted(context.edges_of(change))
    line = LogLine(now or dt.datetime.now(dt.UTC), by, change.kind, reason, params, touched, notes)
    number = store.amendments.replace_route(round_id, _new(context, found), line, after=context.state)
    return Amendment(found, number, notes, touched)


def undo(
    store: Store,
    round_id: str,
    *,
    by: str,
    now: dt.datetime | None = None,
    revision: int | None = None,
    own_only: bool = False,
) -> int:
    """Take the last change back, while the teams that it concerns have done nothing more, and give its revision.

    Parameters
    ----------
    store
        The city.
    round_id
        A round with a plan.
    by
        The account.
    now
        As :func:`routing.amend.quote`.
    revision
        Of the plan that somebody looked at; None: whatever it is now.
    own_only
        Whether the account may take back no other's change.

    Raises
    ------
    AccessError
        When it is another account's, and ``own_only``.
    StateError
        When there is none, a team has gone on since, or the plan was changed meanwhile.
    """
    context = AmendmentContext.of(store, round_id, now)
    lines = store.amendments.frame(round_id)
    standing = lines[~lines["undone"]]
    if standing.empty:
        raise StateError("the plan of round {round!r} has no change to undo", round=round_id)
    last = standing.iloc[-1]
    if own_only and last["by"] != by:
        raise AccessError("the account {name} may take back only its own last change", name=by)
    for team, day in last["touched"]:
        since_s = context.second_of(last["at"], day)
        begun = context.begun(team, day)
        if any(second > since_s for second in begun):
            raise StateError("{team} has gone on since: this change cannot be undone any more", team=team)
    wish = UndoWish(by, own_only, context.seen({team for team, _ in last["touched"]}))
    after = context.state if revision is None else replace(context.state, revision=revision)
    return store.amendments.undo(round_id, wish, after=after)


def _new(context: AmendmentContext, found: Quote) -> NewRoutes:
    change = found.change
    settled = [change.checkpoint] if isinstance(change, Takeover) else []
    assert found.unserved is not None  # noqa: S101 - a quote that is possible has the frame
    return NewRoutes(
        [route.slot for route in found.routes],
        together([route.route for route in found.routes], ROUTES),
        together([route.stops for route in found.routes], STOPS),
        found.unserved,
        settled,
        found.replaced,
        found.replaced_after,
        context.seen({route.team for route in found.routes}),
    )

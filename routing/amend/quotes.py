"""What a change would come to, with nothing saved."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from geo.errors import StateError
from geo.notes import Names, Note, Sentences
from geo.store import Store
from geo.store.fieldwork import Replaced
from routing.amend.changes import Change, Late, StopClosed, StreetClosed, Takeover
from routing.amend.context import DAY_S, AmendmentContext
from routing.amend.day_progress import DayProgress
from routing.amend.redrawn import AmendedRoute, redrawn
from routing.amend.remainder import Answer, Rest, answer
from routing.amend.takers import takers
from routing.plan.itinerary import unserved_frame
from routing.plan.remedies import Remedy, remedies
from routing.problem import REASONS, Plan, Reason
from routing.rounds.fieldwork import replacement_for


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stop that falls out."""

    checkpoint: str
    team: str
    day: int
    reason: Reason
    remedy: Remedy  # what would serve it


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """What a change would come to.

    Parameters
    ----------
    possible
        Whether :func:`amend` would take it.
    reason
        Why not; None when it would.
    extra_travel_s
        Travel of all routes that it changes, after less before.
    routes
        The one or two days as they would be; none when it is not possible.
    dropped
        Stops that fall out, because a team is too late for them or no way is left.
    replaced
        The closed stop and the reserve that comes in for it.
    revision
        Of the plan that the quote is for.
    """

    change: Change
    possible: bool
    reason: Note | None
    extra_travel_s: int
    routes: tuple[AmendedRoute, ...]
    dropped: tuple[Dropped, ...]
    unserved: pd.DataFrame | None  # UNSERVED frame of ``dropped``
    replaced: Replaced | None
    replaced_after: int
    revision: int


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """Why a change is not possible."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.template)
        self.note = note


def quote(store: Store, round_id: str, change: Change, *, now: dt.datetime | None = None) -> Quote:
    """Say what a change would come to; nothing is saved.

    Parameters
    ----------
    store
        The city.
    round_id
        A round with a plan.
    change
        What happens.
    now
        The moment; what has begun by then stays as it is. None: before the round, nothing is done yet.

    Raises
    ------
    NotFoundError
        When there is no such round, team, day or checkpoint.
    StateError
        When the round is not drawn, or has no plan.
    """
    return quoted(AmendmentContext.of(store, round_id, now), change)


def quoted(context: AmendmentContext, change: Change) -> Quote:
    """Say what a change would come to on a context."""
    if context.revision == 0:
        raise StateError("round {round!r} has no plan yet: plan it first", round=context.round.id)
    with context.streets.lock:
        try:
            rests, replaced, after = _asked(context, change)
            answers = [answer(context, rest) for rest in rests]
            if isinstance(change, Takeover):
                _refuse_loss(change, answers[0])
        except Refusal as refusal:
            return Quote(change, False, refusal.note, 0, (), (), None, None, 0, context.revision)
        routes = tuple(redrawn(context, found) for found in answers)
        frames = [unserved_frame(found.posed, found.plan, _remedies(context, found)) for found in answers]
    dropped = tuple(
        Dropped(str(checkpoint), found.rest.team, found.rest.day, Reason(reason), Remedy.of(remedy))
        for found, frame in zip(answers, frames, strict=True)
        for checkpoint, reason, remedy in zip(frame.index, frame["reason"], frame["remedy"], strict=True)
    )
    extra_s = sum(route.travel_s - route.before_s for route in routes)
    filled = [frame for frame in frames if len(frame)]
    unserved = pd.concat(filled) if filled else frames[0]
    return Quote(change, True, None, extra_s, routes, dropped, unserved, replaced, after, context.revision)


def _asked(context: AmendmentContext, change: Change) -> tuple[list[Rest], Replaced | None, int]:
    """Say what remains of which days, and what comes in for a closed stop."""
    if isinstance(change, Takeover):
        return _handed(context, change), None, 0
    context.team(change.team)
    context.check_day(change.day)
    replaced, after, late_s = None, 0, 0
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    if isinstance(change, StopClosed):
        _find(context, change.team, change.day, change.checkpoint)
        replaced, after = replacement_for(context.store, context.round.id, change.checkpoint, change.reason or "-")
        gone, added = (change.checkpoint,), (replaced.into,) if replaced.into else ()
    if isinstance(change, Late):
        late_s = 60 * change.minutes
    progress = context.day_progress(change.team, change.day, late_s=late_s, gone=gone)
    _refuse_over(context, progress, change.team, change.day, left=not isinstance(change, StopClosed))
    more = [change] if isinstance(change, StreetClosed) else []
    closures = context.closed(change.day, more)
    rest = Rest(change.team, change.day, progress, progress.ahead, added, closures, untried=True, anew=bool(more))
    return [rest], replaced, after


def _handed(context: AmendmentContext, change: Takeover) -> list[Rest]:
    """Take a stop from one day of a team, if it is on any, and add it to another: first the one that gets it."""
    goal = change.goal
    context.team(goal[0])
    for day in {change.day, goal[1]}:
        context.check_day(day)
    context.points([change.checkpoint])
    source = _holder(context, change)
    if source == goal:
        raise Refusal(
            Note(
                "{checkpoint} is on the route of {team} on day {day} already",
                {"checkpoint": change.checkpoint, "team": goal[0], "day": goal[1]},
            )
        )
    _refuse_off(context, *goal)
    _refuse_barred(context, change)
    rests = []
    for slot in [goal, *([source] if source else [])]:
        progress = context.day_progress(*slot)
        _refuse_over(context, progress, *slot, left=slot == source)
        gone_by = change.checkpoint not in progress.ahead or change.checkpoint in context.done(slot[0])
        if slot == source and gone_by:
            raise Refusal(
                Note(
                    "{team} has begun or visited {checkpoint} already",
                    {"team": slot[0], "checkpoint": change.checkpoint},
                )
            )
        ahead = tuple(one for one in progress.ahead if one != change.checkpoint)
        added = (change.checkpoint,) if slot == goal else ()
        rests.append(Rest(*slot, progress, ahead, added, context.closed(slot[1]), untried=source is None))
    return rests


def _holder(context: AmendmentContext, change: Takeover) -> tuple[str, int] | None:
    """Tell whose route of the day holds the stop; None when no route serves it."""
    stops = context.store.plans.stops(context.round.id)
    mine = stops[stops["checkpoint"] == change.checkpoint]
    if len(mine) and change.day in set(mine["day"]):
        return str(mine["team"].iloc[0]), change.day
    if len(mine):
        raise Refusal(
            Note(
                "{checkpoint} is on no route of day {day}: it is on day {found}",
                {"checkpoint": change.checkpoint, "day": change.day, "found": int(mine["day"].iloc[0])},
            )
        )
    if change.checkpoint not in context.store.plans.unserved(context.round.id).index:
        raise Refusal(Note("{checkpoint} isn't among the points to inspect", {"checkpoint": change.checkpoint}))
    return None


def _find(context: AmendmentContext, team: str, day: int, checkpoint: str) -> None:
    """Refuse to close what is not on the route, or was visited."""
    rows = context.rows(team, day)
    if checkpoint not in set(rows["checkpoint"]) - {""}:
        raise Refusal(
            Note(
                "{checkpoint} is not on the route of {team} on day {day}",
                {"checkpoint": checkpoint, "team": team, "day": day},
            )
        )
    if checkpoint in context.done(team):
        raise Refusal(
            Note("{team} has begun or visited {checkpoint} already", {"team": team, "checkpoint": checkpoint})
        )


def _refuse_over(context: AmendmentContext, progress: DayProgress, team: str, day: int, *, left: bool) -> None:
    if progress.home or context.now_s(day) == DAY_S:
        raise Refusal(Note("the day {day} of {team} is over", {"day": day, "team": team}))
    if left and not progress.ahead:
        raise Refusal(Note("{team} has nothing left to visit on day {day}", {"team": team, "day": day}))


def _refuse_off(context: AmendmentContext, name: str, day: int) -> None:
    """Keep the days that a team works on."""
    team = context.team(name)
    if not team.works(day):
        values = {"team": name, "day": day, "days": ", ".join(map(str, sorted(team.days or ())))}
        raise Refusal(Note("{team} doesn't work on day {day}: its days of the round are {days}", values))


def _refuse_barred(context: AmendmentContext, change: Takeover) -> None:
    """Keep avoidance (回避), and the turns of the draw, for the team that would get a stop."""
    team, day = change.goal
    if context.barred(team, day, [change.checkpoint]):
        raise Refusal(
            Note(
                "{team} must avoid {checkpoint}: its unit or street is an inspector's own, or it is listed",
                {"team": team, "checkpoint": change.checkpoint},
            )
        )
    turns = context.barred_by_team(day, [change.checkpoint])
    if turns[team]:
        may = [one for one, barred in turns.items() if not barred]
        raise Refusal(
            Note(
                "it is not the turn of {team} in the street of {checkpoint} on day {day}: it is that of {teams}",
                {"team": team, "checkpoint": change.checkpoint, "day": day, "teams": Names(may)},
            )
        )


def _refuse_loss(change: Takeover, found: Answer) -> None:
    """Refuse a stop that does not fit in, or for which another would fall out."""
    team, day = change.goal
    ids = found.posed.sample.index
    lost = {str(ids[stop]): reason for stop, reason in found.plan.unserved.items()}
    if not lost:
        return
    if change.checkpoint in lost:
        told = Sentences([Note(REASONS[lost[change.checkpoint]], {}), _advice(found, change.checkpoint)])
        raise Refusal(
            Note(
                "{checkpoint} does not fit into the day {day} of {team}: {why}",
                {"checkpoint": change.checkpoint, "day": day, "team": team, "why": told},
            )
        )
    raise Refusal(
        Note(
            "with {checkpoint}, {team} would lose {lost} on day {day}",
            {"checkpoint": change.checkpoint, "team": team, "lost": ", ".join(sorted(lost)), "day": day},
        )
    )


def _advice(found: Answer, checkpoint: str) -> Note:
    stop = found.posed.sample.index.get_loc(checkpoint)
    return remedies(found.posed.problem, found.plan)[stop].named([found.rest.team]).note()


def _remedies(context: AmendmentContext, found: Answer) -> dict[int, Remedy]:
    """Find what would serve each stop that falls out: another team, if one can, else the least change."""
    if not found.plan.unserved:
        return {}
    ids = found.posed.sample.index
    others = takers(context, found.rest, [str(ids[stop]) for stop in found.plan.unserved])
    better = {stop: others[str(ids[stop])] for stop in found.plan.unserved if str(ids[stop]) in others}
    bare = {stop: reason for stop, reason in found.plan.unserved.items() if stop not in better}
    least = remedies(found.posed.problem, Plan(found.plan.routes, bare))
    return better | {stop: remedy.named([found.rest.team]) for stop, remedy in least.items()}

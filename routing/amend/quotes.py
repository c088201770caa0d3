"""What a change would come to, with nothing saved."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo.errors import StateError
from geo.notes import Note, Sentences
from geo.store import Store
from geo.store.fieldwork import Replaced
from routing.amend.changes import Change, Late, StopClosed, StreetClosed, Takeover
from routing.amend.ground import DAY_S, Ground
from routing.amend.redrawn import AmendedRoute, redrawn
from routing.amend.remainder import Answer, Rest, answer
from routing.amend.standing import Standing
from routing.amend.takers import takers
from routing.itinerary import unserved_frame
from routing.problem import Plan
from routing.remedies import remedies
from routing.rounds.fieldwork import replacement_for


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stop that falls out."""

    checkpoint: str
    team: str
    day: int
    reason: str  # as :class:`routing.problem.Reason` says it
    remedy: str  # what would serve it, as :mod:`routing.remedies` says it


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
    return quoted(Ground.of(store, round_id, now), change)


def quoted(ground: Ground, change: Change) -> Quote:
    """Say what a change would come to on a ground."""
    if ground.revision == 0:
        raise StateError("round {round!r} has no plan yet: plan it first", round=ground.round.id)
    with ground.streets.lock:
        try:
            rests, replaced, after = _asked(ground, change)
            answers = [answer(ground, rest) for rest in rests]
            if isinstance(change, Takeover):
                _refuse_loss(change, answers[0])
        except Refusal as refusal:
            return Quote(change, False, refusal.note, 0, (), (), None, None, 0, ground.revision)
        routes = tuple(redrawn(ground, found) for found in answers)
        frames = [unserved_frame(found.brief, found.plan, _remedies(ground, found)) for found in answers]
    dropped = tuple(
        Dropped(str(checkpoint), found.rest.team, found.rest.day, reason, remedy)
        for found, frame in zip(answers, frames, strict=True)
        for checkpoint, reason, remedy in zip(frame.index, frame["reason"], frame["remedy"], strict=True)
    )
    extra_s = sum(route.travel_s - route.before_s for route in routes)
    filled = [frame for frame in frames if len(frame)]
    unserved = pd.concat(filled) if filled else frames[0]
    return Quote(change, True, None, extra_s, routes, dropped, unserved, replaced, after, ground.revision)


def _asked(ground: Ground, change: Change) -> tuple[list[Rest], Replaced | None, int]:
    """Say what remains of which days, and what comes in for a closed stop."""
    if isinstance(change, Takeover):
        return _handed(ground, change), None, 0
    ground.team(change.team)
    ground.check_day(change.day)
    replaced, after, late_s = None, 0, 0
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    if isinstance(change, StopClosed):
        _find(ground, change.team, change.day, change.checkpoint)
        replaced, after = replacement_for(
            ground.store, ground.round.id, change.checkpoint, change.reason or "-", roster=ground.roster()
        )
        gone, added = (change.checkpoint,), (replaced.into,) if replaced.into else ()
    if isinstance(change, Late):
        late_s = 60 * change.minutes
    standing = ground.standing(change.team, change.day, late_s=late_s, gone=gone)
    _refuse_over(ground, standing, change.team, change.day, left=not isinstance(change, StopClosed))
    more = [change] if isinstance(change, StreetClosed) else []
    closures = ground.closed(change.day, more)
    rest = Rest(change.team, change.day, standing, standing.ahead, added, closures, untried=True, anew=bool(more))
    return [rest], replaced, after


def _handed(ground: Ground, change: Takeover) -> list[Rest]:
    """Take a stop from one day of a team, if it is on any, and add it to another: first the one that gets it."""
    goal = change.goal
    ground.team(goal[0])
    for day in {change.day, goal[1]}:
        ground.check_day(day)
    ground.points([change.checkpoint])
    source = _holder(ground, change)
    if source == goal:
        raise Refusal(
            Note(
                "{checkpoint} is on the route of {team} on day {day} already",
                {"checkpoint": change.checkpoint, "team": goal[0], "day": goal[1]},
            )
        )
    _refuse_off(ground, *goal)
    _refuse_barred(ground, change)
    rests = []
    for slot in [goal, *([source] if source else [])]:
        standing = ground.standing(*slot)
        _refuse_over(ground, standing, *slot, left=slot == source)
        if slot == source and change.checkpoint not in standing.ahead:
            raise Refusal(
                Note(
                    "{team} has begun or visited {checkpoint} already",
                    {"team": slot[0], "checkpoint": change.checkpoint},
                )
            )
        ahead = tuple(one for one in standing.ahead if one != change.checkpoint)
        added = (change.checkpoint,) if slot == goal else ()
        rests.append(Rest(*slot, standing, ahead, added, ground.closed(slot[1]), untried=source is None))
    return rests


def _holder(ground: Ground, change: Takeover) -> tuple[str, int] | None:
    """Tell whose route of the day holds the stop; None when no route serves it."""
    stops = ground.store.stops(ground.round.id)
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
    if change.checkpoint not in ground.store.unserved(ground.round.id).index:
        raise Refusal(Note("{checkpoint} isn't among the points to inspect", {"checkpoint": change.checkpoint}))
    return None


def _find(ground: Ground, team: str, day: int, checkpoint: str) -> None:
    """Refuse to close what is not on the route, or was visited."""
    rows = ground.rows(team, day)
    if checkpoint not in set(rows["checkpoint"]) - {""}:
        raise Refusal(
            Note(
                "{checkpoint} is not on the route of {team} on day {day}",
                {"checkpoint": checkpoint, "team": team, "day": day},
            )
        )
    if checkpoint in ground.visited(team, day):
        raise Refusal(
            Note("{team} has begun or visited {checkpoint} already", {"team": team, "checkpoint": checkpoint})
        )


def _refuse_over(ground: Ground, standing: Standing, team: str, day: int, *, left: bool) -> None:
    if standing.home or ground.now_s(day) == DAY_S:
        raise Refusal(Note("the day {day} of {team} is over", {"day": day, "team": team}))
    if left and not standing.ahead:
        raise Refusal(Note("{team} has nothing left to visit on day {day}", {"team": team, "day": day}))


def _refuse_off(ground: Ground, name: str, day: int) -> None:
    """Keep the days that a team works on."""
    team = ground.team(name)
    if not team.works(day):
        values = {"team": name, "day": day, "days": ", ".join(map(str, sorted(team.days or ())))}
        raise Refusal(Note("{team} doesn't work on day {day}: its days of the round are {days}", values))


def _refuse_barred(ground: Ground, change: Takeover) -> None:
    """Keep avoidance (回避), and the turns of the draw, for the team that would get a stop."""
    team, day = change.goal
    if ground.barred(team, day, [change.checkpoint]):
        raise Refusal(
            Note(
                "{team} must avoid {checkpoint}: its unit or street is an inspector's own, or it is listed",
                {"team": team, "checkpoint": change.checkpoint},
            )
        )
    turns = ground.barred_by_team(day, [change.checkpoint])
    if turns[team]:
        may = [one for one, barred in turns.items() if not barred]
        raise Refusal(
            Note(
                "it is not the turn of {team} in the street of {checkpoint} on day {day}: it is that of {teams}",
                {"team": team, "checkpoint": change.checkpoint, "day": day, "teams": ", ".join(may)},
            )
        )


def _refuse_loss(change: Takeover, found: Answer) -> None:
    """Refuse a stop that does not fit in, or for which another would fall out."""
    team, day = change.goal
    ids = found.brief.sample.index
    lost = {str(ids[stop]): reason for stop, reason in found.plan.unserved.items()}
    if not lost:
        return
    if change.checkpoint in lost:
        told = Sentences([Note(str(lost[change.checkpoint]), {}), *_advice(found, change.checkpoint)])
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


def _advice(found: Answer, checkpoint: str) -> Sequence[Note]:
    stop = found.brief.sample.index.get_loc(checkpoint)
    remedy = remedies(found.brief.problem, found.plan)[stop]
    values = dict(remedy.values)
    return [Note(remedy.change.value, {**values, "team": found.rest.team} if "team" in values else values)]


def _remedies(ground: Ground, found: Answer) -> dict[int, str]:
    """Say what would serve each stop that falls out: another team, if one can, else the least change."""
    if not found.plan.unserved:
        return {}
    ids = found.brief.sample.index
    others = takers(ground, found.rest, [str(ids[stop]) for stop in found.plan.unserved])
    texts = {stop: others[str(ids[stop])].text() for stop in found.plan.unserved if str(ids[stop]) in others}
    bare = {stop: reason for stop, reason in found.plan.unserved.items() if stop not in texts}
    least = remedies(found.brief.problem, Plan(found.plan.routes, bare))
    return texts | {stop: remedy.text([found.rest.team]) for stop, remedy in least.items()}

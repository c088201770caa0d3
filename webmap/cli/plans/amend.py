"""``xundian plan amend``: what happens on the day."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from geo import clock
from geo.errors import InputError
from geo.store import Store
from routing.amend import Change, Late, Quote, StopClosed, StreetClosed, Takeover, amend, quote, undo
from webmap.cli.area import ClosedArea, area_options
from webmap.cli.groups import amend_group
from webmap.cli.session import Result, Session, command
from webmap.language import reasons
from webmap.language.change_texts import lines_text, note_text
from webmap.language.saying import Translate
from webmap.language.texts import translate

BY = "command line"  # in the log, where a page has its account
MOMENT = click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@dataclass(frozen=True, slots=True)
class Asked:
    """What every change of the day is asked with."""

    round_id: str
    only_quote: bool
    at: dt.datetime | None  # on the clock of the city; now when None
    reason: str


_ASKED = (
    click.argument("round_id", metavar="ID"),
    click.option("--reason", default="", help="Why; the list of changes shows it. Needed but for --quote."),
    click.option("--at", type=MOMENT, help="Local time, as 2026-06-12T10:20, up to which all is done; default: now."),
    click.option("--quote", "only_quote", is_flag=True, help="Say what it would come to; save nothing."),
)


def asked_options(function: Callable[..., Result]) -> Callable[..., Result]:
    """Add the options of :class:`Asked`."""
    for option in reversed(_ASKED):
        function = option(function)
    return function


@command(amend_group, "late")
@asked_options
@click.option("--team", required=True)
@click.option("--day", type=int, required=True, help="Of the round, from 1.")
@click.option("--minutes", type=int, required=True, help="Behind the times of its route.")
def late(session: Session, asked: Asked, team: str, day: int, minutes: int) -> Result:
    """Tell that a team is late."""
    return _done(session, asked, Late(team, day, minutes, asked.reason))


@command(amend_group, "stop-closed")
@asked_options
@click.option("--team", required=True)
@click.option("--day", type=int, required=True, help="Of the round, from 1.")
@click.option("--checkpoint", required=True, help="Its number.")
def stop_closed(session: Session, asked: Asked, team: str, day: int, checkpoint: str) -> Result:
    """Replace a closed stop by its reserve."""
    return _done(session, asked, StopClosed(team, day, checkpoint, asked.reason))


@command(amend_group, "street-closed")
@asked_options
@click.option("--team", required=True)
@click.option("--day", type=int, required=True, help="Of the round, from 1.")
@area_options
def street_closed(session: Session, asked: Asked, team: str, day: int, closed: ClosedArea) -> Result:
    """Lead a team round a street that is closed."""
    return _done(session, asked, StreetClosed(team, day, closed.shape(session), closed.street, reason=asked.reason))


@command(amend_group, "takeover")
@asked_options
@click.option("--checkpoint", required=True, help="Its number.")
@click.option("--day", type=int, required=True, help="On which it is now.")
@click.option("--to-team", required=True)
@click.option("--to-day", type=int, help="Default: the same day.")
def takeover(session: Session, asked: Asked, checkpoint: str, day: int, to_team: str, to_day: int | None) -> Result:
    """Hand a stop over to another team, or to another day."""
    return _done(session, asked, Takeover(checkpoint, day, to_team, to_day, asked.reason))


@command(amend_group, "undo")
@click.argument("round_id", metavar="ID")
@click.option("--at", type=MOMENT, help="Local time, as 2026-06-12T10:20, up to which all is done; default: now.")
def take_back(session: Session, round_id: str, at: dt.datetime | None) -> Result:
    """Take the last change back, while the teams have done nothing more."""
    with session.store() as store:
        number = undo(store, round_id, by=BY, now=_moment(store, at))
    session.say("Change {revision} was taken back.", revision=number)
    return {"round": round_id, "undone": number}


@command(amend_group, "list")
@click.argument("round_id", metavar="ID")
def list_changes(session: Session, round_id: str) -> Result:
    """List the changes of a plan, the oldest first."""
    with session.store() as store:
        lines, zone = store.amendments.frame(round_id), clock.zone_of(store)
    if lines.empty:
        session.say("The plan of round {round} was not changed.", round=round_id)
    for line in lines.to_dict("records"):
        values = {"revision": line["revision"], "at": f"{line['at'].astimezone(zone):%m-%d %H:%M}", "by": line["by"]}
        session.say("{revision}  {at}  {by}:", **values)
        _say_notes(session, line["notes"])
        session.say("    because: {reason}", reason=line["reason"])
        if line["undone"]:
            session.say("    taken back")
    columns = ["revision", "at", "by", "kind", "team", "day", "reason", "text", "undone"]
    return {"round": round_id, "changes": lines[columns].to_dict("records")}


def _done(session: Session, asked: Asked, change: Change) -> Result:
    with session.store() as store:
        now = _moment(store, asked.at)
        if not asked.only_quote and not asked.reason.strip():
            raise InputError("reason is empty: say why with --reason; the list of changes shows it")
        if asked.only_quote:
            found = quote(store, asked.round_id, change, now=now)
            return {"round": asked.round_id, "saved": False, **_quoted(session, found)}
        made = amend(store, asked.round_id, change, by=BY, now=now)
    _say_notes(session, made.notes)
    return {"round": asked.round_id, "saved": True, "revision": made.revision, **_quoted(session, made.quote)}


def _quoted(session: Session, found: Quote) -> dict[str, Any]:
    if found.reason is not None:
        session.say("Not possible: {why}", why=note_text(found.reason, _translate(session)))
        session.exit_code = 1
    else:
        session.say("Travel changes by {time}.", time=session.duration(found.extra_travel_s))
    for one in found.dropped:
        session.say(
            "  {checkpoint} falls out: {reason}; {remedy}",
            checkpoint=one.checkpoint,
            reason=reasons.reason_text(one.reason, say=_translate(session)),
            remedy=reasons.remedy_text(one.remedy, say=_translate(session)),
        )
    return {
        "possible": found.possible,
        "reason": "" if found.reason is None else found.reason.text(),
        "extra_travel_s": found.extra_travel_s,
        "routes": [
            {"team": one.team, "day": one.day, "stops": [name for name in one.stops["checkpoint"] if name]}
            for one in found.routes
        ],
        "dropped": [
            {"checkpoint": one.checkpoint, "reason": one.reason, "remedy": one.remedy.plain()} for one in found.dropped
        ],
    }


def _say_notes(session: Session, notes: Any) -> None:  # noqa: ANN401 - templates and their values
    for line in lines_text(notes, _translate(session)):
        session.say("  {note}", note=line)


def _translate(session: Session) -> Translate:
    return lambda text: translate(text, session.language)


def _moment(store: Store, at: dt.datetime | None) -> dt.datetime:
    return clock.now(store) if at is None else at.replace(tzinfo=clock.zone_of(store))

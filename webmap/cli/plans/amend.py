"""``xundian plan amend``: what happens on the day."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from geo.crs import Datum
from geo.errors import InputError
from geo.readers.areas import read_area
from geo.readers.source import Source
from geo.store import Store
from routing.amend import Change, Late, Quote, StopClosed, StreetClosed, Takeover, amend, quote, undo
from webmap import clock
from webmap.cli.files import parts_option
from webmap.cli.plans.group import plan_group
from webmap.cli.session import Result, Session, command
from webmap.language import reasons
from webmap.language.change_texts import lines_text, note_text
from webmap.language.saying import Translate
from webmap.language.texts import translate

BY = "command line"  # in the log, where a page has its account
MOMENT = click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@plan_group.group("amend")
def amend_group() -> None:
    """Change a plan on the day: what has begun stays, what cannot be kept is said."""


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--quote", "only_quote", is_flag=True, help="Say what it would come to; save nothing."),
        click.option(
            "--at", type=MOMENT, help="Local time, as 2026-06-12T10:20, up to which all is done; default: now."
        ),
        click.option("--reason", default="", help="Why; the list of changes shows it. Needed but for --quote."),
        click.argument("round_id", metavar="ID"),
    ):
        function = option(function)
    return function


@command(amend_group, "late")
@_common
@click.option("--team", required=True)
@click.option("--day", type=int, required=True, help="Of the round, from 1.")
@click.option("--minutes", type=int, required=True, help="Behind the times of its route.")
def late(session: Session, round_id: str, **given: Any) -> Result:  # noqa: ANN401 - what click parsed
    """Tell that a team is late."""
    return _done(session, round_id, Late(given["team"], given["day"], given["minutes"], given["reason"]), given)


@command(amend_group, "stop-closed")
@_common
@click.option("--team", required=True)
@click.option("--day", type=int, required=True, help="Of the round, from 1.")
@click.option("--checkpoint", required=True, help="Its number.")
def stop_closed(session: Session, round_id: str, **given: Any) -> Result:  # noqa: ANN401 - what click parsed
    """Replace a closed stop by its reserve."""
    change = StopClosed(given["team"], given["day"], given["checkpoint"], given["reason"])
    return _done(session, round_id, change, given)


@command(amend_group, "street-closed")
@_common
@click.option("--team", required=True)
@click.option("--day", type=int, required=True, help="Of the round, from 1.")
@click.option("--street", default="", help="A street by its name, whole; with --area only what touches the area.")
@click.option(
    "--area",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with polygons: GeoJSON, GeoPackage, KML or Shapefile.",
)
@parts_option()
@click.option(
    "--datum", type=click.Choice([datum.value for datum in Datum]), help="Datum of --area; it is never guessed."
)
def street_closed(session: Session, round_id: str, **given: Any) -> Result:  # noqa: ANN401 - what click parsed
    """Lead a team round a street that is closed."""
    area = given["area"]
    if area is not None and given["datum"] is None:
        raise InputError("datum is missing: name the datum of the area, {kinds}", kinds=", ".join(Datum))
    shape = None if area is None else read_area(Source(area, given["parts"]), datum=given["datum"])
    change = StreetClosed(given["team"], given["day"], shape, given["street"], reason=given["reason"])
    return _done(session, round_id, change, given)


@command(amend_group, "takeover")
@_common
@click.option("--checkpoint", required=True, help="Its number.")
@click.option("--day", type=int, required=True, help="On which it is now.")
@click.option("--to-team", required=True)
@click.option("--to-day", type=int, help="Default: the same day.")
def takeover(session: Session, round_id: str, **given: Any) -> Result:  # noqa: ANN401 - what click parsed
    """Return a stop to another team, or to another day."""
    names = ("checkpoint", "day", "to_team", "to_day", "reason")
    return _done(session, round_id, Takeover(*(given[name] for name in names)), given)


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
        lines, zone = store.amendments(round_id), clock.zone_of(store)
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


def _done(session: Session, round_id: str, change: Change, given: Mapping[str, Any]) -> Result:
    with session.store() as store:
        now = _moment(store, given["at"])
        if not given["only_quote"] and not given["reason"].strip():
            raise InputError("reason is empty: say why with --reason; the list of changes shows it")
        if given["only_quote"]:
            found = quote(store, round_id, change, now=now)
            return {"round": round_id, "saved": False, **_quoted(session, found)}
        made = amend(store, round_id, change, by=BY, now=now)
    _say_notes(session, made.notes)
    return {"round": round_id, "saved": True, "revision": made.revision, **_quoted(session, made.quote)}


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
            reason=reasons.said(one.reason, say=_translate(session)),
            remedy=reasons.said(one.remedy, say=_translate(session)),
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
            {"checkpoint": one.checkpoint, "reason": one.reason, "remedy": one.remedy} for one in found.dropped
        ],
    }


def _say_notes(session: Session, notes: Any) -> None:  # noqa: ANN401 - templates and their values
    for line in lines_text(notes, _translate(session)):
        session.say("  {note}", note=line)


def _translate(session: Session) -> Translate:
    return lambda text: translate(text, session.language)


def _moment(store: Store, at: dt.datetime | None) -> dt.datetime:
    return clock.now(store) if at is None else at.replace(tzinfo=clock.zone_of(store))

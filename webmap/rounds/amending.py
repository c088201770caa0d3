"""Changes of the day: a team says that it is late or a stop is closed, the planner hands a stop over; and their list.

Scripts ask below ``/data/changes`` and are answered in JSON. Forms that work without a script go to ``/changes`` and
come back to the page that they were on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request
from flask_babel import gettext as _

from geo.errors import AccessError, InputError, XundianError
from geo.foreign_text import refuse_unseen
from geo.model import Action
from routing.amend import AmendedRoute, Amendment, Change, Quote, change_of, quote
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.formats import clock as hours_and_minutes
from webmap.language import reasons
from webmap.language.change_texts import lines_text, note_text
from webmap.language.spoken import spoken, translate_error
from webmap.paths import local_path
from webmap.team_marks import team_name

pages = Blueprint("amending", __name__)

OF_TEAMS = ("late", "stop_closed")  # what a team may say of its own day
SEMICOLON = {"zh": "；", "en": "; "}
WHOLE = ("day", "to_day", "minutes", "revision")
SHAPES = ("area", "edges")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A line of the list of changes, as its reader may know it."""

    revision: int
    time: str
    kind: str
    team: str
    day: int
    text: str
    reason: str
    by: str  # account; empty for a team
    undone: bool


@pages.get("/data/changes/<round_id>")
@access.needs(Action.SEE_CHANGES)
def listed(round_id: str) -> Response:
    """List the changes of a round: all to the planner, to a team those of its own route of today."""
    return jsonify(changes=[asdict(line) for line in changes_of(access.visible(), round_id)])


@pages.post("/data/changes/<round_id>/quote")
@access.needs(Action.PLAN)
def quoted(round_id: str) -> Response:
    """Say what a change would come to; nothing is saved."""
    visible = access.visible()
    found = quote(visible.store, round_id, _asked(visible, round_id, _body()), now=visible.now())
    return jsonify(answer_of(visible, found))


@pages.post("/data/changes/<round_id>")
@access.needs(Action.CHANGE_DAY)
def changed(round_id: str) -> Response:
    """Make a change."""
    visible = access.visible()
    made = _made(visible, round_id, _body())
    return jsonify(revision=made.revision, text=_told(visible, made))


@pages.post("/data/changes/<round_id>/undo")
@access.needs(Action.CHANGE_DAY)
def undone(round_id: str) -> Response:
    """Take the last change back; a team only its own."""
    return jsonify(revision=access.visible().undo(round_id))


@pages.post("/changes/<round_id>")
@access.needs(Action.CHANGE_DAY)
def change(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Make a change that a form asks for, and go back to the page."""
    visible = access.visible()
    try:
        flash(_told(visible, _made(visible, round_id, _body())))
    except AccessError:
        raise
    except XundianError as error:
        flash(translate_error(error))
    return _back(visible)


@pages.post("/changes/<round_id>/undo")
@access.needs(Action.CHANGE_DAY)
def take_back(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take the last change back, and go back to the page."""
    visible = access.visible()
    try:
        visible.undo(round_id)
        flash(_("The last change was taken back."))
    except AccessError:
        raise
    except XundianError as error:
        flash(translate_error(error))
    return _back(visible)


def changes_of(visible: VisibleCity, round_id: str) -> list[ChangeLine]:
    """Return the changes that an account may know of, the newest first, in the language of the page."""
    return [
        ChangeLine(
            int(line["revision"]),
            hours_and_minutes(line["at"].to_pydatetime()),
            line["kind"],
            team_name(line["team"]),
            int(line["day"]),
            said(line["notes"]),
            line["reason"],
            line.get("by", ""),
            bool(line["undone"]),
        )
        for line in reversed(visible.changes(round_id).to_dict("records"))
    ]


def said(notes: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Say lines of the log in the language of the page."""
    return SEMICOLON[spoken()].join(lines_text(notes, _))


def answer_of(visible: VisibleCity, found: Quote) -> dict[str, Any]:
    """Return a quote as plain values: what a page shows beside a stop that is being dragged."""
    ids = {row for route in found.routes for row in route.stops["checkpoint"]} | {
        one.checkpoint for one in found.dropped
    }
    names = visible.store.checkpoints.some(ids - {""})["name"].to_dict()
    return {
        "possible": found.possible,
        "text": _cost(found),
        "extra_travel_s": found.extra_travel_s,
        "revision": found.revision,
        "routes": [_route(route, names) for route in found.routes],
        "dropped": [
            {
                "checkpoint": one.checkpoint,
                "name": names.get(one.checkpoint, ""),
                "team": one.team,
                "day": one.day,
                "reason": reasons.reason_text(one.reason),
                "remedy": reasons.remedy_text(one.remedy),
            }
            for one in found.dropped
        ],
    }


def _route(route: AmendedRoute, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "team": route.team,
        "team_name": team_name(route.team),
        "day": route.day,
        "done": route.done,
        "travel_s": route.travel_s,
        "extra_travel_s": route.travel_s - route.before_s,
        "back": "" if route.back is None else hours_and_minutes(route.back),
        "stops": [
            {
                "order": row["order"],
                "kind": row["kind"],
                "checkpoint": row["checkpoint"],
                "name": names.get(row["checkpoint"], ""),
                "from": hours_and_minutes(row["arrive"].to_pydatetime()),
                "to": hours_and_minutes(row["depart"].to_pydatetime()),
            }
            for row in route.stops.drop(columns="geometry").to_dict("records")
        ],
    }


def _cost(found: Quote) -> str:
    if found.reason is not None:
        return note_text(found.reason, _)
    minutes = round(found.extra_travel_s / 60)
    if minutes:
        more, less = (
            _("%(minutes)s min more travel", minutes=minutes),
            _("%(minutes)s min less travel", minutes=-minutes),
        )
        text = str(more if minutes > 0 else less)
    else:
        text = str(_("no more travel"))
    return text + str(_("; %(count)s stops fall out", count=len(found.dropped)) if found.dropped else "")


def _made(visible: VisibleCity, round_id: str, asked: Mapping[str, Any]) -> Amendment:
    return visible.amend(round_id, _asked(visible, round_id, asked), asked.get("revision"))


def _told(visible: VisibleCity, made: Amendment) -> str:
    """Say what was done: to the planner everything, to a team what concerns its own day."""
    if visible.sees_all(Action.CHANGE_DAY):
        return said(made.notes)
    return said(note for one in made.touched if one["team"] == visible.user.team for note in one["notes"])


def _asked(visible: VisibleCity, round_id: str, asked: Mapping[str, Any]) -> Change:
    """Read a change; a team says it of its own route of today, whatever it sends."""
    kind, values = str(asked.get("kind", "")), dict(asked)
    team, day = visible.own_part(round_id)
    if not visible.sees_all(Action.CHANGE_DAY):
        if kind not in OF_TEAMS:
            raise AccessError("the account {name} may not change this", name=visible.user.name)
        values.update(team=team, day=day)
    return change_of(kind, values)


def _body() -> dict[str, Any]:
    """Read what was sent, as JSON or as a form; what is no number and no shape is text.

    Raises
    ------
    InputError
        When a number is none.
    """
    sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    pairs = sent.items() if isinstance(sent, Mapping) else ()
    values = {
        str(key): value if key in WHOLE + SHAPES else str(value) for key, value in pairs if value not in ("", None)
    }
    refuse_unseen(values)
    for name in WHOLE:
        if name in values:
            try:
                values[name] = int(str(values[name]))
            except ValueError:
                raise InputError("{field} is {value!r}: give a whole number", field=name, value=values[name]) from None
    return values


def _back(visible: VisibleCity) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    onward = local_path(request.form.get("next", ""))
    return redirect(access.home_of(visible.user) if onward == "/" else onward)

"""The planner's page of a draw: change its round, bind it, draw it, see what it achieved, publish and mend it."""

import datetime as dt
import json
from collections import OrderedDict
from dataclasses import replace as changed
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.clock import today
from geo.errors import InputError, NotFoundError, StateError
from geo.model import Action
from geo.store import Store
from routing.draw import reveal as reveals
from routing.draw.commit import ThirdParty
from routing.plan.problem_builder import made_up, teams_of
from routing.rounds import fieldwork, proof
from routing.rounds.frame import Choices, ensure_drawable
from routing.rounds.making import draw_round, refuse_covert_trial
from routing.rounds.publishing import receipt as receipt_of
from routing.rounds.publishing import release_day, reveal_round
from routing.rounds.report import DrawStatus, draw_status, report_round
from routing.rounds.reveal_dates import last_secret_day, open_rounds
from routing.teams.drawn import draw_round_teams
from webmap.accounts import access
from webmap.draw.view import DrawView, view_of
from webmap.formats import category_name, number
from webmap.language.spoken import say, spoken

pages = Blueprint("draw", __name__, url_prefix="/draw")

COMPARED = 5  # simpler draws of each kind: enough to see, and done in seconds
KEPT = 16  # reports remembered


@pages.get("")
@access.needs(Action.DRAW)
def page() -> str:
    """Show where the draw of a round stands, and what can be done next."""
    with access.visible().store.snapshot():
        return _page()


def _page() -> str:
    visible = access.visible()
    rounds = visible.rounds()
    asked = request.args.get("round")
    chosen = next((one for one in rounds if one.id == asked), None) if asked else next(iter(rounds), None)
    if asked and chosen is None:
        raise NotFoundError("there is no round {round}: choose one of the list", round=asked)
    if chosen is None:
        return render_template("draw.html", rounds=rounds, round=None)
    status = draw_status(visible.store, chosen.id)
    compare = "compare" in request.args
    view = _view(visible.store, status, draws=COMPARED if compare else 0) if status.draw else None
    days = range(1, chosen.days + 1)
    return render_template(
        "draw.html",
        rounds=rounds,
        round=chosen,
        status=status,
        view=view,
        compared=compare,
        teams=visible.store.fieldwork.team_draw(chosen.id) if status.draw else None,
        questionnaires=visible.store.fieldwork.questionnaires(chosen.id) if status.draw else None,
        told=[visible.today.date > last_secret_day(chosen, day) for day in days],
        revealable=visible.today.date > last_secret_day(chosen),
        last_secret_day=last_secret_day(chosen),
        also_open=open_rounds(visible.store, visible.today.date, but=chosen.id),
        draws=COMPARED,
        made_up=[note.text(say) for note in made_up(visible.store, chosen)],
        number_of=number,
        history=visible.history(chosen.id),
        **_proofs(visible.store, status),
    )


def _proofs(store: Store, status: Any) -> dict[str, Any]:  # noqa: ANN401 - a DrawStatus
    """Return the commitment's hash, and the seals of the days, as far as the secret is on this machine."""
    kept = status.commitment
    if kept is None:
        return {"commitment_hash": "", "seals": [], "missing": ""}
    try:
        seals = reveals.seals(proof.drawn_of(store, status.round_id)) if kept.state == "drawn" else []
        proof.restored(store, kept)
    except StateError as error:
        return {"commitment_hash": proof.hash_of(kept), "seals": [], "missing": error}
    return {"commitment_hash": proof.hash_of(kept), "seals": seals, "missing": ""}


def _view(store: Store, status: DrawStatus, *, draws: int) -> DrawView:
    """Return what the report shows, remembered as long as nothing of the draw, the roster and the zones changes."""
    known: OrderedDict[Any, DrawView] = current_app.extensions.setdefault("xundian_draws", OrderedDict())
    drawn_at = status.draw.drawn_at if status.draw else None
    binding = (status.voids, *((one.committed_at, one.state) for one in status.commitments))
    city = (store.checkpoints.state(), store.zones.state())
    key = (status.round_id, drawn_at, len(status.replaced), binding, city, draws, spoken())
    if key not in known:
        report = report_round(store, status.round_id, draws=draws)
        view = view_of(store, report, say=lambda text: str(_(text)), category=category_name)
        # The frame is as large as the roster, and only what was made of it is shown.
        known[key] = changed(view, report=changed(report, frame=report.frame.head(0)))
        while len(known) > KEPT:
            known.popitem(last=False)
    return known[key]


@pages.post("/<round_id>/change")
@access.needs(Action.DRAW)
def change(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Change a round that is not drawn yet."""
    store = access.visible().store
    numbers: dict[str, Any] = {name: _whole(name, 0) for name in ("days", "teams", "size")}
    for name, value in numbers.items():
        if value < 1:
            raise InputError("{field} is {value!r}: write a whole number, 1 or more", field=name, value=value)
    made = changed(store.rounds.get(round_id), start=_date("start"), covert="covert" in request.form, **numbers)
    ensure_drawable(store, made)
    store.rounds.change(made)
    return _back(round_id, _("The round is changed."))


@pages.post("/<round_id>/remove")
@access.needs(Action.DRAW)
def remove(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Remove a round that is not drawn yet."""
    if "agreed" not in request.form:
        raise InputError("round {round!r} is still there: tick that it may go", round=round_id)
    access.visible().store.rounds.remove(round_id)
    flash(_("Round %(round)s is removed.", round=round_id))
    return redirect(url_for("draw.page"))


@pages.post("/<round_id>/trial")
@access.needs(Action.DRAW)
def trial(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Draw by trial."""
    store = access.visible().store
    refuse_covert_trial(store.rounds.get(round_id), asked="trial" in request.form)
    seed = _whole("seed", 0) if request.form.get("seed", "").strip() else None
    report = draw_round(store, round_id, seed=seed, choices=_choices())
    for note in report.notes:
        flash(note.text(say))
    return _back(round_id, _("Trial draw made. Nobody can verify it, and anyone who learns the seed can compute this."))


@pages.post("/<round_id>/commit")
@access.needs(Action.DRAW)
def commit(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Bind the round."""
    made = proof.commit_round(
        access.visible().store,
        round_id,
        request.form.get("public_number", ""),
        number_form=request.form.get("number_form", "").strip(),
        third_parties=_parties(request.form.get("shares", "")),
        choices=_choices(),
    )
    for note in made.notes:
        flash(note.text(say))
    if made.secrets_are_new:
        flash(_("New secrets of the year were made. Publish their root before the commitment."))
    return _back(round_id, _("The round is committed. Publish the commitment now."))


@pages.post("/<round_id>/run")
@access.needs(Action.DRAW)
def run(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Draw the committed round."""
    shares = [line for line in request.form.get("shares", "").splitlines() if line.strip()]
    proof.draw_committed(access.visible().store, round_id, request.form.get("value", ""), shares)
    return _back(round_id, _("The round is drawn. Publish the seals of its days now."))


@pages.post("/<round_id>/void")
@access.needs(Action.DRAW)
def void(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Record the round as void."""
    proof.void_round(access.visible().store, round_id, request.form.get("reason", ""))
    return _back(round_id, _("The round is void. Every later report counts it."))


@pages.post("/<round_id>/replace")
@access.needs(Action.DRAW)
def replace(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Replace a checkpoint that cannot be inspected."""
    line = fieldwork.replace_point(
        access.visible().store, round_id, request.form.get("checkpoint", "").strip(), request.form.get("reason", "")
    )
    if line.into:
        said = _("%(out)s is replaced by %(into)s. Plan the round again.", out=line.out, into=line.into)
    else:
        said = _("%(out)s goes without replacement: no reserve of its category is left.", out=line.out)
    return _back(round_id, said)


@pages.post("/<round_id>/survey")
@access.needs(Action.DRAW)
def survey(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Spread questionnaires."""
    numbers = fieldwork.spread_questionnaires(access.visible().store, round_id, _whole("total", 0))
    return _back(round_id, _("%(total)s questionnaires are spread over the places.", total=int(numbers.sum())))


@pages.post("/<round_id>/teams")
@access.needs(Action.DRAW)
def teams(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Draw the teams."""
    store = access.visible().store
    draw_round_teams(store, round_id, teams_of(store, store.rounds.get(round_id), store.draws.sample(round_id)))
    return _back(round_id, _("The teams are drawn. Plan the round again."))


@pages.get("/<round_id>/reveal.json")
@access.needs(Action.DRAW)
def reveal(round_id: str) -> Response:
    """Return what anyone can verify the draw with."""
    return _download(reveal_round(access.visible().store, round_id, _today()), f"reveal-{round_id}.json")


@pages.get("/<round_id>/day-<int:day>.json")
@access.needs(Action.DRAW)
def day(round_id: str, day: int) -> Response:
    """Return one day's sample with its subkey."""
    document = release_day(access.visible().store, round_id, day, _today())
    return _download(document, f"day-{round_id}-{day}.json")


@pages.get("/<round_id>/receipt.json")
@access.needs(Action.DRAW)
def receipt(round_id: str) -> Response:
    """Return a checkpoint's owner the proof that it was in the frame."""
    checkpoint = request.args.get("checkpoint", "").strip()
    return _download(receipt_of(access.visible().store, round_id, checkpoint), f"receipt-{round_id}-{checkpoint}.json")


def _today() -> dt.date:
    return today(access.visible().store).date


def _choices() -> Choices:
    form = request.form
    return Choices(
        streets="streets" in form,
        independent_share=_part("independent_share", 10) / 100,
        reserve=_part("reserve", 50) / 100,
        replaceable=_part("replaceable", 10) / 100,
    )


def _part(field: str, otherwise: float) -> float:
    text = request.form.get(field, "").strip().rstrip("%")
    try:
        return float(text) if text else otherwise
    except ValueError:
        raise InputError("{field} is {value!r}: write a number", field=field, value=text) from None


def _whole(field: str, otherwise: int) -> int:
    text = request.form.get(field, "").strip()
    if text and not text.isdecimal():
        raise InputError("{field} is {value!r}: write a whole number", field=field, value=text)
    return int(text) if text else otherwise


def _date(field: str) -> dt.date:
    text = request.form.get(field, "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError("{field} is {value!r}: write a date as 2026-06-12", field=field, value=text) from None


def _parties(text: str) -> list[ThirdParty]:
    """Read one third party a line: its name and the hash of its number."""
    parties = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _blank, digest = line.replace("=", " ").rpartition(" ")
        parties.append(ThirdParty(name.strip() or _("third party"), digest.strip().lower()))
    return parties


def _back(round_id: str, said: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    flash(said)
    return redirect(url_for("draw.page", round=round_id))


def _download(document: dict[str, Any], name: str) -> Response:
    answer = Response(json.dumps(document, ensure_ascii=False), content_type="application/json; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer

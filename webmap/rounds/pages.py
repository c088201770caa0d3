"""The page of a round: its map, its timeline, what is not served, its figures, and what can be done about it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.errors import NotFoundError
from geo.model import Action
from geo.store.job_rows import Job
from routing.plan.problem_builder import made_up
from routing.plan.replacing import plan_loss, replaceable
from routing.sheets.export import FORMATS
from webmap.accounts import access
from webmap.figures import figures_of
from webmap.jobs.pages import owner, standing, trouble
from webmap.jobs.work import now
from webmap.language.spoken import say
from webmap.rounds import planning
from webmap.rounds.amending import changes_of
from webmap.rounds.closures import lines
from webmap.rounds.moving import proposal
from webmap.rounds.report import report_rows
from webmap.rounds.view import Chosen, PlanBoard, chosen_day, chosen_round, map_settings, unserved_rows

pages = Blueprint("rounds", __name__)


@pages.get("/rounds")
@access.needs(Action.PLAN)
def newest() -> Any:  # noqa: ANN401 - a redirect of werkzeug, or a page
    """Go to the newest round, or the one that a list asks for; say how to make one when there is none."""
    rounds = access.visible().rounds()
    chosen = chosen_round(rounds, request.args.get("round"))
    if chosen is None:
        settings = map_settings(access.visible().store, None)
        return render_template("round.html", rounds=rounds, figures=None, settings=settings)
    return redirect(url_for("rounds.page", round_id=chosen.id))


@pages.get("/rounds/<round_id>")
@access.needs(Action.PLAN)
def page(round_id: str) -> str:
    """Show a round."""
    with access.visible().store.snapshot():
        return render_template("round.html", **_whole(round_id))


def _whole(round_id: str) -> dict[str, Any]:
    """Return all that the page of a round shows."""
    board, visible = _board(round_id), access.visible()
    store, figures = board.store, figures_of(board.store, board.round)
    day = chosen_day(board.round, visible.today, request.args.get("day", type=int))
    job = store.jobs.last(owner(), planning.about(round_id))
    report = visible.plan_report(round_id)
    shown = {
        "rounds": visible.rounds(),
        "figures": figures,
        "unserved": unserved_rows(store, round_id),
        "report": report,
        "meanings": report_rows(report) if report else [],
        "changes": changes_of(visible, round_id),
        "closures": lines(visible, board.round),
        "job": job,
        "outcome": job if job and job.finished and "planned" in request.args else None,
        "trouble": trouble,
        "running": store.jobs.at_work(planning.about(round_id)),
        "standing": standing,
        "loss": plan_loss(store, round_id),
        "formats": FORMATS,
        "warnings": [note.text(say) for note in (*made_up(store, board.round), *(report.notes if report else ()))],
        "settings": map_settings(store, figures) | _addresses(round_id, day, job),
    }
    card = _card(board, _asked(board)) if "stop" in request.args else {"chosen": None, "offer": None}
    return shown | _shown(board, day) | card


@pages.get("/data/rounds/<round_id>/timeline.html")
@access.needs(Action.PLAN)
def timeline(round_id: str) -> str:
    """Return the timeline of a day, to be put into the page."""
    board = _board(round_id)
    day = chosen_day(board.round, access.visible().today, request.args.get("day", type=int))
    return render_template("round_timeline.html", chosen=None, **_shown(board, day))


@pages.get("/data/rounds/<round_id>/stop.html")
@access.needs(Action.PLAN)
def stop(round_id: str) -> str:
    """Return what there is to say of one stop, to be put into the page.

    Raises
    ------
    NotFoundError
        When it was not drawn for this round.
    """
    board = _board(round_id)
    return render_template("round_stop.html", board=board, **_card(board, _asked(board)))


@pages.get("/data/rounds/<round_id>/quote.html")
@access.needs(Action.PLAN)
def quoted(round_id: str) -> str:
    """Say what a move would cost, to be put into the card of the stop."""
    board = _board(round_id)
    return render_template("round_quote.html", board=board, **_card(board, _asked(board)))


@pages.post("/rounds/<round_id>/plan")
@access.needs(Action.PLAN)
def plan(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Start planning the round, in the background."""
    store = access.visible().store
    after = replaceable(store, store.rounds.get(round_id).id, agreed="lose" in request.form)
    store.jobs.enqueue(planning.wanted(round_id, request.form, owner(), after), now())
    return redirect(url_for("rounds.page", round_id=round_id, _anchor="planning"))


@pages.post("/rounds/<round_id>/plan/end")
@access.needs(Action.PLAN)
def end(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """End the planning: with the best plan so far, or with nothing changed."""
    jobs = access.visible().store.jobs
    job = jobs.last(owner(), planning.about(round_id))
    if job is None or job.finished:
        flash(_("Nothing is being planned."))
    elif request.form.get("how") == "cancel":
        jobs.cancel(job.id, owner(), now())
    else:
        jobs.finish_early(job.id, owner(), now())
    return redirect(url_for("rounds.page", round_id=round_id, _anchor="planning"))


def _addresses(round_id: str, day: int, job: Job | None) -> dict[str, Any]:
    """Return the script what it asks for."""
    running = job is not None and not job.finished
    return {
        "day": day,
        "own": url_for("rounds.page", round_id=round_id, day=day, planned="yes"),
        "timeline": url_for("rounds.timeline", round_id=round_id),
        "stop": url_for("rounds.stop", round_id=round_id),
        "quote": url_for("rounds.quoted", round_id=round_id),
        "closures": url_for("closures.drawn", round_id=round_id),
        "job": url_for("jobs.state", job_id=job.id) if job and running else "",
    }


def _board(round_id: str) -> PlanBoard:
    store = access.visible().store
    return PlanBoard(store, store.rounds.get(round_id))


def _shown(board: PlanBoard, day: int) -> dict[str, Any]:
    """Return what the timeline needs."""
    shown = board.timeline(day)
    return {"board": board, "day": day, "timeline": shown.timeline, "places": shown.places}


def _asked(board: PlanBoard) -> Chosen:
    """Return the stop that is asked for.

    Raises
    ------
    NotFoundError
        When it was not drawn for this round.
    """
    wanted = request.args.get("stop", "")
    found = board.stop(wanted)
    if found is None:
        raise NotFoundError("{checkpoint} was not drawn for round {round}", checkpoint=wanted, round=board.round.id)
    return found


def _card(board: PlanBoard, chosen: Chosen) -> dict[str, Any]:
    """Return what the card of a stop needs: the stop, and what a move to ``to`` on ``to_day`` would cost."""
    to_team, to_day = request.args.get("to", ""), request.args.get("to_day", type=int)
    offer = proposal(access.visible(), board.round.id, chosen, to_team, to_day or chosen.day) if to_team else None
    return {"chosen": chosen, "offer": offer}

"""The page of a round: its map, its timeline, what is not served, its figures, and what can be done about it."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.errors import NotFoundError
from geo.model import Role
from routing.export import FORMATS, export_routes
from webmap import access
from webmap.figures import Figures, figures_of
from webmap.jobs import Job, jobs, owner, trouble
from webmap.rounds import planning
from webmap.rounds.report import report_rows
from webmap.rounds.view import (
    chosen_day,
    chosen_round,
    chosen_stop,
    map_settings,
    places,
    timeline_of,
    unserved_rows,
)

pages = Blueprint("rounds", __name__)

TYPES = {
    "gpx": "application/gpx+xml",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pages.get("/rounds")
@access.require(Role.PLANNER)
def newest() -> Any:  # noqa: ANN401 - a redirect of werkzeug, or a page
    """Go to the newest round, or the one that a list asks for; say how to make one when there is none."""
    rounds = access.sight().rounds()
    chosen = chosen_round(rounds, request.args.get("round"))
    if chosen is None:
        return render_template("round.html", rounds=rounds, figures=None, settings=map_settings(access.sight(), None))
    return redirect(url_for("rounds.page", round_id=chosen.id))


@pages.get("/rounds/<round_id>")
@access.require(Role.PLANNER)
def page(round_id: str) -> str:
    """Show a round."""
    sight = access.sight()
    rounds, figures = sight.rounds(), _figures(round_id)
    day = chosen_day(figures.round, sight.today, request.args.get("day", type=int))
    job = jobs().last(owner(), planning.about(round_id))
    return render_template(
        "round.html",
        rounds=rounds,
        figures=figures,
        unserved=unserved_rows(sight, round_id),
        report=(report := sight.plan_report(round_id)),
        meanings=report_rows(report) if report else [],
        job=job,
        outcome=job if job and job.finished and "planned" in request.args else None,
        trouble=trouble,
        running=jobs().at_work(planning.about(round_id)),
        loss=planning.loss(sight.store, round_id),
        formats=FORMATS,
        settings=map_settings(sight, figures) | _addresses(round_id, day, job),
        **_shown(figures, day),
    )


@pages.get("/data/rounds/<round_id>/timeline.html")
@access.require(Role.PLANNER)
def timeline(round_id: str) -> str:
    """Give the timeline of a day, to be put into the page."""
    figures = _figures(round_id)
    day = chosen_day(figures.round, access.sight().today, request.args.get("day", type=int))
    return render_template("round_timeline.html", figures=figures, **_shown(figures, day))


@pages.get("/data/rounds/<round_id>/stop.html")
@access.require(Role.PLANNER)
def stop(round_id: str) -> str:
    """Give what there is to say of one stop, to be put into the page.

    Raises
    ------
    NotFoundError
        When no route of the round stops there.
    """
    figures = _figures(round_id)
    shown = _shown(figures, 0)
    if shown["chosen"] is None:
        raise NotFoundError("no route stops at {checkpoint}", checkpoint=request.args.get("stop", ""))
    return render_template("round_stop.html", figures=figures, **shown)


@pages.get("/rounds/<round_id>/routes.<kind>")
@access.require(Role.PLANNER)
def download(round_id: str, kind: str) -> Response:
    """Give all routes of a round as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = export_routes(access.city(), round_id, kind, Path(folder) / f"routes.{kind}")
        answer = Response(path.read_bytes(), content_type=TYPES[kind])
    answer.headers.set("Content-Disposition", "attachment", filename=f"routes-{round_id}.{kind}")
    return answer


@pages.post("/rounds/<round_id>/plan")
@access.require(Role.PLANNER)
def plan(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Start planning the round, in the background."""
    store = access.city()
    options = planning.options_of(request.form)
    planning.agreed(store, store.round(round_id).id, request.form)
    jobs().start(owner(), planning.work(store, round_id, options), about=planning.about(round_id))
    return redirect(url_for("rounds.page", round_id=round_id, _anchor="planning"))


@pages.post("/rounds/<round_id>/plan/end")
@access.require(Role.PLANNER)
def end(round_id: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """End the planning: with the best plan so far, or with nothing changed."""
    job = jobs().last(owner(), planning.about(round_id))
    if job is None or job.finished:
        flash(_("Nothing is being planned."))
    elif request.form.get("how") == "cancel":
        jobs().cancel(job.id, owner())
    else:
        jobs().finish(job.id, owner())
    return redirect(url_for("rounds.page", round_id=round_id, _anchor="planning"))


def _addresses(round_id: str, day: int, job: Job | None) -> dict[str, Any]:
    """Give the script what it asks for."""
    running = job is not None and not job.finished
    return {
        "day": day,
        "own": url_for("rounds.page", round_id=round_id, day=day, planned="yes"),
        "timeline": url_for("rounds.timeline", round_id=round_id),
        "stop": url_for("rounds.stop", round_id=round_id),
        "job": url_for("jobs.state", job_id=job.id) if job and running else "",
    }


def _figures(round_id: str) -> Figures:
    sight = access.sight()
    return figures_of(sight, sight.store.round(round_id))


def _shown(figures: Figures, day: int) -> dict[str, Any]:
    """Give what the timeline and the card of a stop need."""
    sight = access.sight()
    shown = timeline_of(sight, figures, day)
    wanted = [stop.checkpoint for row in shown.rows for stop in row.stops]
    return {
        "day": day,
        "marks": figures.marks,
        "timeline": shown,
        "places": places(sight, figures.round, wanted),
        "chosen": chosen_stop(sight, shown, figures.round, request.args.get("stop", "")),
    }

"""The bulletin from the planner's pages: made by a worker, then two files to take away."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from geo.errors import NotFoundError
from geo.model import Action
from geo.store.job_rows import Job, JobState
from geo.store.jobs import NOT_KNOWN
from webmap.accounts import access
from webmap.bulletin.fonts import chinese_font
from webmap.jobs.kinds import BULLETIN
from webmap.jobs.pages import file_of, job_of, start, trouble, work_page
from webmap.language.spoken import spoken

pages = Blueprint("bulletin", __name__, url_prefix="/rounds/<round_id>")

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pages.get("/bulletin.<any(docx, xlsx):ending>")
@access.needs(Action.WRITE_BULLETINS)
def make(round_id: str, ending: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Start making the bulletin, and go where it will be."""
    round_id, user = access.visible().store.rounds.get(round_id).id, access.visible().user.name
    params = {"round": round_id, "language": spoken()}
    job = start(BULLETIN, params, about=f"bulletin {round_id} {spoken()} {user}")
    return redirect(url_for("bulletin.show", round_id=round_id, job_id=job.id, _anchor=ending))


@pages.get("/bulletin/<job_id>")
@access.needs(Action.WRITE_BULLETINS)
def show(round_id: str, job_id: str) -> Any:  # noqa: ANN401 - a page, perhaps with a status
    """Show how far the bulletin is, then its files."""
    job = _job(round_id, job_id)
    if not job.finished:
        onward = url_for("bulletin.show", round_id=round_id, job_id=job_id)
        return work_page(job, _("Bulletin of round %(round)s", round=round_id), onward)
    if job.state is not JobState.DONE:
        return render_template(
            "failure.html", message=trouble(job), status=int(HTTPStatus.CONFLICT)
        ), HTTPStatus.CONFLICT
    return render_template("bulletin.html", round_id=round_id, facts=job.result, job=job, plain=chinese_font() is None)


@pages.get("/bulletin/<job_id>.<any(docx, xlsx):ending>")
@access.needs(Action.WRITE_BULLETINS)
def file(round_id: str, job_id: str, ending: str) -> Response:
    """Send a finished file."""
    content = file_of(_job(round_id, job_id), f"bulletin.{ending}")
    name = _("Bulletin of round %(round)s", round=round_id)
    return send_file(BytesIO(content), TYPES[ending], as_attachment=True, download_name=f"{name}.{ending}")


def _job(round_id: str, job_id: str) -> Job:
    job = job_of(job_id, BULLETIN)
    if job.params["round"] != round_id:
        raise NotFoundError(NOT_KNOWN)
    return job

"""The bulletin from the planner's pages: made in the background, then two files to take away."""

from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from geo.errors import NotFoundError
from geo.model import Action
from geo.progress import Progress
from webmap.accounts import access
from webmap.bulletin.content import bulletin
from webmap.bulletin.docx import write_docx
from webmap.bulletin.fonts import chinese_font
from webmap.bulletin.xlsx import write_xlsx
from webmap.jobs.pages import owner, trouble
from webmap.jobs.threads import ThreadJob, jobs
from webmap.language.spoken import spoken

pages = Blueprint("bulletin", __name__, url_prefix="/rounds/<round_id>")

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Files:
    """A bulletin as it is sent."""

    round_id: str
    title: str
    score: str
    interval: str
    content: dict[str, bytes]  # by ending


@pages.get("/bulletin.<any(docx, xlsx):ending>")
@access.needs(Action.WRITE_BULLETINS)
def make(round_id: str, ending: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Start making the bulletin, and go where it will be."""
    store, language = access.visible().store, spoken()
    store.rounds.get(round_id)

    def work(progress: Progress) -> Files:
        made = bulletin(store, round_id, language, progress=progress)
        with TemporaryDirectory() as folder:
            paths = {name: Path(folder) / f"bulletin.{name}" for name in TYPES}
            write_docx(made, paths["docx"])
            write_xlsx(made, paths["xlsx"])
            content = {name: path.read_bytes() for name, path in paths.items()}
        return Files(round_id, made.facts["title"], made.facts["score"], made.facts["interval"], content)

    job = jobs().start(owner(), work)
    return redirect(url_for("bulletin.show", round_id=round_id, job_id=job.id, _anchor=ending))


@pages.get("/bulletin/<job_id>")
@access.needs(Action.WRITE_BULLETINS)
def show(round_id: str, job_id: str) -> Any:  # noqa: ANN401 - a page, perhaps with a status
    """Show how far the bulletin is, then its files."""
    job = jobs().get(job_id, owner())
    onward = url_for("bulletin.show", round_id=round_id, job_id=job_id)
    if not job.finished:
        return render_template(
            "work.html", job=job, title=_("Bulletin of round %(round)s", round=round_id), onward=onward
        )
    if not isinstance(job.result, Files):
        return render_template(
            "failure.html", message=trouble(job), status=int(HTTPStatus.CONFLICT)
        ), HTTPStatus.CONFLICT
    return render_template("bulletin.html", files=job.result, job=job, plain=chinese_font() is None)


@pages.get("/bulletin/<job_id>.<any(docx, xlsx):ending>")
@access.needs(Action.WRITE_BULLETINS)
def file(round_id: str, job_id: str, ending: str) -> Response:
    """Send a finished file."""
    job: ThreadJob = jobs().get(job_id, owner())
    if not isinstance(job.result, Files) or job.result.round_id != round_id:
        raise NotFoundError("this work is not known any more: the server was restarted, or it is long over")
    name = _("Bulletin of round %(round)s", round=round_id)
    content = BytesIO(job.result.content[ending])
    return send_file(content, TYPES[ending], as_attachment=True, download_name=f"{name}.{ending}")

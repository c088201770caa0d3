"""Visits of past rounds by the import page: a table, perhaps with a ZIP archive of its photos; looked at, then kept."""

from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from geo.errors import InputError, NotFoundError
from geo.model import Action
from geo.store.job_rows import JobState
from webmap.accounts import access
from webmap.intake import view, work
from webmap.intake.uploads import REFUSED_VISITS, Uploads, visit_uploads
from webmap.jobs.faults import error_of
from webmap.jobs.kinds import VISIT_IMPORT, VISIT_PREVIEW
from webmap.jobs.pages import job_of, owner, trouble, work_page
from webmap.language.spoken import say, translate_error

pages = Blueprint("visit_intake", __name__)

KIND = "visits"


def init_app(app: Flask) -> None:
    """Return the application a folder for visits that wait; the pages of the roster cannot open these."""
    app.extensions["xundian_visit_uploads"] = visit_uploads(app.extensions["xundian"].cache_dir)


@pages.post("/import/visits")
@access.needs(Action.IMPORT)
def upload() -> Any:  # noqa: ANN401 - a page or a redirect
    """Take a table and its photos in, and go to what would come of them."""
    try:
        kept = _uploads().save(request.files.getlist("file"), user=owner(), choices=_choices())
        kept = _uploads().add_archive(kept, request.files.get("photos"))
    except InputError as error:
        message = say(error.template, error.values)
        page = render_template("intake.html", **view.form(access.visible().store), error=message, chosen={})
        return page, HTTPStatus.BAD_REQUEST
    return redirect(url_for("visit_intake.show", job_id=work.look_at_visits(kept).id))


@pages.get("/import/visits/<job_id>")
@access.needs(Action.IMPORT)
def show(job_id: str) -> str:
    """Show what an upload would bring, or what it brought, or how far the work is."""
    job = job_of(job_id, VISIT_PREVIEW, VISIT_IMPORT)
    if not job.finished:
        return work_page(job, _("Visits of past rounds"), url_for("visit_intake.show", job_id=job_id))
    if job.state is not JobState.DONE:  # covert visits may be among them: what cannot be used does not wait for its day
        with suppress(NotFoundError):
            _uploads().discard(_uploads().get(job.params["token"], owner()))
    left = job.result or {"error": None, "report": None}
    message = translate_error(error_of(left["error"])) if left["error"] else trouble(job)
    notes = view.spoken_notes(left["report"]["notes"]) if left["report"] else []
    newest = access.visible().store.imports.newest(KIND)
    return render_template("intake_visits.html", job=job, left=left, notes=notes, newest=newest, message=message)


@pages.post("/import/visits/<token>/choose")
@access.needs(Action.IMPORT)
def choose(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take other sheets of an upload, and look again."""
    waiting = _uploads().get(token, owner())
    waiting = _uploads().choose(waiting, {**waiting.choices, "parts": request.form.getlist("sheet")})
    return redirect(url_for("visit_intake.show", job_id=work.look_at_visits(waiting).id))


@pages.post("/import/visits/<token>/confirm")
@access.needs(Action.IMPORT)
def confirm(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Import what was looked at."""
    job = work.imported(token) or work.keep_visits(_uploads().get(token, owner()))
    return redirect(url_for("visit_intake.show", job_id=job.id))


@pages.post("/import/visits/<token>/discard")
@access.needs(Action.IMPORT)
def discard(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Forget an upload."""
    _uploads().discard(_uploads().get(token, owner()))
    flash(_("The file was discarded. Nothing was changed."))
    return redirect(url_for("intake.page"))


@pages.get("/import/visits/<job_id>/rejected.xlsx")
@access.needs(Action.IMPORT)
def rejected(job_id: str) -> Response:
    """Return the refused rows with their reasons, to be mended and imported again."""
    job = job_of(job_id, VISIT_PREVIEW, VISIT_IMPORT)
    content = BytesIO(work.left(job, REFUSED_VISITS))
    return send_file(content, as_attachment=True, download_name=f"{Path(job.params['file']).stem}.rejected.xlsx")


def _choices() -> dict[str, Any]:
    return {"kind": KIND, "history": request.form.get("history") == "yes"}


def _uploads() -> Uploads:
    return cast("Uploads", current_app.extensions["xundian_visit_uploads"])

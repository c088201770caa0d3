"""Visits of past rounds by the import page: a table, perhaps with a ZIP archive of its photos; looked at, then kept."""

from functools import partial
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from geo.confined import confined
from geo.errors import InputError, NotFoundError
from geo.model import Action
from webmap.accounts import access
from webmap.intake import apart, view
from webmap.intake.apart import Choosing, Read
from webmap.intake.uploads import Upload, Uploads
from webmap.jobs.pages import owner, trouble
from webmap.jobs.threads import ThreadJob, jobs
from webmap.language.spoken import say, spoken

pages = Blueprint("visit_intake", __name__)

KIND = "visits"


def init_app(app: Flask) -> None:
    """Return the application a folder for visits that wait; the pages of the roster cannot open these."""
    app.extensions["xundian_visit_uploads"] = Uploads(app.extensions["xundian"].cache_dir / "visit-uploads")


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
    job = _start(kept, dry_run=True)
    return redirect(url_for("visit_intake.show", job_id=job.id))


@pages.get("/import/visits/<job_id>")
@access.needs(Action.IMPORT)
def show(job_id: str) -> str:
    """Show what an upload would bring, or what it brought, or how far the work is."""
    job = jobs().get(job_id, owner())
    if not job.finished:
        onward = url_for("visit_intake.show", job_id=job_id)
        return render_template("work.html", job=job, title=_("Visits of past rounds"), onward=onward)
    read = job.result if isinstance(job.result, Read) else None
    choosing = job.result if isinstance(job.result, Choosing) else None
    message = say(choosing.error.template, choosing.error.values) if choosing else trouble(job)
    notes = [say(note.template, note.values) for note in read.report.notes] if read else []
    newest = next((one for one in access.visible().store.imports.all() if one.kind == KIND and not one.undone), None)
    shown = {"read": read, "choosing": choosing, "notes": notes, "newest": newest, "message": message}
    return render_template("intake_visits.html", job=job, **shown)


@pages.post("/import/visits/<token>/choose")
@access.needs(Action.IMPORT)
def choose(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take other sheets of an upload, and look again."""
    waiting = _uploads().get(token, owner())
    waiting = _uploads().choose(waiting, {**waiting.choices, "parts": request.form.getlist("sheet")})
    job = _start(waiting, dry_run=True)
    return redirect(url_for("visit_intake.show", job_id=job.id))


@pages.post("/import/visits/<token>/confirm")
@access.needs(Action.IMPORT)
def confirm(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Import what was looked at."""
    job = _start(_uploads().get(token, owner()), dry_run=False)
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
    read = jobs().get(job_id, owner()).result
    if not isinstance(read, Read) or not read.rejected:
        raise NotFoundError("this upload is not here any more: upload the file again")
    name = f"{Path(read.upload.name).stem}.rejected.xlsx"
    return send_file(BytesIO(read.rejected), as_attachment=True, download_name=name)


def _choices() -> dict[str, Any]:
    return {"kind": KIND, "history": request.form.get("history") == "yes"}


def _start(waiting: Upload, *, dry_run: bool) -> ThreadJob:
    """Read an upload in the background; unless it is only looked at, bring it in and forget it."""
    uploads, limits = _uploads(), apart.limits()
    read = partial(apart.read_visits, access.visible().store.url, waiting, language=spoken(), dry_run=dry_run)

    def work(job: ThreadJob) -> Read | Choosing:
        try:
            found = confined(read, file=waiting.name, limits=limits, progress=job, heed=job.heed)
        except BaseException:  # covert visits may be among them: what cannot be used does not wait for its day
            uploads.discard(waiting)
            raise
        if not dry_run:
            uploads.discard(waiting)
        return found

    return jobs().start(owner(), work)


def _uploads() -> Uploads:
    return cast("Uploads", current_app.extensions["xundian_visit_uploads"])

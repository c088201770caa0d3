"""The import page: upload, datum, columns, a look at what would change, confirm, undo."""

from collections.abc import Mapping
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pandas as pd
from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from geo import imports
from geo.crs import Datum
from geo.errors import InputError, NotFoundError
from geo.model import Action, Level
from geo.store.job_rows import Job, JobState
from geo.writers.layers import write
from webmap.accounts import access
from webmap.formats import catalogue_of_app
from webmap.intake import outcome, preview, view, work
from webmap.intake.uploads import GONE, Uploads, roster_uploads
from webmap.jobs.kinds import IMPORT
from webmap.jobs.pages import job_of, owner, trouble, work_page
from webmap.language.spoken import say, spoken
from webmap.maps.geojson import MIME as GEOJSON

pages = Blueprint("intake", __name__)

_KINDS = (preview.ROSTER, preview.ZONES)


def init_app(app: Flask) -> None:
    """Set up the folder of waiting files of the application."""
    app.extensions["xundian_uploads"] = roster_uploads(app.extensions["xundian"].cache_dir)


@pages.get("/import")
@access.needs(Action.IMPORT)
def page() -> str:
    """Show the form for a file, and what was imported so far."""
    store = access.visible().store
    with store.snapshot():
        form = view.form(store, before=request.args.get("before", type=int))
    return render_template("intake.html", **form, error="", chosen={})


@pages.post("/import")
@access.needs(Action.IMPORT)
def upload() -> Any:  # noqa: ANN401 - a page or a redirect
    """Take a file in and go to its preview."""
    try:
        choices = _choices(request.form, {})
        kept = _uploads().save(request.files.getlist("file"), user=owner(), choices=choices)
    except InputError as error:
        message = say(error.template, error.values)
        form = view.form(access.visible().store)
        page = render_template("intake.html", **form, error=message, chosen=request.form)
        return page, HTTPStatus.BAD_REQUEST
    return redirect(url_for("intake.show", token=kept.token))


@pages.get("/import/<token>")
@access.needs(Action.IMPORT)
def show(token: str) -> Any:  # noqa: ANN401 - a page or a redirect
    """Show what an upload would change, or how far the look at it is."""
    going = work.imported(token)
    if going is not None and not going.finished:
        return redirect(url_for("intake.done", job_id=going.id, token=token))
    waiting = _uploads().get(token, owner())
    if going is not None:  # its worker died between the end of its work and this
        _uploads().discard(waiting)
        raise NotFoundError(GONE)
    job = work.look(waiting, again="again" in request.args)
    if "again" in request.args:
        return redirect(url_for("intake.show", token=token))
    if not job.finished:
        return work_page(job, waiting.name, url_for("intake.show", token=token))
    if job.state is not JobState.DONE:
        return render_template("intake_trouble.html", upload=waiting, message=trouble(job))
    return render_template("intake_preview.html", **view.preview(access.visible().store, waiting, job.result))


@pages.post("/import/<token>")
@access.needs(Action.IMPORT)
def choose(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take other columns, another datum or level, and look again."""
    waiting = _uploads().get(token, owner())
    _uploads().choose(waiting, _choices(request.form, waiting.choices))
    return redirect(url_for("intake.show", token=token))


@pages.post("/import/<token>/confirm")
@access.needs(Action.IMPORT)
def confirm(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Import what the preview showed."""
    job = work.imported(token)
    if job is None:
        force, digest = request.form.get("force") == "yes", request.form.get("digest", "")
        job = work.keep(_uploads().get(token, owner()), digest=digest, force=force)
    return redirect(url_for("intake.done", job_id=job.id, token=token))


@pages.get("/import/<token>/done/<job_id>")
@access.needs(Action.IMPORT)
def done(token: str, job_id: str) -> str:
    """Show what an import did, or how far it is."""
    job = job_of(job_id, IMPORT)
    if not job.finished:
        return work_page(job, _("Importing"), url_for("intake.done", token=token, job_id=job_id))
    if job.state is not JobState.DONE:
        return render_template("intake_trouble.html", upload={"token": token}, message=trouble(job))
    return render_template("intake_done.html", job=job, **view.done(access.visible().store, job.result))


@pages.post("/import/<token>/discard")
@access.needs(Action.IMPORT)
def discard(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Forget an upload."""
    _uploads().discard(_uploads().get(token, owner()))
    flash(_("The file was discarded. Nothing was changed."))
    return redirect(url_for("intake.page"))


@pages.post("/import/undo/<int:import_id>")
@access.needs(Action.IMPORT)
def undo(import_id: int) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take the last import of its kind back."""
    undone = imports.undo(access.visible().store, import_id)
    flash(
        say(
            "Undone: {removed} removed, {restored} restored, {retired} retired because they are in use.",
            {"removed": undone.removed, "restored": undone.restored, "retired": undone.retired},
        )
    )
    return redirect(url_for("intake.page"))


@pages.get("/data/import/<token>/places.geojson")
@access.needs(Action.IMPORT)
def places(token: str) -> Response:
    """Return the rows of an upload on the map, each with what becomes of it."""
    return Response(work.left(_looked(token), outcome.places_file(spoken())), mimetype=GEOJSON)


@pages.get("/data/import/<token>/faults.geojson")
@access.needs(Action.IMPORT)
def faults(token: str) -> Response:
    """Return overlaps and gaps that the zones of an upload would have, measured."""
    return Response(work.left(_looked(token), outcome.FAULTS), mimetype=GEOJSON)


@pages.get("/import/<token>/rejected.xlsx")
@access.needs(Action.IMPORT)
def rejected(token: str) -> Response:
    """Return the refused rows with their reasons in the language of this request, to be mended and imported again."""
    return _refused(_looked(token))


@pages.get("/import/done/<job_id>/rejected.xlsx")
@access.needs(Action.IMPORT)
def rejected_of(job_id: str) -> Response:
    """Return the rows that an import refused."""
    return _refused(job_of(job_id, IMPORT))


@pages.get("/import/template.xlsx")
@access.needs(Action.IMPORT)
def template() -> Response:
    """Return an empty roster with our headings and the categories to choose from."""
    columns = ["name", "category", "address", "street", "community", "unit", "hours", "fixed", "lon", "lat"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write(pd.DataFrame(columns=columns), path, catalogue=catalogue_of_app(), lang=spoken(), layer=_("roster"))
        content = BytesIO(path.read_bytes())
    return send_file(content, as_attachment=True, download_name=f"{_('roster')}.xlsx")


def _refused(job: Job) -> Response:
    content = BytesIO(work.left(job, outcome.refused_file(spoken())))
    return send_file(content, as_attachment=True, download_name=f"{Path(job.params['file']).stem}.rejected.xlsx")


def _looked(token: str) -> Job:
    """Return the look at an upload as it is to be read now."""
    return work.look(_uploads().get(token, owner()))


def _choices(form: MultiDict[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the form asks for.

    Raises
    ------
    InputError
        When the datum or the kind is missing.
    """
    kind = form.get("kind") or before.get("kind", "")
    datum = form.get("datum") or before.get("datum", "")
    if kind not in _KINDS:
        raise InputError("say what the file holds: a roster of checkpoints, or zones")
    if datum not in set(Datum):
        raise InputError("name the datum of the file: it is never guessed")
    level = form.get("level", before.get("level", ""))
    if level not in {"", *Level}:
        raise InputError("level is {value!r}: choose one of the list", value=level)
    columns = {key.removeprefix("column-"): value for key, value in form.items() if key.startswith("column-") and value}
    found = {key.removeprefix("found-"): value for key, value in form.items() if key.startswith("found-")}
    known = dict(before.get("columns", {}))
    return {
        "kind": kind,
        "datum": datum,
        "level": level if kind == preview.ZONES else "",
        "crs": form.get("crs", before.get("crs", "")).strip(),
        "part": (form.get("part") == "yes") if "kind" in form else before.get("part", False),
        "whole": (form.get("whole") == "yes") if "kind" in form else before.get("whole", False),
        "parts": form.getlist("sheet") if "sheets" in form else before.get("parts", []),
        "columns": _chosen(columns, found, known) if found else known,
    }


def _chosen(columns: Mapping[str, str], found: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Keep only what differs from what was recognised, so that a corrected file is recognised anew."""
    chosen = {}
    for field, taken in found.items():
        wanted = columns.get(field, "")
        if wanted != taken or field in known:
            chosen[field] = wanted or "="
    return {field: wanted for field, wanted in chosen.items() if wanted != "=" or found[field]}


def _uploads() -> Uploads:
    return cast("Uploads", current_app.extensions["xundian_uploads"])

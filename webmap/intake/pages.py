"""The import page: upload, datum, columns, a look at what would change, confirm, undo."""

from collections.abc import Mapping
from functools import partial
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
from geo.confined import confined
from geo.crs import Datum
from geo.errors import InputError, NotFoundError
from geo.model import Action, Level
from geo.writers.layers import write
from webmap.accounts import access
from webmap.formats import catalogue_of_app
from webmap.intake import apart, preview, view
from webmap.intake.preview import KeptPreview, Preview
from webmap.intake.uploads import Upload, Uploads
from webmap.jobs.pages import owner, trouble
from webmap.jobs.threads import ThreadJob, jobs
from webmap.language.spoken import say, spoken
from webmap.maps import geojson

pages = Blueprint("intake", __name__)

_KINDS = (preview.ROSTER, preview.ZONES)


def init_app(app: Flask) -> None:
    """Return the application the folder of waiting files, and the looks at them."""
    app.extensions["xundian_uploads"] = Uploads(app.extensions["xundian"].cache_dir / "uploads")
    app.extensions["xundian_previews"] = {}


@pages.get("/import")
@access.needs(Action.IMPORT)
def page() -> str:
    """Show the form for a file, and what was imported so far."""
    return render_template("intake.html", **view.form(access.visible().store), error="", chosen={})


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
def show(token: str) -> str:
    """Show what an upload would change, or how far the look at it is."""
    waiting = _uploads().get(token, owner())
    job = _look(waiting)
    if not job.finished:
        return render_template("work.html", job=job, title=waiting.name, onward=url_for("intake.show", token=token))
    found = job.result if isinstance(job.result, Preview) else None
    if found is None:
        _previews().pop(token, None)
        return render_template("intake_trouble.html", upload=waiting, message=trouble(job))
    return render_template("intake_preview.html", **view.preview(access.visible().store, waiting, found))


@pages.post("/import/<token>")
@access.needs(Action.IMPORT)
def choose(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Take other columns, another datum or level, and look again."""
    waiting = _uploads().get(token, owner())
    _uploads().choose(waiting, _choices(request.form, waiting.choices))
    _previews().pop(token, None)
    return redirect(url_for("intake.show", token=token))


@pages.post("/import/<token>/confirm")
@access.needs(Action.IMPORT)
def confirm(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Import what the preview showed."""
    waiting = _uploads().get(token, owner())
    uploads, limits = _uploads(), apart.limits()
    keep = partial(
        apart.keep,
        access.visible().store.url,
        waiting,
        digest=request.form.get("digest", ""),
        force=request.form.get("force") == "yes",
    )

    def work(job: ThreadJob) -> KeptPreview:
        kept = confined(keep, file=waiting.name, limits=limits, progress=job, heed=job.heed)
        uploads.discard(waiting)
        return kept

    job = jobs().start(owner(), work)
    _previews().pop(token, None)
    return redirect(url_for("intake.done", job_id=job.id, token=token))


@pages.get("/import/<token>/done/<job_id>")
@access.needs(Action.IMPORT)
def done(token: str, job_id: str) -> str:
    """Show what an import did, or how far it is."""
    job = jobs().get(job_id, owner())
    if not job.finished:
        onward = url_for("intake.done", token=token, job_id=job_id)
        return render_template("work.html", job=job, title=_("Importing"), onward=onward)
    if not isinstance(job.result, KeptPreview):
        return render_template("intake_trouble.html", upload={"token": token}, message=trouble(job))
    return render_template("intake_done.html", job=job, **view.done(access.visible().store, job.result))


@pages.post("/import/<token>/discard")
@access.needs(Action.IMPORT)
def discard(token: str) -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Forget an upload."""
    _uploads().discard(_uploads().get(token, owner()))
    _previews().pop(token, None)
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
    found = _looked(token)
    if found.places is None:
        raise NotFoundError("this upload is not here any more: upload the file again")
    return geojson.answer(view.named(found.places), ("status", "name", "kind"))


@pages.get("/data/import/<token>/faults.geojson")
@access.needs(Action.IMPORT)
def faults(token: str) -> Response:
    """Return overlaps and gaps that the zones of an upload would have, measured."""
    return geojson.answer(view.tree_faults(_looked(token)), ("kind", "code", "other", "area_m2"))


@pages.get("/import/<token>/rejected.xlsx")
@access.needs(Action.IMPORT)
def rejected(token: str) -> Response:
    """Return the refused rows with their reasons in the language of this request, to be mended and imported again."""
    waiting, found = _uploads().get(token, owner()), _looked(token)
    if found.prepared is None:
        raise NotFoundError("this upload is not here any more: upload the file again")
    return _refused(found.prepared, waiting.name)


@pages.get("/import/done/<job_id>/rejected.xlsx")
@access.needs(Action.IMPORT)
def rejected_of(job_id: str) -> Response:
    """Return the rows that an import refused."""
    job = jobs().get(job_id, owner())
    if not isinstance(job.result, KeptPreview):
        raise NotFoundError("this work is not known any more: the server was restarted, or it is long over")
    return _refused(job.result.prepared, job.result.name)


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


def _refused(prepared: preview.Prepared, name: str) -> Response:
    rows = partial(apart.refused_rows, prepared, language=spoken(), sheet=_("rejected rows"))
    content = BytesIO(confined(rows, file=name, limits=apart.limits()))
    return send_file(content, as_attachment=True, download_name=f"{Path(name).stem}.rejected.xlsx")


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


def _previews() -> dict[str, str]:
    """Return the job of each look, by the token of its upload."""
    return cast("dict[str, str]", current_app.extensions["xundian_previews"])


def _look(waiting: Upload) -> ThreadJob:
    """Return the look at an upload, starting it when there is none."""
    known = _previews().get(waiting.token)
    if known is not None:
        try:
            return jobs().get(known, owner())
        except NotFoundError:  # too many others since
            pass
    look, limits = partial(apart.look, access.visible().store.url, waiting), apart.limits()
    job = jobs().start(
        owner(), lambda job: confined(look, file=waiting.name, limits=limits, progress=job, heed=job.heed)
    )
    _previews()[waiting.token] = job.id
    return job


def _looked(token: str) -> Preview:
    """Return the finished look at an upload, waiting for it when it has to be made anew."""
    job = _look(_uploads().get(token, owner()))
    job.over.wait()
    if not isinstance(job.result, Preview):
        raise NotFoundError("this upload is not here any more: upload the file again")
    return job.result

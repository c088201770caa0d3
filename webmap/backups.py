"""Backups: the city as one file in a folder of the server. An administrator makes one, only a planner takes it away."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, send_from_directory, url_for
from flask_babel import gettext as _

from geo.audit.events import Event
from geo.clock import today
from geo.errors import AccessError, NotFoundError, StateError
from geo.model import Action
from geo.store.audit import happening
from webmap.accounts import access
from webmap.accounts.visibility import VisibleCity
from webmap.jobs.kinds import BACKUP
from webmap.jobs.pages import kept_jobs, owner, start, trouble, work_page
from webmap.jobs.work import RunningJob

pages = Blueprint("backups", __name__, url_prefix="/backups")

ABOUT = "backup"
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BackupLine:
    """A backup as the page lists it."""

    name: str
    made_at: dt.datetime
    size_mb: float


@pages.get("")
@access.needs(Action.BACK_UP)
def page() -> Any:  # noqa: ANN401 - a page
    """List the backups, and how far the one is that is being made."""
    job = kept_jobs().last(owner(), ABOUT)
    if job is not None and not job.finished:
        return work_page(job, _("Backup"), url_for("backups.page"))
    folder = access.visible().backup_folder()
    files = sorted(folder.glob("*.gpkg"), reverse=True) if folder.is_dir() else []
    lines = [
        BackupLine(one.name, dt.datetime.fromtimestamp(one.stat().st_mtime, dt.UTC), one.stat().st_size / MB)
        for one in files
    ]
    takes, failed = access.opens("backups.file"), trouble(job) if job else ""
    return render_template("backups.html", lines=lines, folder=folder.name, trouble=failed, takes=takes)


@pages.post("")
@access.needs(Action.BACK_UP)
def make() -> Any:  # noqa: ANN401 - a redirect of werkzeug
    """Start a backup into the server's folder."""
    name = f"backup-{dt.datetime.now(access.visible().today.zone):%Y-%m-%d-%H%M%S}.gpkg"
    try:
        start(BACKUP, {"name": name}, about=ABOUT, placed=True)
    except StateError:
        flash(_("A backup is being made already."))
    return redirect(url_for("backups.page"))


def back_up(work: RunningJob) -> None:
    """Copy the city into the server's folder, for whoever asked and may still do so."""
    user = work.store.accounts.get(work.owner)
    if user is None:
        raise AccessError("the account {name} may not open this page", name=work.owner)
    VisibleCity(work.store, user, today(work.store)).back_up(work.params["name"])
    with work.finishing(happening(Event.BACKUP, "city")) as ending:
        ending.result = {"name": work.params["name"]}


@pages.get("/<name>")
@access.needs(Action.DOWNLOAD_BACKUPS)
def file(name: str) -> Response:
    """Send a backup, which holds the whole city."""
    folder = access.visible().backup_folder()
    if not (folder / name).is_file() or not name.endswith(".gpkg"):
        raise NotFoundError("there is no backup {name}: see the list of them", name=name)
    answer = send_from_directory(folder, name, as_attachment=True, mimetype="application/geopackage+sqlite3")
    answer.headers["Cache-Control"] = "no-store"
    return answer

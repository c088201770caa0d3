"""Backups: the city as one file in a folder of the server. An administrator makes one, only a planner takes it away."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, send_from_directory, url_for
from flask_babel import gettext as _

from geo.errors import NotFoundError
from geo.model import Action
from geo.progress import Progress
from webmap.accounts import access
from webmap.jobs.pages import owner, trouble
from webmap.jobs.threads import jobs

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
    job = jobs().last(owner(), ABOUT)
    if job is not None and not job.finished:
        return render_template("work.html", job=job, title=_("Backup"), onward=url_for("backups.page"))
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
    visible = access.visible()
    if jobs().at_work(ABOUT):
        flash(_("A backup is being made already."))
        return redirect(url_for("backups.page"))
    name = f"backup-{dt.datetime.now(visible.today.zone):%Y-%m-%d-%H%M%S}.gpkg"

    def work(_progress: Progress) -> str:
        visible.back_up(name)
        return name

    jobs().start(owner(), work, about=ABOUT)
    return redirect(url_for("backups.page"))


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

"""What pages ask of long work: that it begins, how far it is, why it failed, what it left, and that it ends."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from flask_babel import gettext as _

from geo.confined import SAVING
from geo.errors import NotFoundError, StateError
from geo.model import Action
from geo.store.job_rows import Job, JobState, Wanted
from geo.store.jobs import NOT_KNOWN, Jobs
from webmap.accounts import access
from webmap.jobs.faults import error_of
from webmap.jobs.kinds import KINDS, Kind
from webmap.jobs.work import now
from webmap.language.spoken import translate_error

pages = Blueprint("jobs", __name__, url_prefix="/data/jobs")

TURN_S = 5.0  # a worker that is there takes work within this


def owner() -> str:
    """Name the account that asks."""
    user = access.current()
    return user.name if user is not None else ""


def kept_jobs() -> Jobs:
    """Return the jobs that stand in the city; each is given to its owner alone."""
    return access.city().jobs


def start(kind: Kind, params: Mapping[str, Any], *, about: str = "", placed: bool = False) -> Job:
    """Have work done for the account that asks; where it works on the same already, that is the work.

    Parameters
    ----------
    about
        What it works on: at most one job at a time works on the same.
    placed
        Its files lie in this server's folder, so that a worker must have that too.

    Raises
    ------
    StateError
        When somebody else's work on the same is not over.
    """
    place = str(access.city().cache_dir) if placed else ""
    try:
        return kept_jobs().enqueue(Wanted(kind.name, owner(), params, about=about, place=place), now())
    except StateError:
        going = kept_jobs().at_work(about)
        if going is None or going.owner != owner():
            raise
        return going


def job_of(job_id: str, *kinds: Kind) -> Job:
    """Return a job of this account, of some kinds.

    Raises
    ------
    NotFoundError
        When there is none, or it is of another kind.
    """
    job = kept_jobs().get(job_id, owner())
    if job.kind not in {kind.name for kind in kinds}:
        raise NotFoundError(NOT_KNOWN)
    return job


def file_of(job: Job, name: str) -> bytes:
    """Return a file that a job of this account left.

    Raises
    ------
    NotFoundError
        When there is none, or it was removed after a day.
    """
    return kept_jobs().file(job.id, owner(), name)


def work_page(job: Job, title: str, onward: str) -> str:
    """Return the page that says how far a job is, and goes ``onward`` when it is over."""
    return render_template("work.html", job=job, stage=standing(job), title=title, onward=onward)


def trouble(job: Job) -> str:
    """Say why a job failed, in the language of this request; empty when it did not."""
    if job.state == JobState.CANCELLED:
        return str(_("Cancelled. Nothing was changed."))
    if job.state != JobState.FAILED:
        return ""
    if job.error is not None:
        return translate_error(error_of(job.error))
    return str(_("The server failed. Nothing was changed. Try again; if it goes on, tell whoever runs this server."))


def standing(job: Job) -> str:
    """Say in one line what happens with a job just now: nothing is said to go on that does not."""
    moment = now()
    if job.finished:
        return ""
    if job.held(moment):
        return str(_(job.stage)) if job.stage else str(_("Beginning…"))
    if job.state is JobState.RUNNING and job.stage == SAVING:  # whoever writes much is not heard meanwhile
        return str(_("Saving, or interrupted: nothing is heard of its worker. It is kept once, or begun again."))
    if job.state is JobState.RUNNING:
        return str(_("Interrupted: nothing is heard of its worker. The next one begins this work again."))
    if (moment - job.enqueued_at).total_seconds() < TURN_S or kept_jobs().held_of(job.kind, moment):
        return str(_("Waiting for its turn…"))
    return str(_("Waiting: no worker is running. The work begins as soon as one does."))


@pages.get("/<job_id>")
@access.needs(Action.FOLLOW_WORK)
def state(job_id: str) -> Response:
    """Tell how far a job of this account is."""
    job = _found(job_id)
    return jsonify(
        state=str(job.state),
        stage=standing(job),
        done=job.done,
        total=job.total,
        told=job.told,
        finished=job.finished,
        error=trouble(job),
    )


@pages.post("/<job_id>/cancel")
@access.needs(Action.FOLLOW_WORK)
def cancel(job_id: str) -> Response:
    """Cancel a job of this account."""
    return jsonify(state=str(kept_jobs().cancel(_found(job_id).id, owner(), now()).state))


@pages.post("/<job_id>/finish")
@access.needs(Action.FOLLOW_WORK)
def finish(job_id: str) -> Response:
    """End a job of this account with what it has."""
    return jsonify(state=str(kept_jobs().finish_early(_found(job_id).id, owner(), now()).state))


def _found(job_id: str) -> Job:
    """Return a job of this account, as long as it may still do what the job does: a role may have changed since.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    job = kept_jobs().get(job_id, owner())
    kind = KINDS.get(job.kind)
    if kind is not None and not access.may(access.visible().user, kind.action):
        raise NotFoundError(NOT_KNOWN)
    return job

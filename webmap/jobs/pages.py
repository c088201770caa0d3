"""What pages ask of long work: how far it is, why it failed, and that it ends."""

from flask import Blueprint, Response, jsonify
from flask_babel import gettext as _

from geo.errors import NotFoundError, XundianError
from geo.model import Action
from geo.store.jobs import Job, Jobs, JobState
from webmap.accounts import access
from webmap.jobs import threads
from webmap.jobs.faults import error_of
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


def trouble(job: Job | threads.ThreadJob) -> str:
    """Say why a job failed, in the language of this request; empty when it did not."""
    if job.state == JobState.CANCELLED:
        return str(_("Cancelled. Nothing was changed."))
    if job.state != JobState.FAILED:
        return ""
    error = job.error if isinstance(job, threads.ThreadJob) else _error(job)
    if error is not None:
        return translate_error(error)
    return str(_("The server failed. Nothing was changed. Try again; if it goes on, tell whoever runs this server."))


def standing(job: Job | threads.ThreadJob) -> str:
    """Say in one line what happens with a job just now: nothing is said to go on that does not."""
    if isinstance(job, threads.ThreadJob):
        return str(_(job.stage)) if job.stage else str(_("Waiting for its turn…"))
    moment = now()
    if job.finished:
        return ""
    if job.held(moment):
        return str(_(job.stage)) if job.stage else str(_("Beginning…"))
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
    if isinstance(_found(job_id), threads.ThreadJob):
        return jsonify(state=str(threads.jobs().cancel(job_id, owner()).state))
    return jsonify(state=str(kept_jobs().cancel(job_id, owner(), now()).state))


@pages.post("/<job_id>/finish")
@access.needs(Action.FOLLOW_WORK)
def finish(job_id: str) -> Response:
    """End a job of this account with what it has."""
    if isinstance(_found(job_id), threads.ThreadJob):
        return jsonify(state=str(threads.jobs().finish(job_id, owner()).state))
    return jsonify(state=str(kept_jobs().finish_early(job_id, owner(), now()).state))


def _found(job_id: str) -> Job | threads.ThreadJob:
    try:
        return kept_jobs().get(job_id, owner())
    except NotFoundError:
        return threads.jobs().get(job_id, owner())


def _error(job: Job) -> XundianError | None:
    return None if job.error is None else error_of(job.error)

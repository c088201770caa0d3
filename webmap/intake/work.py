"""The work on uploads as their pages ask for it: a look at a file, and its import."""

import hashlib
import json
from typing import Any

from geo.errors import NotFoundError
from geo.store.job_rows import Job, JobState
from webmap.intake.uploads import GONE, Upload
from webmap.jobs.kinds import IMPORT, PREVIEW, VISIT_IMPORT, VISIT_PREVIEW
from webmap.jobs.pages import file_of, kept_jobs, owner, start
from webmap.language.spoken import spoken


def look(upload: Upload, *, again: bool = False) -> Job:
    """Return the look at a roster or at zones as it is to be read now; it begins when there is none, or again."""
    about = f"look {upload.token} {_digest(upload)}"
    known = None if again else kept_jobs().last(owner(), about)
    return known or start(PREVIEW, _params(upload), about=about, placed=True)


def keep(upload: Upload, *, digest: str, force: bool) -> Job:
    """Import a roster or zones as a look showed them; asked twice, it is the same work."""
    params = _params(upload) | {"digest": digest, "force": force}
    return start(IMPORT, params, about=f"import {upload.token}", placed=True)


def look_at_visits(upload: Upload) -> Job:
    """Begin a look at visits."""
    about = f"look {upload.token} {_digest(upload)}"
    return start(VISIT_PREVIEW, _params(upload) | {"language": spoken()}, about=about, placed=True)


def keep_visits(upload: Upload) -> Job:
    """Import visits; asked twice, it is the same work."""
    params = _params(upload) | {"language": spoken()}
    return start(VISIT_IMPORT, params, about=f"import {upload.token}", placed=True)


def imported(token: str) -> Job | None:
    """Return the import of an upload, if it was asked for: what goes on, and what is done, is not to be asked again."""
    job = kept_jobs().last(owner(), f"import {token}")
    return job if job is not None and (not job.finished or job.state is JobState.DONE) else None


def left(job: Job, name: str) -> bytes:
    """Return a file of finished work on an upload.

    Raises
    ------
    NotFoundError
        When it left none such, or it was removed after a day.
    """
    try:
        return file_of(job, name)
    except NotFoundError:
        raise NotFoundError(GONE) from None


def _params(upload: Upload) -> dict[str, Any]:
    return {"token": upload.token, "file": upload.name, "choices": dict(upload.choices)}


def _digest(upload: Upload) -> str:
    """Tell the looks at a file apart that was to be read in different ways."""
    return hashlib.sha256(json.dumps(upload.choices, sort_keys=True).encode()).hexdigest()[:16]

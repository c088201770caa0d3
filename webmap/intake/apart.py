"""What the pages of an import have a worker's process do: no file stops the server, and no restart the work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from geo import imports
from geo.crs import Datum
from geo.errors import InputError, XundianError
from geo.failures import told
from geo.imports import ImportOptions, ImportReport
from geo.imports.headings import visit_parts
from geo.readers.chosen_file import ChosenFile
from geo.readers.parts import TO_CHOOSE
from geo.store.job_rows import StaleLeaseError
from webmap.intake import outcome, preview
from webmap.intake.uploads import REFUSED_VISITS, Upload, Uploads, roster_uploads, visit_uploads
from webmap.jobs.faults import plain
from webmap.jobs.work import RunningJob
from webmap.language import texts


def look(work: RunningJob) -> None:
    """Look at an upload; see :func:`webmap.intake.preview.look`."""
    upload = _upload(work, roster_uploads(work.store.cache_dir))
    left = outcome.of_look(work.store, upload, preview.look(work.store, upload, work.progress))
    with work.finishing() as ending:
        ending.result, ending.files = left.result, left.files


def keep(work: RunningJob) -> None:
    """Import an upload as a person saw it; see :func:`webmap.intake.preview.as_seen`."""
    uploads = roster_uploads(work.store.cache_dir)
    upload = _upload(work, uploads)
    prepared = preview.as_seen(
        work.store, upload, work.params["digest"], force=work.params["force"], progress=work.progress
    )
    refused = outcome.refused_rows(prepared)
    files = outcome.refused_files(refused)
    with work.finishing() as ending:
        notes = preview.write(work.store, upload, prepared)
        ending.result, ending.files = outcome.of_import(upload, prepared, refused, notes), files
    uploads.discard(upload)


def look_at_visits(work: RunningJob) -> None:
    """Look at an upload of visits."""
    with _visits(work) as upload:
        options = _visit_options(work, upload, dry_run=True)
        try:
            report = _read(work, upload, options, lambda write: write())
        except InputError as error:
            if error.template not in TO_CHOOSE:
                raise
            parts = visit_parts(ChosenFile(upload.path, options.parts))
            left = _outcome(upload, None) | {"error": plain(error), "parts": [asdict(part) for part in parts]}
            with work.finishing() as ending:
                ending.result = left
            return
        parts = visit_parts(ChosenFile(upload.path, options.parts)) if report.skipped else ()
        with work.finishing() as ending:
            ending.result = _outcome(upload, report) | {"parts": [asdict(part) for part in parts]}
            ending.files = _refused(report)


def keep_visits(work: RunningJob) -> None:
    """Bring an upload of visits in."""
    with _visits(work) as upload:

        def ended(write: Callable[[], ImportReport]) -> ImportReport:
            with work.finishing() as ending:
                report = write()
                ending.result, ending.files = _outcome(upload, report), _refused(report)
            return report

        _read(work, upload, _visit_options(work, upload, dry_run=False), ended)
    visit_uploads(work.store.cache_dir).discard(upload)


@contextmanager
def _visits(work: RunningJob) -> Iterator[Upload]:
    """Give an upload of visits; covert ones may be among them, so what cannot be used does not wait for its day."""
    uploads = visit_uploads(work.store.cache_dir)
    upload = _upload(work, uploads)
    try:
        yield upload
    except StaleLeaseError:  # whoever has the work now needs it
        raise
    except XundianError:
        uploads.discard(upload)
        raise


def _upload(work: RunningJob, uploads: Uploads) -> Upload:
    return replace(uploads.get(work.params["token"], work.owner), choices=work.params["choices"])


def _read(
    work: RunningJob,
    upload: Upload,
    options: ImportOptions,
    keep: Callable[[Callable[[], ImportReport]], ImportReport],
) -> ImportReport:
    archive = upload.archive if upload.archive.exists() else None
    with upload.by_name():
        return imports.import_visits(
            work.store, upload.path, options, photos=archive, progress=work.progress, keep=keep
        )


def _visit_options(work: RunningJob, upload: Upload, *, dry_run: bool) -> ImportOptions:
    return ImportOptions(
        Datum.WGS84,  # visits name no place of their own
        rejected=upload.folder / REFUSED_VISITS,
        parts=preview.parts_chosen(upload),
        dry_run=dry_run,
        history=bool(upload.choices.get("history")),
        who=upload.user,
        file=upload.name,
        say=partial(_say, upload, work.params["language"]),
    )


def _outcome(upload: Upload, report: ImportReport | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"token": upload.token, "name": upload.name, "error": None, "parts": [], "report": None}
    if report is None:
        return shown
    counts = {name: int(getattr(report, name)) for name in ("accepted", "updated", "unchanged", "rejected")}
    notes = outcome.named_notes(upload, report.notes)
    return shown | {"report": {**counts, "dry_run": report.dry_run, "notes": notes}}


def _refused(report: ImportReport) -> dict[str, bytes]:
    return {REFUSED_VISITS: Path(report.rejected_file).read_bytes()} if report.rejected else {}


def _say(upload: Upload, language: str, template: str, values: Mapping[str, Any]) -> str:
    """Say a sentence with the files called as their user calls them."""
    return texts.say(template, told(upload.named(values)), language)

"""What the pages of an import have a child process do, so that no file can stop the server."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from geo import imports
from geo.confined import Limits
from geo.crs import Datum
from geo.errors import InputError
from geo.failures import told
from geo.imports import ImportOptions, ImportReport
from geo.imports.headings import PartFound, visit_parts
from geo.progress import Progress
from geo.readers.chosen_file import ChosenFile
from geo.readers.parts import TO_CHOOSE
from geo.store import Store
from geo.workbooks.writing import write_sheets
from webmap.intake import preview
from webmap.intake.preview import KeptPreview, Prepared, Preview
from webmap.intake.uploads import Upload
from webmap.language import texts

SHARE = 0.25  # of the machine's memory: two imports may run at once, and the pages need theirs
MOST_MB = 4096
CPU_S, WALL_S = 600, 1200.0


@dataclass(frozen=True, slots=True)
class Read:
    """What a look at an upload of visits found, or what its import did."""

    upload: Upload
    report: ImportReport
    rejected: bytes  # the refused rows as XLSX
    parts: tuple[PartFound, ...] = ()  # sheets of the file, where some were not read


@dataclass(frozen=True, slots=True)
class Choosing:
    """An upload of visits of which somebody must choose what to read."""

    upload: Upload
    parts: tuple[PartFound, ...]
    error: InputError


def limits() -> Limits:
    """Return what a child of this application may use; ``READING`` of its configuration says otherwise."""
    from flask import current_app  # noqa: PLC0415 - a child that reads a file does not need the pages

    configured = current_app.config.get("READING")
    if isinstance(configured, Limits):
        return configured
    return Limits.of_share(SHARE, most_mb=MOST_MB, cpu_s=CPU_S, wall_s=WALL_S)


def look(city: str, upload: Upload, progress: Progress) -> Preview:
    """Look at an upload; see :func:`webmap.intake.preview.look`."""
    with Store.open(city) as store:
        return preview.look(store, upload, progress)


def keep(city: str, upload: Upload, progress: Progress, *, digest: str, force: bool) -> KeptPreview:
    """Import an upload; see :func:`webmap.intake.preview.keep`."""
    with Store.open(city) as store:
        return preview.keep(store, upload, digest, force=force, progress=progress)


def read_visits(city: str, waiting: Upload, progress: Progress, *, language: str, dry_run: bool) -> Read | Choosing:
    """Look at an upload of visits, or bring them in."""
    options = ImportOptions(
        Datum.WGS84,  # visits name no place of their own
        rejected=waiting.folder / "rejected.xlsx",
        parts=tuple(waiting.choices.get("parts", ())),
        dry_run=dry_run,
        history=bool(waiting.choices.get("history")),
        who=waiting.user,
        file=waiting.name,
        say=partial(_say, waiting, language),
    )
    archive = waiting.archive if waiting.archive.exists() else None
    file = ChosenFile(waiting.path, options.parts)
    try:
        with waiting.by_name(), Store.open(city) as store:
            report = imports.import_visits(store, waiting.path, options, photos=archive, progress=progress)
    except InputError as error:
        if error.template not in TO_CHOOSE:
            raise
        return Choosing(waiting, visit_parts(file), error)
    refused = Path(report.rejected_file).read_bytes() if report.rejected else b""
    parts = visit_parts(file) if report.skipped and dry_run else ()
    return Read(waiting, replace(report, rejected_file=""), refused, parts)


def refused_rows(prepared: Prepared, progress: Progress, *, language: str, sheet: str) -> bytes:
    """Return the refused rows of an upload as XLSX, with their reasons in a language; there may be 100,000 of them."""
    progress("saving", 0, 1)
    book = BytesIO()
    write_sheets({sheet: prepared.refused(partial(_in_words, language))}, book)
    return book.getvalue()


def _in_words(language: str, template: str, values: Mapping[str, Any]) -> str:
    from webmap.language.on_pages import ON_PAGES  # noqa: PLC0415 - it loads the draws, which no reader needs

    return texts.say(ON_PAGES.get(template, template), told(values), language)


def _say(waiting: Upload, language: str, template: str, values: Mapping[str, Any]) -> str:
    """Say a sentence with the files called as their user calls them."""
    return texts.say(template, told(waiting.named(values)), language)

"""Visits into the city, each into its round."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from geo.clock import today, zone_of
from geo.collector import paused
from geo.imports.judged_visits import JudgedVisits
from geo.imports.report import ImportOptions, ImportReport, write_refused
from geo.imports.visit_judge import VisitJudge
from geo.imports.visit_rounds import RoundFinder
from geo.progress import Progress, silent
from geo.readers.chosen_file import ChosenFile
from geo.readers.photo_files import PhotoFiles
from geo.readers.visits import VisitContext, VisitTable
from geo.store import Store
from geo.store.journal import ImportSource

Write = Callable[[], ImportReport]


def at_once(write: Write) -> ImportReport:
    """Write, in a transaction of its own."""
    return write()


def import_visits(
    store: Store,
    path: Path,
    options: ImportOptions,
    *,
    photos: Path | None = None,
    progress: Progress = silent,
    keep: Callable[[Write], ImportReport] = at_once,
) -> ImportReport:
    """Record visits with their deductions; a visit that is already there merges.

    A visit that names no round belongs to the round that drew its checkpoint and whose days hold its date, and is
    covert when that round is: a covert visit taken for an open one would show a street office where the team went. The
    photos that the table names lie in the folder or ZIP archive ``photos``. What writes is given to ``keep``, which
    may make it part of a transaction of its own.
    """
    finder = RoundFinder(store, zone_of(store))
    categories = store.checkpoints.categories()
    judge = VisitJudge(store, categories, finder, history=options.history)
    with paused(), ExitStack() as stack:
        files = None if photos is None else stack.enter_context(PhotoFiles(photos))
        context = VisitContext(
            timezone=zone_of(store).key,
            columns=options.columns,
            known=categories,
            judge=judge,
            now=_latest(store),
            photos=files,
            say=options.say,
        )
        table = stack.enter_context(VisitTable(ChosenFile(path, options.parts), context, progress))
        judged = stack.enter_context(JudgedVisits(table, finder))
        report = ImportReport(
            accepted=judged.rows,
            rejected=len(table.refused),
            skipped=table.skipped,
            rejected_file=write_refused(path, options, table.refused),
            dry_run=options.dry_run,
            notes=(*table.notes, *judged.notes, *judge.notes),
        )
        if options.dry_run:
            return report
        source = ImportSource("visits", options.file or path.name, options.who)

        def write() -> ImportReport:
            batches = judged.batches(progress)
            changes = store.visits.record_batches(batches, source=source, brought=files or {}, count=judged.visits)
            return replace(report, new=changes.accepted, updated=changes.updated, unchanged=changes.unchanged)

        return keep(write)


def _latest(store: Store) -> dt.datetime:
    """Return the end of the city's today where it is set by hand, as a demonstration does; else now."""
    day, now = today(store), dt.datetime.now(dt.UTC)
    if not day.pinned:
        return now
    return max(now, dt.datetime.combine(day.date + dt.timedelta(days=1), dt.time(), day.zone).astimezone(dt.UTC))

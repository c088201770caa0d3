"""Visits into the city, each into its round."""

import datetime as dt
from contextlib import ExitStack
from pathlib import Path

from geo.clock import today, zone_of
from geo.imports.repeats import Repeats
from geo.imports.report import ImportOptions, ImportReport, write_refused
from geo.imports.visit_judge import VisitJudge
from geo.imports.visit_rounds import RoundFinder
from geo.imports.visit_spool import VisitSpool, batch
from geo.model import Changes
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers.photo_files import PhotoFiles
from geo.readers.visits import VisitContext, VisitTable
from geo.store import Store
from geo.store.journal import Source

WITH_PHOTOS = "{count} photos show what was found"


def import_visits(
    store: Store, path: Path, options: ImportOptions, *, photos: Path | None = None, progress: Progress = silent
) -> ImportReport:
    """Record visits with their deductions; a visit that is already there merges.

    A visit that names no round belongs to the round that drew its checkpoint and whose days hold its date, and is
    covert when that round is: a covert visit taken for an open one would show a street office where the team went. The
    photos that the table names lie in the folder or ZIP archive ``photos``.
    """
    categories = store.categories()
    zone = zone_of(store)
    finder = RoundFinder(store, zone)
    judge = VisitJudge(store, categories, finder, history=options.history)
    with ExitStack() as stack:
        files = None if photos is None else stack.enter_context(PhotoFiles(photos))
        context = VisitContext(
            timezone=zone.key,
            columns=options.columns,
            known=categories,
            judge=judge,
            now=_latest(store),
            photos=files,
            say=options.say,
        )
        table = stack.enter_context(VisitTable(context, progress))
        spool = stack.enter_context(VisitSpool())
        repeats, rows, shown = Repeats(), 0, set[str]()
        # All is judged before the first write: whoever waits for the city waits for the writing alone.
        for part in table.parts(path):
            rows += len(part)
            once = repeats.joined(part)
            shown.update(photo for own in once.photos for photo in own)
            spool.add(batch(once, finder))
        refused, changes = write_refused(path, options, table.refused), Changes()
        if not options.dry_run:
            changes = store.record_batches(
                spool.batches(progress),
                source=Source("visits", options.file or path.name, options.who),
                brought=files or {},
                count=spool.visits,
            )
        notes = [*table.notes, *repeats.notes, *judge.notes]
    if shown:
        notes.append(Note(WITH_PHOTOS, {"count": len(shown)}))
    return ImportReport(
        accepted=rows,
        rejected=len(table.refused),
        new=changes.accepted,
        updated=changes.updated,
        unchanged=changes.unchanged,
        rejected_file=refused,
        dry_run=options.dry_run,
        notes=tuple(notes),
    )


def _latest(store: Store) -> dt.datetime:
    """Return the end of the city's today where it is set by hand, as a demonstration does; else now."""
    day, now = today(store), dt.datetime.now(dt.UTC)
    if not day.pinned:
        return now
    return max(now, dt.datetime.combine(day.date + dt.timedelta(days=1), dt.time(), day.zone).astimezone(dt.UTC))

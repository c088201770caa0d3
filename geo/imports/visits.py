"""Visits into the city, each into its round."""

import datetime as dt
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

from geo.imports.repeats import Repeats
from geo.imports.report import ImportReport, Journey, write_refused
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

TIMEZONE = "Asia/Shanghai"  # of a city that names none
WITH_PHOTOS = "{count} photos show what was found"


def import_visits(
    store: Store, path: Path, journey: Journey, *, photos: Path | None = None, progress: Progress = silent
) -> ImportReport:
    """Record visits with their deductions; a visit that is already there merges.

    A visit that names no round belongs to the round that drew its checkpoint and whose days hold its date, and is
    covert when that round is: a covert visit taken for an open one would show a street office where the team went. The
    photos that the table names lie in the folder or ZIP archive ``photos``.
    """
    categories = store.categories()
    zone = store.setting("timezone") or TIMEZONE
    finder = RoundFinder(store, ZoneInfo(zone))
    judge = VisitJudge(store, categories, finder, history=journey.history)
    with ExitStack() as stack:
        files = None if photos is None else stack.enter_context(PhotoFiles(photos))
        context = VisitContext(
            timezone=zone,
            columns=journey.columns,
            known=categories,
            judge=judge,
            now=_latest(store, zone, dt.datetime.now(dt.UTC)),
            photos=files,
            say=journey.say,
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
        refused, changes = write_refused(path, journey, table.refused), Changes()
        if not journey.dry_run:
            changes = store.record_batches(
                spool.batches(progress),
                source=Source("visits", journey.file or path.name, journey.who),
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
        dry_run=journey.dry_run,
        notes=tuple(notes),
    )


def _latest(store: Store, zone: str, now: dt.datetime) -> dt.datetime:
    """Return the end of the city's today, which a demonstration sets; else now."""
    today = store.setting("today")
    if not today:
        return now
    end = dt.datetime.combine(dt.date.fromisoformat(today) + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    return max(now, end.astimezone(dt.UTC))

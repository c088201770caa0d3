"""Visits into the city, each into its round."""

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from geo.clock import today, zone_of
from geo.imports.repeats import Repeats
from geo.imports.report import ImportOptions, ImportReport, reported
from geo.imports.visit_judge import VisitJudge
from geo.imports.visit_rounds import RoundFinder
from geo.model import Changes, Visit
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers.chosen_file import ChosenFile
from geo.readers.photo_files import PhotoFiles
from geo.readers.visits import VisitContext, read_visit_table
from geo.store import Store

WITH_PHOTOS = "{count} photos show what was found"


def import_visits(
    store: Store, path: Path, options: ImportOptions, *, photos: Path | None = None, progress: Progress = silent
) -> ImportReport:
    """Record visits with their deductions; a visit that is already there merges.

    A visit that names no round belongs to the round that drew its checkpoint and whose days hold its date, and is
    covert when that round is: a covert visit taken for an open one would show a street office where the team went. The
    photos that the table names lie in the folder or ZIP archive ``photos``.
    """
    categories = store.checkpoints(include_retired=True)["category"].to_dict()
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
        reading = read_visit_table(ChosenFile(path, options.parts), context, progress=progress)
        repeats = Repeats()
        visits = list(map(repeats.joined, reading.visits))
        changes = Changes()
        if not options.dry_run:
            progress("saving", 0, 1)
            changes = store.record_visits(
                _attributed(visits, finder),
                brought=files or {},
                import_of=options.file or path.name,
                who=options.who,
            )
    shown = {photo for visit in visits for deduction in visit.deductions for photo in deduction.photos}
    notes = [Note(WITH_PHOTOS, {"count": len(shown)})] if shown else []
    notes = [*reading.notes, *repeats.notes, *notes, *judge.notes]
    report = reported(path, options, reading.rejected, replace(changes, accepted=reading.rows), notes)
    return replace(report, new=changes.accepted, skipped=reading.skipped)


def _latest(store: Store) -> dt.datetime:
    """Return the end of the city's today where it is set by hand, as a demonstration does; else now."""
    day, now = today(store), dt.datetime.now(dt.UTC)
    if not day.pinned:
        return now
    return max(now, dt.datetime.combine(day.date + dt.timedelta(days=1), dt.time(), day.zone).astimezone(dt.UTC))


def _attributed(visits: Sequence[Visit], finder: RoundFinder) -> list[Visit]:
    """Return every visit without a round the round that it belongs to."""
    found = []
    for visit in visits:
        own = None if visit.round_id else finder.find(visit.checkpoint, visit.arrived_at, None)
        found.append(visit if own is None else replace(visit, round_id=own.id, covert=visit.covert or own.covert))
    return found

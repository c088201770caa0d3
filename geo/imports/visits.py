"""Visits into the city, each into its round."""

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from geo.imports.repeats import Repeats
from geo.imports.report import ImportReport, Journey, reported
from geo.imports.visit_judge import VisitJudge
from geo.imports.visit_rounds import RoundFinder
from geo.model import Changes, Visit
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers.photo_files import PhotoFiles
from geo.readers.visits import VisitContext, read_visit_table
from geo.store import Store

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
    categories = store.checkpoints(include_retired=True)["category"].to_dict()
    zone = store.setting("timezone") or TIMEZONE
    finder = RoundFinder(store, ZoneInfo(zone))
    judge = VisitJudge(store, categories, finder, history=journey.history)
    now = dt.datetime.now(dt.UTC)
    with ExitStack() as stack:
        files = None if photos is None else stack.enter_context(PhotoFiles(photos))
        context = VisitContext(
            timezone=zone,
            columns=journey.columns,
            known=categories,
            judge=judge,
            now=_latest(store, zone, now),
            photos=files,
            say=journey.say,
        )
        reading = read_visit_table(path, context, progress=progress)
        repeats = Repeats()
        visits = list(map(repeats.joined, reading.visits))
        changes = Changes()
        if not journey.dry_run:
            changes = store.record_visits(
                _attributed(visits, finder),
                brought=files or {},
                import_of=journey.file or path.name,
                who=journey.who,
            )
    shown = {photo for visit in visits for deduction in visit.deductions for photo in deduction.photos}
    notes = [Note(WITH_PHOTOS, {"count": len(shown)})] if shown else []
    notes = [*reading.notes, *repeats.notes, *notes, *judge.notes]
    report = reported(path, journey, reading.rejected, replace(changes, accepted=reading.rows), notes)
    return replace(report, new=changes.accepted)


def _latest(store: Store, zone: str, now: dt.datetime) -> dt.datetime:
    """Return the end of the city's today, which a demonstration sets; else now."""
    today = store.setting("today")
    if not today:
        return now
    end = dt.datetime.combine(dt.date.fromisoformat(today) + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    return max(now, end.astimezone(dt.UTC))


def _attributed(visits: Sequence[Visit], finder: RoundFinder) -> list[Visit]:
    """Return every visit without a round the round that it belongs to."""
    found = []
    for visit in visits:
        own = None if visit.round_id else finder.find(visit.checkpoint, visit.arrived_at, None)
        found.append(visit if own is None else replace(visit, round_id=own.id, covert=visit.covert or own.covert))
    return found

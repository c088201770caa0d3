"""Visits into the city."""

from dataclasses import replace
from pathlib import Path

from geo.imports.report import ImportReport, Journey, reported
from geo.readers.visits import read_visits
from geo.store import Store

TIMEZONE = "Asia/Shanghai"  # of a city that names none


def import_visits(store: Store, path: Path, journey: Journey) -> ImportReport:
    """Record visits with their deductions; a visit that is already there merges."""
    known = store.checkpoints(include_retired=True).index
    timezone = store.setting("timezone") or TIMEZONE
    visits, refused = read_visits(path, timezone=timezone, columns=journey.columns, known=known)
    changes = store.record_visits(visits)
    return reported(path, journey, refused, replace(changes, accepted=len(visits)), ())

"""How an import is asked for, and what it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo.crs import Datum
from geo.model import Changes
from geo.notes import Note, Say, in_english
from geo.readers.faults import Fault
from geo.readers.refused import RefusedRows
from geo.readers.tables import SOURCE_ROW
from geo.workbooks import write_sheet
from geo.workbooks.long import write_rows

FORCED = "the datum was forced against the evidence"
MORE_CHANGES = "and {count} more changes"
_NAMED = 10
_CHANGES = 50


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be taken into the city."""

    datum: Datum  # of its degrees; never guessed
    columns: Mapping[str, str] = field(default_factory=dict)  # our field -> the file's heading
    crs: Any = None  # of projected coordinates without a zone prefix
    rejected: Path | None = None  # where refused rows go; in the working folder when None
    parts: tuple[str, ...] = ()  # the sheets or layers to read; none named: all with the same headings
    part: bool = False  # a part of the roster: what it lacks is not retired
    whole: bool = False  # what is read is the whole roster, whatever else is in the file
    force: bool = False  # take the datum although the evidence speaks against it
    dry_run: bool = False  # show what would change, and change nothing
    history: bool = False  # visits of another system: what the city does not know of them is kept, and counted
    who: str = ""  # account that imports; empty from the command line
    file: str = ""  # what the user calls the file, where that is not its path's name
    say: Say = in_english  # in which language the refused rows carry their reasons


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. Every row of the file is accepted, rejected, unplaced or skipped: they add up to its rows."""

    accepted: int = 0  # good rows, whatever then became of them
    rejected: int = 0  # rows with faults; they went to a file of their own
    unplaced: int = 0  # good rows without coordinates; they wait to be placed on the map by hand
    skipped: int = 0  # rows that are no data, such as sums, or stand in sheets and layers that were not read
    new: int = 0  # of the accepted, like updated and unchanged; visits of several rows count once
    updated: int = 0
    unchanged: int = 0
    retired: int = 0  # checkpoints of the city that the file no longer has
    rejected_file: str = ""
    dry_run: bool = False
    notes: tuple[Note, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the keys of the JSON line."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unplaced": self.unplaced,
            "skipped": self.skipped,
            "new": self.new,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "retired": self.retired,
            "rejected_file": self.rejected_file,
            "dry_run": self.dry_run,
            "notes": [note.text() for note in self.notes],
        }


def reported(
    source: Path, options: ImportOptions, rejected: pd.DataFrame, changes: Changes, notes: Sequence[Note]
) -> ImportReport:
    """Write the refused rows to their file, and count; ``changes.accepted`` counts the good rows."""
    file = write_refused(source, options, rejected)
    return ImportReport(
        accepted=changes.accepted,
        rejected=len(rejected),
        new=changes.accepted - changes.updated - changes.unchanged,
        updated=changes.updated,
        unchanged=changes.unchanged,
        retired=changes.retired,
        rejected_file=file,
        dry_run=options.dry_run,
        notes=tuple(notes),
    )


def write_refused(source: Path, options: ImportOptions, rejected: pd.DataFrame | RefusedRows) -> str:
    """Write the refused rows to their file, and name it; write nothing where there are none."""
    path = options.rejected or Path(f"{source.stem}.rejected.xlsx")
    if not len(rejected):
        return ""
    if isinstance(rejected, RefusedRows):
        headers = rejected.headers()
        write_rows(headers, rejected.rows(headers), path)
    else:
        write_sheet(rejected, path)
    return str(path)


def with_reasons(rejected: pd.DataFrame, faults: Iterable[Fault], say: Say) -> pd.DataFrame:
    """Say the reasons of refused rows in another language."""
    if say is in_english or not len(rejected):
        return rejected
    reasons: dict[int | str, list[str]] = {}
    for fault in faults:
        reasons.setdefault(fault.source_row, []).append(fault.text(say))
    return rejected.assign(reason=["; ".join(reasons[row]) for row in rejected[SOURCE_ROW].tolist()])


def few(names: Iterable[object], most: int = _NAMED) -> str:
    """Name the first of many, each once."""
    unique = list(dict.fromkeys(map(str, names)))
    return ", ".join(unique[:most]) + (" ..." if len(unique) > most else "")


def first_changes(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return the first changes, and how many more there are."""
    if len(notes) <= _CHANGES:
        return tuple(notes)
    return (*notes[:_CHANGES], Note(MORE_CHANGES, {"count": len(notes) - _CHANGES}))

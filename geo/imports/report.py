"""How an import is asked for, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo.crs import Datum
from geo.model import Changes
from geo.readers.tables import Note
from geo.writers import write_sheet


@dataclass(frozen=True, slots=True)
class Journey:
    """How a file is to travel into the city."""

    datum: Datum  # of its degrees; never guessed
    columns: Mapping[str, str] = field(default_factory=dict)  # our field -> the file's heading
    crs: Any = None  # of projected coordinates without a zone prefix
    rejected: Path | None = None  # where refused rows go; in the working folder when None
    part: bool = False  # a part of the roster: what it lacks is not retired
    force: bool = False  # take the datum although the evidence speaks against it
    dry_run: bool = False  # show what would change, and change nothing
    who: str = ""  # account that imports; empty from the command line


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; ``accepted`` counts the good rows of the file, whatever then became of them."""

    accepted: int = 0
    rejected: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    unplaced: int = 0  # good rows that wait to be placed on the map by hand
    rejected_file: str = ""
    dry_run: bool = False
    notes: tuple[Note, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the keys of the JSON line."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "retired": self.retired,
            "unplaced": self.unplaced,
            "rejected_file": self.rejected_file,
            "dry_run": self.dry_run,
            "notes": [note.text() for note in self.notes],
        }


def reported(
    source: Path, journey: Journey, rejected: pd.DataFrame, changes: Changes, notes: Sequence[Note]
) -> ImportReport:
    """Write the refused rows to their file, and count."""
    path = journey.rejected or Path(f"{source.stem}.rejected.xlsx")
    if len(rejected):
        write_sheet(rejected, path)
    return ImportReport(
        accepted=changes.accepted,
        rejected=len(rejected),
        updated=changes.updated,
        unchanged=changes.unchanged,
        retired=changes.retired,
        rejected_file=str(path) if len(rejected) else "",
        dry_run=journey.dry_run,
        notes=tuple(notes),
    )

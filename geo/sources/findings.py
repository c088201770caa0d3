"""What is found out about the rows of a file, before anybody decides what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.notes import Note

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about some rows; a fault of each, or a note on all of them."""

    where: Mask  # rows
    name: str  # of the field
    template: str
    values: Mapping[str, Any]  # one for all, or an array with one for each row


@dataclass(slots=True)
class Findings:
    """Gathers faults and notes by the position of their rows."""

    count: int  # of rows
    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    bad: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.bad = np.zeros(self.count, bool)

    def refuse(self, where: Mask, name: str, template: str, **values: Any) -> None:  # noqa: ANN401 - of a template
        """Note a fault of rows."""
        if where.any():
            self.faults.append(Finding(where.copy(), name, template, values))
            self.bad |= where

    def say(self, where: Mask, template: str, **values: Any) -> None:  # noqa: ANN401 - of a template
        """Note what was decided of rows that are good so far."""
        where = where & ~self.bad
        if where.any():
            self.notes.append(Finding(where, "", template, values))

    def spoken(self, rows: Rows) -> list[Note]:
        """Return the notes, with the numbers of their rows as the user sees them."""
        return [
            Note(each.template, {"rows": row_list(rows[each.where & ~self.bad]), **each.values})
            for each in self.notes
            if (each.where & ~self.bad).any()
        ]


def row_list(rows: Rows, *, most: int = 8) -> str:
    """Name rows in a sentence: the first few and how many more."""
    named = ", ".join(str(row) for row in rows[:most])
    return named if len(rows) <= most else f"{named} +{len(rows) - most}"

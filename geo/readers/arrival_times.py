"""When somebody arrived: one column of moments, or one of dates beside one of times of day."""

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.notes import Note
from geo.readers import messages
from geo.readers.clocks import EPOCH_1904, SERIAL, SERIALS, joined, time_of_day
from geo.readers.values import moment_cell

_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^>]*\bdate1904\s*=\s*["'](?:1|true)["']""")
_HEAD_BYTES = 1 << 20


@dataclass(slots=True)
class ArrivalTimes:
    """Turns the columns of a table into one of moments, part by part, and counts what it decided."""

    path: Path
    timezone: str
    serials: int = 0
    joined: int = 0
    _from_1904: bool | None = field(default=None, repr=False)

    @property
    def notes(self) -> list[Note]:
        """Say what was decided."""
        year = 1904 if self._from_1904 else 1900
        notes = [Note(messages.SERIALS_READ, {"count": self.serials, "year": year})] if self.serials else []
        return [*notes, *([Note(messages.TIMES_JOINED, {"count": self.joined})] if self.joined else [])]

    def moments(
        self, arrived: Sequence[Any], day: Sequence[Any] | None = None, clock: Sequence[Any] | None = None
    ) -> list[Any]:
        """Return cells that hold moments.

        Parameters
        ----------
        arrived
            The column that says when.
        day, clock
            A column of dates, and one of times of day, beside it; None where the table has none.
        """
        cells = [self._dated(moment_cell(cell)) for cell in arrived]
        dates, clocks = (None, None)
        if day is not None:
            dates, clocks = [self._dated(moment_cell(cell)) for cell in day], cells
        elif clock is not None:
            dates, clocks = cells, [moment_cell(cell) for cell in clock]
        if dates is None or clocks is None:
            return cells
        self.joined += sum(time_of_day(each) is not None for each in clocks)
        return joined(dates, clocks, self.timezone)

    def _dated(self, cell: Any) -> Any:  # noqa: ANN401 - a cell
        """Return the serial number of a spreadsheet as the time that it is; anything else as it is."""
        if not isinstance(cell, str) or not SERIAL.fullmatch(cell) or not SERIALS[0] <= float(cell) <= SERIALS[1]:
            return cell
        self.serials += 1
        if self._from_1904 is None:
            self._from_1904 = counts_from_1904(self.path)
        return EPOCH_1904 + dt.timedelta(seconds=round(float(cell) * 86_400)) if self._from_1904 else cell


def counts_from_1904(path: Path) -> bool:
    """Tell whether a workbook counts its days from 1904, as those of old Macintosh programs do."""
    with (
        suppress(OSError, zipfile.BadZipFile, KeyError),
        zipfile.ZipFile(path) as archive,
        archive.open("xl/workbook.xml") as head,
    ):
        return _FROM_1904.search(head.read(_HEAD_BYTES)) is not None
    return False

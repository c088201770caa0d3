"""What is wrong with a row, as a template and its values; and the rejected rows with their reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.notes import Say, in_english
from geo.readers.chunks import Chunk
from geo.readers.coded import Coded
from geo.readers.tables import SOURCE_ROW, Table
from geo.readers.values import each_cell
from geo.sources.findings import Findings

_CELL_CHARACTERS = 32_000
_TOLD_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one row."""

    source_row: int | str  # as the spreadsheet numbers it; sheet!number where several were read
    field: str
    template: str  # of geo.readers.messages
    values: Mapping[str, Any]

    def text(self, say: Say = in_english) -> str:
        """Say it; ``say`` translates."""
        return say(self.template, self.values)


@dataclass(slots=True)
class FaultLog:
    """Gathers the faults of a table, row by row."""

    rows: npt.NDArray[Any]  # source rows of the table
    faults: list[Fault] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # of the faults' rows in the table
    bad: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.rows), bool)

    def join(self, other: "FaultLog") -> None:
        """Take over what was noted of the same rows elsewhere."""
        self.faults += other.faults
        self.places += other.places
        self.bad |= other.bad

    def row(self, at: int) -> int | str:
        """Return what the user calls the row at a position."""
        label = self.rows[at]
        return label if isinstance(label, str) else int(label)

    def in_order(self) -> tuple[Fault, ...]:
        """Return the faults in the order of the rows."""
        place = {self.row(at): at for at in range(len(self.rows))}
        return tuple(sorted(self.faults, key=lambda fault: place[fault.source_row]))

    def add(self, where: npt.ArrayLike, name: str, template: str, **values: Any) -> None:  # noqa: ANN401 - cells
        """Note one fault for every row where ``where`` holds; values may be columns or one for all."""
        for at in np.flatnonzero(np.asarray(where, bool)):
            own = {key: _told(_own(value, int(at))) for key, value in values.items()}
            self.faults.append(Fault(self.row(int(at)), name, template, {"field": name, **own}))
            self.places.append(int(at))
            self.bad[at] = True

    def take(self, found: Findings) -> None:
        """Note what was found out about shapes and coordinates."""
        for each in found.faults:
            self.add(each.where, each.name, each.template, **each.values)

    def add_row(self, at: int, name: str, template: str, **values: Any) -> None:  # noqa: ANN401 - cells
        """Note one fault of the row at position ``at``."""
        told = {key: _told(value) for key, value in values.items()}
        self.faults.append(Fault(self.row(at), name, template, {"field": name, **told}))
        self.places.append(at)
        self.bad[at] = True

    def reasons(self, say: Say = in_english) -> list[str]:
        """Say for each row what is wrong with it, its faults joined by semicolons; nothing where nothing is."""
        found = [""] * len(self.rows)
        for at, fault in zip(self.places, self.faults, strict=True):
            found[at] = f"{found[at]}; {fault.text(say)}" if found[at] else fault.text(say)
        return found


def log_of(table: Table | Chunk) -> FaultLog:
    """Return the log of a table, with what is wrong with its cells whatever they mean."""
    log = FaultLog(table.rows)
    for fault in table.faults:
        log.add_row(fault.at, fault.name, fault.template, **fault.values)
    return log


def _own(value: Any, at: int) -> Any:  # noqa: ANN401 - cells
    if isinstance(value, pd.Series):
        value = value.iloc[at]
    elif isinstance(value, np.ndarray | list | tuple | Coded):
        value = value[at]
    return value.item() if isinstance(value, np.generic) else value


def _told(value: Any) -> Any:  # noqa: ANN401 - cells
    """Cut a value to what a sentence can carry; the whole cell stands in its row."""
    return value[:_TOLD_CHARACTERS] + "…" if isinstance(value, str) and len(value) > _TOLD_CHARACTERS else value


def _short(cell: Any) -> Any:  # noqa: ANN401 - a cell
    """Cut what no cell of a spreadsheet holds: the outline of a large zone."""
    return cell[:_CELL_CHARACTERS] + "…" if isinstance(cell, str) and len(cell) > _CELL_CHARACTERS else cell


def rejected(table: Table, faults: Iterable[Fault], *, say: Say = in_english, ids: Any = None) -> pd.DataFrame:  # noqa: ANN401 - a Series or None
    """Return the rows that have faults, with every original column.

    Returns
    -------
    DataFrame
        ``source_row``, ``reason`` (one sentence per fault, joined by semicolons), the original columns, and
        ``geometry`` as WKT where the file had one. ``ids`` gives the ids of rows that must keep theirs when they come
        back corrected.
    """
    reasons: dict[int | str, list[str]] = {}
    for fault in faults:
        reasons.setdefault(fault.source_row, []).append(fault.text(say))
    chosen = np.flatnonzero(np.isin(table.rows, list(reasons)))
    frame = table.cells.iloc[chosen].reset_index(drop=True)
    frame = each_cell(frame, _short).copy()  # in one piece, however many columns
    if table.geometry is not None and "geometry" not in table.columns:
        frame["geometry"] = [_short(text) for text in table.geometry.iloc[chosen].to_wkt()]
    rows = table.rows[chosen]
    if ids is not None and len(kept := ids.iloc[chosen]) and (kept != "").any():
        frame.insert(0, "id", kept.to_numpy())
    frame.insert(0, "reason", pd.Series([_short("; ".join(reasons[row])) for row in rows.tolist()], dtype="str"))
    frame.insert(0, SOURCE_ROW, rows)
    return frame

"""Rows of one visit that name one item several times, as an export with a row for each photo has them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from geo.notes import Note
from geo.readers.coded import Coded
from geo.readers.visit_rows import VisitRows

SAME_ITEM = (
    "{rows} rows name an item that another row of their visit names, in {visits} visits: each item counts once there, "
    "with all its photos and notes"
)
SAME_ITEM_POINTS = (
    "{count} items of a visit take off other points in another row, {first!r} first: the most of them count, once"
)
_JOINT = "；"


@dataclass(slots=True)
class Repeats:
    """Puts the rows of one item of one visit together, and counts what it did.

    An item is failed or not, and costs what the catalogue says, however many photos show it: of several rows the most
    points count, once; every note and every photo stays.
    """

    rows: int = 0  # that name an item which another row of their visit names
    visits: int = 0
    differing: int = 0  # items of a visit whose rows take off different points
    first: str = ""  # checkpoint and item that came first among those
    first_row: int = 0

    @property
    def notes(self) -> tuple[Note, ...]:
        """Say what was put together."""
        found = [Note(SAME_ITEM, {"rows": self.rows, "visits": self.visits})] if self.rows else []
        if self.differing:
            found.append(Note(SAME_ITEM_POINTS, {"count": self.differing, "first": self.first}))
        return tuple(found)

    def joined(self, rows: VisitRows) -> VisitRows:
        """Return rows of whole visits with each item of a visit once, where it was first named."""
        again = _again(rows)
        if not again:
            return rows
        points, note, photos = rows.points.copy(), list(rows.note), list(rows.photos)
        gone: set[int] = set()
        for place, places in again.items():
            costs = rows.points[places].tolist()
            points[place] = max(costs)
            note[place] = _JOINT.join(_each_once(rows.note[at] for at in places if rows.note[at]))
            photos[place] = _each_once(photo for at in places for photo in rows.photos[at])
            gone.update(places[1:])
            if len(set(costs)) > 1:
                self._differs(f"{rows.checkpoint[place]} {rows.item[place]}", int(rows.position[place]))
        hidden = np.zeros(len(rows.visit.values), bool)
        hidden[rows.visit.codes[rows.covert]] = True
        self.rows += len(gone)
        self.visits += len({rows.visit[place] for place in again})
        covert = hidden[rows.visit.codes]
        whole = replace(rows, points=points, note=Coded.of(note), photos=Coded.of(photos), covert=covert)
        return whole.take(np.delete(np.arange(len(rows)), sorted(gone)))

    def _differs(self, named: str, row: int) -> None:
        self.differing += 1
        if not self.first or row < self.first_row:
            self.first, self.first_row = named, row


def _again(rows: VisitRows) -> dict[int, list[int]]:
    """Return where an item of a visit stands several times, by the first place."""
    found: dict[int, list[int]] = {}
    failed = rows.item.where(bool)
    every = rows.visit.codes[failed] * len(rows.item.values) + rows.item.codes[failed]
    if len(np.unique(every)) == len(every):
        return found
    for start, end in rows.visits():
        if end - start > 1 and len(set(rows.item[start:end])) < end - start:
            first: dict[str, int] = {}
            for at in range(start, end):
                if item := rows.item[at]:
                    place = first.setdefault(item, at)
                    if place != at:
                        found.setdefault(place, [place]).append(at)
    return found


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))

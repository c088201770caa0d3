"""Rows of one visit that name one item several times, as an export with a row for each photo has them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from geo.notes import Note
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
        first: dict[tuple[str, str], int] = {}
        again: dict[int, list[int]] = {}
        for at, key in enumerate(zip(rows.visit, rows.item, strict=True)):
            if key[1]:
                place = first.setdefault(key, at)
                if place != at:
                    again.setdefault(place, [place]).append(at)
        if not again:
            return rows
        points, note, photos = rows.points.copy(), list(rows.note), list(rows.photos)
        gone = np.zeros(len(rows), bool)
        for place, places in again.items():
            costs = rows.points[places]
            points[place] = costs.max()
            note[place] = _JOINT.join(_each_once(rows.note[at] for at in places if rows.note[at]))
            photos[place] = _each_once(photo for at in places for photo in rows.photos[at])
            gone[places[1:]] = True
            if (costs != costs[0]).any():
                self._differs(f"{rows.checkpoint[place]} {rows.item[place]}", int(rows.source_row[place]))
        covert = _anywhere(rows)
        self.rows += int(gone.sum())
        self.visits += len({rows.visit[place] for place in again})
        whole = replace(rows, points=points, note=note, photos=photos, covert=covert)
        return whole.take(np.flatnonzero(~gone))

    def _differs(self, named: str, row: int) -> None:
        self.differing += 1
        if not self.first or row < self.first_row:
            self.first, self.first_row = named, row


def _anywhere(rows: VisitRows) -> np.ndarray:
    """Set in every row whether any row of its visit is covert."""
    hidden = {rows.visit[at] for at in np.flatnonzero(rows.covert).tolist()}
    return np.array([visit in hidden for visit in rows.visit], bool)


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))

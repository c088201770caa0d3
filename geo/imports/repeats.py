"""Rows of one visit that name one item several times, as an export with a row for each photo has them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from geo.model import Deduction, Visit
from geo.notes import Note

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

    @property
    def notes(self) -> tuple[Note, ...]:
        """Say what was put together."""
        found = [Note(SAME_ITEM, {"rows": self.rows, "visits": self.visits})] if self.rows else []
        if self.differing:
            found.append(Note(SAME_ITEM_POINTS, {"count": self.differing, "first": self.first}))
        return tuple(found)

    def joined(self, visit: Visit) -> Visit:
        """Return a visit with each of its items once, in the order in which they were first named."""
        by_item: dict[str, list[Deduction]] = {}
        for each in visit.deductions:
            by_item.setdefault(each.item, []).append(each)
        if len(by_item) == len(visit.deductions):
            return visit
        self.rows += len(visit.deductions) - len(by_item)
        self.visits += 1
        for item, rows in by_item.items():
            if len({row.points for row in rows}) > 1:
                self.differing += 1
                self.first = self.first or f"{visit.checkpoint} {item}"
        return replace(visit, deductions=tuple(map(_together, by_item.values())))


def _together(rows: list[Deduction]) -> Deduction:
    notes = _each_once(row.note for row in rows if row.note)
    photos = _each_once(photo for row in rows for photo in row.photos)
    return replace(rows[0], points=max(row.points for row in rows), note=_JOINT.join(notes), photos=photos)


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))

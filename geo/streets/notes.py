"""What the street readers say of a file: templates and values, which a page says in Chinese."""

from collections.abc import Iterable

from geo.notes import Note

ISLANDS = "{count} parts ({streets} streets, {km} km) are not connected to the rest"
CUT = "{count} streets lack nodes in the file: what lies between nodes that are there is kept; ways {ids}"
DELETED = "{count} streets are deleted in the file, or in a later version of themselves, and are not used; ways {ids}"
BARRIERS = "{count} barriers and closed points on streets are kept: {kinds}"
NO_LINE = "{count} rows without a line or without u and v are left out"
NO_STREET = "{count} rows are no street that may be used, or the same street the other way"
WAY_BANS = "{count} turn restrictions through a whole way are not kept; relations {ids}"
HALF_BANS = "{count} turn restrictions without a from, a via node or a to are not kept; relations {ids}"
UNCLEAR_BANS = (
    "{count} turn restrictions name a way that runs on through the junction and are not kept; relations {ids}"
)
TIMED = "{count} restrictions by the hour are kept: plans heed them in the hours that teams work; {ids}"
UNTIMED = (
    "{count} restrictions hold under conditions that are no hours of the week, and are not kept: {conditions}; {ids}"
)
REVERSIBLE = (
    "{count} streets change their direction at hours that the file doesn't name: no vehicle is led there; {ids}"
)
_NAMED = 10


def noted(template: str, ids: Iterable[object], **values: object) -> list[Note]:
    """Make a note that counts things and names the first of them; none when there are none."""
    every = list(dict.fromkeys(ids))
    if not every:
        return []
    named = ", ".join(map(str, every[:_NAMED])) + (" ..." if len(every) > _NAMED else "")
    return [Note(template, {"count": len(every), "ids": named, **values})]

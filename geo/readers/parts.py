"""The parts of a file: the sheets of a workbook, the layers or folders of a vector file; and which of them are read.

All parts with the same headings are read. Where headings differ nobody can know what is meant, so the choice is asked.
A hidden part is read when it is named, and never otherwise. A visible part that was not read, and has any row that
might be a record, is unread: what the file then lacks may stand there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.errors import InputError
from geo.nearest import hint
from geo.notes import Note, Sentences
from geo.readers import messages
from geo.readers.columns import Headings
from geo.readers.likeness import fits, likeness, may_hold_rows, nearly_fits
from geo.readers.part import SHEET, Part

TO_CHOOSE = (messages.CHOOSE_PARTS, messages.ONLY_HIDDEN, messages.NO_SUCH_PART, messages.PARTS_DIFFER)
"""Refusals that end when somebody names the parts."""
_SHOWN_HEADERS = 8
_SHOWN_PARTS = 20


@dataclass(frozen=True, slots=True)
class PartChoice:
    """Which parts are read."""

    read: tuple[Part, ...]
    unread: tuple[Part, ...] = ()  # where rows of the kind may stand: hidden, not asked for, closed, of other headings
    other: tuple[Part, ...] = ()  # where none stands
    notes: tuple[Note, ...] = ()


def choose(parts: Sequence[Part], wanted: Sequence[str], headings: Headings, file: str) -> PartChoice:
    """Choose the parts to read.

    Parameters
    ----------
    parts
        Of the file.
    wanted
        Names that were asked for; none: all with the same headings.
    headings
        By which tables of the kind are known.
    file
        Its name.

    Raises
    ------
    InputError
        When a part is not there, or when headings differ so that somebody must choose.
    """
    if len(parts) == 1 and not wanted and not parts[0].hidden:
        return PartChoice(tuple(parts))
    fit = [part for part in parts if part.rows and fits(part, headings)]
    near = [part for part in parts if part not in fit and nearly_fits(part, headings)]
    if wanted:
        read = _named(parts, wanted, file)
    else:
        read = [part for part in fit if not part.hidden]
        if not read and fit:
            raise InputError(messages.ONLY_HIDDEN, file=file, parts=listed(fit))
        if len({likeness(part, headings) for part in read}) > 1 or (read and near):
            alike = [part for part in parts if part in fit or part in near]
            raise InputError(messages.CHOOSE_PARTS, file=file, parts=listed(alike))
        read = read or [_likeliest(parts, headings)]
    left = [part for part in parts if part not in read]
    unread = [
        part for part in left if part.closed or part in fit or part in near or (not wanted and may_hold_rows(part))
    ]
    other = [part for part in left if part.rows and part not in unread]
    lacking = [part for part in unread if part not in fit and not part.closed]
    notes = _notes(parts, read, unread, [*lacking, *other]) if not wanted else _left(read, unread, [*lacking, *other])
    return PartChoice(tuple(read), tuple(unread), tuple(other), notes)


def listed(parts: Sequence[Part]) -> Sentences:
    """Name parts with their rows and headings."""
    return Sentences(
        Note(
            messages.HIDDEN_PART if part.hidden else messages.PART,
            {"name": part.name, "rows": part.rows, "headers": short(part.headers)},
        )
        for part in parts[:_SHOWN_PARTS]
    )


def short(headers: Sequence[str], most: int = _SHOWN_HEADERS) -> str:
    """Name the first of many headings."""
    return ", ".join(headers[:most]) + (" …" if len(headers) > most else "")


def _likeliest(parts: Sequence[Part], headings: Headings) -> Part:
    """Take the part that is most like a table of this kind, hidden ones last: its faults are worth saying."""
    seen = [part for part in parts if not part.hidden and (part.rows or part.headers)]
    return max(seen or parts, key=lambda part: (headings.known(part.headers), bool(part.rows)))


def _named(parts: Sequence[Part], wanted: Sequence[str], file: str) -> list[Part]:
    found = []
    for name in wanted:
        exact = [part for part in parts if part.name == name]
        alike = exact or [part for part in parts if part.name.strip().casefold() == name.strip().casefold()]
        if not alike:
            names = [part.name for part in parts]
            raise InputError(
                messages.NO_SUCH_PART, file=file, value=name, names=", ".join(names), nearest=hint(name, names)
            )
        found += alike
    return [part for part in parts if part in found]


def _notes(
    parts: Sequence[Part], read: Sequence[Part], unread: Sequence[Part], lacking: Sequence[Part]
) -> tuple[Note, ...]:
    """Say what was read and what was not."""
    names = ", ".join(repr(part.name) for part in read)
    notes = []
    if len(read) > 1:
        notes.append(Note(messages.PARTS_READ, {"names": names, "count": len(parts)}))
    elif len(parts) > 1 and (unread or lacking or len([p for p in parts if p.rows]) == 1):
        template = messages.SHEET if read[0].kind == SHEET else messages.LAYER
        notes.append(Note(template, {"sheet": read[0].name, "count": len(parts)}))
    return (*notes, *_left(read, unread, lacking))


def _left(read: Sequence[Part], unread: Sequence[Part], lacking: Sequence[Part]) -> tuple[Note, ...]:
    """Say what was not read; ``lacking`` are the parts that lack columns, whether records may stand in them or not."""
    notes = [Note(messages.NAMED_HIDDEN, {"name": part.name}) for part in read if part.hidden]
    for part in unread:
        if part.why is not None:
            notes.append(part.why)
        elif part not in lacking:
            template = messages.HIDDEN_UNREAD if part.hidden else messages.NOT_ASKED
            template = messages.CLOSED if part.closed else template
            notes.append(Note(template, {"name": part.name, "rows": part.rows}))
    notes += [Note(messages.NO_TABLE, {"name": part.name, "rows": part.rows}) for part in lacking[:_SHOWN_PARTS]]
    return tuple(notes)

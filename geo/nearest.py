"""The name that somebody may have meant, for the remedy of an error."""

import difflib
from collections.abc import Iterable

from geo.notes import Note, Sentences

NEAREST = "; the nearest is {value!r}"
_ALIKE = 0.6
_MOST_CHARACTERS = 200  # comparing takes time by the square of the length


def nearest(text: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like a text, in any case; None where none is like it."""
    if len(text) > _MOST_CHARACTERS:
        return None
    by_plain = {name.casefold(): name for name in names if len(name) <= _MOST_CHARACTERS}
    found = difflib.get_close_matches(text.casefold(), by_plain, n=1, cutoff=_ALIKE)
    return by_plain[found[0]] if found else None


def hint(text: str, names: Iterable[str]) -> Sentences:
    """Say the nearest name at the end of a sentence; nothing where none is like the text."""
    found = nearest(text, names)
    return Sentences(() if found is None else (Note(NEAREST, {"value": found}),))

"""Ids that a table writes in another form than the city: 12 for 0012, 12.0, full-width or small letters."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from geo.notes import Note
from geo.readers import messages
from geo.readers.values import half_width

_WHOLE = re.compile(r"(\d+)\.0+")


@dataclass(slots=True)
class OtherForms:
    """Finds the one id of the city that an id of a table must mean, and counts how often."""

    known: Collection[str]
    count: int = 0
    first: tuple[str, str] = ("", "")  # as the table has it, as the city has it
    _by_form: dict[str, str] | None = field(default=None, repr=False)

    def own(self, written: Sequence[str]) -> list[str]:
        """Return the city's own ids; what it doesn't have in any form, or has twice in that form, as it is written."""
        found = {text: self._own(text) for text in set(written)}
        changed = [text for text in written if found[text] != text]
        if changed:
            self.count += len(changed)
            self.first = self.first if self.first[0] else (changed[0], found[changed[0]])
        return [found[text] for text in written]

    @property
    def notes(self) -> list[Note]:
        """Say how many were found so."""
        if not self.count:
            return []
        value, own = self.first
        return [Note(messages.OTHER_FORM, {"count": self.count, "value": value, "own": own})]

    def _own(self, text: str) -> str:
        if not text or text in self.known:
            return text
        if self._by_form is None:
            self._by_form = {}
            for each in self.known:
                form = _form(each)
                self._by_form[form] = "" if form in self._by_form else each
        return self._by_form.get(_form(text)) or text


def _form(text: str) -> str:
    """Return what two ways to write an id have in common."""
    plain = half_width(text).strip().casefold()
    whole = _WHOLE.fullmatch(plain)
    plain = whole[1] if whole else plain
    return plain.lstrip("0") or "0" if plain.isdecimal() else plain

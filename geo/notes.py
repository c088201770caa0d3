"""What was decided or found, as a template and its values: a page says it in Chinese, the command line in English."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Say = Callable[[str, Mapping[str, Any]], str]
"""Says a template with its values, perhaps in another language."""


def in_english(template: str, values: Mapping[str, Any]) -> str:
    """Say a template as it stands."""
    return template.format(**values)


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence that a person may want to know."""

    template: str  # English with ``{name}`` places; the key of its translation
    values: Mapping[str, Any]

    def text(self, say: Say = in_english) -> str:
        """Say it; ``say`` translates."""
        return say(self.template, self.values)


class Names(tuple[str, ...]):
    """Names as the value of a note, with commas between them."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class Sentences(tuple[Note, ...]):
    """Notes as the value of another note, joined by semicolons."""

    __slots__ = ()

    def text(self, say: Say = in_english) -> str:
        """Say them one after the other; ``say`` translates."""
        return "; ".join(note.text(say) for note in self)

    def __str__(self) -> str:
        return self.text()

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

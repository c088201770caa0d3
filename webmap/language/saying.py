"""Templates with their values in words: sentences inside sentences and the names of our fields are translated too."""

import string
from collections.abc import Callable, Mapping
from typing import Any

from geo.notes import Say, Sentences

Translate = Callable[[str], str]
THIN = "\u202f"  # a narrow space that doesn't break

NAMES = ("field", "fields", "given", "missing", "level", "mode", "role", "remedy")
"""Values that are words of ours: field names, one or several, levels, modes, roles."""


def in_words(template: str, values: Mapping[str, Any], translate: Translate) -> str:
    """Say a template in a language: it, the sentences among its values and the names of fields are translated."""
    return translate(template).format(**{key: _said(key, value, translate) for key, value in values.items()})


def saying(translate: Translate) -> Say:
    """Return what says templates in the language of ``translate``."""
    return lambda template, values: in_words(template, values, translate)


def sentence(template: str) -> bool:
    """Tell whether a text is worth translating: it has a word beside the places for its values."""
    return any(literal.strip(" ,.:;()/+-") for literal, *_ in string.Formatter().parse(template))


def duration(seconds: float, say: Translate) -> str:
    """Write seconds as hours and minutes: 5 h 07 min; what is shorter than an hour as minutes, a loss with its sign."""
    hours, minutes = divmod(abs(round(seconds / 60)), 60)
    sign = "−" if seconds < 0 and (hours or minutes) else ""
    if not hours:
        return sign + say("{minutes} min").format(minutes=minutes)
    return sign + say("{hours} h {minutes} min").format(hours=f"{hours:,}".replace(",", THIN), minutes=f"{minutes:02d}")


def _said(key: str, value: Any, translate: Translate) -> Any:  # noqa: ANN401 - whatever a sentence holds
    if isinstance(value, Sentences):
        return value.text(saying(translate))
    if key in NAMES and isinstance(value, str):
        return ", ".join(translate(word) if word else "" for word in value.split(", "))
    return value

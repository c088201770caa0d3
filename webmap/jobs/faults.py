"""Errors and notes as plain values, so that a page says in its own language what a worker found or what went wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from geo.errors import XundianError
from geo.failures import told
from geo.notes import Names, Note, Sentences


def plain(error: XundianError) -> dict[str, Any]:
    """Return an error as values that JSON holds, without paths of this machine."""
    return _sentence(error.template, told(error.values))


def error_of(kept: Mapping[str, Any]) -> XundianError:
    """Return the error that was kept."""
    return XundianError(kept["template"], **_values(kept["values"]))


def plain_notes(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return notes as values that JSON holds, without paths of this machine."""
    return [_sentence(note.template, told(note.values)) for note in notes]


def notes_of(kept: Iterable[Mapping[str, Any]]) -> list[Note]:
    """Return the notes that were kept."""
    return [Note(one["template"], _values(one["values"])) for one in kept]


def _sentence(template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"template": template, "values": {key: _plain(value) for key, value in values.items()}}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a sentence holds
    if isinstance(value, Sentences):
        return {"sentences": [_sentence(note.template, note.values) for note in value]}
    if isinstance(value, Names):
        return {"names": list(value)}
    if isinstance(value, np.generic):
        value = value.item()
    return value if value is None or type(value) in (str, int, float, bool) else str(value)


def _value(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    if isinstance(value, Mapping) and "sentences" in value:
        return Sentences(notes_of(value["sentences"]))
    if isinstance(value, Mapping):
        return Names(value["names"])
    return value


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in values.items()}

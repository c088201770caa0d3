"""What the log of changes and a quote say, in a language: teams by their names."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.notes import Names, Note, Sentences
from webmap.language.saying import Translate, in_words
from webmap.team_marks import team_name


def lines_text(notes: Iterable[tuple[str, Mapping[str, Any]]], translate: Translate) -> list[str]:
    """Say each line of the log."""
    return [note_text(Note(template, values), translate) for template, values in notes]


def note_text(note: Note, translate: Translate) -> str:
    """Say one line, or why a change is not possible."""
    return in_words(note.template, _worded(note.values, translate), translate)


def _worded(values: Mapping[str, Any], translate: Translate) -> dict[str, Any]:
    words = dict(values)
    for key in {"team", "source"} & set(words):
        words[key] = team_name(str(words[key]), say=translate)
    if isinstance(words.get("teams"), Names):
        words["teams"] = Names(team_name(team, say=translate) for team in words["teams"])
    if isinstance(words.get("why"), Sentences):
        words["why"] = Sentences(Note(one.template, _worded(one.values, translate)) for one in words["why"])
    return words

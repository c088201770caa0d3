"""Why a stop is not served and what would serve it, said in the language of the reader."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from routing.amend.log import DROPPED
from routing.plan.remedies import CHANGES, Remedy
from routing.problem import REASONS, Reason
from routing.sheets.export import Wording
from webmap.team_marks import team_name


def templates() -> Iterator[str]:
    """Yield every text of a reason or a remedy, with its places still open."""
    yield from (*REASONS.values(), *CHANGES.values(), *DROPPED.values())


def reason_text(code: str, *, say: Callable[[str], str] = _) -> str:
    """Say a reason; a code that this version does not know stays as it is."""
    return say(REASONS[Reason(code)]) if code in set(Reason) else code


def remedy_text(remedy: Remedy, *, say: Callable[[str], str] = _) -> str:
    """Say a remedy, with the team's name as people use it."""
    values = dict(remedy.values)
    if "team" in values:
        values["team"] = team_name(str(values["team"]), say=say)
    return say(CHANGES[remedy.change]).format(**values)


def kept_remedy_text(kept: Mapping[str, Any]) -> str:
    """Say a remedy as the plan keeps it, in the language of the page; empty where there is none."""
    return remedy_text(Remedy.of(kept)) if kept else ""


def wording(lang: str, say: Callable[[str], str] = _) -> Wording:
    """Return the words of a file in a language."""
    return Wording(lang, say, lambda code: reason_text(code, say=say), lambda remedy: remedy_text(remedy, say=say))

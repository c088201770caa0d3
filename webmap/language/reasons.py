"""Why a stop is not served and what would serve it, said in the language of the page."""

from collections.abc import Callable, Iterator

from flask_babel import gettext as _

from routing.plan.remedies import Change, parse
from routing.problem import Reason
from routing.sheets.export import Wording
from webmap.team_marks import team_name


def templates() -> Iterator[str]:
    """Yield every text that a plan may keep, with its places still open."""
    yield from (one.value for one in (*Reason, *Change))


def said(text: str, *, say: Callable[[str], str] = _) -> str:
    """Translate a reason or a remedy as the plan keeps it: in English, with its values filled in."""
    remedy = parse(text) if text else None
    if remedy is None:
        return say(text) if text else ""
    values = {
        name: team_name(str(value), say=say) if name == "team" else value for name, value in remedy.values.items()
    }
    return say(remedy.change.value).format(**values)


def wording(lang: str, say: Callable[[str], str] = _) -> Wording:
    """Return the words of a file in a language."""
    return Wording(lang, say, lambda text: said(text, say=say))

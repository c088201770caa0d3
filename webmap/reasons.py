"""Why a stop is not served and what would serve it, said in the language of the page."""

import re
from collections.abc import Callable, Iterator

from flask_babel import gettext as _

from routing.problem import Reason
from routing.remedies import Change


def templates() -> Iterator[str]:
    """Give every text that a plan may keep, with its places still open."""
    yield from (reason.value for reason in Reason)
    yield from (change.value for change in Change)


def said(text: str, *, say: Callable[[str], str] = _) -> str:
    """Translate a reason or a remedy as the plan keeps it: in English, with its values filled in."""
    for template, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return say(template).format(**match.groupdict())
    return text


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template)))


_PATTERNS = tuple((template, _pattern(template)) for template in templates())

"""Templates with their values in words: sentences inside sentences and the names of our fields are translated too."""

import string
from collections.abc import Callable, Mapping
from typing import Any

from geo.model import Level, Mode, Role
from geo.notes import Say, Sentences
from geo.readers.columns import AVOIDANCE_FIELDS, CHECKPOINT_FIELDS, TEAM_FIELDS, VISIT_FIELDS, ZONE_FIELDS
from geo.zones import faults as zone_faults

Translate = Callable[[str], str]
THIN = "\u202f"  # a narrow space that doesn't break

NAMES = ("field", "fields", "given", "missing", "level", "mode", "role", "remedy")
"""Values that are words of ours: field names, one or several, levels, modes, roles."""
WORDS = tuple(
    dict.fromkeys(
        [
            *(
                field
                for table in (CHECKPOINT_FIELDS, ZONE_FIELDS, TEAM_FIELDS, VISIT_FIELDS, AVOIDANCE_FIELDS)
                for field in table
            ),
            *("place", "outline", "longitude", "latitude", "zone"),
            *(str(word) for kind in (Level, Mode, Role) for word in kind),
            *(f"its last {digits} digits are 0" for digits in (8, 6, 3)),
            "its digits 7 to 9 are 001 to 599",
            "its last three digits are 001 to 999",
        ]
    )
)
"""What such values may be; each is a key of the translation."""


FAULT_KINDS = {
    zone_faults.OVERLAP: "{count} overlaps of zones of one level, {area_m2:.0f} m2",
    zone_faults.GAP: "{count} zones have parts that none of their children covers, {area_m2:.0f} m2",
    zone_faults.BEYOND: "{count} zones reach beyond their parent, {area_m2:.0f} m2",
    zone_faults.ORPHAN: "{count} zones name a parent that is not there",
    zone_faults.OUTSIDE: "{count} checkpoints lie outside every zone",
    zone_faults.IDLE: "{count} zones have no checkpoint",
    zone_faults.UNOWNED: "{count} checkpoints have no responsible unit",
}
"""What the check of the zones says of each kind of fault."""


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

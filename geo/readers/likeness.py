"""Whether a part of a file is a table of the kind that is asked for, perhaps one, or certainly none."""

from typing import Any

from geo.errors import InputError
from geo.readers import columns
from geo.readers.columns import Headings, Needs, named_datum
from geo.readers.part import LAYER, Part

_KINDS = (
    (columns.CHECKPOINT_FIELDS, columns.CHECKPOINT_NEEDS),
    (columns.TEAM_FIELDS, columns.TEAM_NEEDS),
    (columns.VISIT_FIELDS, columns.VISIT_NEEDS),
)
_NO_DATA = {"layer_styles", "qgis_projects", "data_licenses"}
"""Tables that programs keep beside the layers of a database."""
_SEVERAL = 2  # fields


def fits(part: Part, headings: Headings) -> bool:
    """Tell whether a part has all that a table of the kind needs."""
    fields = _given(part, headings)
    return bool(fields) and headings.fit(fields) and not _strange(part, headings)


def nearly_fits(part: Part, headings: Headings) -> bool:
    """Tell whether a visible part is likely a table of the kind with other headings, and not one of another kind."""
    if part.hidden or not part.rows or len(headings.needs) < _SEVERAL or _strange(part, headings):
        return False
    fields = _given(part, headings)
    if len(fields) < _SEVERAL or len(headings.lacking(fields)) != 1:
        return False
    return not any(_is_of(part, names, needs) for names, needs in _KINDS if needs != headings.needs)


def may_hold_rows(part: Part) -> bool:
    """Tell whether a visible part has any row that might be a record, of whatever kind."""
    if part.hidden or not part.rows:
        return False
    return part.name.casefold() not in _NO_DATA if part.kind == LAYER else part.tabular


def likeness(part: Part, headings: Headings) -> tuple[Any, ...]:
    """Return what must be the same for two parts to be read as one table."""
    fields = _fields(part, headings)
    datums = tuple(named_datum(fields[name]) if name in fields else None for name in ("lon", "lat", "lonlat"))
    return frozenset(fields), datums, part.placed, headings.meaning(part.name)


def _fields(part: Part, headings: Headings) -> dict[str, str]:
    try:
        found, _ = headings.resolve(list(part.headers), part.name)
    except InputError:  # a heading that was chosen is not in this part
        return {}
    return found


def _given(part: Part, headings: Headings) -> set[str]:
    return set(_fields(part, headings)) | ({"geometry"} if part.placed else set())


def _strange(part: Part, headings: Headings) -> bool:
    return bool(headings.shapes and part.shape and part.shape != headings.shapes)


def _is_of(part: Part, names: columns.Synonyms, needs: Needs) -> bool:
    other = Headings(names, {}, needs)
    return other.fit(_given(part, other))

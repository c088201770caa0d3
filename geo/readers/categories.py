"""What a roster calls a category, to the catalogue's code; OSM tags by the table that ships with the product."""

import re
import tomllib
from functools import lru_cache
from importlib import resources

import pandas as pd

from geo.catalogue import Catalogue
from geo.readers import messages
from geo.readers.faults import FaultLog
from geo.readers.tables import Note

NOT_INSPECTED = "-"
_TAG = re.compile(r"[a-z_:]+=\S+")


@lru_cache(maxsize=1)
def osm_table() -> dict[str, str]:
    """Return the shipped table: ``key=value`` or ``key=*`` to a category code, or ``-`` for what is not inspected."""
    content = resources.files("data").joinpath("osm_categories.toml").read_text("utf-8")
    return {f"{key}={value}": code for key, pairs in tomllib.loads(content).items() for value, code in pairs.items()}


def category_codes(written: pd.Series, catalogue: Catalogue, log: FaultLog, notes: list[Note]) -> pd.Series:
    """Turn a column of texts into category codes; empty where there is none, and the log says why."""
    codes = {text: _code(text, catalogue) for text in written.unique()}
    found = written.map({text: code for text, (code, _) in codes.items()}).astype("str")
    for text, (_, template) in codes.items():
        if template:
            log.add((written == text).to_numpy(), "category", template, value=text)
    tags = written.isin([text for text, (code, _) in codes.items() if code and _TAG.fullmatch(text)])
    if tags.any():
        notes.append(Note(messages.OSM_TAGS, {"count": int(tags.sum())}))
    return found


def _code(text: str, catalogue: Catalogue) -> tuple[str, str]:
    """Return the code of one text and, when there is none, the template of the fault."""
    if not text:
        return "", messages.NO_CATEGORY
    code = catalogue.find(text)
    if code:
        return code, ""
    if not _TAG.fullmatch(text):
        return "", messages.UNKNOWN_CATEGORY
    table = osm_table()
    mapped = table.get(text) or table.get(text.partition("=")[0] + "=*")
    if mapped is None:
        return "", messages.UNMAPPED_TAG
    if mapped == NOT_INSPECTED:
        return "", messages.NOT_INSPECTED
    return (mapped, "") if mapped in catalogue.categories else ("", messages.UNKNOWN_CATEGORY)

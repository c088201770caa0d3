"""What a roster says of street offices and communities against the zones in which it lies, by name and by code."""

import geopandas as gpd
import pandas as pd

from geo.imports.report import few
from geo.model import Level
from geo.notes import Note
from geo.readers.values import half_width
from geo.zones.codes import pad

OTHER_NAME = "{count} checkpoints name another {level} than the one in which they lie: {ids}; the zone counts"
OTHER_CODE = (
    "{count} checkpoints give the code of another {level} than the one in which they lie: {ids}; the zone counts"
)
CODES_FOR_NAMES = (
    "{count} checkpoints have a code where the name of their {level} belongs, {value!r} first: {name!r} is meant"
)
UNKNOWN_CODES = (
    "{count} checkpoints have a code where the name of their {level} belongs, and no zone has it: {value!r} first"
)
_COLUMNS = {Level.STREET: ("street", "street_code"), Level.COMMUNITY: ("community", "community_code")}


def street_notes(roster: gpd.GeoDataFrame, located: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> list[Note]:
    """Say where names and codes of street offices and communities contradict each other or the map.

    Parameters
    ----------
    roster
        CHECKPOINTS frame as the file has it.
    located
        The same with the codes of the zones in which the rows lie.
    zones
        ZONES frame of the city.
    """
    notes: list[Note] = []
    for level, (name, code) in _COLUMNS.items():
        own = zones[zones["level"] == level]
        names = own["name"].to_dict()
        lies = located[code]
        written = roster[name].map(half_width)
        coded = written.str.fullmatch(r"\d{6,12}").to_numpy(bool)
        by_code = pd.Series([pad(text) for text in written], index=roster.index).where(coded, "")
        notes += _codes(by_code[coded], roster[name], names, level)
        said = by_code.where(coded, roster[code].map(lambda text: pad(half_width(text)) if text else ""))
        notes += _other(OTHER_CODE, (said != "") & (lies != "") & (said != lies), level)
        known = set(names.values())
        here = pd.Series([names.get(text, "") for text in lies], index=roster.index, dtype="str")
        other = written.isin(known).to_numpy() & (here != "").to_numpy() & (written != here).to_numpy()
        notes += _other(OTHER_NAME, pd.Series(other, index=roster.index), level)
    return notes


def named_streets(roster: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a roster in which the code of a zone, where its name belongs, is that name."""
    changed = roster
    for level, (name, _) in _COLUMNS.items():
        names = zones.loc[zones["level"] == level, "name"].to_dict()
        meant = {text: names[code] for text in roster[name].unique() if (code := pad(half_width(text))) in names}
        if meant:
            changed = changed.assign(**{name: [meant.get(text, text) for text in roster[name]]})
            changed[name] = changed[name].astype("str")
    return changed


def _codes(codes: pd.Series, written: pd.Series, names: dict[str, str], level: Level) -> list[Note]:
    notes = []
    for template, part in ((CODES_FOR_NAMES, codes[codes.isin(names)]), (UNKNOWN_CODES, codes[~codes.isin(names)])):
        if len(part):
            first = {"value": written[part.index[0]], "name": names.get(part.iloc[0], "")}
            notes.append(Note(template, {"count": len(part), "level": str(level), **first}))
    return notes


def _other(template: str, where: pd.Series, level: Level) -> list[Note]:
    ids = where.index[where.to_numpy(bool)]
    return [Note(template, {"count": len(ids), "level": str(level), "ids": few(ids)})] if len(ids) else []

"""Which column means what: the table of synonyms, and the header row among the first rows of a sheet."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from geo.crs import Datum
from geo.errors import InputError
from geo.model import Level
from geo.nearest import hint
from geo.readers import messages

_LONGEST = 255  # of a heading, as in a table of a workbook
HEADER_ROWS = 30  # how far down a header may stand

_DATUM_WORDS = {
    Datum.BD09: ("百度", "bd09ll", "bd09", "baidu"),
    Datum.GCJ02: ("高德", "腾讯", "火星", "gcj02", "gcj", "amap", "国测局"),
    Datum.CGCS2000: ("cgcs2000", "国家2000", "2000坐标系", "大地2000"),
    Datum.WGS84: ("wgs84", "wgs", "gps"),
}
_FILLER = re.compile(r"坐标系|坐标值|\([^()\n]*+\)|\[[^\[\]\n]*+\]")


def _fields() -> dict[str, dict[str, tuple[str, ...]]]:
    tables = tomllib.loads(resources.files("data").joinpath("columns.toml").read_text("utf-8"))
    return {name: {field: tuple(words) for field, words in table.items()} for name, table in tables.items()}


_FIELDS = _fields()
CHECKPOINT_FIELDS = _FIELDS["checkpoints"]
ZONE_FIELDS = _FIELDS["zones"]
LEVEL_NAMES = _FIELDS["zone_names"]
TEAM_FIELDS = _FIELDS["teams"]
VISIT_FIELDS = _FIELDS["visits"]
AVOIDANCE_FIELDS = _FIELDS["avoidances"]


def plain(header: object) -> str:
    """Bring a heading to the form in which synonyms are compared: half-width, small, no blanks, remarks or datum."""
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    text = re.sub(r"[\s_\-*:：/、,.·﻿]+", "", text)
    short = _FILLER.sub("", text)
    for words in _DATUM_WORDS.values():
        for word in words:
            short = short.replace(word, "")
    return short or text


def completed(name: str) -> str:
    """Complete a heading that a format has cut: to the synonym that begins with it, where all such mean one field."""
    short = plain(name)
    if not short or any(short in names for table in _FIELDS.values() for names in table.values()):
        return name
    found = [
        (field, word)
        for table in _FIELDS.values()
        for field, names in table.items()
        for word in names
        if word.startswith(short)
    ]
    return found[0][1] if len({field for field, _ in found}) == 1 else name


def named_datum(header: object) -> Datum | None:
    """Return the datum that a heading names (百度经度, lng_gcj02), or None."""
    text = re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", str(header)).casefold())
    return next((datum for datum, words in _DATUM_WORDS.items() if any(word in text for word in words)), None)


Synonyms = Mapping[str, tuple[str, ...]]
"""Field to the headings that mean it, most telling first."""

Needs = tuple[tuple[str, ...], ...]
"""Fields that a table must have, each as alternatives of which one is enough."""

CHECKPOINT_NEEDS: Needs = (("name",), ("category",), ("geometry", "lonlat", "address", "lon"))
ZONE_NEEDS: Needs = (("geometry",), ("name", "code"))
TEAM_NEEDS: Needs = (("team",), ("geometry", "lonlat", "lon"))
VISIT_NEEDS: Needs = (("checkpoint",), ("arrived_at",))
AVOIDANCE_NEEDS: Needs = (("inspector",),)


@dataclass(frozen=True, slots=True)
class Headings:
    """The fields that a kind of file may have, with their synonyms, most telling first, and a user's own choice."""

    fields: Synonyms
    chosen: Mapping[str, str]  # --columns: field, by any of its names -> heading, or "=value" for all rows
    needs: Needs = ()  # by which one sheet or layer of many is known as a table of this kind
    shapes: str = ""  # Point or Polygon: a layer of other shapes is no table of this kind
    once: bool = True  # a row that stands in several parts of a file is one row
    meanings: tuple[tuple[str, str], ...] = ()  # words in a part's name and what they mean, as 社区: community

    def __post_init__(self) -> None:
        object.__setattr__(self, "chosen", {self._field(name): heading for name, heading in self.chosen.items()})

    def _field(self, name: str) -> str:
        own = next((field for field, names in self.fields.items() if name == field or plain(name) in names), None)
        if own is None:
            nearest = hint(name, self.fields)
            raise InputError(messages.NO_SUCH_FIELD, value=name, keys=", ".join(self.fields), nearest=nearest)
        return own

    def fit(self, given: Collection[str]) -> bool:
        """Tell whether a table with these fields is of this kind."""
        return not self.lacking(given)

    def lacking(self, given: Collection[str]) -> list[tuple[str, ...]]:
        """Return the needs that a table with these fields does not meet."""
        constant = {name for name, value in self.chosen.items() if value.startswith("=")}
        return [alternatives for alternatives in self.needs if {*alternatives}.isdisjoint({*given, *constant})]

    def meaning(self, name: str) -> str:
        """Return what the longest of the words in a part's name means, or nothing."""
        found = [(len(word), meaning) for word, meaning in self.meanings if word in plain(name)]
        return max(found)[1] if found else ""

    def known(self, cells: Sequence[Any]) -> int:
        """Count the cells that are headings of this table."""
        words = {name for names in self.fields.values() for name in names} | {
            plain(own) for own in self.chosen.values()
        }
        return len({plain(cell) for cell in cells if isinstance(cell, str)} & words)

    def resolve(self, headers: Sequence[str], file: str) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
        """Find the heading of every field.

        Returns
        -------
        found
            Field to heading; a chosen ``=value`` is left out.
        rivals
            ``(field, taken, other)`` where two headings mean the same field.

        Raises
        ------
        InputError
            When a chosen heading is not there.
        """
        by_plain: dict[str, list[str]] = {}
        for header in headers:
            by_plain.setdefault(plain(header), []).append(header)
        found, rivals = self._chosen(headers, by_plain, file), []
        taken = set(found.values())
        for field, names in self.fields.items():
            if field in self.chosen:
                continue
            hits = [header for name in names for header in by_plain.get(name, []) if header not in taken]
            if hits:
                found[field] = hits[0]
                taken.add(hits[0])
                rivals += [(field, hits[0], other) for other in hits[1:]]
        return found, [rival for rival in rivals if rival[2] not in taken]

    def _chosen(self, headers: Sequence[str], by_plain: Mapping[str, list[str]], file: str) -> dict[str, str]:
        found = {}
        for field, own in self.chosen.items():
            if own.startswith("="):
                continue
            hits = [header for header in headers if header.strip() == own.strip()] or by_plain.get(plain(own), [])
            if not hits:
                names = ", ".join(headers)
                nearest = hint(own, headers)
                raise InputError(messages.NO_SUCH_COLUMN, header=own, file=file, headers=names, nearest=nearest)
            found[field] = hits[0]
        return found


def checkpoint_headings(chosen: Mapping[str, str] | None) -> Headings:
    """Return the headings of a roster."""
    return Headings(CHECKPOINT_FIELDS, dict(chosen or {}), CHECKPOINT_NEEDS, shapes="Point")


def zone_headings(chosen: Mapping[str, str] | None, level: Level | None) -> Headings:
    """Return the headings of a layer of zones, where the name of a zone may be called by its level (社区)."""
    fields, needs = dict(ZONE_FIELDS), ZONE_NEEDS
    if level is None:
        return Headings(fields, dict(chosen or {}), (*needs, ("level",)), shapes="Polygon")
    fields["name"] = (*fields["name"][:2], *LEVEL_NAMES[level], *fields["name"][2:])
    levels = list(Level)
    above = levels[: levels.index(level)] if level is not Level.SPECIAL else []
    fields |= {f"in_{upper}": LEVEL_NAMES[upper] for upper in above}
    meanings = tuple((word, name) for name, words in LEVEL_NAMES.items() for word in words)
    return Headings(fields, dict(chosen or {}), needs, shapes="Polygon", meanings=meanings)


def find_header(rows: Sequence[Sequence[Any]], headings: Headings) -> tuple[int, int] | None:
    """Find the header among the first rows: ``(first row, how many rows it spans)``, or None.

    It is the row with the most known headings, the upper of equals; a second row belongs to it when that one only holds
    known headings below blanks or merged titles (坐标 above 经度 and 纬度).
    """
    counts = [headings.known(row) for row in rows[:HEADER_ROWS]]
    if not counts or max(counts) == 0:
        return None
    top = counts.index(max(counts))
    cells = [[cell for cell in row if isinstance(cell, str) and cell.strip()] for row in rows[: HEADER_ROWS + 1]]
    if top > 0 and 0 < counts[top] <= 2 and counts[top - 1] > 0 and counts[top] == len(cells[top]):  # noqa: PLR2004 - lon, lat
        return top - 1, 2
    below = top + 1
    if below < len(counts) and counts[below] > 0 and counts[below] == len(cells[below]) < counts[top]:
        return top, 2
    return (top, 1) if counts[top] > 1 or len(cells[top]) == 1 or headings.chosen else None


def join_header(rows: Sequence[Sequence[Any]], first: int, span: int) -> list[str]:
    """Return one unique heading per column, those of a second header row in front."""
    width = max(len(row) for row in rows)
    headers: list[str] = []
    taken: Counter[str] = Counter()
    for column in range(width):
        texts = [
            str(rows[at][column])[:_LONGEST].strip() for at in range(first, first + span) if column < len(rows[at])
        ]
        text = next((text for text in reversed(texts) if text), "") or f"column_{column + 1}"
        again = taken[text]
        headers.append(f"{text}.{again + 1}" if again else text)
        taken.update({headers[-1], headers[-1].rpartition(".")[0]})
    return headers

"""Conditional restrictions of OSM (``motor_vehicle:conditional = no @ (Mo-Fr 07:00-09:00)``): which rule holds when.

Conditions that are hours of the week become masks with hours; they never overlap, so at any moment at most one row of a
street holds, and its plain masks hold else. Other conditions (weather, weight, length of stay) are handed back as text.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from geo.errors import InputError
from geo.openings import DAY_S, Openings, parse
from geo.openings.week import WEEK, joined
from geo.streets.access import KEYS, Masks

CONDITIONAL = ":conditional"
_SIDES = ("", ":forward", ":backward")
TAGS = frozenset(
    {f"{key}{side}{CONDITIONAL}" for key in KEYS for side in _SIDES}
    | {f"{key}{CONDITIONAL}" for key in ("oneway", "oneway:bicycle", "oneway:foot")}
)
"""The keys whose conditions bind a team; those of lorries, buses or speeds bind none."""
_CLAUSE = re.compile(r"([^@;]++)@(?:\s*+\(([^()]*+)\)\s*+|([^;()]++))(?:;|$)")


@dataclass(frozen=True, slots=True)
class Clause:
    """One value and the condition under which it holds."""

    value: str
    condition: str
    when: Openings | None  # None: the condition is no hours of the week

    @property
    def text(self) -> str:
        """As it is written; no value: the whole is not written as a clause."""
        return f"{self.value} @ ({self.condition})" if self.value else self.condition


@dataclass(frozen=True, slots=True)
class HourMasks:
    """Masks that hold at some hours of the week, in the place of the street's own."""

    hours: str  # text of geo.openings
    masks: Masks


def clauses(text: str) -> Iterator[Clause]:
    """Cut the value of a conditional tag into its clauses; one that isn't written as such has no hours."""
    at = 0
    while at < len(text):
        match = _CLAUSE.match(text, at)
        if match is None or match.end() == at:
            yield Clause("", text[at:].strip(), None)
            return
        condition = (match[2] or match[3] or "").strip()
        yield Clause(match[1].strip(), condition, _when(condition))
        at = match.end()


def _when(condition: str) -> Openings | None:
    for text in (condition, f"{condition} 00:00-24:00"):  # days alone are whole days
        try:
            when = parse(text)
        except InputError:
            continue
        return None if None in when.week else when
    return None


def by_hour(tags: Mapping[str, str], read: Callable[[Mapping[str, str]], Masks]) -> tuple[list[HourMasks], list[str]]:
    """Work out which masks hold when.

    Parameters
    ----------
    tags
        Of a street or a point on it, conditional ones among them.
    read
        Makes masks of plain tags.

    Returns
    -------
    rows : list of HourMasks
        At disjoint hours, where the masks differ from the plain ones.
    strange : list of str
        Conditions that are no hours of the week.
    """
    known: list[tuple[str, Clause]] = []
    strange = []
    for key in TAGS & tags.keys():
        for clause in clauses(tags[key]):
            if clause.when is None:
                strange.append(f"{key}={clause.text}")
            else:
                known.append((key.removesuffix(CONDITIONAL), clause))
    plain = read(tags)
    weeks: dict[Masks, list[list[tuple[int, int]]]] = {}
    for day in WEEK if known else ():
        for open_s, close_s in _between(day, known):
            held = {key: clause.value for key, clause in known if _holds(clause, day, open_s)}
            masks = read({**tags, **held})
            if masks != plain:
                weeks.setdefault(masks, [[] for _ in WEEK])[day].append((open_s, close_s))
    rows = [HourMasks(Openings(tuple(map(joined, week))).text(), masks) for masks, week in weeks.items()]
    return rows, strange


def _between(day: int, known: list[tuple[str, Clause]]) -> list[tuple[int, int]]:
    """List the spans of a day between the times at which any condition begins or ends."""
    times = {0, DAY_S}
    for _, clause in known:
        times.update(second for window in _windows(clause, day) for second in window)
    return list(itertools.pairwise(sorted(times)))


def _windows(clause: Clause, day: int) -> tuple[tuple[int, int], ...]:
    return () if clause.when is None else clause.when.windows(day)


def _holds(clause: Clause, day: int, second: int) -> bool:
    return any(open_s <= second < close_s for open_s, close_s in _windows(clause, day))

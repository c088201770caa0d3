"""What a city knows against a row of visits: an item, points, a team or a round that cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from geo.catalogue import Catalogue
from geo.imports.visit_rounds import RoundFinder
from geo.model import Round
from geo.nearest import hint, nearest
from geo.notes import Note
from geo.readers import messages
from geo.readers.coded import Coded
from geo.readers.faults import FaultLog
from geo.readers.visit_rows import Places, VisitRows
from geo.store import Store

KEPT_ITEMS = "{count} rows name items that the catalogue does not have for their checkpoint, {value!r} first: they stay"
KEPT_POINTS = "{count} rows take off more points than their item costs, {value!r} first: they stay"
KEPT_TEAMS = "{count} rows name teams that the city does not have, {value!r} first: they stay; check the spelling"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """What the catalogues have for a text."""

    code: str  # of the item, or the text itself
    fault: str = ""  # template of what is wrong with it
    most: float = 0.0  # points that it may take off


@dataclass(slots=True)
class _Kept:
    """What was kept although the city does not know it."""

    count: int
    row: int  # the first
    value: str


@dataclass(frozen=True, slots=True)
class _Failed:
    """A failed item as the file has it."""

    checkpoint: str
    category: str  # of the checkpoint
    item: str
    points: float


class VisitJudge:
    """Holds the rows of a file against the city.

    A visit of a round is held against the catalogue that the round was made under and against its teams; any other
    against all editions that the city has used, and of its team it is only said when the city has none like it: teams
    come and go, visits stay.

    Parameters
    ----------
    store
        The city.
    categories
        Of its checkpoints, by id.
    finder
        Tells which round a visit belongs to.
    history
        Whether the file comes from another system: what that had other items, points or teams for is kept, and
        counted.
    """

    def __init__(self, store: Store, categories: Mapping[str, str], finder: RoundFinder, *, history: bool) -> None:
        self._store, self._categories, self._finder, self._history = store, categories, finder, history
        self._teams = {team.id for team in store.teams.all()}
        self._catalogues = cache(self._catalogues_of)
        self._round_teams = cache(self._teams_of)
        self._item = cache(self._item_of)
        self._kept: dict[str, _Kept] = {}
        self._position = np.zeros(0, np.int64)  # of the rows that are judged, in their file

    @property
    def notes(self) -> tuple[Note, ...]:
        """Say what was kept although the city does not know it."""
        return tuple(Note(kept, {"count": own.count, "value": own.value}) for kept, own in self._kept.items())

    def __call__(self, rows: VisitRows, log: FaultLog) -> Coded[str]:
        """Note what cannot be; give the items, those that the catalogue has by their codes."""
        starts = rows.starts()
        ends = np.append(starts[1:], len(rows))
        self._position = rows.position
        known = rows.checkpoint.where(self._categories.__contains__)[starts] & ~np.isnat(rows.moments[starts])
        planned = self._planned(rows, starts, known)
        named = rows.round.where(bool)[starts]
        if not all(name in self._finder.rounds for name in rows.round.values if name):
            for visit in np.flatnonzero(named & rows.round.where(self._is_no_round)[starts]).tolist():
                self._judge_round(range(starts[visit], ends[visit]), rows.round[starts[visit]], log)
        strange = rows.team.where(lambda team: team and team not in self._teams)[starts]
        for visit in np.flatnonzero(strange & known).tolist():
            if planned[visit] or not named[visit]:
                for at in range(starts[visit], ends[visit]):
                    self._judge_team(at, rows.team[at], planned[visit], log)
        edition = Coded.of([each.edition if each else "" for each in planned])
        held = np.where(known, edition.codes, -1)
        return self._judge_items(rows, np.repeat(held, ends - starts), edition.values, log)

    def _planned(self, rows: VisitRows, starts: Places, known: npt.NDArray[np.bool_]) -> list[Round | None]:
        """Return the round that each visit belongs to."""
        named = [self._finder.rounds.get(name) for name in rows.round.values]
        found = [named[at] for at in rows.round.codes[starts].tolist()]
        open_ = np.flatnonzero(known & ~rows.round.where(bool)[starts])
        drawn = self._finder.drawn(rows.checkpoint.take(starts[open_]), rows.moments[starts[open_]])
        for visit, own in zip(open_.tolist(), drawn, strict=True):
            found[visit] = own
        return found

    def _is_no_round(self, name: str) -> bool:
        return name not in self._finder.rounds

    def _judge_round(self, visit: range, name: str, log: FaultLog) -> None:
        values = {"value": name, "nearest": hint(name, self._finder.rounds)}
        for at in visit:
            log.add_row(at, "round", messages.UNKNOWN_ROUND, **values)

    def _judge_items(
        self, rows: VisitRows, held: npt.NDArray[np.int64], editions: Sequence[str], log: FaultLog
    ) -> Coded[str]:
        """Look each item up once for each category and edition; ``held`` has the place of a row's edition, or -1."""
        category = rows.checkpoint.with_values([self._categories.get(place, "") for place in rows.checkpoint.values])
        failed = np.flatnonzero(rows.item.where(bool) & (held >= 0))
        shape = len(category.values), max(1, len(editions)), len(rows.item.values)
        every = np.ravel_multi_index((category.codes[failed], held[failed], rows.item.codes[failed]), shape)
        asked, which = np.unique(every, return_inverse=True)
        of = [
            (rows.item.values[item], category.values[kind], editions[edition])
            for kind, edition, item in zip(*(each.tolist() for each in np.unravel_index(asked, shape)), strict=True)
        ]
        found = [self._item(*each) for each in of]
        strange = np.array([bool(each.fault) for each in found], bool)[which]
        strange |= rows.points[failed] > np.array([each.most for each in found], float)[which]
        for at, item in zip(failed[strange].tolist(), which[strange].tolist(), strict=True):
            text, kind, edition = of[item]
            own = _Failed(rows.checkpoint[at], kind, text, float(rows.points[at]))
            self._judge_item(at, own, edition, log)
        codes = rows.item.codes.copy()
        codes[failed] = len(rows.item.values) + which
        return Coded(codes, [*rows.item.values, *(each.code for each in found)]).distinct()

    def _judge_team(self, at: int, team: str, planned: Round | None, log: FaultLog) -> None:
        own = self._round_teams(planned.id) if planned else frozenset()
        if team in self._teams or team in own or not (self._teams or own):
            return
        if planned is None or self._history:
            self._keep(KEPT_TEAMS, at, team)
        else:
            values = {"value": team, "round": planned.id, "nearest": hint(team, self._teams | own)}
            log.add_row(at, "team", messages.UNKNOWN_TEAM, **values)

    def _judge_item(self, at: int, failed: _Failed, edition: str, log: FaultLog) -> None:
        """Say what is wrong with an item that is not failed as its catalogue has it."""
        item = self._item(failed.item, failed.category, edition)
        if item.fault:
            likely = _like(failed.item, failed.category, self._catalogues(edition))
            values = {"value": failed.item, "checkpoint": failed.checkpoint, "category": failed.category}
            self._stays(KEPT_ITEMS, log, at, "item", item.fault, **values, items=likely)
        else:
            values = {"value": f"{failed.points:g}", "item": item.code, "most": f"{item.most:g}"}
            self._stays(KEPT_POINTS, log, at, "points", messages.TOO_MANY_POINTS, **values)

    def _item_of(self, text: str, category: str, edition: str) -> _Found:
        """Look up what a text names in the catalogues that a visit is held against."""
        catalogues = self._catalogues(edition)
        item = next(filter(None, (each.find_item(text, category) for each in catalogues)), None)
        if item is None:
            return _Found(text, messages.UNKNOWN_ITEM)
        if item.code.partition(".")[0] != category:
            return _Found(item.code, messages.OTHER_CATEGORY)
        return _Found(item.code, most=max(each.points for each in (one.item(item.code) for one in catalogues) if each))

    def _stays(self, note: str, log: FaultLog, at: int, field: str, template: str, **values: str) -> None:
        """Refuse a row, or count it where the file comes from another system."""
        if self._history:
            self._keep(note, at, values["value"])
        else:
            log.add_row(at, field, template, **values)

    def _keep(self, note: str, at: int, value: str) -> None:
        """Count what is kept; the value that stands first in the file is named."""
        row = int(self._position[at])
        own = self._kept.setdefault(note, _Kept(0, row, value))
        own.count += 1
        if row < own.row:
            own.row, own.value = row, value

    def _catalogues_of(self, edition: str) -> list[Catalogue]:
        return [
            self._store.catalogues.get(each) for each in ([edition] if edition else self._store.catalogues.editions())
        ]

    def _teams_of(self, round_id: str) -> frozenset[str]:
        drawn = self._store.fieldwork.team_draw(round_id)
        return frozenset({*(drawn.members if drawn else ()), *self._store.plans.routes(round_id)["team"]})


def _like(text: str, category: str, catalogues: list[Catalogue]) -> str:
    """Name the item of a category that a text may mean, else its first ones."""
    items = next((each.categories[category].items for each in catalogues if category in each.categories), ())
    names = {name: each.code for each in items for name in (each.code.partition(".")[2], each.name_zh, each.name_en)}
    last = text.rpartition(".")[2]
    found = nearest(last, names) or next((name for name in names if last in name), None)
    return names[found] if found else ", ".join(each.code for each in items[:_NAMED])

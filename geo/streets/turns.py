"""Turn restrictions of OSM, and the pairs of edges that they forbid."""

from dataclasses import dataclass, field

import osmium
import pandas as pd

from geo.notes import Note
from geo.streets import notes
from geo.streets.conditions import CONDITIONAL, clauses

_KINDS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
_SPARED = {"motorcar", "motor_vehicle", "vehicle"}


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction of OSM through one node, by way ids."""

    kind: str  # no_left_turn, only_straight_on, ...
    via: int
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    relation: int = 0  # its id
    hours: str = ""  # of the week, text of geo.openings; empty: always


@dataclass(slots=True)
class Turns:
    """The restrictions of a file as they are read, and those that can't be kept."""

    kept: dict[int, list[Restriction]] = field(default_factory=dict)  # by relation, so that a newer version replaces
    through_ways: set[int] = field(default_factory=set)
    halves: set[int] = field(default_factory=set)
    strange: dict[int, list[str]] = field(default_factory=dict)  # conditions that are no hours

    def forget(self, relation: int) -> None:
        """Drop what an older version of a relation said."""
        self.kept.pop(relation, None)
        self.strange.pop(relation, None)
        self.through_ways.discard(relation)
        self.halves.discard(relation)

    def take(self, relation: osmium.osm.Relation) -> None:
        """Read a relation, when it is a restriction that binds cars."""
        self.forget(relation.id)
        spared = set((relation.tags.get("except") or "").replace(" ", "").split(";"))
        if relation.tags.get("type") != "restriction" or _SPARED & spared:
            return
        always, timed, strange = _kinds(relation.tags)
        if not always and not timed and not strange:
            return
        members: dict[tuple[str, str], list[int]] = {}
        for member in relation.members:
            members.setdefault((member.role, member.type), []).append(member.ref)
        via, origin, goal = members.get(("via", "n"), []), members.get(("from", "w"), []), members.get(("to", "w"), [])
        if strange:
            self.strange[relation.id] = strange
        if ("via", "w") in members:
            self.through_ways.add(relation.id)
        elif len(via) != 1 or not origin or not goal:
            self.halves.add(relation.id)
        else:
            pairs = [*[(kind, "") for kind in always], *timed]
            self.kept[relation.id] = [
                Restriction(kind, via[0], tuple(origin), tuple(goal), relation.id, hours)
                for kind, hours in pairs
                if kind.startswith(("no_", "only_"))
            ]

    @property
    def restrictions(self) -> tuple[Restriction, ...]:
        """All that are kept."""
        return tuple(one for several in self.kept.values() for one in several)

    def notes(self) -> list[Note]:
        """Say what is not kept."""
        return [
            *notes.noted(notes.WAY_BANS, sorted(self.through_ways)),
            *notes.noted(notes.HALF_BANS, sorted(self.halves)),
        ]


def _kinds(tags: osmium.osm.TagList) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Return the kinds that always hold, those that hold at hours, and conditions that are no hours."""
    kind = next((tags[key] for key in _KINDS if key in tags), None)
    timed, strange = [], []
    for key in _KINDS:
        for clause in clauses(tags.get(key + CONDITIONAL) or ""):
            if clause.when is None:
                strange.append(f"{key}{CONDITIONAL}={clause.text}")
            elif clause.value.startswith(("no_", "only_")):
                timed.append((clause.value, clause.when.text()))
    return [kind] if kind else [], timed, strange


def bans_of(restrictions: tuple[Restriction, ...], ends: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Turn the restrictions into forbidden pairs of edges.

    Parameters
    ----------
    restrictions
        As read.
    ends
        One row per end of an edge: ``node``, ``way`` (of the piece at that end), ``edge``, and whether a car may
        ``arrive`` and ``leave`` there.

    Returns
    -------
    bans : pandas.DataFrame
        TIMED_TURNS frame; without hours a ban always holds. An ``only_`` restriction forbids all other ways on.
    unclear : list of int
        The relations that name a way which runs through its via node, so that they can't be told.
    """
    by_node = dict(tuple(ends[ends.node.isin({turn.via for turn in restrictions})].groupby("node")))
    found: set[tuple[int, int, int, str]] = set()
    unclear = []
    for turn in restrictions:
        here = by_node.get(turn.via)
        if here is None:
            continue
        origin = here[here.way.isin(turn.from_ways) & here.arrive]
        goal = here[here.way.isin(turn.to_ways) & here.leave]
        if not (origin.way.is_unique and goal.way.is_unique):
            unclear.append(turn.relation)
            continue
        if turn.kind.startswith("only_") and len(goal):
            goal = here[here.leave & ~here.edge.isin(goal.edge)]
        found |= {(a, turn.via, b, turn.hours) for a in origin.edge.tolist() for b in goal.edge.tolist()}
    frame = pd.DataFrame(sorted(found), columns=["from_edge", "via", "to_edge", "hours"])
    frame = frame.astype({"from_edge": "int64", "via": "int64", "to_edge": "int64", "hours": "str"})
    frame.index.name = "id"
    return frame, unclear

"""Visits as rows on their way into the city, many at a time."""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.model import Visit
from geo.store.columns import utc
from geo.visit_ids import deduction_id, visit_id

_TO_THE_HOUR = len("2026-06-12T01")
VISIT = ("id", "round_id", "checkpoint", "team", "arrived_at", "covert", "points")
DEDUCTION = ("id", "visit", "item", "points", "note")


@dataclass(frozen=True, slots=True)
class VisitBatch:
    """Some visits, each with all that is brought of it."""

    visits: Sequence[tuple[Any, ...]]  # of VISIT: ids by geo.visit_ids, times as stamp() writes them
    deductions: Sequence[tuple[Any, ...]]  # of DEDUCTION
    photos: Mapping[str, Sequence[str]] = field(default_factory=dict)  # deduction -> hashes


def stamp(moment: dt.datetime) -> str:
    """Write a time in UTC as both databases read it: ``2026-06-12T01:02:03.004Z``."""
    return utc(moment, "arrived_at").isoformat(timespec="milliseconds")[:-6] + "Z"


def hours_of(batch: VisitBatch) -> set[str]:
    """Return the hours in UTC in which the visits of a batch were made, as ``2026-06-12T01``."""
    at = VISIT.index("arrived_at")
    return {row[at][:_TO_THE_HOUR] for row in batch.visits}


def batch_of(visits: Iterable[Visit]) -> VisitBatch:
    """Return visits as rows; one that stands there in pieces is put together."""
    given: dict[str, list[Any]] = {}
    faults: dict[str, tuple[Any, ...]] = {}
    shown: dict[str, tuple[str, ...]] = {}
    for visit in visits:
        arrived_at = utc(visit.arrived_at, "arrived_at")
        key = visit_id(visit.checkpoint, visit.team, arrived_at.isoformat())
        row = [key, visit.round_id or None, visit.checkpoint, visit.team, stamp(arrived_at), visit.covert, 0.0]
        was = given.setdefault(key, row)
        was[1], was[5] = visit.round_id or was[1], visit.covert or was[5]
        seen: Counter[str] = Counter()
        for deduction in visit.deductions:
            # An item that one visit deducts twice is two facts.
            fault = deduction_id(key, deduction.item, seen[deduction.item])
            seen[deduction.item] += 1
            faults[fault] = (fault, key, deduction.item, float(deduction.points), deduction.note)
            if deduction.photos:
                shown[fault] = (*shown.get(fault, ()), *deduction.photos)
    costs: defaultdict[str, list[float]] = defaultdict(list)
    for _, key, _, points, _ in faults.values():
        costs[key].append(points)
    return VisitBatch([(*row[:6], math.fsum(costs[key])) for key, row in given.items()], [*faults.values()], shown)

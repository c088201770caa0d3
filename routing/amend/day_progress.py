"""How far a team's day is: what is done, what lies ahead, where the team is and when it is free.

The stops that are recorded as visited are done, and so is what the clock says has begun. A recorded visit moves what
comes after it: a team that was seen at its third stop at half past ten hasn't begun the fourth at ten past.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely


@dataclass(frozen=True, slots=True)
class Underway:
    """A way that has begun and isn't over."""

    start: shapely.Point
    goal: shapely.Point
    share: float  # of it that lies behind the team, 0 to 1
    since_s: int  # when the team set out
    checkpoint: str  # of the stop that it leads to; empty: to the base


@dataclass(frozen=True, slots=True, eq=False)
class DayProgress:
    """A team's day at one moment; seconds count from midnight on the local clock."""

    done: gpd.GeoDataFrame  # STOPS rows that stay as they are, in order; empty before the team leaves its base
    ahead: tuple[str, ...]  # checkpoints still to visit, in order
    free_s: int | None  # when the team can set out anew; None: with its shift
    place: shapely.Point | None  # where it is then; None: at its base
    underway: Underway | None  # then it is on this way, and ``place`` is where it began
    eaten: bool
    home: bool  # the day is over
    sooner_s: int | None = None  # when a team at its base could leave earlier than planned; None: not at all


@dataclass(slots=True)
class _Walk:
    """What is known after each row."""

    done: list[int]
    ahead: list[str]
    free_s: int | None = None
    place: shapely.Point | None = None
    next_row: int | None = None  # the first that has not begun
    eaten: bool = False


def seconds_of(moments: "pd.Series[pd.Timestamp]", midnight: pd.Timestamp, zone: ZoneInfo) -> list[int]:
    """Return moments as seconds from local midnight, as clocks on the wall show them."""
    local = moments.dt.tz_convert(zone).dt.tz_localize(None)
    return [round(span.total_seconds()) for span in (local - midnight)]


def day_progress(
    rows: gpd.GeoDataFrame,
    times: "tuple[list[int], list[int]]",
    *,
    now_s: int | None,
    late_s: int = 0,
    visited: Mapping[str, int],
    gone: Collection[str] = (),
) -> DayProgress:
    """Tell how far a team's day is.

    Parameters
    ----------
    rows
        STOPS frame of the team's day in order; may be empty.
    times
        Arrivals and departures of the rows, local seconds.
    now_s
        What the local clock shows; None: the day has not begun.
    late_s
        How far the team is behind the rows.
    visited
        When each checkpoint was visited that is recorded, local seconds.
    gone
        Checkpoints that cannot be visited: they aren't done even though they have begun.
    """
    walk = _Walk([], [])
    kinds, ids = rows["kind"].tolist(), rows["checkpoint"].tolist()
    legs, shapes = rows["travel_s"].tolist(), rows.geometry.tolist()
    starts: list[int] = []
    for at, (kind, checkpoint) in enumerate(zip(kinds, ids, strict=True)):
        begins_s, ends_s = times[0][at], times[1][at]
        start_s = max(begins_s + late_s, (walk.free_s or 0) + legs[at])
        starts.append(start_s)
        seen_s = visited.get(checkpoint) if checkpoint else None
        begun = walk.next_row is None and now_s is not None and start_s <= now_s
        if seen_s is None and not begun:
            walk.next_row = at if walk.next_row is None else walk.next_row
            walk.ahead += [checkpoint] if kind == "stop" and checkpoint not in gone else []
            continue
        walk.place = shapes[at]
        if checkpoint in gone and seen_s is None:
            walk.free_s = start_s
            continue
        walk.done.append(at)
        walk.free_s = (start_s if seen_s is None else seen_s) + ends_s - begins_s
        walk.eaten |= kind == "lunch"
    said = _said(rows, walk, starts, legs, now_s)
    sooner = walk.place is None and len(rows) and not late_s
    return replace(said, sooner_s=now_s or 0) if sooner else said


def _said(rows: gpd.GeoDataFrame, walk: _Walk, starts: list[int], legs: list[int], now_s: int | None) -> DayProgress:
    underway, upcoming = None, walk.next_row
    free_s = walk.free_s
    if walk.place is None:
        free_s = starts[0] if len(rows) else None  # it leaves when it was told to: a day may begin late on purpose
    elif now_s is not None:
        free_s = max(free_s or 0, now_s)
        if upcoming is not None and legs[upcoming] > 0 and starts[upcoming] - legs[upcoming] < now_s:
            share = 1 - (starts[upcoming] - now_s) / legs[upcoming]
            later = rows.iloc[upcoming:]
            goal = later[later["kind"] != "lunch"].iloc[0] if len(later[later["kind"] != "lunch"]) else later.iloc[0]
            underway = Underway(
                walk.place,
                rows.geometry.iloc[upcoming],
                min(max(share, 0.0), 1.0),
                starts[upcoming] - legs[upcoming],
                goal["checkpoint"],
            )
    home = bool(len(rows)) and upcoming is None and walk.place is not None
    if home and rows["kind"].iloc[-1] == "stop":  # the day ends there, when the visit is over
        home = walk.done[-1:] == [len(rows) - 1] and now_s is not None and now_s >= (walk.free_s or 0)
    if now_s is not None and free_s is None:
        free_s = now_s
    return DayProgress(rows.iloc[walk.done], tuple(walk.ahead), free_s, walk.place, underway, walk.eaten, home)

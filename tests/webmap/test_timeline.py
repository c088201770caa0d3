"""The timeline of a day: what stands where, and that nothing of a team's time is lost between the stops."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.frames import STOPS
from geo.model import Round
from webmap.rounds.timeline import Timeline, open_windows, timeline

ZONE = ZoneInfo("Asia/Shanghai")
ROUND = Round("r", start=dt.date(2026, 6, 9), days=2, teams=2, size=4)  # a Tuesday
HOURS = {"A": "08:30-12:00,14:00-17:30", "B": "", "C": "24/7", "D": "We 09:00-10:00"}
Place = tuple[str, str, int, int, int]  # kind, checkpoint, from_s, to_s, travel_s


def stops_of(team: str, day: int, places: list[Place]) -> gpd.GeoDataFrame:
    """Make the stops of one route from local seconds."""
    midnight = dt.datetime.combine(ROUND.date(day), dt.time(), ZONE)

    def moment(second: int) -> dt.datetime:
        return (midnight + dt.timedelta(seconds=second)).astimezone(dt.UTC)

    rows = [
        ("r", team, day, order, kind, at, moment(came), moment(left), left - came, travel_s)
        for order, (kind, at, came, left, travel_s) in enumerate(places)
    ]
    frame = pd.DataFrame(rows, columns=list(STOPS.columns))
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(114, 30)] * len(rows), crs=4326)


def of(*parts: gpd.GeoDataFrame, days: tuple[int, ...] = (1, 2)) -> Timeline:
    """Lay out routes of two teams."""
    frame = gpd.GeoDataFrame(pd.concat(parts), crs=4326)
    return timeline(frame, ROUND, ["2", "1"], days, zone=ZONE, hours=HOURS.__getitem__)


MORNING: list[Place] = [
    ("base", "", 30_600, 30_600, 0),
    ("stop", "A", 31_200, 31_800, 600),
    ("lunch", "", 39_600, 43_200, 300),
    ("stop", "B", 43_500, 44_100, 300),
    ("base", "", 45_000, 45_000, 900),
]


def test_blocks_stand_where_the_stops_are() -> None:
    row = next(one for one in of(stops_of("1", 1, MORNING)).rows if (one.team, one.day) == ("1", 1))
    assert [(block.kind, block.from_s, block.to_s) for block in row.blocks] == [
        ("travel", 30_600, 31_200),
        ("stop", 31_200, 31_800),
        ("wait", 31_800, 39_300),
        ("travel", 39_300, 39_600),
        ("lunch", 39_600, 43_200),
        ("travel", 43_200, 43_500),
        ("stop", 43_500, 44_100),
        ("travel", 44_100, 45_000),
    ]
    assert [(stop.number, stop.checkpoint) for stop in row.stops] == [(1, "A"), (2, "B")]


def test_every_team_has_a_row_on_every_day_that_is_shown() -> None:
    shown = of(stops_of("1", 1, MORNING), stops_of("10", 2, MORNING))
    assert [(row.day, row.team) for row in shown.rows] == [(1, "1"), (1, "2"), (1, "10"), (2, "1"), (2, "2"), (2, "10")]
    assert [bool(row.blocks) for row in shown.rows] == [True, False, False, False, False, True]
    assert [row.day for row in of(stops_of("1", 1, MORNING), days=(2,)).rows] == [2, 2]


def test_the_scale_spans_whole_hours() -> None:
    shown = of(stops_of("1", 1, MORNING))
    assert (shown.from_s, shown.to_s) == (8 * 3600, 13 * 3600)
    assert shown.hours == [8, 9, 10, 11, 12, 13]
    assert (shown.at(8 * 3600), shown.at(10 * 3600 + 1800), shown.at(13 * 3600)) == (0, 50, 100)
    assert shown.at(0) == 0
    assert shown.span(12 * 3600, 20 * 3600) == 20


def test_lanes_hold_only_windows_that_limit() -> None:
    places = [("base", "", 30_600, 30_600, 0), *(("stop", at, 31_000, 31_100, 0) for at in "ABCD")]
    shown = of(stops_of("1", 1, places), stops_of("2", 2, places))
    first, second = shown.rows[0], shown.rows[3]
    assert shown.lanes(first) == [((30_600, 43_200), (50_400, 63_000)), ()]  # D is closed on a Tuesday
    assert shown.lanes(second)[1] == ((32_400, 36_000),)  # and open on a Wednesday
    assert [stop.windows for stop in first.stops][1:3] == [None, None]


def test_hours_that_never_close_are_no_window() -> None:
    assert open_windows("24/7", 0) is None
    assert open_windows("", 0) is None
    assert open_windows("08:30-12:00", 6) == ((30_600, 43_200),)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 2500)), min_size=1, max_size=12))
def test_a_day_has_no_hole_and_no_overlap(legs: list[tuple[int, int, int]]) -> None:
    places: list[Place] = [("base", "", 28_800, 28_800, 0)]
    for gap_s, dwell_s, travel_s in legs:
        came = places[-1][3] + gap_s
        places.append(("stop", "B", came, came + dwell_s, travel_s))
    blocks = of(stops_of("1", 1, places), days=(1,)).rows[0].blocks
    assert blocks[0].from_s >= 28_800
    assert blocks[-1].to_s == places[-1][3]
    for before, after in pairwise(blocks):
        assert before.to_s == after.from_s
    assert sum(block.to_s - block.from_s for block in blocks) == places[-1][3] - 28_800


@pytest.mark.parametrize("day", [1, 2])
def test_nothing_planned_is_an_empty_day(day: int) -> None:
    shown = of(stops_of("1", 1, MORNING)[:0], days=(day,))
    assert [row.blocks for row in shown.rows] == [(), ()]
    assert shown.hours == list(range(8, 19))

"""The clock with lunch cut out, and a round's windows."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import catalogue
from geo.errors import InputError
from geo.model import Round
from geo.openings import parse
from routing.hours import Clock, shift_of, windows_by_day
from routing.plan.problem_builder import hours_and_dwell
from routing.problem import HOUR_S, Shift

H = HOUR_S
NOON = Clock.of(Shift())


def test_lunch_is_cut_out_at_noon() -> None:
    assert Clock(12 * H, H) == NOON
    assert [NOON.cut(h * H) for h in (8, 12, 13, 17)] == [8 * H, 12 * H, 12 * H, 16 * H]
    assert NOON.cut(12 * H + 1800) == 12 * H


def test_the_cut_can_be_moved_within_the_lunch_hours() -> None:
    assert Clock.of(Shift(), 0).cut_s == 11 * H
    assert Clock.of(Shift(), 1).cut_s == 13 * H


def test_a_shift_without_lunch_is_not_cut() -> None:
    clock = Clock.of(Shift(8 * H, 11 * H))
    assert clock.lunch_s == 0
    assert clock.cut(10 * H) == 10 * H


def test_windows_that_touch_after_the_cut_stay_apart() -> None:
    office = [(8 * H, 12 * H), (13 * H, 17 * H)]
    assert NOON.starts(office, 1800) == ((8 * H, 12 * H - 1800), (12 * H, 16 * H - 1800))


def test_a_window_too_short_for_the_dwell_is_left_out() -> None:
    assert NOON.starts([(12 * H, 13 * H), (14 * H, 15 * H)], 1800) == ((13 * H, 14 * H - 1800),)


@given(times=st.lists(st.integers(0, 24 * H), min_size=2, max_size=2).map(sorted), share=st.floats(0, 1))
def test_the_cut_clock_never_runs_backwards_nor_loses_more_than_lunch(times: list[int], share: float) -> None:
    clock = Clock.of(Shift(), share)
    early, late = (clock.cut(time) for time in times)
    assert early <= late
    assert times[1] - times[0] - H <= late - early <= times[1] - times[0]


def test_a_round_reads_the_weekdays_of_its_dates() -> None:
    friday = Round("R1", start=dt.date(2026, 6, 12), days=3, teams=1, size=1)
    openings = parse("Mo-Fr 08:30-12:00,14:00-17:30; Sa 09:00-12:00")
    assert windows_by_day(openings, friday) == (
        ((8 * H + 1800, 12 * H), (14 * H, 17 * H + 1800)),
        ((9 * H, 12 * H),),
        (),
    )


def test_a_place_that_says_only_when_it_is_closed_keeps_the_hours_of_its_category() -> None:
    monday_second = Round("R1", start=dt.date(2026, 6, 14), days=2, teams=1, size=3)
    sample = pd.DataFrame({"category": ["bank"] * 3, "hours": ["周一闭馆", "", "Mo 10:00-11:00"]})
    bank = catalogue.load().categories["bank"]
    _, windows = hours_and_dwell(sample, monday_second, catalogue.load())
    usual = windows_by_day(parse(bank.hours), monday_second)
    assert windows == [(usual[0], ()), usual, ((), ((10 * H, 11 * H),))]
    assert usual[0] != usual[1] != ()


@pytest.mark.parametrize(("share", "cut_h"), [(0.0, 12), (1.0, 12.5)])
def test_lunch_hours_of_a_team(share: float, cut_h: float) -> None:
    shift = Shift(lunch_from_s=12 * H, lunch_until_s=13 * H + 1800)
    assert Clock.of(shift, share).cut_s == cut_h * H


@pytest.mark.parametrize(
    ("text", "start_s", "end_s"), [("08:30-17:30", 30_600, 63_000), ("8:00 - 16:00", 28_800, 57_600)]
)
def test_a_shift_is_read(text: str, start_s: int, end_s: int) -> None:
    assert shift_of(text) == Shift(start_s, end_s)


@pytest.mark.parametrize("text", ["", "early", "08:00-12:00,13:00-17:00", "25:00-26:00"])
def test_what_is_no_shift_is_named(text: str) -> None:
    with pytest.raises(InputError, match=r"shift is .*: write one span, as 08:30-17:30"):
        shift_of(text)

"""Numbers and times in every way in which people write them: the same value, or none; never another."""

import datetime as dt
import math
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.readers.clocks import joined, time_of_day
from geo.readers.clocks import times as clock_times
from geo.readers.numerals import read_numbers
from geo.readers.values import as_text, numbers, times

calm = settings(max_examples=200, deadline=None)
SHANGHAI = "Asia/Shanghai"
WIDE = str.maketrans("0123456789.,-+", "０１２３４５６７８９．，－＋")
amounts = st.decimals(-9_999_999, 9_999_999, places=4, allow_nan=False)


def one(text: str) -> float:
    return float(numbers(pd.Series([text], dtype="str"))[0])


def grouped(value: object, by: str, point: str) -> str:
    return f"{value:,.4f}".replace(",", "\0").replace(".", point).replace("\0", by)


@calm
@given(value=amounts, by=st.sampled_from([",", " ", "\u00a0", "\u2009", "\u202f", "'", "’"]))
def test_thousands_of_any_kind(value, by):
    assert one(as_text(grouped(value, by, "."))) == float(value)


@calm
@given(value=amounts, by=st.sampled_from([".", " ", "'"]))
def test_continental_numbers(value, by):
    read = read_numbers(pd.Series([grouped(value, by, ",")], dtype="str"))
    expected = float(value)
    assert read.values[0] == expected or math.isnan(read.values[0])
    assert abs(expected) < 1000 or by != "." or read.values[0] == expected


@calm
@given(value=amounts, minus=st.sampled_from("-−–—‒‑‐﹣－"), wide=st.booleans())
def test_minus_signs_and_wide_digits(value, minus, wide):
    text = f"{abs(value):.4f}"
    assert one(minus + (text.translate(WIDE) if wide else text)) == -float(abs(value))
    assert one(f"({text})") == -float(abs(value))


@calm
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none_and_what_python_reads_is_the_same(text):
    value = one(as_text(text))
    assert math.isnan(value) or math.isfinite(value)
    if text.isascii() and text.replace(".", "", 1).isdigit():
        assert value == float(text)


@pytest.mark.parametrize("text", ["50%", "５０％", "1,2,3", "12,34,567", "1.2.3", "1_000", "0x10", "inf", "1 2", "--1"])
def test_what_is_no_number(text):
    assert math.isnan(one(text))


def test_a_decimal_comma_is_taken_where_it_can_be_nothing_else():
    def read(*texts: str) -> list[float | None]:
        return [None if np.isnan(value) else float(value) for value in numbers(pd.Series(texts, dtype="str"))]

    assert read("1,5", "0,25", "2") == [1.5, 0.25, 2.0]
    assert read("1,5", "2.5") == [None, 2.5]
    assert read("1,500") == [1500.0]
    assert read("1,500", "1,5") == [None, 1.5]
    assert read("0,125") == [0.125]
    assert read_numbers(pd.Series(["1,5", "2"], dtype="str")).commas.tolist() == [True, False]


EARLY, LATE = dt.datetime(1990, 1, 1), dt.datetime(2080, 1, 1)  # noqa: DTZ001 - local
moments = st.datetimes(EARLY, LATE).map(lambda moment: moment.replace(second=0, microsecond=0))
FORMS = [
    "{m:%Y-%m-%d %H:%M}",
    "{m:%Y/%m/%d %H:%M:%S}",
    "{m:%Y.%m.%d %H:%M}",
    "{m:%Y%m%d%H%M}",
    "{m:%Y-%m-%dT%H:%M:%S}",
    "{m.year}年{m.month}月{m.day}日{m.hour}时{m.minute}分",
    "{m.year}年{m.month}月{m.day}日 星期五 {m.hour}点{m.minute:02d}分",
    "{m.year}/{m.month}/{m.day} {h}:{m.minute:02d} {ampm}",
    "{m.year}-{m.month}-{m.day} {h}:{m.minute:02d}:00{ampm}",
    "{m.year}年{m.month}月{m.day}日{half}{h}:{m.minute:02d}",
    "{m.year}/{m.month}/{m.day} {half}{h}点{m.minute:02d}分",
]


@calm
@given(moment=moments, form=st.sampled_from(FORMS), wide=st.booleans())
def test_a_moment_in_any_form(moment, form, wide):
    halves = {"h": moment.hour % 12 or 12, "ampm": "AM" if moment.hour < 12 else "PM"}
    halves["half"] = "上午" if moment.hour < 12 else "下午"
    text = form.format(m=moment, **halves)
    text = text.translate(str.maketrans("0123456789", "０１２３４５６７８９")) if wide else text
    assert times([text], SHANGHAI) == [moment.replace(tzinfo=ZoneInfo(SHANGHAI)).astimezone(dt.UTC)]


@calm
@given(moment=moments)
def test_serial_numbers_of_both_epochs(moment):
    local = moment.replace(tzinfo=ZoneInfo("UTC"))
    for epoch, early in ((dt.datetime(1899, 12, 30), False), (dt.datetime(1904, 1, 1), True)):  # noqa: DTZ001
        serial = (moment - epoch) / dt.timedelta(days=1)
        assert clock_times([serial], "UTC", days_from_1904=early) == [local]


@calm
@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2080, 1, 1)), time=st.times(), form=st.integers(0, 5))
def test_a_date_and_a_time_of_day_in_two_columns(day, time, form):
    time = time.replace(second=0, microsecond=0)
    half = "AM" if time.hour < 12 else "PM"
    cells = [
        time,
        f"{time:%H:%M}",
        f"{time.hour}点{time.minute}分",
        f"{time.hour % 12 or 12}:{time:%M} {half}",
        dt.datetime.combine(dt.date(1899, 12, 31), time),
        repr((time.hour * 60 + time.minute) / 1440),
    ]
    assert time_of_day(cells[form]) == time
    dates = [day, f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", dt.datetime.combine(day, dt.time())]
    expected = dt.datetime.combine(day, time, ZoneInfo(SHANGHAI)).astimezone(dt.UTC)
    assert times(joined(dates, [cells[form]] * 4, SHANGHAI), SHANGHAI) == [expected] * 4


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("12:30 AM", 0),
        ("12:30 PM", 12),
        ("上午12:30", 0),
        ("下午12:30", 12),
        ("中午12:30", 12),
        ("中午1:30", 13),
        ("中午11点半", 11),
        ("晚上8:30", 20),
        ("凌晨2:30", 2),
        ("下午14:30", 14),
        ("早上9点半", 9),
    ],
)
def test_halves_of_the_day(text, hour):
    assert time_of_day(text) == dt.time(hour, 30)


@pytest.mark.parametrize(
    "text",
    ["上午14:30", "晚上12:30", "早上12:30", "25:00", "9", "上午9:30 PM", "9:60", "2026-06-12 09:30", "", "12.5", "1.0"],
)
def test_what_is_no_time_of_day(text):
    assert time_of_day(text) is None


@calm
@given(st.text(max_size=20))
def test_any_text_is_a_time_or_none(text):
    assert times([text], SHANGHAI)[0] is None or times([text], SHANGHAI)[0].tzinfo is dt.UTC
    assert time_of_day(text) is None or isinstance(time_of_day(text), dt.time)


@calm
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda part: st.lists(part) | st.dictionaries(st.text(), part),
        max_leaves=8,
    )
)
def test_any_property_of_json_is_text(cell):
    assert isinstance(as_text(cell), str)


def test_lists_and_objects_as_text():
    assert as_text(["甲.jpg", "乙.jpg"]) == as_text(np.array(["甲.jpg", "乙.jpg"])) == "甲.jpg; 乙.jpg"
    assert as_text({"路": "人民路"}) == '{"路": "人民路"}'
    assert as_text(np.array([])) == as_text([]) == as_text(pd.NA) == as_text(None) == ""
    assert (as_text(True), as_text([1.0, None, "无"])) == ("1", "1")

"""No text of opening hours is accepted that its own rendering doesn't mean, and none that a plain reading doesn't."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.openings import DAY_S, Openings, parse

MINUTES = 24 * 60
ENGLISH = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
CHINESE = ("周一", "星期二", "礼拜三", "周四", "星期五", "周六", "周日")
WORDS = (
    *("Mo", "Tu-Fr", "Sa,Su", "PH", "off", "24/7", "08:30-12:00", "14:00-17:30", "22:00-02:00", "00:00-24:00"),
    *("周一", "至", "周五", "周末", "工作日", "节假日", "每天", "一三五", "其余", "休息", "闭馆", "全天", "24小时"),
    *("上午", "下午", "晚上", "中午", "凌晨", "次日", "8点半", "12:00", "5:30", "17:30", "2:30-5:30", "-", "～"),
    *(",", "，", "、", ";", "；", "\n", " ", "(", ")", "（", "）", ":", "开放", "营业时间："),
)
UNKNOWN = ("Summer", "夏季", "week", "SH", "||", '"by appointment"', "预约", "+", "Mo[1]", "5月", "pm")


def open_minutes(openings: Openings) -> list[set[int] | None]:
    """Return the open minutes of each day; None at usual hours."""
    return [
        None if day is None else {minute for a, b in day for minute in range(a // 60, b // 60)} for day in openings.week
    ]


def checked(text: str) -> Openings | None:
    """Parse, and hold what came out against its own rendering; None when the text is refused."""
    try:
        openings = parse(text)
    except InputError:
        return None
    again = parse(openings.text())
    assert again == openings
    assert open_minutes(again) == open_minutes(openings)
    for day in range(7):
        windows = openings.windows(day)
        assert all(0 <= a < b <= DAY_S for a, b in windows)
        assert all(b < c for (_, b), (c, _) in itertools.pairwise(windows))
    return openings


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(["", " "]))
def test_what_is_accepted_is_what_its_rendering_means(words, between):
    checked(between.join(words))


@settings(deadline=None)
@given(st.text(alphabet="Mo-FrSu周一至五日0123456789:,;，； 上下午点半off休息[]()", max_size=40))
def test_no_text_ends_in_another_error(text):
    checked(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_nor_does_any_text_at_all(text):
    checked(text)


clock = st.integers(0, MINUTES).map(lambda minute: minute - minute % 5)
clocks = st.lists(clock, unique=True, min_size=2, max_size=6).map(sorted)
spans = clocks.map(lambda at: list(zip(at[::2], at[1::2], strict=False)))


@st.composite
def rules(draw):
    """Write a text by a small grammar, and say the minutes that it means, worked out here on their own."""
    chinese = draw(st.booleans())
    names = CHINESE if chinese else ENGLISH
    said: list[set[int] | None] = [None] * 7
    opened, texts = False, []
    for number in range(draw(st.integers(1, 4))):
        first, length = draw(st.integers(0, 6)), draw(st.integers(1, 7))
        days = [(first + step) % 7 for step in range(length)]
        dash = draw(st.sampled_from(["至", "到", "～", "—"])) if chinese else "-"
        name = names[first] if length == 1 else f"{names[first]}{dash}{names[days[-1]]}"
        name = "" if number == 0 and draw(st.booleans()) else name
        days = days if name else list(range(7))
        own = draw(st.none() | spans)
        opened = opened or own is not None
        body = ("休息" if chinese else "off") if own is None else write(own, "、" if chinese else ",")
        minutes = {minute for a, b in own or () for minute in range(a, b)}
        for day in days:
            said[day] = minutes
        texts.append(f"{name} {body}")
    return ("；" if chinese else "; ").join(texts), [(set() if day is None and opened else day) for day in said]


def write(own: list[tuple[int, int]], comma: str) -> str:
    """Write spans of minutes in 24 hours."""
    return comma.join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in own)


@settings(deadline=None, max_examples=400)
@given(rules())
def test_rules_over_each_other_mean_what_a_plain_reading_says(made):
    text, minutes = made
    openings = checked(text)
    if openings is None:  # only where a rule takes every open day of those before it, so that both may be meant
        with pytest.raises(InputError, match=r"have hours already"):
            parse(text)
    else:
        assert open_minutes(openings) == minutes


@settings(deadline=None)
@given(rules(), st.sampled_from(UNKNOWN))
def test_one_unknown_word_is_enough_to_refuse(made, word):
    text, _ = made
    with pytest.raises(InputError) as error:
        parse(f"{text} {word}")
    assert word in error.value.values["part"]


minutes_of_a_day = st.lists(st.integers(0, MINUTES), unique=True, max_size=6).map(sorted)
windows = minutes_of_a_day.map(lambda m: tuple((a * 60, b * 60) for a, b in zip(m[::2], m[1::2], strict=False)))


@settings(deadline=None)
@given(st.tuples(*[windows] * 7), st.none() | windows)
def test_text_reads_back_the_same(week, holiday):
    openings = Openings(week, holiday)
    assert parse(openings.text()) == openings


@settings(deadline=None)
@given(st.sets(st.integers(0, 6), min_size=1, max_size=7), st.none() | st.just(()))
def test_days_at_usual_hours_read_back_the_same(closed, holiday):
    openings = Openings(tuple(() if day in closed else None for day in range(7)), holiday)
    assert parse(openings.text()) == openings

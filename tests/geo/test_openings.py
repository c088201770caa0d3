"""Opening hours: OSM's forms, Chinese forms, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.openings import DAY_S, Openings, parse

MORNING, AFTERNOON = (30_600, 43_200), (50_400, 63_000)  # 08:30-12:00, 14:00-17:30


@pytest.mark.parametrize(
    ("text", "monday", "saturday"),
    [
        ("08:30-12:00,14:00-17:30", (MORNING, AFTERNOON), (MORNING, AFTERNOON)),
        ("Mo-Fr 08:30-12:00,14:00-17:30; Sa 08:30-12:00", (MORNING, AFTERNOON), (MORNING,)),
        ("周一至周五 8:30-12:00，14:00-17:30", (MORNING, AFTERNOON), ()),
        ("星期一到星期六８：３０－１２：００", (MORNING,), (MORNING,)),
        ("上午8点半—12点 下午2:00—5:30", (MORNING, AFTERNOON), (MORNING, AFTERNOON)),
        ("上午8:30-下午5:30", ((30_600, 63_000),), ((30_600, 63_000),)),
        ("8:30——中午12点、下午 2点 -- 下午5点半", (MORNING, AFTERNOON), (MORNING, AFTERNOON)),
        ("早8:30－晚12:00", ((30_600, DAY_S),), ((30_600, DAY_S),)),
        ("晚上8:00-12:00", ((72_000, DAY_S),), ((72_000, DAY_S),)),
        ("工作日 8:30-12:00；周末休息", (MORNING,), ()),
        ("周一、周六 8:30-12:00", (MORNING,), (MORNING,)),
        ("营业时间：每天 8:30~12:00", (MORNING,), (MORNING,)),
        ("Mo,Sa 08:30-12:00", (MORNING,), (MORNING,)),
        ("Mo-Su,PH 08:30-12:00", (MORNING,), (MORNING,)),
        ("24/7", ((0, DAY_S),), ((0, DAY_S),)),
        ("24小时营业", ((0, DAY_S),), ((0, DAY_S),)),
        ("00:00-24:00", ((0, DAY_S),), ((0, DAY_S),)),
        ("Mo-Su 08:30-12:00; Sa off", (MORNING,), ()),
        ("Fr-Sa 22:00-02:00", (), ((0, 7200), (79_200, DAY_S))),
        ("Su 22:00-02:00", ((0, 7200),), ()),
        ("08:30-11:00,10:00-12:00", (MORNING,), (MORNING,)),
        ("周一至周日全天", ((0, DAY_S),), ((0, DAY_S),)),
    ],
)
def test_forms(text, monday, saturday):
    openings = parse(text)
    assert openings.windows(0) == monday
    assert openings.windows(5) == saturday
    assert parse(openings.text()) == openings


def test_public_holidays_stand_beside_the_week():
    assert parse("Mo-Fr 08:30-12:00; PH off").holiday == ()
    assert parse("08:30-12:00；节假日休息").windows(6) == (MORNING,)
    assert parse("08:30-12:00").holiday is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "早晚",
        "Mo-Fr",
        "25:00-26:00",
        "08:70-09:00",
        "8:30-12:00 abc",
        "Xx 8:00-9:00",
        "周八 8:00-9:00",
        "09:00-09:00",
        "SH 08:00-09:00",
        "sunrise-sunset",
        "Mo-We-Fr 08:00-09:00",
    ],
)
def test_what_is_not_understood_is_refused(text):
    with pytest.raises(InputError, match="opening hours are"):
        parse(text)


@settings(deadline=None)
@given(st.text(alphabet="Mo-FrSu周一至五日0123456789:,;，； 上下午点半", max_size=40))
def test_never_any_other_error(text):
    try:
        openings = parse(text)
    except InputError:
        return
    assert all(0 <= a < b <= DAY_S for day in range(7) for a, b in openings.windows(day))


minutes = st.lists(st.integers(0, 24 * 60), unique=True, max_size=6).map(sorted)
windows = minutes.map(lambda m: tuple((a * 60, b * 60) for a, b in zip(m[::2], m[1::2], strict=False)))


@settings(deadline=None)
@given(st.tuples(*[windows] * 7), st.none() | windows)
def test_text_reads_back_the_same(week, holiday):
    openings = Openings(week, holiday)
    assert parse(openings.text()) == openings

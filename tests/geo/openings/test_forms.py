"""Opening hours: OSM's forms, Chinese forms, and what is refused."""

import pytest

from geo.errors import InputError
from geo.openings import DAY_S, one_span, parse, together

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
        ("8:30-12:00，2:00-5:30", (MORNING, AFTERNOON), (MORNING, AFTERNOON)),  # nobody writes the night second
        ("8:30-12:00；14:00-17:30", (MORNING, AFTERNOON), (MORNING, AFTERNOON)),
        ("周一至周五 8:30-12:00\n14:00-17:30", (MORNING, AFTERNOON), ()),
        ("上午八点半至十二点，下午两点到五点半", (MORNING, AFTERNOON), (MORNING, AFTERNOON)),
        ("下午2:00-5:30", (AFTERNOON,), (AFTERNOON,)),
        ("中午11:30-1:30", ((41_400, 48_600),), ((41_400, 48_600),)),
        ("晚上8点至凌晨2点", ((0, 7200), (72_000, DAY_S)), ((0, 7200), (72_000, DAY_S))),
        ("晚上10:00-2:00", ((0, 7200), (79_200, DAY_S)), ((0, 7200), (79_200, DAY_S))),
        ("22:00-次日2:00", ((0, 7200), (79_200, DAY_S)), ((0, 7200), (79_200, DAY_S))),
        ("一三五 8:30-12:00", (MORNING,), ()),
        ("周一三五、六 8:30-12:00", (MORNING,), (MORNING,)),
        ("周1-5 8：30～12：00", (MORNING,), ()),
        ("礼拜一、星期六 8时30分-12时", (MORNING,), (MORNING,)),
        ("8:30-12:00（周一闭馆）", (), (MORNING,)),
        ("8:30-12:00 周一休息", (), (MORNING,)),
        ("每周一闭馆，8:30-12:00", (), (MORNING,)),
        ("周六闭馆，其余时间8:30-12:00", (MORNING,), ()),
        ("8:30-12:00（周一至周五）", (MORNING,), ()),
        ("开放时间：周二至周日（8:30—12:00），周一（闭馆）", (), (MORNING,)),
        ("Mo-Fr 08:30-12:00, We 14:00-17:30", (MORNING,), ()),
        ("Mo-Fr 08:30-12:00; Mo off", (), ()),
        ("24/7; Mo off", (), ((0, DAY_S),)),
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
        "夏季 8:00-18:00；冬季 8:30-17:30",
        "8:30-17:30（16:30停止入场）",
        "每天（周一除外）9:00-17:00",
        "每天 周一休息",
        "PH Mo 08:00-09:00",
        "PH 09:00-10:00",  # and the week?
        "PH 22:00-02:00; Mo-Su 09:00-10:00",
        "周二十点-十二点",
        "上午14:00-17:00",
        "晚上3:00-5:00",
        "08:00-18:00 25:00",
        "(" * 50_000,
        "一" * 50_000,
    ],
)
def test_what_is_not_understood_is_refused(text):
    with pytest.raises(InputError, match="opening hours are"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Mo[1] 09:00-12:00", "Mo[1]"),
        ("Mo-Fr 09:00-12:00; Su[-1] off", "Su[-1]"),
        ("Summer 08:00-12:00", "Summer"),
        ("week 1-20 Mo 08:00-09:00", "week"),
        ("Jan-Mar 08:00-10:00", "Jan"),
        ("5月-10月 8:00-18:00", "5月"),
        ("sunrise-sunset", "sunrise"),
        ("(sunrise+01:00)-18:00", "sunrise"),
        ("SH off", "SH"),
        ("寒暑假休息", "寒暑假休息"),
        ('08:00-18:00 "call first"', '"call first"'),
        ("Mo-Fr 08:00-12:00 || Sa 09:00-12:00", "||"),
        ("17:00+", "+"),
        ("Money 08:00-09:00", "Money"),
        ("8:30-12:00 预约参观", "预约参观"),
        ("8:30am-5:30pm", "am"),
    ],
)
def test_what_nobody_knows_is_refused_by_its_word(text, part):
    with pytest.raises(InputError, match=r"write 08:30-12:00,14:00-17:30") as error:
        parse(text)
    assert error.value.values["part"] == part


@pytest.mark.parametrize(
    "text",
    [
        "2:30-5:30",  # at night, or in the afternoon
        "8:30-5:30",
        "10:00-2:00",  # four hours, or sixteen
        "08:30-12:00,02:30-05:30",
        "上午9:00-5:00",
        "下午2:00-12:00",
        "08:00-12:00; 14:00-17:00",  # OSM: the afternoon alone; everybody else: both
        "Mo-Fr 08:00-12:00; Mo-Fr 14:00-17:00",
        "Mo-Fr 08:00-12:00; 14:00-17:00",
        "Mo off; 09:00-17:00",
        "周一至周五 8:30-12:00，周三 14:00-17:00",
        "Mo-Fr 08:00-12:00, We 10:00-18:00",
    ],
)
def test_what_may_mean_two_things_is_refused(text):
    with pytest.raises(InputError, match=r"of which .* (may mean two things|for which days|have hours already)"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["周一闭馆，节假日除外", "周一休息（节假日除外）", "Mo off, PH 除外", "周一闭馆；周三除外"]
)
def test_an_exception_from_closing_is_no_closing(text):
    with pytest.raises(InputError, match="除外"):
        parse(text)


def test_an_exception_from_opening_is_closed():
    assert parse("9:00-17:00（周三除外）").windows(2) == ()
    assert parse("周一至周五9:00-17:00，节假日除外").text() == "Mo-Fr 09:00-17:00; Sa-Su off; PH off"


@pytest.mark.parametrize(
    "text", ["周一闭馆", "Mo off", "周一休息", "每周一 闭馆", "逢周一不开放", "星期一休馆", "周一除外"]
)
def test_only_closing_rules_leave_the_other_days_at_usual_hours(text):
    openings = parse(text)
    assert openings.windows(0) == ()
    assert openings.windows(1) == ((0, DAY_S),)  # without a category that has usual hours
    assert openings.text() == "Mo off"
    assert together(text, "08:30-12:00") == "Mo off; Tu-Su 08:30-12:00"
    assert together(text, "Mo-Fr 08:30-12:00; PH off") == "Mo off; Tu-Fr 08:30-12:00; Sa-Su off; PH off"


def test_own_hours_stand_alone_where_they_name_every_day():
    assert together("", "08:30-12:00") == "08:30-12:00"
    assert together("14:00-17:30", "08:30-12:00; PH off") == "14:00-17:30"
    assert together("14:00-17:30", "") == "14:00-17:30"
    assert together("Mo 08:30-12:00; Mo off", "08:30-12:00") == "Mo-Su off"  # a rule that opens leaves no usual day


def test_a_shift_is_one_span():
    assert one_span("08:30-17:30") == (30_600, 63_000)
    assert one_span("上午8:30-下午5:30") == (30_600, 63_000)
    assert [one_span(text) for text in ("周一休息", "8:30-12:00,14:00-17:30", "8:30-5:30", "白天", "off")] == [None] * 5

"""The city's time zone has one owner, which says what is wrong with a setting."""

import datetime as dt

import pytest

from geo import clock
from geo.errors import InputError


class City:
    """Settings without a database."""

    def __init__(self, **settings: str) -> None:
        self.settings = settings


def test_a_city_that_names_no_zone_is_in_china() -> None:
    assert clock.zone_of(City()).key == "Asia/Shanghai"
    assert clock.zone_of(City(timezone="")).key == "Asia/Shanghai"
    assert clock.zone_of(City(timezone="America/Los_Angeles")).key == "America/Los_Angeles"


@pytest.mark.parametrize("name", ["Wuhan", "Asia", "../etc/passwd", "/etc/passwd", "Asia/Shanghai\0"])
def test_a_zone_that_nobody_knows_is_named_with_its_remedy(name: str) -> None:
    with pytest.raises(InputError, match=r"timezone is .*: write a zone of the IANA table, as Asia/Shanghai"):
        clock.zone_of(City(timezone=name))


def test_a_date_set_by_hand_is_the_citys_today_at_half_past_seven() -> None:
    city = City(today="2026-06-12")
    assert clock.today(city) == clock.Today(dt.date(2026, 6, 12), clock.zone_of(city), pinned=True)
    assert clock.now(city) == dt.datetime(2026, 6, 11, 23, 30, tzinfo=dt.UTC)
    assert clock.now(City(today="2026-06-12", time="10:00")) == dt.datetime(2026, 6, 12, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize("setting", [{"today": "yesterday"}, {"today": "2026-06-12", "time": "noon"}])
def test_a_setting_that_is_no_moment_is_named(setting: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"(today|time) is '(yesterday|noon)': write it as"):
        clock.now(City(**setting))

"""Codes of zones: as an import pads them, so they are found."""

import pytest

from geo.errors import NotFoundError
from geo.zones.codes import known

CODES = {"420102000000", "420102001000", "420102001001", "B01"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("420102001000", "420102001000"),
        ("420102001", "420102001000"),
        ("420102", "420102000000"),
        ("B01", "B01"),
    ],
)
def test_a_zone_is_named_in_full_or_without_the_zeros_at_its_end(written: str, code: str) -> None:
    assert known(written, CODES) == code


def test_a_zone_with_a_short_code_of_its_own_comes_first() -> None:
    assert known("420102001", {*CODES, "420102001"}) == "420102001"


def test_a_zone_that_is_not_there_is_told_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"no zone '420102007': look its code up.*; the nearest is '420102001"):
        known("420102007", CODES)
    with pytest.raises(NotFoundError, match=r"no zone '大智': look its code up, or import the zones first$"):
        known("大智", CODES)

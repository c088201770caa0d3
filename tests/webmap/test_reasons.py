"""Reasons and remedies of a plan in the reader's language."""

import pytest

from routing.plan.remedies import Change, Remedy
from routing.problem import Reason
from webmap.language.reasons import kept_remedy_text, reason_text, remedy_text, templates
from webmap.language.texts import translate


def zh(text: str) -> str:
    return translate(text, "zh")


def test_reasons_and_filled_in_remedies_are_translated() -> None:
    assert reason_text("shift_full", say=zh) == "班次已排满"
    longer = Remedy(Change.OVERTIME, {"team": "T02", "minutes": 25, "day": 3})
    assert remedy_text(longer, say=zh) == "让 第 2 组 在第 3 天多工作 25 分钟"
    assert remedy_text(Remedy(Change.MORE, {}), say=zh) == "增加一组"


def test_what_nobody_knows_stays() -> None:
    assert reason_text("the dog ate it", say=zh) == "the dog ate it"
    assert kept_remedy_text({}) == ""


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_in_chinese(reason: Reason) -> None:
    assert not reason_text(reason.value, say=zh).isascii()


@pytest.mark.parametrize("change", Change)
def test_every_remedy_is_said_in_chinese(change: Change) -> None:
    values = {"metres": 9, "mode": "car", "day": 2, "team": "T1", "time": "9:00", "minutes": 4, "seconds": 7}
    assert not remedy_text(Remedy(change, values), say=zh).isascii()


def test_every_text_has_a_translation() -> None:
    assert [text for text in templates() if zh(text) == text] == []

"""Reasons and remedies of a plan in the reader's language."""

from webmap.language.reasons import said, templates
from webmap.language.texts import translate


def zh(text: str) -> str:
    return translate(text, "zh")


def test_reasons_and_filled_in_remedies_are_translated() -> None:
    assert said("shift full", say=zh) == "班次已排满"
    assert said("let T02 work 25 minutes longer on day 3", say=zh) == "让 第 2 组 在第 3 天多工作 25 分钟"
    assert said("add a team", say=zh) == "增加一组"


def test_what_nobody_knows_stays() -> None:
    assert said("the dog ate it", say=zh) == "the dog ate it"
    assert said("", say=zh) == ""


def test_every_template_is_recognised_when_filled_in() -> None:
    for template in templates():
        values = {"metres": 9, "mode": "car", "day": 2, "team": "T1", "time": "9:00", "minutes": 4, "seconds": 7}
        assert said(template.format(**values), say=zh) != template.format(**values), template

"""Names in the order in which people count."""

import pandas as pd
import pytest

from geo.natural import by_team, last_number, natural_order


@pytest.mark.parametrize(
    "names",
    [
        ["T1", "T02", "T2", "T10", "T11"],
        ["第一组", "第二组", "第三组", "第九组", "第十组", "第十一组", "第二十组", "第一百零二组"],
        ["1组", "2组", "１0组"],
        ["暗访一", "暗访二", "暗访十二"],
        ["一元街道组", "三阳街道组", "百步亭组"],
        ["A", "B", "第一组"],
    ],
)
def test_names_are_sorted_as_people_count(names: list[str]) -> None:
    assert natural_order([*reversed(names), names[0]]) == names


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("T07", 7),
        ("第三组", 3),
        ("第二十一督查组", 21),
        ("2026年第二组", 2),
        ("两组", 2),
        ("第一〇二组", 102),
        ("三阳路组", None),
        ("红队", None),
        ("", None),
    ],
)
def test_the_last_number_of_a_name(name: str, number: int | None) -> None:
    assert last_number(name) == number


def test_frames_are_sorted_by_team() -> None:
    frame = pd.DataFrame({"day": [2, 1, 1, 1], "team": ["第一组", "第三组", "第二组", "第一组"]})
    assert by_team(frame, "day", "team").index.tolist() == [3, 2, 1, 0]
    assert by_team(frame.iloc[:0], "day", "team").empty

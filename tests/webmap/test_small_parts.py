"""The small parts: waiting, keys, paths, names, numbers."""

import datetime as dt
import stat
import sys
import threading
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import today
from geo.errors import InputError
from geo.store import Store
from webmap import formats
from webmap.accounts.secret import secret_of
from webmap.maps.palette import colour, rgb
from webmap.paths import local_path
from webmap.team_marks import team_marks


def test_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(secret_of(folder))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 64
    assert secret_of(folder) == found[0]
    assert [path.name for path in folder.iterdir()] == ["secret.key"]
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


@given(st.text(st.sampled_from("/\\:.@?#%ahtps \t\n"), max_size=12))
def test_local_path_stays_on_this_server(address: str) -> None:
    path = local_path(address)
    # A browser takes a backslash for a slash and drops tabs and line ends.
    seen = path.replace("\\", "/").replace("\t", "").replace("\n", "")
    assert urlsplit(urljoin("http://here.example/login", seen)).netloc == "here.example"


@pytest.mark.parametrize("address", ["/", "/map?round=2026-06&day=2", "/field"])
def test_local_path_keeps_what_is_ours(address: str) -> None:
    assert local_path(address) == address


def test_teams_are_sorted_as_people_do_and_marked_apart() -> None:
    marks = team_marks(["暗访一组", "T02", "T01"])
    assert list(marks) == ["T01", "T02", "暗访一组"]
    assert marks["T01"].name == "Team 1"
    assert marks["T02"].chip == "2"
    assert marks["T02"].beside == "Team 2"
    assert (marks["暗访一组"].name, marks["暗访一组"].chip) == ("暗访一组", "1")
    assert [(one.chip, one.beside) for one in team_marks(["红队", "督查大队"]).values()] == [
        ("督查大", "督查大队"),
        ("红队", ""),
    ]
    assert {mark.colour for mark in marks.values()} == {1, 2, 3}
    assert all(1 <= mark.colour <= 12 for mark in team_marks([str(number) for number in range(30)]).values())


def test_numbers_are_written_with_thin_separators(app: Flask) -> None:
    assert formats.number(1234567) == "1\u202f234\u202f567"
    assert formats.number(0.5, 2) == "0.50"
    assert formats.number(None) == formats.number(float("nan")) == "–"
    assert [formats.points(value) for value in (0, 2, 1.5, 10_000.25)] == ["0", "2", "1.5", "10\u202f000.25"]
    assert formats.km(12_345) == "12.3"
    with app.test_request_context():
        assert formats.duration(3_900) == "1 小时 05 分"
        assert formats.duration(59 * 60 + 40) == "1 小时 00 分"
        assert formats.duration(125) == "2 分"
        assert formats.duration(-20) == "0 分"
        assert formats.duration(-3_900) == "−1 小时 05 分"
        assert formats.duration(7_200_060) == "2\u202f000 小时 01 分"
        assert [formats.more(seconds) for seconds in (-90, -20, 0, 20, 90)] == [
            "−2 分",
            "0 分",
            "0 分",
            "0 分",
            "+2 分",
        ]
        assert formats.clock(dt.datetime(2026, 6, 9, 1, 30, tzinfo=dt.UTC)) == "09:30"
        late = dt.datetime(2026, 6, 9, 17, 30, tzinfo=dt.UTC)
        assert (formats.day(late), formats.clock(late)) == ("2026-06-10", "01:30")
        assert formats.day(late.date()) == "2026-06-09"
        assert formats.category_name("main_road") == "主干道"
        assert formats.category_name("unheard_of") == "unheard_of"


def test_today_is_the_clocks_unless_set(tmp_path: Path) -> None:
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        now = today(store)
        assert not now.pinned
        assert abs((now.date - dt.datetime.now(dt.UTC).date()).days) <= 1
        store.settings.set("today", "2026-06-09")
        assert today(store).date == dt.date(2026, 6, 9)
        assert today(store).pinned
        store.settings.set("today", "soon")
        with pytest.raises(InputError, match="'soon'"):
            today(store)


def test_pictures_take_the_colours_of_the_stylesheet() -> None:
    assert colour("team-1") == "#0067a5"
    assert rgb("paper") == (255, 255, 255)

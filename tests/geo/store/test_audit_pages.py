"""The audit log page by page: every row once, whatever happens meanwhile, on both databases."""

import datetime as dt
from collections.abc import Sequence

import pytest

from geo.acting import acting
from geo.audit.events import OF_ACCOUNTS, Event
from geo.errors import InputError
from geo.model import Role, User
from geo.store import Store
from geo.store.audit import Act, happening
from geo.store.audit_log import AuditRow
from geo.store.audit_pages import LogPlace, LogQuestion, place_of

AT = dt.datetime(2030, 6, 12, 1, 2, 3, 4000, tzinfo=dt.UTC)


@pytest.fixture
def log(store: Store) -> Store:
    """Return a city whose log has rows of one time, and of times that are not in the order of entry."""
    for number, second in enumerate((0, 0, 0, 2, 1, 1, 0, 3)):
        act = happening(Event.LOOK if number % 2 else Event.EXPORT, f"round/{number}")
        act.at, act.who = AT + dt.timedelta(seconds=second), "li" if number < 5 else "wang"
        store.audit.note(act)
    with acting("admin"):
        store.accounts.save(User("li", Role.STREET, "hash", zone="Z"))
    return store


def pages(store: Store, asked: LogQuestion, size: int) -> list[list[AuditRow]]:
    """Turn all pages of an answer, each by the address that the one before gave."""
    found = []
    before: LogPlace | None = None
    while True:
        rows, before = store.audit.find(LogQuestion(asked.who, asked.events, before=before), size)
        found.append(rows)
        if before is None:
            return found
        before = place_of(str(before))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 50])
def test_every_row_is_on_one_page_in_the_order_of_time(log: Store, size: int) -> None:
    whole = pages(log, LogQuestion(), size)
    assert [len(one) for one in whole[:-1]] == [size] * (len(whole) - 1)
    rows = [row for page in whole for row in page]
    assert sorted(row.number for row in rows) == list(range(1, log.audit.head().count + 1))
    assert [(row.at, row.number) for row in rows] == sorted(((row.at, row.number) for row in rows), reverse=True)


def test_a_row_that_comes_meanwhile_moves_no_page(log: Store) -> None:
    first, place = log.audit.find(LogQuestion(), 4)
    act = Act(Event.EXPORT, "late", "", "")
    act.at = AT + dt.timedelta(days=1)
    log.audit.note(act)
    second, _ = log.audit.find(LogQuestion(before=place), 4)
    assert not {row.number for row in first} & {row.number for row in second}
    assert "late" not in {row.object for row in second}


def numbers(rows: Sequence[AuditRow]) -> list[str]:
    return [row.object for row in rows]


def test_rows_are_picked_by_person_kind_object_and_time(log: Store) -> None:
    assert numbers(log.audit.find(LogQuestion("wang"), 50)[0]) == ["round/7", "round/5", "round/6"]
    assert numbers(log.audit.find(LogQuestion("li"), 50)[0])[-1] == "account/li"  # what was done to it
    looks = log.audit.find(LogQuestion("li", frozenset({Event.LOOK})), 50)[0]
    assert numbers(looks) == ["round/3", "round/1"]
    asked = LogQuestion(since=AT + dt.timedelta(seconds=1), until=AT + dt.timedelta(seconds=3))
    assert numbers(log.audit.find(asked, 50)[0]) == ["round/3", "round/5", "round/4"]
    assert numbers(log.audit.find(LogQuestion(about=("round/2", "round/3")), 50)[0]) == ["round/3", "round/2"]
    assert numbers(log.audit.find(LogQuestion(events=OF_ACCOUNTS), 50)[0]) == ["account/li"]
    assert log.audit.find(LogQuestion("nobody"), 50) == ([], None)
    assert log.audit.find(LogQuestion(events=frozenset()), 50) == ([], None)


@pytest.mark.parametrize(
    "text", ["1", "20300612T010203.004000", "20300612T010203.004000~x", "~1", "2030~1", "٣~٣", "x" * 999]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="before"):
        place_of(text)


def test_a_place_is_a_time_and_tells_no_number(log: Store) -> None:
    _, place = log.audit.find(LogQuestion(), 6)
    assert place is not None
    assert place_of(str(place)) == place
    assert place_of("") is None

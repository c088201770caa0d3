"""Sessions and the accounts they belong to, on both databases."""

import datetime as dt
import time
from collections.abc import Callable

import pytest

from geo.errors import InputError, NotFoundError, StateError
from geo.model import LoginSession, Role, User
from geo.store import Store, tables
from geo.store.accounts import NoticeKind
from geo.store.sessions import SEEN_EVERY, SessionLimits

NOW = dt.datetime(2026, 6, 9, 8, tzinfo=dt.UTC)
LI = User("李", Role.TEAM, "hash", team="1")
HOUR = dt.timedelta(hours=1)


def seen(user: User = LI, at: dt.datetime = NOW, agent: str = "Phone") -> LoginSession:
    return LoginSession(0, user.name, at, at, "10.0.0.7", agent)


@pytest.fixture
def peopled(store: Store) -> Store:
    """Make a city with an account of a team and one of a planner."""
    store.accounts.save(LI)
    store.accounts.save(User("plan", Role.PLANNER, "hash"))
    return store


def test_a_session_is_found_by_its_token_alone(peopled: Store) -> None:
    peopled.sessions.begin(LI, "a token", seen())
    user, session = peopled.sessions.find("a token", NOW)
    assert user == LI
    assert (session.account, session.address, session.agent, session.begun_at) == ("李", "10.0.0.7", "Phone", NOW)
    for wrong in ("", "A token", "another", session.account, str(session.id)):
        assert peopled.sessions.find(wrong, NOW) is None


def test_the_token_is_nowhere_in_the_city(peopled: Store) -> None:
    peopled.sessions.begin(LI, "a very secret token", seen())
    with peopled._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sessions").fetchall()
    assert len(rows) == 1
    assert "secret" not in repr(rows)


@pytest.mark.parametrize(("after", "goes_on"), [(7.9, True), (8.1, False)])
def test_an_idle_session_ends(peopled: Store, *, after: float, goes_on: bool) -> None:
    peopled.sessions.begin(LI, "t", seen())
    assert (peopled.sessions.find("t", NOW + after * HOUR) is not None) is goes_on


def test_a_busy_session_ends_all_the_same(peopled: Store) -> None:
    peopled.sessions.begin(LI, "t", seen())
    for hour in range(1, 16):
        assert peopled.sessions.find("t", NOW + hour * HOUR) is not None
    assert peopled.sessions.find("t", NOW + 16.1 * HOUR) is None


def test_limits_hold_for_sessions_that_have_begun(peopled: Store) -> None:
    peopled.sessions.begin(LI, "t", seen())
    peopled.sessions.set_limits(SessionLimits(1, 2))
    assert peopled.sessions.limits() == SessionLimits(1, 2)
    assert peopled.sessions.find("t", NOW + 1.1 * HOUR) is None
    for wrong in ((0, 1), (1, 0), (24 * 31, 1)):
        with pytest.raises(InputError, match="write whole hours from 1 to 720"):
            SessionLimits(*wrong)


def test_limits_that_another_program_wrote_are_no_failure(peopled: Store) -> None:
    peopled.settings.set("idle_h", "soon")
    assert peopled.sessions.limits() == SessionLimits()


def test_being_seen_is_written_once_a_minute(peopled: Store) -> None:
    peopled.sessions.begin(LI, "t", seen())
    peopled.sessions.find("t", NOW + SEEN_EVERY / 2)
    assert peopled.sessions.find("t", NOW)[1].seen_at == NOW
    later = NOW + 2 * SEEN_EVERY
    peopled.sessions.find("t", later)
    assert peopled.sessions.find("t", later)[1].seen_at == later


def test_sessions_that_are_over_are_let_go(peopled: Store) -> None:
    peopled.sessions.begin(LI, "old", seen())
    peopled.sessions.begin(LI, "new", seen(at=NOW + 17 * HOUR))
    with peopled._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar() == 1


def test_a_browser_has_one_session(peopled: Store) -> None:
    peopled.sessions.begin(LI, "first", seen())
    peopled.sessions.begin(LI, "second", seen(), instead_of="first")
    assert peopled.sessions.find("first", NOW) is None
    assert peopled.sessions.find("second", NOW) is not None


def test_who_may_see_and_end_which(peopled: Store) -> None:
    plan = peopled.accounts.get("plan")
    peopled.sessions.begin(LI, "a", seen())
    peopled.sessions.begin(LI, "b", seen(agent="Desk"))
    peopled.sessions.begin(plan, "p", seen(plan))
    assert len(peopled.sessions.of(list(Role), NOW)) == 3
    mine = peopled.sessions.of([Role.TEAM], NOW)
    assert {one.account for one in mine} == {"李"}
    assert peopled.sessions.of([Role.TEAM], NOW, "plan") == []
    with pytest.raises(NotFoundError, match="over already"):
        peopled.sessions.end_one("plan", mine[0].id)
    with pytest.raises(NotFoundError, match="no account 'plan'"):
        peopled.sessions.end_all("plan", [Role.TEAM])
    peopled.sessions.end_one("李", mine[0].id)
    assert len(peopled.sessions.of([Role.TEAM], NOW)) == 1
    assert peopled.sessions.end_all("李", [Role.TEAM]) == 1
    peopled.sessions.end("p")
    assert peopled.sessions.of(list(Role), NOW) == []


ENDS: list[Callable[[Store], None]] = [
    lambda store: store.accounts.disable("李"),
    lambda store: store.accounts.save(User("李", Role.TEAM, "another", team="1")),
    lambda store: store.accounts.set_password(LI, "another"),
]


@pytest.mark.parametrize("change", ENDS, ids=["disabled", "reset", "changed"])
def test_what_ends_all_sessions_of_an_account(peopled: Store, change: Callable[[Store], None]) -> None:
    plan = peopled.accounts.get("plan")
    peopled.sessions.begin(LI, "a", seen())
    peopled.sessions.begin(plan, "p", seen(plan))
    change(peopled)
    assert peopled.sessions.find("a", NOW) is None
    assert peopled.sessions.find("p", NOW) is not None


def test_a_new_password_keeps_the_session_that_set_it(peopled: Store) -> None:
    for token in ("a", "b"):
        peopled.sessions.begin(LI, token, seen())
    peopled.accounts.set_password(LI, "another", keep=peopled.sessions.find("a", NOW)[1].id)
    assert peopled.sessions.find("a", NOW) is not None
    assert peopled.sessions.find("b", NOW) is None
    with pytest.raises(StateError, match="changed meanwhile"):
        peopled.accounts.set_password(LI, "a third")


def test_a_renewed_hash_ends_nothing(peopled: Store) -> None:
    peopled.sessions.begin(LI, "a", seen())
    better = "a better hash"
    peopled.accounts.set_password(LI, better, renewed=True)
    assert peopled.sessions.find("a", NOW) is not None
    assert peopled.accounts.get("李").password_hash == better


def test_a_disabled_account_comes_back(peopled: Store) -> None:
    peopled.accounts.disable("李")
    peopled.sessions.begin(LI, "a", seen())
    assert peopled.sessions.find("a", NOW) is None
    peopled.accounts.disable("李", disabled=False)
    assert peopled.sessions.find("a", NOW) is not None
    with pytest.raises(NotFoundError, match="no account 'nobody'"):
        peopled.accounts.disable("nobody")
    with pytest.raises(StateError, match="your own account"):
        peopled.accounts.disable("李", who="李")


def test_what_happens_to_planners_is_kept(peopled: Store) -> None:
    peopled.accounts.save(User("plan", Role.PLANNER, "a new one"), who="admin")
    peopled.accounts.save(User("李", Role.PLANNER, "hash"), who="admin")  # a team's account becomes a planner's
    peopled.accounts.disable("plan", who="admin")
    peopled.accounts.disable("plan", who="admin")  # again: nothing happened
    peopled.accounts.disable("plan", disabled=False, who="admin")
    peopled.accounts.save(User("new", Role.STREET, "hash", zone="1"))
    told = [(one.account, one.what, one.who) for one in reversed(peopled.accounts.planner_notices())]
    assert told == [
        ("plan", NoticeKind.MADE, ""),
        ("plan", NoticeKind.PASSWORD, "admin"),
        ("李", NoticeKind.MADE, "admin"),
        ("plan", NoticeKind.DISABLED, "admin"),
        ("plan", NoticeKind.ENABLED, "admin"),
    ]
    assert peopled.accounts.planner_notices(dt.datetime.now(dt.UTC) + HOUR) == []


def test_who_writes_keeps_nobody_from_reading_or_logging_in(city_url: str, peopled: Store) -> None:
    """Begin and use a session while somebody else holds the city: neither waits, and nothing is lost."""
    with Store.open(city_url) as writer, writer._database.backend.writer.begin() as connection:
        for table in (tables.users, tables.sessions):
            writer._database.backend.lock(connection, table)
        started = time.monotonic()
        peopled.sessions.begin(LI, "a", seen())
        assert peopled.sessions.find("a", NOW) is not None
        assert peopled.sessions.find("a", NOW + 2 * SEEN_EVERY) is not None
        assert [one.account for one in peopled.sessions.of([Role.TEAM], NOW)] == ["李"]
        assert time.monotonic() - started < 5  # the time that writers wait for each other is 10 s
    later = NOW + 4 * SEEN_EVERY
    assert peopled.sessions.find("a", later) is not None
    with Store.open(city_url) as other:  # another process sees it now
        assert other.sessions.find("a", later) is not None


@pytest.mark.parametrize("end", ["token", "one", "all", "password", "disabled"])
def test_a_session_that_waits_to_be_written_ends_like_any_other(city_url: str, peopled: Store, end: str) -> None:
    with Store.open(city_url) as writer, writer._database.backend.writer.begin() as connection:
        for table in (tables.users, tables.sessions):
            writer._database.backend.lock(connection, table)
        peopled.sessions.begin(LI, "a", seen())
        _, session = peopled.sessions.find("a", NOW)
    assert session.id < 0
    {
        "token": lambda: peopled.sessions.end("a"),
        "one": lambda: peopled.sessions.end_one("李", session.id),
        "all": lambda: peopled.sessions.end_all("李"),
        "password": lambda: peopled.accounts.set_password(LI, "another"),
        "disabled": lambda: peopled.accounts.disable("李"),
    }[end]()
    assert peopled.sessions.find("a", NOW + 2 * SEEN_EVERY) is None
    with Store.open(city_url) as other:
        assert other.sessions.find("a", NOW + 2 * SEEN_EVERY) is None

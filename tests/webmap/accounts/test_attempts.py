"""Guesses of passwords: each makes the next wait, all at once are counted one by one, and nobody is locked out."""

import threading

import pytest

from webmap.accounts.attempts import PACES, AttemptKind, Attempts, keys_of

HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def now() -> list[float]:
    """Return a clock that a test sets."""
    return [1000.0]


@pytest.fixture
def attempts(now: list[float]) -> Attempts:
    """Count by that clock."""
    return Attempts(clock=lambda: now[0])


def test_waits_grow_from_nothing_to_five_minutes(attempts: Attempts, now: list[float]) -> None:
    waits = []
    for _ in range(16):
        while wait_s := attempts.begin(*keys_of("li", HERE)):
            waits.append(wait_s)
            now[0] += wait_s
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == PACES[AttemptKind.PAIR].most_s == 300


def test_what_is_refused_is_not_counted(attempts: Attempts, now: list[float]) -> None:
    for _ in range(100):
        attempts.begin(*keys_of("li", HERE))
    now[0] += 1.0
    assert attempts.begin(*keys_of("li", HERE)) == 0


def test_another_account_behind_the_same_address_is_not_kept_waiting(attempts: Attempts) -> None:
    for _ in range(20):
        attempts.begin(*keys_of("li", HERE))
    assert attempts.begin(*keys_of("wang", HERE)) == 0


def test_a_quiet_client_is_heard_while_others_guess(attempts: Attempts, now: list[float]) -> None:
    for number in range(500):
        attempts.begin(*keys_of("li", f"10.1.{number % 250}.1"))
        now[0] += 0.1
    wait_s = attempts.begin(*keys_of("li", THERE))
    assert wait_s <= PACES[AttemptKind.ACCOUNT].most_s == 30
    assert attempts.begin(*keys_of("li", THERE, "their own phone")) == 0


def test_guesses_at_many_accounts_from_one_address_slow_down(attempts: Attempts) -> None:
    heard = sum(attempts.begin(*keys_of(f"user {number}", HERE)) == 0 for number in range(200))
    assert heard == PACES[AttemptKind.ADDRESS].free
    assert 0 < attempts.begin(*keys_of("li", HERE)) <= 5


def test_guesses_from_many_addresses_at_one_account_slow_down(attempts: Attempts) -> None:
    heard = sum(attempts.begin(*keys_of("li", f"10.1.{number}.1")) == 0 for number in range(200))
    assert heard == PACES[AttemptKind.ACCOUNT].free


def test_an_ipv6_client_is_its_network(attempts: Attempts) -> None:
    heard = sum(attempts.begin(*keys_of("li", f"2001:db8::{number:x}")) == 0 for number in range(1, 50))
    assert heard == PACES[AttemptKind.PAIR].free
    assert keys_of("li", "::ffff:10.0.0.1") == keys_of("li", "10.0.0.1")


def test_a_right_guess_is_forgiven_and_does_not_clear_what_others_did(attempts: Attempts) -> None:
    for _ in range(50):
        assert attempts.begin(*keys_of("li", HERE)) == 0
        attempts.right(*keys_of("li", HERE))
    for number in range(20):
        attempts.begin(*keys_of("wang", f"10.1.{number}.1"))
    known = keys_of("wang", HERE, "their own phone")
    attempts.begin(*known)
    attempts.right(*known)
    assert attempts.begin(*keys_of("wang", THERE)) > 0


def test_parallel_guesses_are_counted_before_they_are_checked() -> None:
    attempts, heard, together = Attempts(), [], threading.Barrier(40)

    def guess() -> None:
        together.wait()
        heard.append(attempts.begin(*keys_of("li", HERE)) == 0)

    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(heard) == PACES[AttemptKind.PAIR].free


def test_what_is_counted_is_forgotten_and_does_not_grow_without_end(
    attempts: Attempts, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        attempts.begin(*keys_of("li", HERE))
    now[0] += 3601
    assert attempts.begin(*keys_of("li", HERE)) == 0
    monkeypatch.setattr("webmap.accounts.attempts.NAMES_KEPT", 100)
    for number in range(1000):
        attempts.begin(*keys_of("x" * 100_000 + str(number), f"10.{number % 250}.0.1"))
    assert len(attempts._counts) <= 103

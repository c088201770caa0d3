"""How often somebody may guess a password: each wrong guess makes the next one wait, and nobody is locked out.

Every try counts as wrong before it is checked, and is taken back when it was right: so guesses that come all at once
are counted one by one. Three kinds of things are counted, each for itself:

- an account from one address: the wait grows to five minutes;
- an account from everywhere, for guesses from many addresses: to half a minute;
- an address, whatever the account, for guesses at many accounts: to five seconds, as all phones behind a proxy may
  share it.

A browser in which somebody has logged in to the account before is counted on its own instead, so that whoever guesses
elsewhere does not keep its owner out (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
"""

import hashlib
import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

FORGOTTEN_S = 3600.0  # without a wrong guess
NAMES_KEPT = 10_000
_STEEPEST = 30  # doublings


class AttemptKind(StrEnum):
    """What is counted."""

    PAIR = "pair"
    ACCOUNT = "account"
    ADDRESS = "address"
    DEVICE = "device"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Pace:
    """How waits grow."""

    free: int  # wrong guesses without a wait
    most_s: float  # the longest wait


PACES = {
    AttemptKind.PAIR: Pace(3, 300.0),
    AttemptKind.ACCOUNT: Pace(12, 30.0),
    AttemptKind.ADDRESS: Pace(30, 5.0),
    AttemptKind.DEVICE: Pace(5, 60.0),
    AttemptKind.SESSION: Pace(3, 300.0),
}
Key = tuple[AttemptKind, str]


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0
    free_at: float = 0.0


class Attempts:
    """The wrong guesses of the last hour.

    Parameters
    ----------
    clock
        Monotonic seconds.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[Key, _Count] = {}
        self._lock = threading.Lock()

    def begin(self, *keys: Key) -> float:
        """Count a guess before it is checked and return 0, or return the seconds until one is heard and count none."""
        with self._lock:
            now = self._clock()
            counts = [self._count(key, now) for key in keys]
            wait_s = max(count.free_at - now for count in counts)
            if wait_s > 0:
                return wait_s
            for (kind, _), count in zip(keys, counts, strict=True):
                count.failures += 1
                count.last = now
                count.free_at = now + _wait_s(PACES[kind], count.failures)
            return 0.0

    def right(self, *keys: Key) -> None:
        """Take a guess back that was right; what was guessed wrong from the same place is forgiven."""
        with self._lock:
            now = self._clock()
            for key in keys:
                count = self._count(key, now)
                shared = key[0] in (AttemptKind.ACCOUNT, AttemptKind.ADDRESS)
                count.failures = max(0, count.failures - 1) if shared else 0
                count.free_at = now

    def _count(self, key: Key, now: float) -> _Count:
        count = self._counts.get(key)
        if count is None or now - count.last > FORGOTTEN_S:
            if len(self._counts) >= NAMES_KEPT:
                self._forget(now)
            count = self._counts[key] = _Count(last=now, free_at=now)
        return count

    def _forget(self, now: float) -> None:
        """Drop what is over; where that is not enough, what was guessed least."""
        self._counts = {key: count for key, count in self._counts.items() if now - count.last <= FORGOTTEN_S}
        if len(self._counts) >= NAMES_KEPT:
            most = sorted(self._counts.items(), key=lambda one: one[1].failures, reverse=True)
            self._counts = dict(most[: NAMES_KEPT // 2])


def keys_of(account: str, address: str, device: str = "") -> tuple[Key, ...]:
    """Return what a guess counts for.

    Parameters
    ----------
    account
        As it was typed.
    address
        Of the client; of an IPv6 address its network counts, as a client has all of it.
    device
        The browser, when somebody has logged in to the account there before.
    """
    if device:
        return ((AttemptKind.DEVICE, _short(account, device)),)
    place = _network(address)
    return (
        (AttemptKind.PAIR, _short(account, place)),
        (AttemptKind.ACCOUNT, _short(account)),
        (AttemptKind.ADDRESS, _short(place)),
    )


def _wait_s(pace: Pace, failures: int) -> float:
    """Return the wait after so many wrong guesses: none, 1 s, 2 s, 4 s ..."""
    beyond = failures - pace.free
    return 0.0 if beyond < 0 else min(pace.most_s, 2.0 ** min(beyond, _STEEPEST))


def _network(address: str) -> str:
    try:
        own = ipaddress.ip_address(address)
    except ValueError:
        return address
    if own.version == 4:  # noqa: PLR2004 - of the Internet Protocol
        return address
    return str(own.ipv4_mapped or ipaddress.ip_network((own, 64), strict=False))


def _short(*parts: str) -> str:
    """Return names of any length as one of few bytes."""
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=16).hexdigest()

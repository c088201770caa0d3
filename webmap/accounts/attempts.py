"""How often somebody may guess a password."""

import threading
import time
from collections import deque
from collections.abc import Callable

LIMIT = 6
WINDOW_S = 900.0
NAMES_KEPT = 10_000


class Attempts:
    """Failed logins of the last quarter of an hour, counted by account and by address.

    Parameters
    ----------
    limit
        Failures in the window after which every further attempt waits.
    window_s
        Seconds until a failure is forgotten.
    clock
        Monotonic seconds.
    """

    def __init__(
        self, *, limit: int = LIMIT, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._window_s, self._clock = limit, window_s, clock
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, *names: str) -> int:
        """Return the seconds until another attempt is heard, 0 when it is heard now."""
        with self._lock:
            return max((self._wait_s(name) for name in names), default=0)

    def failed(self, *names: str) -> None:
        """Count a failure for each of the names."""
        now = self._clock()
        with self._lock:
            if len(self._failures) > NAMES_KEPT:
                self._failures = {name: past for name, past in self._failures.items() if self._fresh(past, now)}
            for name in names:
                self._failures.setdefault(name, deque(maxlen=self._limit)).append(now)

    def succeeded(self, *names: str) -> None:
        """Forget the failures of the names."""
        with self._lock:
            for name in names:
                self._failures.pop(name, None)

    def _fresh(self, past: deque[float], now: float) -> bool:
        return bool(past) and now - past[-1] < self._window_s

    def _wait_s(self, name: str) -> int:
        past = self._failures.get(name)
        if past is None or len(past) < self._limit:
            return 0
        left_s = self._window_s - (self._clock() - past[0])
        return max(0, int(left_s) + 1) if left_s > 0 else 0

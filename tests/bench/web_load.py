"""Load on a server in an open loop: requests begin when they are due, whether or not the last ones are answered.

A latency is counted from the moment at which the request was due, not from the moment at which the generator came to
send it, else a server that stalls would be asked less and its waiting left out ("coordinated omission").
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.bench.web_browser import Answer, Browser, Tile, asked_by, range_of

Step = Callable[[float], Awaitable[None]]
_BAD = 400


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of some requests in ms, and how many there were."""

    count: int
    p50_ms: float
    p95_ms: float
    most_ms: float
    errors: int


@dataclass(slots=True)
class Samples:
    """What was measured, by kind of request."""

    latency_s: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, due: float, status: int, about: str) -> None:
        """Write down a request that was due at a moment of :func:`time.monotonic` and is answered now."""
        self.latency_s.setdefault(kind, []).append(time.monotonic() - due)
        if status >= _BAD:
            self.fail(kind, f"{status} {about}")

    def fail(self, kind: str, why: str) -> None:
        """Write down an error."""
        self.errors.setdefault(kind, []).append(why)

    def of(self, *kinds: str) -> Latency:
        """Return the percentiles of all requests of these kinds."""
        values = sorted(each for kind in kinds for each in self.latency_s.get(kind, []))
        errors = sum(len(self.errors.get(kind, [])) for kind in kinds)
        if not values:
            return Latency(0, 0.0, 0.0, 0.0, errors)
        cuts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
        return Latency(len(values), 1000 * cuts[49], 1000 * cuts[94], 1000 * values[-1], errors)


async def at_pace(step: Step, begins: float, every_s: float, seconds: float) -> None:
    """Call ``step`` with the moment at which it is due, each ``every_s``, and wait for all of them at the end.

    Parameters
    ----------
    step
        What a person does.
    begins
        The first moment, of :func:`time.monotonic`.
    every_s
        Between two.
    seconds
        How long it goes on.
    """
    under_way, number = [], 0
    while number * every_s < seconds:
        due = begins + number * every_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        under_way.append(asyncio.create_task(step(due)))  # type: ignore[arg-type]
        number += 1
    await asyncio.gather(*under_way)


@dataclass(slots=True)
class Person:
    """Somebody who opens pages, and whose pages ask for what they show."""

    browser: Browser
    pages: Sequence[str]
    samples: Samples
    kind: str
    tile: Tile
    at: int = 0

    async def look(self, due: float) -> None:
        """Open the next page, then all that it asks for at once."""
        path = self.pages[self.at % len(self.pages)]
        self.at += 1
        page = await self._get(path, due, self.kind)
        if page is None:
            return
        now = time.monotonic()
        await asyncio.gather(*(self._get(each, now, f"{self.kind} data") for each in asked_by(page, self.tile)))

    async def walk(self, due: float) -> None:
        """Open the route of today, its map, and say that the next stop is done."""
        page = await self._get("/field", due, self.kind)
        if page is None:
            return
        now = time.monotonic()
        await asyncio.gather(*(self._get(each, now, f"{self.kind} data") for each in asked_by(page, self.tile)))
        form, now = page.fields("/field/at"), time.monotonic()
        kind = f"{self.kind} post"
        try:
            answer = await self.browser.post("/field/at", form)
            self.samples.note(kind, now, answer.status, "/field/at")
        except (OSError, asyncio.IncompleteReadError) as error:
            self.samples.fail(kind, f"/field/at: {error!r}")

    async def _get(self, path: str, due: float, kind: str) -> Answer | None:
        try:
            answer = await self.browser.get(path, range_of(path))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.samples.fail(kind, f"{path}: {error!r}")
            return None
        self.samples.note(kind, due, answer.status, path)
        return answer


async def drive(people: Iterable[tuple[Step, float]], seconds: float, seed: int) -> None:
    """Let people work beside each other, each at an own pace and beginning at an own moment.

    Parameters
    ----------
    people
        What each does, and how many seconds lie between two of it.
    seconds
        How long.
    seed
        Of the moments at which they begin.
    """
    chance, now = random.Random(seed), time.monotonic()
    paces = [at_pace(step, now + chance.uniform(0, every_s), every_s, seconds) for step, every_s in people]
    await asyncio.gather(*paces)

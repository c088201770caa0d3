"""The choice of one candidate by the day's key, and its verification afterwards.

The choice takes the candidates' hash into its label, so it is another one as soon as a byte of them changes: candidates
cannot be put together around a choice that is known.
"""

from itertools import accumulate

from routing.draw.reveal import day_key
from routing.draw.stream import below
from routing.problem import PlannedRoute
from routing.vary.candidates import Candidates


def subkey(key: bytes, day: int) -> bytes:
    """Return the key of a day, which counts from 0, out of the draw's key; it is published when the day is over."""
    return bytes.fromhex(day_key(key, day + 1))


def label(candidates: Candidates) -> str:
    """Name the stream of random words that a choice takes."""
    return f"vary choice|{candidates.team}|{candidates.day}|{candidates.sha256}"


def choose(candidates: Candidates, key: bytes) -> int:
    """Return the number of the candidate that a day's key decides on.

    One integer from 0 to the sum of the weights less 1 is drawn by :func:`routing.draw.stream.below`; the choice is the
    first candidate up to which the weights add up to more than it.

    Parameters
    ----------
    candidates
        Of one team's day.
    key
        The 32 bytes of the day's subkey, :func:`subkey`.
    """
    ticket = below(key, label(candidates), sum(candidates.weights))
    return next(at for at, upto in enumerate(accumulate(candidates.weights)) if upto > ticket)


def faults(candidates: Candidates, sha256: str, key: bytes, route: PlannedRoute) -> list[str]:
    """List what does not fit between the candidates, the hash kept before the choice, the key and the saved route."""
    found = []
    if candidates.sha256 != sha256:
        found.append(f"the candidates' hash is {candidates.sha256}, {sha256} was kept before the choice")
    due = candidates.routes[choose(candidates, key)]
    found += [
        f"{field} of the route is {getattr(route, field)}, the choice gives {getattr(due, field)}"
        for field in PlannedRoute.__slots__
        if getattr(route, field) != getattr(due, field)
    ]
    return found

"""The kinds of long work: who does them, how urgent they are, and what their processes may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.confined import Limits, machine_mb

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work, which is a queue of its own: it waits for nothing but its like.

    Parameters
    ----------
    name
        As it stands in the city.
    function
        ``module:name`` of what does it: given a :class:`webmap.jobs.work.RunningJob`, it finishes that.
    niceness
        How much less urgent than the pages, from 0 to 19.
    at_once
        How many a worker does at a time.
    lease_s
        How long others wait for a worker of which nothing is heard.
    """

    name: str
    function: str
    niceness: int = 5
    at_once: int = 1
    lease_s: float = 15.0

    def limits(self) -> Limits:
        """Return what its process may use: the work is our own, so all that there is; foreign files run apart in it."""
        return Limits(machine_mb(), DAY_S, float(DAY_S))


PLAN = Kind("plan", "webmap.rounds.planning:plan", niceness=15)
STATISTICS = Kind("statistics", "webmap.findings.desk:work_out_job", niceness=15)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (PLAN, STATISTICS)})

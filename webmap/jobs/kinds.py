"""The kinds of long work: who does them, how urgent they are, and what their processes may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.confined import Limits, machine_mb
from geo.model import Action

DAY_S = 24 * 3600
READING_SHARE = 0.2  # of the machine's memory: several files may be read at once, and the pages need theirs
READING_MB = 4096
READING_CPU_S, READING_WALL_S = 600, 1200.0


def all_there_is() -> Limits:
    """Return what a process may use that does work of our own."""
    return Limits(machine_mb(), DAY_S, float(DAY_S))


def for_reading() -> Limits:
    """Return what a process may use that reads a foreign file."""
    return Limits.of_share(READING_SHARE, most_mb=READING_MB, cpu_s=READING_CPU_S, wall_s=READING_WALL_S)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work, which is a queue of its own: it waits for nothing but its like.

    Parameters
    ----------
    name
        As it stands in the city.
    function
        ``module:name`` of what does it: given a :class:`webmap.jobs.work.RunningJob`, it finishes that.
    action
        Whoever may not do this sees nothing of the work either, not even of their own.
    niceness
        How much less urgent than the pages, from 0 to 19.
    at_once
        How many a worker does at a time.
    lease_s
        How long others wait for a worker of which nothing is heard.
    limits
        Gives what its process may use.
    """

    name: str
    function: str
    action: Action = Action.FOLLOW_WORK
    niceness: int = 2
    at_once: int = 1
    lease_s: float = 15.0
    limits: Callable[[], Limits] = all_there_is


PLAN = Kind("plan", "webmap.rounds.planning:plan", Action.PLAN, niceness=15)
PREVIEW = Kind("preview", "webmap.intake.apart:look", Action.IMPORT, at_once=2, limits=for_reading)
IMPORT = Kind("import", "webmap.intake.apart:keep", Action.IMPORT, limits=for_reading)
VISIT_PREVIEW = Kind("visit preview", "webmap.intake.apart:look_at_visits", Action.IMPORT, limits=for_reading)
VISIT_IMPORT = Kind("visit import", "webmap.intake.apart:keep_visits", Action.IMPORT, limits=for_reading)
BULLETIN = Kind("bulletin", "webmap.bulletin.work:write", Action.WRITE_BULLETINS)
BACKUP = Kind("backup", "webmap.backups:back_up", Action.BACK_UP)
STATISTICS = Kind("statistics", "webmap.findings.desk:work_out_job", Action.EVALUATE, niceness=15)
RESULTS = Kind("results", "webmap.bulletin.results:work_out", Action.READ_RESULTS, niceness=15)

_ALL = (PLAN, PREVIEW, IMPORT, VISIT_PREVIEW, VISIT_IMPORT, BULLETIN, BACKUP, STATISTICS, RESULTS)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})

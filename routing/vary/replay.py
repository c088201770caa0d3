"""The clock of a varied day: when an order of stops is walked, given when to begin and when to want lunch."""

import numba as nb
import numpy.typing as npt

from routing.vary.day_constraints import DayConstraints

Ints = npt.NDArray  # type: ignore[type-arg]  # compiled code takes any whole numbers


@nb.njit(nogil=True, cache=True, inline="never")
def begin(limits: DayConstraints, stop: int, ready_s: int) -> tuple[int, int]:
    """Return when a visit begins that is ready at ``ready_s``, and by how much it is too late for every window."""
    latest = -1
    for window in range(limits.first.shape[1]):
        last = limits.last[stop, window]
        start = max(ready_s, limits.first[stop, window])
        if start <= last:
            return start, 0
        latest = max(latest, last)
    return ready_s, ready_s - latest


@nb.njit(nogil=True, cache=True, inline="never")
def replay(limits: DayConstraints, order: Ints, want_s: int, delay_s: int, arrive: Ints) -> tuple[int, int, int, int]:
    """Walk a day that begins ``delay_s`` after the shift does and eats at the first occasion from ``want_s`` on.

    Lunch is taken between two visits, before or after the way. It is taken earlier than wanted where the next visit
    would end too late for it.

    Parameters
    ----------
    limits
        The day.
    order
        Stops, by their numbers in ``limits``.
    want_s, delay_s
        When lunch is wanted, seconds from midnight; by how many seconds the day begins later.
    arrive
        Takes when each visit begins, by stop.

    Returns
    -------
    tuple of int
        When the day is over; by how many seconds it breaks windows, lunch hours and shift; when and where lunch is
        taken, -1 for none.
    """
    stops = len(order)
    free_s, here, late_s = limits.start_s + delay_s, stops, 0
    lunch_s, lunch_at = -1, -1
    for stop in order:
        leg_s = limits.travel[here, stop]
        ready_s = free_s + leg_s
        begin_s, miss_s = begin(limits, stop, ready_s)
        last_s = limits.lunch_last_s
        if lunch_s < 0 < limits.lunch_s and (ready_s >= want_s or begin_s + limits.dwell[stop] > last_s):
            lunch_at = here if free_s >= want_s or ready_s > last_s else stop
            lunch_s = max(free_s if lunch_at == here else ready_s, limits.lunch_first_s)
            ready_s = lunch_s + limits.lunch_s + (leg_s if lunch_at == here else 0)
            begin_s, miss_s = begin(limits, stop, ready_s)
        late_s += miss_s
        arrive[stop] = begin_s
        free_s, here = begin_s + limits.dwell[stop], stop
    leg_s = limits.travel[here, stops + 1]
    back_s = free_s + leg_s
    if lunch_s < 0 < limits.lunch_s:
        lunch_at = stops + 1 if back_s <= limits.lunch_last_s else here
        lunch_s = max(back_s if lunch_at == stops + 1 else free_s, limits.lunch_first_s)
        if lunch_at == here:
            back_s = lunch_s + limits.lunch_s + leg_s
    late_s += max(lunch_s - limits.lunch_last_s, 0) if limits.lunch_s else 0
    late_s += max(back_s - (limits.spare_until_s if delay_s else limits.end_s), 0)
    return back_s, late_s, lunch_s, lunch_at

"""What earlier rounds drove, in the terms of a problem's matrix."""

from collections.abc import Mapping

from geo.clock import zone_of
from geo.model import Round, Scope
from geo.store import Store
from routing.vary.likeness import ROUNDS, Walk, base_of, legs_of, places_of


def past_walks(store: Store, now: Round, *, rounds: int = ROUNDS) -> list[list[Walk]]:
    """Return the routes of the last rounds before one, the latest last; each a sequence of places.

    A place is the id of a checkpoint, or ``base`` and the id of the team whose base it is. Of a round without a plan
    it is the order in which its teams recorded their visits.
    """
    earlier = [one for one in store.rounds.all() if (one.start, one.id) < (now.start, now.id)]
    found: list[list[Walk]] = []
    for one in sorted(earlier, key=lambda each: (each.start, each.id), reverse=True):
        walks = places_of(store.plans.stops(one.id)) or _visited(store, one)
        if walks:
            found.insert(0, walks)
        if len(found) == rounds:
            break
    return found


def _visited(store: Store, round_: Round) -> list[Walk]:
    visits = store.visits.frame(Scope(round_id=round_.id))
    day = visits["arrived_at"].dt.tz_convert(zone_of(store).key).dt.date
    in_order = visits.assign(day=day).sort_values("arrived_at")
    days = in_order.groupby(["team", "day"])["checkpoint"]
    return [(base_of(team), *visited, base_of(team)) for (team, _), visited in days if team]


def known_legs(walks: list[list[Walk]], rows: Mapping[str, int]) -> frozenset[tuple[int, int]]:
    """Say the legs of past rounds as pairs of rows; legs to places that this problem hasn't are left out.

    Parameters
    ----------
    walks
        Of :func:`past_walks`.
    rows
        Row of the matrix of each place: ids of checkpoints, and ``base`` with the id of a team.
    """
    known = set()
    for leg in set().union(*map(legs_of, walks)) if walks else set():
        ends = sorted(rows[str(place)] for place in leg if place in rows)
        if len(ends) == 2:  # noqa: PLR2004 - a leg has two ends
            known.add((ends[0], ends[1]))
    return frozenset(known)

"""The candidates of a team's day: days that it could be, how likely each is, and their canonical bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.errors import InputError
from routing.draw.canonical import canonical_json
from routing.problem import PlannedRoute, Seconds

VERSION = "xundian-vary-1"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Every day that one team's day could be.

    Parameters
    ----------
    team, day
        Whose day; both count from 0.
    shortest_s
        Travel seconds of the shortest day known, from which premiums count.
    stops
        Rows of the matrix of its stops, ascending.
    names
        What the stops are called in public, one each.
    dwell_s
        Seconds at each.
    weights
        One whole number above 0 for each route: it is drawn with its weight's share of their sum.
    routes
        The days; each visits all the stops.
    called
        What the team is called in public.
    """

    team: int
    day: int
    shortest_s: int
    stops: tuple[int, ...]
    names: tuple[str, ...]
    dwell_s: tuple[int, ...]
    weights: tuple[int, ...]
    routes: tuple[PlannedRoute, ...]
    called: str = ""

    def plain(self) -> dict[str, Any]:
        """Return plain JSON values; :func:`read` takes them back.

        A route is ``[weight, order, arrive_s, leave_s, back_s, lunch_s, lunch_at, travel_s]``: the order by places in
        the list of stops, arrivals in that order, and null for no lunch.
        """
        number = {stop: at for at, stop in enumerate(self.stops)}
        return {
            "version": VERSION,
            "team": self.team,
            "called": self.called,
            "day": self.day,
            "shortest_s": self.shortest_s,
            "stops": [list(stop) for stop in zip(self.stops, self.names, self.dwell_s, strict=True)],
            "routes": [
                [
                    weight,
                    [number[stop] for stop in route.stops],
                    list(route.arrive_s),
                    *(route.leave_s, route.back_s, route.lunch_s, route.lunch_at, route.travel_s),
                ]
                for weight, route in zip(self.weights, self.routes, strict=True)
            ],
        }

    def canonical(self) -> bytes:
        """Write the JSON in the one form that is hashed."""
        return canonical_json(self.plain())

    @property
    def sha256(self) -> str:
        """The hash that binds them, 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def share(self) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """The chance of each route."""
        weights = np.array(self.weights, np.float64)
        share: np.ndarray[Any, np.dtype[np.float64]] = weights / weights.sum()
        return share

    def places(self) -> Seconds:
        """Return the place of each stop in each route, from 0: ``(routes, stops)``."""
        orders = np.array([route.stops for route in self.routes], np.int64)
        return np.argsort(np.searchsorted(self.stops, orders), axis=1)

    def arrivals(self) -> Seconds:
        """Return when each route visits each stop, seconds from midnight: ``(routes, stops)``."""
        times = np.array([route.arrive_s for route in self.routes], np.int64)
        return np.take_along_axis(times, self.places(), axis=1)

    def premium(self) -> float:
        """Return the mean share of travel above the shortest day."""
        if not self.shortest_s:
            return 0.0
        return float(self.share @ [route.travel_s for route in self.routes]) / self.shortest_s - 1


def read(plain: Mapping[str, Any]) -> Candidates:
    """Read what :meth:`Candidates.plain` gave.

    Raises
    ------
    InputError
        When it is no such record.
    """
    if plain.get("version") != VERSION:
        raise InputError(
            "version is {value!r}: these are no candidates of the form {form}",
            value=plain.get("version"),
            form=VERSION,
        )
    try:
        return _read(plain)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError("the candidates are broken at {value}: restore the file", value=str(error)) from error


def _read(plain: Mapping[str, Any]) -> Candidates:
    stops, names, dwell_s = zip(*plain["stops"], strict=True)
    routes = [_route(plain, row, stops, dwell_s) for row in plain["routes"]]
    weights = tuple(int(row[0]) for row in plain["routes"])
    if not routes or min(weights) < 1:
        raise ValueError("weights")
    head = int(plain["team"]), int(plain["day"]), int(plain["shortest_s"])
    return Candidates(*head, stops, names, dwell_s, weights, tuple(routes), str(plain["called"]))


def _route(plain: Mapping[str, Any], row: Sequence[Any], stops: Sequence[int], dwell_s: Sequence[int]) -> PlannedRoute:
    _, order, arrive_s, leave_s, back_s, lunch_s, lunch_at, travel_s = row
    if sorted(order) != list(range(len(stops))):
        raise ValueError("order")
    return PlannedRoute(
        team=int(plain["team"]),
        day=int(plain["day"]),
        stops=tuple(stops[at] for at in order),
        arrive_s=tuple(arrive_s),
        depart_s=tuple(begin + dwell_s[at] for at, begin in zip(order, arrive_s, strict=True)),
        leave_s=leave_s,
        back_s=back_s,
        lunch_s=lunch_s,
        lunch_at=lunch_at,
        travel_s=travel_s,
    )


def together(candidates: Sequence[Candidates]) -> str:
    """Hash the hashes of all team days, in the order of the plan."""
    return bound([one.sha256 for one in candidates])


def bound(hashes: Sequence[str]) -> str:
    """Return the one hash that stands for those of all team days."""
    return hashlib.sha256(canonical_json([VERSION, list(hashes)])).hexdigest()

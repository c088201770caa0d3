"""A part of a routing problem, said in PyVRP's terms, and the answer said back.

Every stop is optional with a prize, since required stops on a tight fleet leave the search among infeasible plans. A
stop with several windows, or with other windows on other days, becomes a group of alternatives of which at most one is
visited; an alternative that a team's day does not offer is out of reach in the matrix of that team's day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Route, Solution, VehicleType

from routing.problem import DAY_S, UNREACHABLE_S, Seconds, Slot, Window
from routing.search.menus import Menus

Tours: TypeAlias = Mapping[Slot, Sequence[int]]  # stops in order

COST_PER_S = 10  # of travel: PyVRP's costs are whole numbers, and fairness is worth less than a second
FORBIDDEN = 20  # times the dearest visit: a leg that no prize pays for


@dataclass(frozen=True, slots=True)
class _Alternative:
    stop: int
    starts: Window
    kinds: frozenset[int]  # kinds of team days that offer it


class PartProblem:
    """Some stops and some team days of a problem as PyVRP's data.

    Parameters
    ----------
    menus
        What the team days offer.
    stops, slots
        The stops and team days of this part. Stops that none of the team days offers are left out.
    """

    def __init__(self, menus: Menus, stops: Iterable[int], slots: Sequence[Slot]) -> None:
        self.menus = menus
        self.problem = menus.problem
        self.stops = tuple(stops)
        self.kinds = self._kinds_of(slots)
        self.alternatives = self._alternatives()
        self.data = self._data()

    def _kinds_of(self, slots: Sequence[Slot]) -> list[list[Slot]]:
        """Gather the team days that are the same to the solver."""
        kinds: dict[object, list[Slot]] = {}
        for slot in slots:
            team = self.problem.teams[slot[0]]
            menu = self.menus.of(slot)
            offer = tuple(menu.get(stop, ()) for stop in self.stops)
            kinds.setdefault((team.base, team.end_base, team.shift, team.mode, offer), []).append(slot)
        return list(kinds.values())

    def _alternatives(self) -> list[_Alternative]:
        menus = [self.menus.of(slots[0]) for slots in self.kinds]
        found = []
        for stop in self.stops:
            offered: dict[Window, set[int]] = {}
            for kind, menu in enumerate(menus):
                for starts in menu.get(stop, ()):
                    offered.setdefault(starts, set()).add(kind)
            found += [_Alternative(stop, starts, frozenset(kinds)) for starts, kinds in offered.items()]
        return found

    def _data(self) -> ProblemData:
        depots = self._depot_rows()
        rows = [0 if row is None else row for row in depots] + [option.stop for option in self.alternatives]
        clients, groups = self._clients(len(depots))
        profiles: dict[tuple[str, tuple[int, ...]], int] = {}
        vehicles = []
        for kind, slots in enumerate(self.kinds):
            team = self.problem.teams[slots[0][0]]
            shut = tuple(number for number, option in enumerate(self.alternatives) if kind not in option.kinds)
            vehicles.append(
                VehicleType(
                    num_available=len(slots),
                    start_depot=depots[team.base],
                    end_depot=depots[team.end_base],
                    tw_early=team.shift.start_s,
                    tw_late=self.menus.clocks[slots[0][0]].cut(team.shift.end_s),
                    profile=profiles.setdefault((team.mode, shut), len(profiles)),
                    unit_distance_cost=COST_PER_S,
                )
            )
        anywhere = depots.get(None)
        matrices: list[Any] = [self._matrix(mode, rows, shut, len(depots), anywhere) for mode, shut in profiles]
        return ProblemData(
            [Location(0, 0) for _ in rows],
            clients,
            [Depot(number) for number in range(len(depots))],
            vehicles,
            matrices,  # distances: what is minimised
            matrices,  # durations
            groups,
        )

    def _depot_rows(self) -> dict[int | None, int]:
        """Return each base of this part its number, and None, the end of a day that may end anywhere, its own."""
        depots: dict[int | None, int] = {}
        for slots in self.kinds:
            team = self.problem.teams[slots[0][0]]
            depots.setdefault(team.base, len(depots))
            depots.setdefault(team.end_base, len(depots))
        return depots

    def _clients(self, first: int) -> tuple[list[Client], list[ClientGroup]]:
        members: dict[int, list[int]] = {}
        for number, option in enumerate(self.alternatives):
            members.setdefault(option.stop, []).append(number)
        grouped = {stop: number for number, stop in enumerate(s for s, m in members.items() if len(m) > 1)}
        clients = [
            Client(
                location=first + number,
                service_duration=int(self.problem.dwell_s[option.stop]),
                tw_early=option.starts[0],
                tw_late=option.starts[1],
                prize=COST_PER_S * self.problem.worth_s(option.stop),
                required=False,
                group=grouped.get(option.stop),
            )
            for number, option in enumerate(self.alternatives)
        ]
        return clients, [ClientGroup(members[stop], required=False) for stop in grouped]

    def _matrix(self, mode: str, rows: Sequence[int], shut: Sequence[int], first: int, anywhere: int | None) -> Seconds:
        whole: Seconds = self.problem.travel_s[mode]
        matrix = whole[np.ix_(rows, rows)]
        forbidden_s = FORBIDDEN * self.problem.must_s
        matrix = np.where(matrix >= UNREACHABLE_S, forbidden_s, matrix)
        closed = [first + number for number in shut]
        matrix[closed, :] = matrix[:, closed] = forbidden_s
        if anywhere is not None:
            matrix[:, anywhere] = 0
        np.fill_diagonal(matrix, 0)
        return matrix

    def tightness(self) -> float:
        """Return the share of stops whose every window is shorter than half a shift: few places of a day fit them."""
        shifts = [self.problem.teams[slots[0][0]].shift for slots in self.kinds]
        half_s = max((shift.end_s - shift.start_s for shift in shifts), default=0) / 2
        wide = {option.stop for option in self.alternatives if option.starts[1] - option.starts[0] >= half_s}
        every = {option.stop for option in self.alternatives}
        return 1 - len(wide) / len(every) if every else 0.0

    def hold_loads(self, tours: Tours, room_s: Mapping[Slot, float], cost: int) -> None:
        """Let every second by which a day gets longer than it should cost something.

        Then stops change teams when that saves travel worth it, no team is emptied into the others, and one that has
        too much passes stops on.

        Parameters
        ----------
        tours
            Where the search starts.
        room_s
            By how much longer than there each day may get at no cost; below 0 it should get shorter.
        cost
            Of a second longer, in units of 1 / ``COST_PER_S`` seconds of travel.
        """
        self.kinds = [[slot] for slots in self.kinds for slot in slots]
        self.alternatives = self._alternatives()
        self.data = self._data()
        lasts = {route.vehicle_type(): route.duration() for route in self.solution(tours).routes()}
        vehicles = [
            vehicle.replace(
                shift_duration=max(0, round(lasts.get(kind, 0) + room_s.get(self.kinds[kind][0], 0.0))),
                max_overtime=DAY_S,
                unit_overtime_cost=cost,
            )
            for kind, vehicle in enumerate(self.data.vehicle_types())
        ]
        self.data = self.data.replace(vehicle_types=vehicles)

    def solution(self, tours: Tours) -> Solution:
        """Say tours in PyVRP's terms; a stop takes the first of its windows that it can still reach."""
        kind_of = {slot: kind for kind, slots in enumerate(self.kinds) for slot in slots}
        options: dict[tuple[int, int], list[int]] = {}
        for number, option in enumerate(self.alternatives):
            for kind in option.kinds:
                options.setdefault((option.stop, kind), []).append(number)
        routes = []
        for slot, stops in tours.items():
            visits = self._choose(slot, [options.get((stop, kind_of[slot]), []) for stop in stops])
            if visits:
                routes.append(Route(self.data, visits, kind_of[slot]))
        return Solution(self.data, routes)

    def _choose(self, slot: Slot, choices: Iterable[Sequence[int]]) -> list[int]:
        team = self.problem.teams[slot[0]]
        travel = self.problem.matrix(slot[0])
        here, free_s = team.base, team.shift.start_s
        visits = []
        for choice in choices:
            if not choice:
                continue
            found = [self.alternatives[number] for number in choice]
            ready_s = free_s + int(travel[here, found[0].stop])
            late = [max(ready_s - option.starts[1], 0) for option in found]
            begin = [max(ready_s, option.starts[0]) for option in found]
            pick = min(range(len(found)), key=lambda n: (late[n], begin[n]))
            visits.append(choice[pick])
            here = found[pick].stop
            free_s = min(begin[pick], found[pick].starts[1]) + int(self.problem.dwell_s[here])
        return visits

    def tours(self, solution: Solution) -> dict[Slot, tuple[int, ...]]:
        """Say a solution back: which stops each team's day visits, in order."""
        free = [list(slots) for slots in self.kinds]
        found = {}
        for route in solution.routes():
            stops = tuple(self.alternatives[visit.idx].stop for visit in route.schedule() if visit.is_client())
            if stops:
                found[free[route.vehicle_type()].pop(0)] = stops
        return found

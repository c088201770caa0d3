"""Where teams start: bases that no street leaves are treated as stops are that no street reaches, and said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.model import Team
from geo.streets.edges import FAR_M, Positions


@dataclass(frozen=True, slots=True)
class StrayBase:
    """A base that isn't at a street of its team's mode."""

    team: str
    metres: float  # to the nearest street that can be left
    lost: bool  # no way leads from it: the team visits nothing


def stray_bases(
    teams: Sequence[Team],
    rows: Sequence[int],
    positions: Mapping[str, Positions],
    lost: Mapping[str, Mapping[int, float]],
) -> tuple[StrayBase, ...]:
    """List the bases that are far from the streets or have no way.

    Parameters
    ----------
    teams
        Of a round.
    rows
        The row of each team's base.
    positions
        Of all rows, by mode.
    lost
        Rows without a way, with the metres to the nearest street that has one, by mode.
    """
    found = []
    for team, row in zip(teams, rows, strict=True):
        mode = str(team.mode)
        metres = float(positions[mode].distance_m[row])
        if row in lost[mode] or metres > FAR_M:
            found.append(StrayBase(team.id, lost[mode].get(row, metres), row in lost[mode]))
    return tuple(found)

"""How a team is told from the others: its name, a short mark, and one of twelve colours of the stylesheet."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from geo.natural import last_number, natural_order

COLOURS = 12
CHIP_LENGTH = 3


@dataclass(frozen=True, slots=True)
class TeamMark:
    """A team as pages and maps show it."""

    id: str
    name: str
    chip: str  # three characters at most
    colour: int  # from 1 to 12, then again; the chip stands beside it

    @property
    def beside(self) -> str:
        """Return what stands beside the chip: the name, unless the chip says it already."""
        return "" if self.chip == self.name else self.name


def team_marks(teams: Iterable[str], *, say: Callable[[str], str] = _) -> dict[str, TeamMark]:
    """Mark every team; the colour depends on the team's place in the order, the name on the language of ``say``."""
    return {
        team: TeamMark(team, team_name(team, say=say), _chip(team), at % COLOURS + 1)
        for at, team in enumerate(natural_order(teams))
    }


def team_name(team: str, *, say: Callable[[str], str] = _) -> str:
    """Name a team: a number, with or without a letter before it, gets the word; a real name stays as it is."""
    numbered = re.fullmatch(r"[A-Za-z]?(\d+)", team)
    return say("Team {team}").format(team=numbered[1].lstrip("0") or "0") if numbered else team


def _chip(team: str) -> str:
    number = last_number(team)
    return (team if number is None else str(number))[:CHIP_LENGTH]

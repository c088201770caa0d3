"""How a team is told from the others: its name, a short mark, and one of twelve colours of the stylesheet."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

COLOURS = 12
CHIP_LENGTH = 3


@dataclass(frozen=True, slots=True)
class TeamMark:
    """A team as pages and maps show it."""

    id: str
    name: str
    chip: str  # three characters at most
    colour: int  # from 1 to 12, then again; the chip stands beside it


def team_order(teams: Iterable[str]) -> list[str]:
    """Sort team names as people do, 2 before 10, each once."""
    return sorted(set(teams), key=lambda name: [(len(part), part) for part in re.split(r"(\d+)", name)])


def team_marks(teams: Iterable[str], *, say: Callable[[str], str] = _) -> dict[str, TeamMark]:
    """Mark every team; the colour depends on the team's place in the order, the name on the language of ``say``."""
    return {
        team: TeamMark(team, team_name(team, say=say), _chip(team), at % COLOURS + 1)
        for at, team in enumerate(team_order(teams))
    }


def team_name(team: str, *, say: Callable[[str], str] = _) -> str:
    """Name a team: a number, with or without a letter before it, gets the word; a real name stays as it is."""
    numbered = re.fullmatch(r"[A-Za-z]?0*(\d+)", team)
    return say("Team {team}").format(team=numbered[1]) if numbered else team


def _chip(team: str) -> str:
    digits = re.search(r"(\d+)\D*$", team)
    return (str(int(digits[1])) if digits else team)[:CHIP_LENGTH]

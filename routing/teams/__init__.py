"""Who goes with whom, and which street they get."""

from routing.teams.assignment import Avoidance as Avoidance
from routing.teams.assignment import TeamRules as TeamRules
from routing.teams.assignment import draw_streets as draw_streets
from routing.teams.assignment import draw_teams as draw_teams
from routing.teams.assignment import may_inspect as may_inspect

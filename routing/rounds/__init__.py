"""A round from its making to its report: what it is drawn from, how, by whose secrets, and what became of it."""

from routing.rounds.making import DrawReport as DrawReport
from routing.rounds.making import draw_round as draw_round
from routing.rounds.making import read_quotas as read_quotas
from routing.rounds.making import rows_sha256 as rows_sha256

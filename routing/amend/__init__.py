"""On the day: a team is late, a stop or a street is closed, another team takes a stop over."""

from routing.amend.amending import Amendment, amend, undo
from routing.amend.changes import Change, Late, StopClosed, StreetClosed, Takeover, change_of, params_of
from routing.amend.quotes import Dropped, Quote, quote
from routing.amend.redrawn import AmendedRoute

__all__ = [
    "AmendedRoute",
    "Amendment",
    "Change",
    "Dropped",
    "Late",
    "Quote",
    "StopClosed",
    "StreetClosed",
    "Takeover",
    "amend",
    "change_of",
    "params_of",
    "quote",
    "undo",
]

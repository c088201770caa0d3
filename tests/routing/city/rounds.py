"""Rounds of the small city, made and drawn in one go."""

import datetime as dt
from dataclasses import replace

from geo.store import Store
from routing.draw import redraw
from routing.rounds import proof
from routing.rounds.frame import Choices

JUNE = dt.date(2026, 6, 12)
VALUE = "03,11,17,22,28,31+09"
LATE = dt.date(2026, 7, 1)  # when every round is over


def made(city: Store, name: str, start: dt.date = JUNE, **changes):
    round_ = replace(city.rounds.get("2026-06"), id=name, start=start, **changes)
    city.rounds.create(round_)
    return round_


def drawn(city: Store, name: str, issue: int, value: str = VALUE, **choices):
    proof.commit_round(city, name, f"双色球 2026{issue:03d}", choices=Choices(**choices))
    proof.draw_committed(city, name, value)


def sample_by(frame, rules, key: bytes) -> set[str]:
    """Draw as the stand-alone verifier does, from what is published and a key that somebody has got."""
    return {row["id"] for row in redraw.draw(frame, rules, key)[0]}

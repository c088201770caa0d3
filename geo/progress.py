"""How long work says how far it is, without knowing who listens."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)``; the stage is a short English noun phrase."""


def silent(stage: str, done: int, total: int) -> None:
    """Listen to nothing."""

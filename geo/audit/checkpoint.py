"""A head of the log that somebody keeps: how many rows, and the root of the tree over them."""

import re
from dataclasses import dataclass

from geo.audit.tree import EMPTY
from geo.errors import InputError

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head and its length: what a witness keeps, and what says nothing of the rows.

    Raises
    ------
    InputError
        When the count is negative or the head is no hash.
    """

    count: int
    head: str  # 64 hexadecimal digits

    def __post_init__(self) -> None:
        """Refuse what cannot be a head."""
        if self.count < 0:
            raise InputError("count is {value}: a log has 0 rows or more", field="count", value=self.count)
        if not _HEX.fullmatch(self.head):
            raise InputError(
                "head is {value!r}: give the 64 hexadecimal digits of 'xundian audit head'",
                field="head",
                value=self.head,
            )


START = Checkpoint(0, EMPTY.hex())


def write(kept: Checkpoint) -> str:
    """Write a checkpoint as one line."""
    return f"xundian-audit {kept.count} {kept.head}\n"


def read(text: str) -> Checkpoint:
    """Read what :func:`write` wrote.

    Raises
    ------
    InputError
        When it is something else.
    """
    words = text.split()
    if len(words) != 3 or words[0] != "xundian-audit" or not words[1].isascii() or not words[1].isdigit():  # noqa: PLR2004 - as written
        raise InputError(
            "checkpoint is {value!r}: give the line of 'xundian audit head'", field="checkpoint", value=text[:100]
        )
    return Checkpoint(int(words[1]), words[2].lower())

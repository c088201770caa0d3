"""The public list of commitments: each names the one before, so none can be left out, slipped in or shown late."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routing.draw.commitment import commitment_hash, parameters_hash

OPEN, DRAWN, REVEALED, VOID = "open", "drawn", "revealed", "void"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a commitment, as far as it may be told."""

    state: str  # open: still secret; drawn: its secrecy is over, but it was not revealed; then revealed or void
    reason: str = ""  # why it is void
    secret: str = ""  # of a revealed one, hexadecimal
    secret_path: tuple[str, ...] = ()


def entry(parameters: Mapping[str, Any], root: str, outcome: Outcome) -> dict[str, Any]:
    """Return a line of the list: everything that its hash is made of, and what became of it."""
    return {
        "position": parameters["position"],
        "commitment": commitment_hash(parameters, root),
        "root": root,
        "parameters_hash": parameters_hash(parameters),
        "source": parameters["source"],
        "period": parameters["period"],
        "previous": parameters["previous"],
        "state": outcome.state,
        "reason": outcome.reason,
        "secret": outcome.secret,
        "secret_path": list(outcome.secret_path),
    }

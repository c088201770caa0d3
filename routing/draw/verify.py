"""Verify a revealed draw with the product's kernels; ``verifier.py`` does it with the standard library alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from routing.draw import merkle, verifier
from routing.draw.commit import design_of, frames
from routing.draw.commitment import DRAWN, Committed, is_chained, round_key
from routing.draw.points import Points
from routing.draw.reveal import COLUMNS, listed, seal
from routing.draw.sample import draw


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verifier found, and what to compare with what was published."""

    valid: bool
    faults: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)  # of :func:`routing.draw.verifier.facts`; none without form
    key: str = ""  # of the draw, hexadecimal: the subkeys of its days come from it


def read(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Read the text of a reveal as every verifier does: 1.0 is 1, and what is no JSON is None."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):  # no JSON, or nested to no end
        return None


def _number(literal: str) -> int | None:
    value = float(literal)
    return int(value) if value.is_integer() else None


def _refuse(literal: str) -> None:
    raise ValueError(literal)


def verify(document: Any) -> Verification:  # noqa: ANN401 - whatever JSON holds
    """Redraw a reveal from what it publishes, or compute a year's secrets again from its closing.

    Parameters
    ----------
    document
        What :func:`read` gave, whatever it holds.

    Returns
    -------
    Verification
        With the same faults and facts that the stand-alone verifier and the web page give.
    """
    found = verifier.faults(document, redraw=_redraw)
    if any(fault.startswith("form:") for fault in found):
        return Verification(valid=False, faults=tuple(found))
    key = "" if "master" in document else key_of(document).hex()
    return Verification(not found, tuple(found), verifier.facts(document), key)


def key_of(document: Mapping[str, Any]) -> bytes:
    """Return the key of the draw that a reveal discloses."""
    parameters, shares = document["parameters"], tuple(document["shares"])
    secret = document["link" if is_chained(parameters) else "secret"]
    number = document["public_number"]
    return round_key(
        Committed(parameters, (), (), document["root"], secret, state=DRAWN, shares=shares, public_number=number)
    )


def _redraw(
    frame: list[dict[str, Any]], parameters: dict[str, Any], key: bytes
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ids, categories, streets = (tuple(p.get(name, "") for p in frame) for name in ("id", "category", "street"))
    x_cm, y_cm, prob = (np.array([p[name] for p in frame], np.int64) for name in ("x_cm", "y_cm", "prob"))
    chosen = Points(np.arange(len(ids)), ids, categories, streets, x_cm, y_cm)
    return listed(*frames(chosen, prob, draw(chosen, prob, design_of(parameters), key)))


def verify_day(release: Mapping[str, Any], seals: list[str]) -> bool:
    """Tell whether a day's published sample is the one that was sealed when the round was drawn."""
    try:
        sealed = seal(str(release["day_key"]), release["day"], release["sample"])
        return bool(seals[release["day"] - 1] == sealed and release["day"] >= 1)
    except (KeyError, IndexError, TypeError):
        return False


def verify_owner(proof: Mapping[str, Any], root: str) -> bool:
    """Tell whether a point with its probability was in the frame whose root was committed.

    Parameters
    ----------
    proof
        What :func:`routing.draw.reveal.owner_proof` gave.
    root
        The root of the published commitment.
    """
    try:
        point = proof["point"]
        start = merkle.leaf([point[name] for name in COLUMNS], point["salt"])
        return merkle.climb(start, proof["index"], proof["points"], list(proof["path"])) == root
    except (KeyError, TypeError, ValueError):
        return False

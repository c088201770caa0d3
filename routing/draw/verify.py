"""Verify a revealed draw with the product's kernels; ``verifier.py`` does it with the standard library alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from routing.draw import merkle, verifier
from routing.draw.commit import DRAWN, Committed, commitment_hash, design_of, frames, parameters_hash, round_key
from routing.draw.points import Points
from routing.draw.reveal import COLUMNS, listed, seal
from routing.draw.sample import draw


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verifier found, and what to compare with what was published."""

    valid: bool
    faults: tuple[str, ...]
    round_id: str = ""
    commitment: str = ""  # compare with the published one
    public_name: str = ""  # the lottery issue or beacon round
    public_number: str = ""  # compare with its source
    voids: int = 0  # rounds of this chain that were voided before
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
    """Redraw a reveal from what it publishes.

    Parameters
    ----------
    document
        What :func:`read` gave, whatever it holds.

    Returns
    -------
    Verification
        With the same faults that the stand-alone verifier and the web page give.
    """
    found = verifier.faults(document, redraw=_redraw)
    if verifier.misshapen(document):
        return Verification(valid=False, faults=tuple(found))
    parameters = document["parameters"]
    return Verification(
        not found,
        tuple(found),
        parameters["round"],
        commitment_hash(document["root"], parameters_hash(parameters)),
        parameters["public_number"],
        document["public_number"],
        parameters["voids"],
        key_of(document).hex(),
    )


def key_of(document: Mapping[str, Any]) -> bytes:
    """Return the key of the draw that a reveal discloses."""
    keys = ("parameters", "root", "link", "shares", "public_number")
    parameters, root, link, shares, public_number = (document[name] for name in keys)
    return round_key(Committed(parameters, (), (), root, link, DRAWN, tuple(shares), public_number))


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


def standalone() -> str:
    """Return the text of the one-file verifier, to be printed or saved."""
    return files("routing.draw").joinpath("verifier.py").read_text(encoding="utf-8")

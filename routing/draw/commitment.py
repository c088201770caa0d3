"""A commitment's hashes: what binds a round, what its key and its salts are made of, in both forms that there are.

The form is the ``version`` of the parameters: :data:`ROOTED` commitments use the secrets of ``year_secrets.py``;
:data:`CHAINED` ones were made before there were any, with the links of ``chain.py``, and are only read.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.errors import StateError
from routing.draw.canonical import canonical_json

CHAINED, ROOTED = "xundian-draw-1", "xundian-draw-2"
COMMITTED, DRAWN, VOID = "committed", "drawn", "void"


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed round with its secrets: held by the office alone, published in parts."""

    parameters: Mapping[str, Any]  # everything that decides the draw besides the frame, as plain JSON values
    rows: tuple[tuple[Any, ...], ...]  # canonical: id, category, street, x_cm, y_cm, prob
    salts: tuple[str, ...]  # 16 bytes each, hexadecimal
    root: str  # of the frame
    secret: str  # the round's own, 32 bytes, hexadecimal
    secret_path: tuple[str, ...] = ()  # from the secret to the root of the year; empty in a chain
    state: str = COMMITTED
    shares: tuple[str, ...] = ()  # what the third parties disclosed
    public_number: str = ""


def is_chained(parameters: Mapping[str, Any]) -> bool:
    """Tell whether a commitment is of the older form, whose secrets are a chain of hashes."""
    return bool(parameters["version"] == CHAINED)


def publication(parameters: Mapping[str, Any], root: str) -> dict[str, Any]:
    """Return what is published of a commitment at once: it binds everything and discloses nothing."""
    return {
        "parameters": dict(parameters),
        "root": root,
        "parameters_hash": parameters_hash(parameters),
        "commitment": commitment_hash(parameters, root),
    }


def parameters_hash(parameters: Mapping[str, Any]) -> str:
    """Hash the parameters: SHA-256 of their canonical JSON."""
    return hashlib.sha256(canonical_json(dict(parameters))).hexdigest()


def commitment_hash(parameters: Mapping[str, Any], root: str) -> str:
    """Return the one hash that stands for a commitment, to be printed, read out or notarised.

    It names the root of the year's secrets, the position, the public number with its period and the commitment before,
    so that the list of commitments can be checked without the parameters of each.
    """
    own = parameters_hash(parameters)
    if is_chained(parameters):
        return _digest(CHAINED, "commitment", root, own)
    year, position, source, period, previous = (
        parameters[name] for name in ("secrets_root", "position", "source", "period", "previous")
    )
    return _digest(ROOTED, "commitment", year, position, root, own, source, period, previous)


def round_key(round_: Committed) -> bytes:
    """Return K, the key of the draw, which stays secret until the reveal.

    Raises
    ------
    StateError
        Before the round is drawn.
    """
    if round_.state != DRAWN:
        raise StateError(
            "the round {round!r} is {state}, not drawn", round=round_.parameters["round"], state=round_.state
        )
    own, opened = round_.parameters, (round_.secret, list(round_.shares), round_.public_number)
    if is_chained(own):
        return bytes.fromhex(_digest(CHAINED, "key", round_.root, parameters_hash(own), *opened))
    return bytes.fromhex(_digest(ROOTED, "key", commitment_hash(own, round_.root), *opened))


def salts_of(secret: bytes, rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return the salt of every row, made from the round's secret; one salt tells nothing about another."""
    return [hashlib.sha256(b"salt|" + secret + str(row[0]).encode()).hexdigest()[:32] for row in rows]


def inspectors_hash(pool: Mapping[str, Any], secret: bytes) -> str:
    """Hash canonical JSON ``["xundian-draw-1 inspectors", salt, pool]``: whom the teams are drawn from.

    The salt is SHA-256 of ``inspectors|`` and the round's secret, so that nobody can try names.
    """
    salt = hashlib.sha256(b"inspectors|" + secret).hexdigest()
    return _digest(CHAINED, "inspectors", salt, dict(pool))


def _digest(version: str, domain: str, *parts: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    return hashlib.sha256(canonical_json([f"{version} {domain}", *parts])).hexdigest()

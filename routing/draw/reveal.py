"""What is published of a drawn round: its days one by one, a proof for one owner, and everything in the end."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.errors import InputError, NotFoundError
from routing.draw import merkle
from routing.draw.canonical import canonical_json
from routing.draw.commit import sample_of
from routing.draw.commitment import Committed, is_chained, round_key
from routing.draw.replacements import Replacement
from routing.draw.stream import VERSION

COLUMNS = ("id", "category", "street", "x_cm", "y_cm", "prob")


def reveal(
    round_: Committed, commitments: Sequence[Mapping[str, Any]] = (), replaced: Sequence[Replacement] = ()
) -> dict[str, Any]:
    """Return the whole round as the JSON that every verifier reads.

    Parameters
    ----------
    round_
        A round that is drawn.
    commitments
        The public list under the same root, of :func:`routing.draw.listing.entry`; the older form has none.
    replaced
        The points that could not be inspected, in the order in which they were replaced.

    Raises
    ------
    StateError
        Before the round is drawn.
    """
    sample, spare = listed(*sample_of(round_))
    document = {
        "parameters": dict(round_.parameters),
        "frame": [_point(round_, at) for at in range(len(round_.rows))],
        "root": round_.root,
        "shares": list(round_.shares),
        "public_number": round_.public_number,
        "sample": sample,
        "reserves": spare,
    }
    if is_chained(round_.parameters):
        return {**document, "link": round_.secret}
    return {
        **document,
        "secret": round_.secret,
        "secret_path": list(round_.secret_path),
        "commitments": [dict(one) for one in commitments],
        "replacements": [{"out": line.out, "into": line.into, "reason": line.reason} for line in replaced],
    }


def listed(sample: pd.DataFrame, spare: pd.DataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return sample and reserves as the plain rows of the reveal, in order of their tickets."""
    rows = [{"id": i, "day": int(day), "ticket": int(t)} for i, day, t in sample[["day", "ticket"]].itertuples()]
    return rows, [{"id": i, "ticket": int(ticket)} for i, ticket in spare["ticket"].items()]


def _point(round_: Committed, at: int) -> dict[str, Any]:
    row = dict(zip(COLUMNS, round_.rows[at], strict=True)) | {"salt": round_.salts[at]}
    if not round_.parameters["streets"]:
        del row["street"]
    return row


def day_key(key: bytes, day: int) -> str:
    """Derive the subkey of a day; it tells nothing about the key or about another day."""
    return hashlib.sha256(canonical_json([f"{VERSION} day", key.hex(), day])).hexdigest()


def seal(subkey: str, day: int, sample: list[list[Any]]) -> str:
    """Hash a day's sample, ``[id, ticket]`` by ticket, under its subkey."""
    return hashlib.sha256(canonical_json([f"{VERSION} seal", subkey, day, sample])).hexdigest()


def seals(round_: Committed) -> list[str]:
    """Return the seal of every day, to be published when the round is drawn: no day's sample can be changed later."""
    key, sample = round_key(round_), sample_of(round_)[0]
    days = range(1, round_.parameters["days"] + 1)
    return [seal(day_key(key, day), day, _of_day(sample, day)) for day in days]


def day_release(round_: Committed, day: int) -> dict[str, Any]:
    """Return one day's sample with its subkey, to be published when the day is over.

    Raises
    ------
    InputError
        When the round has no such day.
    """
    if not 1 <= day <= round_.parameters["days"]:
        raise InputError("day is {value!r}: the round has days 1 to {days}", value=day, days=round_.parameters["days"])
    key, sample = round_key(round_), sample_of(round_)[0]
    return {
        "round": round_.parameters["round"],
        "day": day,
        "day_key": day_key(key, day),
        "sample": _of_day(sample, day),
    }


def _of_day(sample: pd.DataFrame, day: int) -> list[list[Any]]:
    return [[i, int(ticket)] for i, ticket in sample.loc[sample["day"] == day, "ticket"].items()]


def owner_proof(round_: Committed, checkpoint: str) -> dict[str, Any]:
    """Show that a point was in the frame with its probability, without the frame.

    Raises
    ------
    NotFoundError
        When it wasn't.
    """
    for at, row in enumerate(round_.rows):
        if row[0] == checkpoint:
            leaves = [merkle.leaf(list(one), salt) for one, salt in zip(round_.rows, round_.salts, strict=True)]
            point = dict(zip(COLUMNS, row, strict=True)) | {"salt": round_.salts[at]}
            path = merkle.path(leaves, at)
            return {"point": point, "index": at, "points": len(leaves), "path": path, "root": round_.root}
    raise NotFoundError("the checkpoint {id!r} isn't in the frame of this round", id=checkpoint)

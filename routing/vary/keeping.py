"""Where candidates stand between the choice and its proof: one text in the city's store for each round."""

import base64
import gzip
import json
from collections.abc import Sequence

from geo.errors import NotFoundError, StateError
from geo.store import Store
from routing.draw.points import canonical_json
from routing.vary.candidates import Candidates, read, together


def setting(round_id: str) -> str:
    """Name the setting that holds the candidates of a round."""
    return f"candidates {round_id}"


def keep_candidates(store: Store, round_id: str, candidates: Sequence[Candidates], sha256: str) -> None:
    """Store the candidates of a round with their hash, in the place of those of an earlier plan."""
    plain = canonical_json({"sha256": sha256, "candidates": [one.plain() for one in candidates]})
    store.set_setting(setting(round_id), base64.b64encode(gzip.compress(plain, mtime=0)).decode())


def kept_candidates(store: Store, round_id: str) -> tuple[tuple[Candidates, ...], str]:
    """Give the candidates of a round with the hash that was kept before the choice.

    Raises
    ------
    NotFoundError
        When the round's plan was not varied.
    StateError
        When they do not fit their hash.
    """
    text = store.setting(setting(round_id))
    if text is None:
        raise NotFoundError("round {round} has no candidates: its plan was not varied", round=round_id)
    plain = json.loads(gzip.decompress(base64.b64decode(text)))
    candidates = tuple(map(read, plain["candidates"]))
    if together(candidates) != plain["sha256"]:
        raise StateError(
            "the candidates of round {round} do not fit the hash {sha256} kept before the choice: they were changed",
            round=round_id,
            sha256=plain["sha256"],
        )
    return candidates, str(plain["sha256"])

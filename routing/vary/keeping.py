"""Where candidates stand between the choice and its proof: in the city's store, for each round."""

import json
from collections.abc import Sequence

from geo.errors import StateError
from geo.store import Store
from routing.draw.canonical import canonical_json
from routing.vary.candidates import Candidates, read, together


def keep_candidates(store: Store, round_id: str, candidates: Sequence[Candidates], sha256: str) -> None:
    """Keep the candidates of a plan to come with their hash; the plan that the round has keeps its own."""
    store.plans.keep_candidates(round_id, sha256, canonical_json([one.plain() for one in candidates]))


def kept_candidates(store: Store, round_id: str) -> tuple[tuple[Candidates, ...], str]:
    """Return the candidates that the plan of a round was chosen from, with the hash that was kept before the choice.

    Raises
    ------
    NotFoundError
        When the round's plan was not varied.
    StateError
        When they do not fit their hash.
    """
    content, kept = store.plans.candidates(round_id)
    candidates = tuple(map(read, json.loads(content)))
    if together(candidates) != kept.sha256:
        raise StateError(
            "the candidates of round {round} do not fit the hash {sha256} kept before the choice: they were changed",
            round=round_id,
            sha256=kept.sha256,
        )
    return candidates, kept.sha256

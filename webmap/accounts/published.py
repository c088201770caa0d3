"""What anybody may see without an account: the commitments of draws, and what was published of them."""

from dataclasses import dataclass
from typing import Any

from geo.clock import today
from geo.errors import NotFoundError
from geo.model import Commitment, SecretSet
from geo.store import Store
from routing.rounds.proof import published
from routing.rounds.publishing import public_list, rooted


@dataclass(frozen=True, slots=True)
class PublishedProofs:
    """The city as the public may see it."""

    _store: Store

    def commitments(self) -> list[Commitment]:
        """Return every commitment, the newest first."""
        return list(reversed(self._store.commitments.all()))

    def secret_sets(self) -> list[SecretSet]:
        """Return what is public of the secrets of the years."""
        return self._store.commitments.secret_sets()

    def listed(self, secret_set: str) -> dict[str, Any]:
        """Return every commitment under a root with what became of it.

        Raises
        ------
        NotFoundError
            When there are no such secrets under a root.
        """
        own = rooted(self._store, secret_set)
        lines = public_list(self._store, secret_set, today(self._store).date)
        return {"secrets_root": own.root, "secrets_count": own.size, "commitments": lines}

    def commitment(self, secret_set: str, position: int) -> dict[str, Any]:
        """Return a commitment as it was published.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        for one in self._store.commitments.all():
            if (one.secret_set, one.position) == (secret_set, position):
                return published(self._store, one)
        raise NotFoundError(
            "there is no commitment {position} of the secrets {name}", position=position, name=secret_set
        )

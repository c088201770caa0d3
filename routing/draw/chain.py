"""A yearly chain of secrets: its end is published first, so no round can choose its secret afterwards."""

import hashlib
from dataclasses import dataclass

from geo.errors import StateError


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of ``length`` secrets, each the SHA-256 of the one that is used after it.

    Parameters
    ----------
    seed
        32 random bytes, the deepest secret; whoever has it has them all.
    length
        Commitments that the chain lasts for, void ones included.
    """

    seed: bytes
    length: int = 64

    @property
    def end(self) -> str:
        """The hash to publish before the first commitment."""
        return ahead(self.seed, self.length).hex()

    def link(self, position: int) -> bytes:
        """Return the secret of the commitment number ``position``, which counts from 1.

        Raises
        ------
        StateError
            When the chain is used up.
        """
        if not 1 <= position <= self.length:
            raise StateError(
                "the chain has {length} links and number {position} is asked for: publish the end of a new chain",
                length=self.length,
                position=position,
            )
        return ahead(self.seed, self.length - position)


def ahead(link: bytes, steps: int) -> bytes:
    """Hash ``steps`` times: from the secret of commitment ``n``, ``n`` steps lead to the published end."""
    for _ in range(steps):
        link = hashlib.sha256(link).digest()
    return link

"""A year's secrets: independent of each other without the master seed, all bound by one root that is published first.

An earlier form was a hash chain (``chain.py``), in which a later secret gave every earlier one. Here the secret of one
commitment tells nothing about another's, whichever is revealed first.
"""

import hashlib
import hmac
from dataclasses import dataclass

from geo.errors import StateError
from routing.draw import merkle


@dataclass(frozen=True, slots=True)
class YearSecrets:
    """The secrets of a year, each an HMAC of its number under a master seed that never leaves the office.

    Parameters
    ----------
    master
        32 random bytes; whoever has them has every secret of the year.
    year
        That the rounds begin in.
    count
        Commitments that they last for, void ones included.
    """

    master: bytes
    year: int
    count: int = 64

    def secret(self, position: int) -> bytes:
        """Return the secret of the commitment number ``position``, which counts from 1.

        It is HMAC-SHA-256 (FIPS 198-1) of ``xundian secret|YEAR|POSITION`` under the master seed.

        Raises
        ------
        StateError
            When there are not so many.
        """
        if not 1 <= position <= self.count:
            raise StateError(
                "there are {count} secrets of {year} and number {position} is asked for: "
                "publish the root of new secrets",
                count=self.count,
                year=self.year,
                position=position,
            )
        return hmac.digest(self.master, f"xundian secret|{self.year}|{position}".encode(), "sha256")

    def root(self) -> str:
        """Return the Merkle root over the secrets (RFC 6962), to be published before the first commitment."""
        return merkle.root(self._leaves())

    def path(self, position: int) -> list[str]:
        """Return the hashes that lead from a secret's leaf up to the root; they tell nothing about other secrets."""
        return merkle.path(self._leaves(), position - 1)

    def _leaves(self) -> list[bytes]:
        return [leaf(self.secret(position)) for position in range(1, self.count + 1)]


def leaf(secret: bytes) -> bytes:
    """Hash a secret into its leaf: SHA-256 of a zero byte and the secret."""
    return hashlib.sha256(b"\x00" + secret).digest()


def climbs(secret: str, position: int, count: int, path: list[str], root: str) -> bool:
    """Tell whether a secret stands at a position under a root, as its path says."""
    return 1 <= position <= count and merkle.climb(leaf(bytes.fromhex(secret)), position - 1, count, path) == root

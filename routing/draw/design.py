"""What a round asks of its draw."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.model import Round
from routing.draw.rounding import D
from routing.draw.stream import VERSION


@dataclass(frozen=True, slots=True)
class Design:
    """The design of a draw.

    Parameters
    ----------
    quotas
        Checkpoints to draw per category, fixed ones counted in; a category without quota is outside the frame.
    days
        Balanced replicates that the sample is split into; ``day`` counts from 1.
    independent_share
        Chance, 0 to 1, with which a point is drawn without regard to its neighbours, so that a drawn point doesn't
        make its neighbours safe. 0 gives the best balance.
    size
        Column with the measure of size that probabilities are proportional to within their category; None: all
        equal. A size of 0 has the least chance there is, not none.
    streets
        Column with the street office; each then gets the floor or the ceiling of its expected number of points.
    reserves
        Reserve points to draw per category, for closed or refused ones.

    Raises
    ------
    InputError
        When a value cannot be.
    """

    quotas: Mapping[str, int]
    days: int = 4
    independent_share: float = 0.1
    size: str | None = None
    streets: str | None = None
    reserves: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        """Bring the categories to text, and refuse what cannot be."""
        object.__setattr__(self, "quotas", _counts("quotas", self.quotas))
        object.__setattr__(self, "reserves", _counts("reserves", self.reserves or {}))
        if sum(self.quotas.values()) < 1:
            raise InputError(
                "quotas is {value!r}: name at least one category with a quota above 0", value=dict(self.quotas)
            )
        if self.days < 1:
            raise InputError("days is {value!r}: a round has at least one day", value=self.days)
        if not 0 <= self.independent_share <= 1:
            raise InputError("independent_share is {value!r}: give a share from 0 to 1", value=self.independent_share)

    @property
    def share(self) -> int:
        """The independent share in units of 1/2^30."""
        return round(self.independent_share * D)

    def plain(self) -> dict[str, Any]:
        """Return the design as plain values, enough for ``Design(**values)``."""
        values = asdict(self)
        return {**values, "quotas": dict(self.quotas), "reserves": dict(self.reserves or {})}


def _counts(field: str, counts: Mapping[Any, int]) -> dict[str, int]:
    for category, count in counts.items():
        if int(count) != count or count < 0:
            raise InputError(
                "{field} of {category!r} is {value!r}: give a whole number, 0 or more",
                field=field,
                category=category,
                value=count,
            )
    return {str(category): int(count) for category, count in sorted(counts.items(), key=lambda item: str(item[0]))}


def trial_key(round_id: str, seed: int) -> bytes:
    """Return the 32-byte key of a trial draw, which anyone can make up and nobody should trust."""
    return hashlib.sha256(f"{VERSION} trial\n{round_id}\n{seed}".encode()).digest()


def design_for(
    frame: pd.DataFrame,
    round_: Round,
    *,
    streets: str | None = None,
    independent_share: float = 0.1,
    reserve: float = 0.0,
) -> Design:
    """Make the design of a round from its roster.

    Quotas are the round's own, or else proportional to the roster by largest remainder: fixed checkpoints are counted
    in, and every category is represented when the size allows.

    Parameters
    ----------
    frame
        Checkpoints with ``category``, and ``fixed`` and ``size`` where they matter.
    round_
        Its ``size``, ``days`` and ``quotas`` are read.
    streets
        Column of the street offices, to give each its share.
    reserve
        Reserve points per drawn one, rounded up in each category, as far as the category goes.

    Raises
    ------
    InputError
        When the size or the quotas don't fit the roster.
    """
    category = frame["category"].astype(str)
    counts = Counter(category)
    fixed = Counter(category[frame["fixed"].astype(bool)]) if "fixed" in frame else Counter[str]()
    if round_.quotas is None:
        quotas = allocate(round_.size, counts, fixed)
    else:
        quotas = dict(round_.quotas)
        if sum(quotas.values()) != round_.size:
            raise InputError(
                "size is {size}, but the quotas add up to {total}: make them agree",
                size=round_.size,
                total=sum(quotas.values()),
            )
    spare = {c: min(-int(-n * reserve // 1), counts.get(c, 0) - n) for c, n in quotas.items()}
    return Design(
        quotas,
        days=round_.days,
        independent_share=independent_share,
        size="size" if "size" in frame else None,
        streets=streets,
        reserves={c: n for c, n in spare.items() if n > 0},
    )


def allocate(size: int, counts: Mapping[str, int], fixed: Mapping[str, int]) -> dict[str, int]:
    """Share ``size`` over categories in proportion to ``counts`` by largest remainder; ties go by category code.

    No category gets less than its fixed points, nor, while the size allows, less than one, nor nothing beyond its fixed
    points when it has others.

    Raises
    ------
    InputError
        When the size is more than the roster or less than its fixed points.
    """
    least = {c: fixed.get(c, 0) for c in sorted(counts)}
    if not sum(least.values()) <= size <= sum(counts.values()):
        raise InputError(
            "size is {size}: {total} checkpoints can be drawn, {fixed} of them fixed; "
            "give {least} to {total} or import more",
            size=size,
            total=sum(counts.values()),
            fixed=sum(least.values()),
            least=max(1, sum(least.values())),
        )
    left = size - sum(least.values())
    wanting = [c for c in least if least[c] < counts[c]]
    for c in sorted(wanting, key=lambda c: (least[c] > 0, -counts[c], c))[:left]:
        least[c] += 1
    free, left = dict(counts), size
    while low := [c for c in free if Fraction(left * free[c], sum(free.values())) < least[c]]:
        for c in low:
            del free[c]
        left = size - sum(least[c] for c in least if c not in free)
    quotas, total = dict(least), sum(free.values())
    quotas.update((c, left * count // total) for c, count in free.items())
    short = size - sum(quotas.values())
    for c in sorted(free, key=lambda c: (-(left * free[c] % total), c))[:short]:
        quotas[c] += 1
    return quotas

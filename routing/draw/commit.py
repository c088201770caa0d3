"""Commit to a round, and draw it when the public number is out: each once."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import InputError, StateError
from routing.draw import merkle, number
from routing.draw.chances import chances
from routing.draw.commitment import COMMITTED, DRAWN, ROOTED, Committed, round_key, salts_of
from routing.draw.design import Design
from routing.draw.points import Points, points
from routing.draw.rounding import D, Ints
from routing.draw.sample import Drawn, draw, opened
from routing.draw.year_secrets import YearSecrets


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """Somebody who puts in a number of their own: its hash before, the number itself when the round is drawn."""

    party: str
    sha256: str  # of the UTF-8 text


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """What a commitment fixes besides the frame and the design.

    Parameters
    ----------
    secrets, position
        The year's, whose root was published, and the number of this commitment under it, from 1: never used before.
    public_number
        Name of the future number, e.g. ``双色球 2026068``.
    number_form
        How its result will be written, see :func:`routing.draw.number.form_of`; empty: by its name.
    third_parties
        Those who put in a number of their own.
    voids
        Rounds of the year that were voided before; every report counts them.
    previous
        Hash of the commitment before this one; empty for the first of the city.
    replacements_limit
        Points that may be replaced on a reason alone.

    Raises
    ------
    InputError
        When a value cannot be.
    """

    secrets: YearSecrets
    position: int
    public_number: str
    number_form: str = ""
    third_parties: tuple[ThirdParty, ...] = ()
    voids: int = 0
    previous: str = ""
    replacements_limit: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.public_number.strip():
            raise InputError(
                "public_number is {value!r}: name the lottery issue or beacon round to come", value=self.public_number
            )
        number.issue_of(self.public_number)
        number.check_form(self.number_form or "text")
        for one in self.third_parties:
            if not re.fullmatch("[0-9a-f]{64}", one.sha256):
                raise InputError(
                    "sha256 of {party!r} is {value!r}: give 64 hexadecimal digits", party=one.party, value=one.sha256
                )


def commit(frame: gpd.GeoDataFrame, design: Design, round_id: str, terms: CommitmentTerms) -> Committed:
    """Bind a round's frame, design and secret before the public number is known.

    Parameters
    ----------
    frame, design
        As for :func:`routing.draw.select`.
    terms
        The secret, the public number to come, and the rest that is fixed now.

    Raises
    ------
    InputError
        When the quotas don't fit the frame.
    StateError
        When the year's secrets are used up.
    """
    chosen = points(frame, design)
    chosen, prob = opened(chosen, chances(frame, design, chosen))
    secret = terms.secrets.secret(terms.position)
    rows = chosen.rows(prob)
    salts = salts_of(secret, rows)
    root = merkle.root([merkle.leaf(row, salt) for row, salt in zip(rows, salts, strict=True)])
    parameters = _parameters(design, round_id, terms, len(rows))
    path = tuple(terms.secrets.path(terms.position))
    return Committed(parameters, tuple(map(tuple, rows)), tuple(salts), root, secret.hex(), path)


def _parameters(design: Design, round_id: str, terms: CommitmentTerms, count: int) -> dict[str, Any]:
    name = terms.public_number.strip()
    issue = number.issue_of(name)
    return {
        "version": ROOTED,
        "round": round_id,
        "points": count,
        "quotas": {category: quota for category, quota in design.quotas.items() if quota},
        "reserves": dict(design.reserves or {}),
        "days": design.days,
        "independent_share": design.share,
        "streets": bool(design.streets),
        "public_number": name,
        "source": issue.source,
        "period": issue.period,
        "number_form": terms.number_form or number.form_of(name),
        "shares": [asdict(one) for one in terms.third_parties],
        "secrets_root": terms.secrets.root(),
        "secrets_count": terms.secrets.count,
        "position": terms.position,
        "voids": terms.voids,
        "replacements_limit": terms.replacements_limit,
        "previous": terms.previous,
    }


def run(round_: Committed, value: str, shares: Sequence[str] = ()) -> Committed:
    """Draw a committed round: take in the public number and what the third parties disclose.

    Parameters
    ----------
    round_
        The commitment, not yet drawn or void.
    value
        The public number as it came out.
    shares
        The third parties' texts, in the order of the commitment.

    Raises
    ------
    StateError
        When the round was drawn before or is void.
    InputError
        When the number hasn't the committed form, or a share isn't the committed one.
    """
    if round_.state != COMMITTED:
        raise StateError(
            "the round {round!r} is {state}: a commitment is drawn once; a new one needs a secret of its own",
            round=round_.parameters["round"],
            state=round_.state,
        )
    asked = round_.parameters["shares"]
    if len(shares) != len(asked):
        raise InputError(
            "{given} shares are given, {asked} were committed: give each", given=len(shares), asked=len(asked)
        )
    for text, party in zip(shares, asked, strict=True):
        if hashlib.sha256(text.encode()).hexdigest() != party["sha256"]:
            raise InputError("the share of {party!r} isn't the one that was committed", party=party["party"])
    found = number.normal(value, round_.parameters["number_form"])
    return replace(round_, state=DRAWN, public_number=found, shares=tuple(shares))


def design_of(parameters: Mapping[str, Any]) -> Design:
    """Read the design back from parameters."""
    return Design(
        parameters["quotas"],
        days=parameters["days"],
        independent_share=parameters["independent_share"] / D,
        streets="street" if parameters["streets"] else None,
        reserves=parameters["reserves"],
    )


def sample_of(round_: Committed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sample (``inclusion_prob``, ``day``, ``ticket``) and the reserves (no ``day``), by ticket."""
    chosen, prob = _canonical(round_.rows)
    drawn = draw(chosen, prob, design_of(round_.parameters), round_key(round_))
    return frames(chosen, prob, drawn)


def _canonical(rows: Sequence[Sequence[Any]]) -> tuple[Points, Ints]:
    ids, categories, streets, x_cm, y_cm, prob = zip(*rows, strict=True)
    place = np.array(x_cm, np.int64), np.array(y_cm, np.int64)
    return Points(np.arange(len(ids)), ids, categories, streets, *place), np.array(prob, np.int64)


def frames(chosen: Points, prob: Ints, drawn: Drawn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was drawn as the frames of :func:`sample_of`."""
    ids = np.array(chosen.ids, object)
    sample = pd.DataFrame(
        {"inclusion_prob": prob[drawn.at] / D, "day": drawn.day, "ticket": drawn.ticket},
        index=pd.Index(ids[drawn.at], name="id"),
    )
    spare = pd.DataFrame(
        {"inclusion_prob": prob[drawn.reserve_at] / D, "ticket": drawn.reserve_ticket},
        index=pd.Index(ids[drawn.reserve_at], name="id"),
    )
    return sample.sort_values("ticket"), spare.sort_values("ticket")

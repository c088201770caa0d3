"""The report of a round's draw: what it achieved against simpler draws, what was voided, what was replaced."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.errors import NotFoundError
from geo.model import Commitment, Draw
from geo.progress import Progress, silent
from geo.store import Store
from geo.store.fieldwork import Replaced
from routing.draw.balance import Balance
from routing.draw.design import Design
from routing.draw.fingerprint import frame_sha256
from routing.draw.report import DrawFigures, figures, quotas_kept, streets_covered
from routing.draw.sample import drawn_from
from routing.rounds.frame import STREET
from routing.rounds.making import frozen
from routing.rounds.proof import hash_of

DRAWS = 10  # of each simpler way, to take the mean of


@dataclass(frozen=True, slots=True)
class DrawStatus:
    """Where a round's draw stands, without any comparison."""

    round_id: str
    draw: Draw | None  # None: not drawn, or void
    commitment: Commitment | None  # the newest
    commitments: tuple[Commitment, ...]  # of this round, void ones too
    voids: int  # of the whole city, ever
    replaced: tuple[Replaced, ...]

    @property
    def trial(self) -> bool:
        """Tell whether what was drawn is a trial."""
        return self.draw is not None and self.draw.trial

    @property
    def state(self) -> str:
        """Say ``open``, ``trial``, ``committed``, ``drawn`` or ``void``."""
        if self.trial:
            return "trial"
        return "open" if self.commitment is None else self.commitment.state


@dataclass(frozen=True, slots=True)
class RoundReport:
    """What can be said of a round that is drawn."""

    status: DrawStatus
    frame: gpd.GeoDataFrame  # frozen, in metres, with the street offices of today
    sample: pd.DataFrame  # as drawn
    quotas: pd.DataFrame  # per category: quota, drawn
    streets: pd.DataFrame  # per street office: name, expected, drawn
    balance: Balance
    comparison: DrawFigures | None  # with simpler draws; None when it wasn't asked for

    @property
    def quotas_exact(self) -> bool:
        """Tell whether every category has its quota."""
        return bool((self.quotas["quota"] == self.quotas["drawn"]).all())

    @property
    def days(self) -> list[int]:
        """Count the points of each day."""
        return [int(count) for count in self.sample["day"].value_counts().sort_index()]

    @property
    def covered(self) -> int:
        """Count the street offices with a point."""
        return int((self.streets["drawn"] > 0).sum())

    def as_json(self) -> dict[str, Any]:
        """Return the keys of the JSON line."""
        kept, than = self.status.commitment, self.comparison
        return {
            "round": self.status.round_id,
            "trial": self.status.trial,
            "drawn": len(self.sample),
            "quotas_exact": self.quotas_exact,
            "quotas": self.quotas.to_dict("index"),
            "balance_city": self.balance.city,
            "balance_within": self.balance.within,
            "balance": {
                name: asdict(getattr(than, name)) for name in ("simple_random", "per_category") if than is not None
            },
            "neighbour_ratio": None if than is None or math.isnan(than.neighbour_ratio) else than.neighbour_ratio,
            "days": self.days,
            "streets": [
                {"street": code, **row} for code, row in self.streets.round({"expected": 2}).to_dict("index").items()
            ],
            "streets_covered": self.covered,
            "commitment": hash_of(kept) if kept else "",
            "public_name": kept.parameters["public_number"] if kept else "",
            "public_number": kept.public_number if kept else "",
            "voids": self.status.voids,
            "voided": [_voided(one) for one in self.status.commitments if one.state == "void"],
            "replacements": [_line(one) for one in self.status.replaced],
        }


def draw_status(store: Store, round_id: str) -> DrawStatus:
    """Read where a round's draw stands.

    Raises
    ------
    NotFoundError
        When there is no such round.
    """
    newest, every = store.commitments.of_round(round_id), store.commitments.all()
    draw = store.draws.find(round_id)
    return DrawStatus(
        round_id,
        draw,
        newest,
        tuple(one for one in every if one.round_id == round_id),
        sum(one.state == "void" for one in every),
        tuple(store.fieldwork.replacements(round_id)) if draw else (),
    )


def report_round(store: Store, round_id: str, *, draws: int = DRAWS, progress: Progress = silent) -> RoundReport:
    """Say what a round's draw achieved, as it was drawn, and compare it with simpler draws from the same frozen frame.

    Parameters
    ----------
    store
        The city.
    round_id
        A round that is drawn.
    draws
        Simpler draws of each kind to take the mean of; 0: no comparison.
    progress
        Told after each.

    Raises
    ------
    NotFoundError
        When there is no such round, or its frame was not kept.
    StateError
        When it is not drawn.
    """
    draw = store.draws.get(round_id)
    frame = frozen(_rows(store, draw))
    codes = store.checkpoints.frame(include_retired=True)[STREET]
    frame = frame.assign(**{STREET: codes.reindex(frame.index).fillna("").to_numpy()})
    sample = store.fieldwork.drawn_sample(round_id)
    design = Design(**{**draw.design, "size": "inclusion_prob", "streets": draw.design["streets"] and "street"})
    drawn = frame.loc[sample.index].assign(day=sample["day"], ticket=sample["ticket"])
    streets = streets_covered(frame, drawn, STREET)
    names = store.zones.frame("street")["name"].reindex(streets.index).fillna("")
    return RoundReport(
        draw_status(store, round_id),
        frame,
        sample,
        quotas_kept(design, drawn),
        streets.assign(name=names)[["name", "expected", "drawn"]],
        Balance(draw.balance_city, draw.balance_within),
        figures(frame, design, drawn, streets=STREET, draws=draws, progress=progress) if draws else None,
    )


def _rows(store: Store, draw: Draw) -> list[list[Any]]:
    """Read the frame that a draw was made from; where it wasn't kept, the roster will do as long as it is the same."""
    try:
        return store.commitments.frame_rows(draw.frame_sha256)
    except NotFoundError as lost:
        roster = store.checkpoints.frame()
        try:
            design = Design(**draw.design)
        except TypeError:  # of a version that we don't know
            raise lost from None
        if not set(design.quotas) <= set(roster["category"]) or frame_sha256(roster, design) != draw.frame_sha256:
            raise
        chosen, prob, _ = drawn_from(roster, design, draw.key)
        return chosen.rows(prob)


def _voided(one: Commitment) -> dict[str, object]:
    return {
        "commitment": hash_of(one),
        "secret_set": one.secret_set,
        "position": one.position,
        "reason": one.reason,
        "public_number": one.public_number,
        "voided_at": one.voided_at.isoformat(timespec="seconds") if one.voided_at else "",
    }


def _line(one: Replaced) -> dict[str, object]:
    return {**asdict(one), "replaced_at": one.replaced_at.isoformat(timespec="seconds")}

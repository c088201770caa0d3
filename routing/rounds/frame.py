"""What a round is drawn from: its part of the roster, weighed by the past where it asks for that, and its design."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import InputError, StateError
from geo.model import Round, Scope
from geo.notes import Note
from geo.store import Store
from routing.draw.campaign import Campaign, part
from routing.draw.chances import probabilities
from routing.draw.design import Design, design_for
from routing.draw.risk import LOOK_BACK, RiskRules, look_back, weigh

STREET = "street_code"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a planner may choose for a draw.

    Parameters
    ----------
    streets
        Give each street office the floor or the ceiling of its expected number.
    independent_share
        Chance, 0 to 1, that a point is drawn without regard to its neighbours.
    reserve
        Reserve points per drawn one.
    replaceable
        Share of the sample, 0 to 1, that may be replaced on a reason alone, once the round is committed to.
    """

    streets: bool = False
    independent_share: float = 0.1
    reserve: float = 0.5
    replaceable: float = 0.1


@dataclass(frozen=True, slots=True)
class Basis:
    """A frame to draw from, its design, and what a planner should know of them."""

    frame: gpd.GeoDataFrame
    design: Design
    notes: tuple[Note, ...] = ()


def basis_of(store: Store, round_: Round, choices: Choices | None = None) -> Basis:
    """Read what a round is drawn from.

    Raises
    ------
    StateError
        When the city has no checkpoints.
    InputError
        When the round asks for more than there is.
    """
    choices = choices or Choices()
    frame, notes = _part(store, round_), []
    visits = store.visits.frame(Scope()) if round_.risk is not None else pd.DataFrame()
    due = np.zeros(len(frame), bool)
    extra = 0
    if round_.risk is not None:
        rules = RiskRules(longest_gap_days=int(round_.risk.get("longest_gap_days", RiskRules().longest_gap_days)))
        weighed = weigh(frame, visits, round_.start, rules)
        due = weighed["fixed"].to_numpy(bool) & ~frame["fixed"].to_numpy(bool)
        extra = int(round_.risk.get("look_back", 0))
        frame = weighed.assign(fixed=frame["fixed"])
        if extra:
            frame = look_back(frame, _to_look_back_at(frame, visits, round_, extra))
    quotas = _quotas(frame, round_, extra)
    frame, late = _certain(frame, due, quotas)
    if late:
        notes.append(Note(OVERDUE, {"count": sum(late.values()), "categories": ", ".join(sorted(late))}))
    design = design_for(
        frame,
        replace(round_, quotas=quotas),
        streets=STREET if choices.streets else None,
        independent_share=choices.independent_share,
        reserve=choices.reserve,
    )
    size = "weight" if round_.risk is not None else design.size
    return Basis(frame, replace(design, size=size, reserves=_reserves(frame, design)), tuple(notes))


def ensure_drawable(store: Store, round_: Round) -> None:
    """Refuse a round that could not be drawn from the roster as it stands.

    Raises
    ------
    StateError
        When the city has no checkpoints.
    InputError
        When it asks for more than there is, in all, in a category or in its campaign, or its quotas don't add up.
    """
    extra = int((round_.risk or {}).get("look_back", 0))
    if round_.quotas is not None and sum(round_.quotas.values()) + extra != round_.size:
        raise InputError(
            "the quotas add up to {total}, but {field} is {size}: make them equal",
            field="size",
            total=sum(round_.quotas.values()) + extra,
            size=round_.size,
        )
    basis = basis_of(store, round_)
    probabilities(basis.frame, basis.design)


OVERDUE = (
    "{count} checkpoints are overdue, but the quotas of {categories} are too small to make them certain: "
    "their chances are as high as their weights allow"
)


def _part(store: Store, round_: Round) -> gpd.GeoDataFrame:
    frame = store.checkpoints.frame()
    if frame.empty:
        raise StateError(
            "the city has no checkpoints: import a roster before round {round} is made or drawn", round=round_.id
        )
    if round_.campaign is None:
        return frame
    asked: Mapping[str, Any] = round_.campaign
    campaign = Campaign(categories=asked.get("categories"), items=asked.get("items"))
    visits = deductions = None
    if campaign.items is not None:
        visits, deductions = store.visits.frame(Scope()), store.visits.deductions(Scope())
    frame = part(frame, campaign, visits=visits, deductions=deductions)
    if asked.get("zones") is None:
        return frame
    inside = {id_ for code in asked["zones"] for id_ in store.checkpoints.frame(Scope(zone=code)).index}
    frame = frame[frame.index.isin(inside)]
    if frame.empty:
        raise InputError(
            "the campaign {value} leaves no checkpoint: check its categories, zones and items", value=dict(asked)
        )
    return frame


def _to_look_back_at(frame: gpd.GeoDataFrame, visits: pd.DataFrame, round_: Round, count: int) -> "pd.Index[Any]":
    """Find where the last visit found something: what was found should be mended by now."""
    past = visits[visits["arrived_at"].dt.date < round_.start].sort_values("arrived_at")
    last = past.groupby("checkpoint")["points"].last()
    guilty: pd.Index[Any] = frame.index[frame.index.isin(last.index[last > 0]) & ~frame["fixed"].to_numpy(bool)]
    if len(guilty) < count:
        raise InputError(
            "look_back is {value}: the last visit found something at {count} checkpoints only; ask for fewer",
            value=count,
            count=len(guilty),
        )
    return guilty


def _quotas(frame: gpd.GeoDataFrame, round_: Round, extra: int) -> dict[str, int]:
    """Share the round's size over the categories; those to look back at have a number of their own."""
    own = frame[frame["category"] != LOOK_BACK]
    plain = design_for(own, replace(round_, size=round_.size - extra))
    return dict(plain.quotas) | ({LOOK_BACK: extra} if extra else {})


def _certain(
    frame: gpd.GeoDataFrame, due: "np.ndarray[Any, np.dtype[np.bool_]]", quotas: Mapping[str, int]
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Make those certain whose turn has come, category by category, as long as the others keep a chance.

    Returns
    -------
    The frame, and how many are due without being certain, by category.
    """
    category, fixed = frame["category"].to_numpy(object), frame["fixed"].to_numpy(bool).copy()
    late = {}
    for name, quota in quotas.items():
        own = category == name
        certain = own & (fixed | due)
        if certain.sum() < quota or certain.sum() == own.sum() == quota:
            fixed |= own & due
        elif (own & due).any():
            late[name] = int((own & due & ~fixed).sum())
    return frame.assign(fixed=fixed), late


def _reserves(frame: gpd.GeoDataFrame, design: Design) -> dict[str, int]:
    """Keep the reserves of categories that have open points beside their certain ones."""
    certain = Counter(frame.loc[frame["fixed"].to_numpy(bool), "category"])
    return {name: n for name, n in (design.reserves or {}).items() if design.quotas[name] > certain[name]}

"""A round from its making to its sample: quotas read, design made, sample drawn and kept."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd

from geo.catalogue import Catalogue
from geo.errors import InputError, StateError
from geo.model import Draw, Round
from geo.progress import Progress, silent
from geo.readers.columns import Headings
from geo.readers.tables import read_table
from geo.readers.values import texts
from geo.store import Store
from routing.draw import Design, balance, design_for, frame_sha256, probabilities, select, trial_key

QUOTA_FIELDS = {"category": ("category", "类别", "点位类别"), "number": ("number", "quota", "数量", "配额", "抽取数")}


@dataclass(frozen=True, slots=True)
class DrawReport:
    """What a draw gave."""

    round: str
    drawn: int
    quotas_exact: bool
    balance_city: float
    balance_within: float
    trial: bool

    def as_json(self) -> dict[str, object]:
        """Give the keys of the JSON line."""
        return asdict(self)


def read_quotas(path: Path, catalogue: Catalogue) -> Mapping[str, int]:
    """Read quotas from a table of two columns, category and number.

    Raises
    ------
    InputError
        Naming every row whose category or number cannot be taken.
    """
    headings = Headings(QUOTA_FIELDS, {})
    table = read_table(path, headings)
    table.require(headings, "category", "number")
    quotas: dict[str, int] = {}
    faults = []
    for text, number in zip(texts(table.column("category")), texts(table.column("number")), strict=True):
        code = catalogue.find(text)
        whole = number.strip().removesuffix(".0")
        if code is None or not whole.isdecimal():
            faults.append(f"{text}={number}")
        else:
            quotas[code] = quotas.get(code, 0) + int(whole)
    if faults:
        raise InputError(
            "{path} has quotas that cannot be taken: {faults}; write a category of the catalogue and a whole number",
            path=path.name,
            faults=", ".join(faults),
        )
    return quotas


def draw_round(store: Store, round_id: str, *, seed: int, progress: Progress = silent) -> DrawReport:
    """Draw the sample of a round by trial, and keep it.

    Raises
    ------
    StateError
        When the city has no checkpoints, or the round was drawn under a commitment.
    """
    planned = store.round(round_id)
    roster = store.checkpoints()
    if roster.empty:
        raise StateError("the city has no checkpoints: import a roster before drawing round {round}", round=round_id)
    progress("draw", 0, 1)
    record, drawn = trial_draw(roster, planned, seed, dt.datetime.now(dt.UTC))
    store.save_draw(record, drawn[["inclusion_prob", "day", "ticket"]])
    progress("draw", 1, 1)
    counts = drawn["category"].value_counts()
    quotas = Design(**record.design).quotas
    return DrawReport(
        round=round_id,
        drawn=len(drawn),
        quotas_exact=all(int(counts.get(category, 0)) == n for category, n in quotas.items()),
        balance_city=record.balance_city,
        balance_within=record.balance_within,
        trial=True,
    )


def trial_draw(
    roster: gpd.GeoDataFrame, planned: Round, seed: int, drawn_at: dt.datetime
) -> tuple[Draw, gpd.GeoDataFrame]:
    """Draw a round by trial from a seed that anyone can make up; give the record and the drawn part of the roster."""
    design = design_for(roster, planned)
    key = trial_key(planned.id, seed)
    drawn = select(roster, design, key)
    spread = balance(roster.assign(inclusion_prob=probabilities(roster, design)), drawn)
    record = Draw(
        round_id=planned.id,
        key=key,
        trial=True,
        design=design.plain(),
        frame_sha256=frame_sha256(roster, design),
        balance_city=spread.city,
        balance_within=spread.within,
        drawn_at=drawn_at,
    )
    return record, drawn

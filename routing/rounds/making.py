"""A round from its making to its sample: quotas read, design made, sample drawn and kept."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.errors import InputError, StateError
from geo.model import Draw, Round
from geo.notes import Note
from geo.progress import Progress, silent
from geo.readers.columns import Headings
from geo.readers.tables import read_table
from geo.readers.values import texts
from geo.store import Store
from routing.draw.balance import Balance, balance
from routing.draw.canonical import canonical_json
from routing.draw.commit import frames
from routing.draw.design import trial_key
from routing.draw.rounding import D
from routing.draw.sample import drawn_from
from routing.rounds.frame import Choices, basis_of

QUOTA_FIELDS = {"category": ("category", "类别", "点位类别"), "number": ("number", "quota", "数量", "配额", "抽取数")}
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class DrawReport:
    """What a draw gave."""

    round: str
    drawn: int
    quotas_exact: bool
    balance_city: float
    balance_within: float
    trial: bool
    public_number: str = ""
    seals: tuple[str, ...] = ()  # one a day, to be published at once
    voids: int = 0  # rounds of the year that were voided before
    seed: int | None = None  # of a trial draw: anyone who learns it can compute the sample
    notes: tuple[Note, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the keys of the JSON line."""
        return {**asdict(self), "notes": [note.text() for note in self.notes]}


def read_quotas(path: Path, catalogue: Catalogue) -> Mapping[str, int]:
    """Read quotas from a table of two columns, category and number.

    Raises
    ------
    InputError
        Naming every row whose category or number cannot be taken.
    """
    headings = Headings(QUOTA_FIELDS, {}, (("category",), ("number",)), once=False)
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


SEED_BITS = 128
COVERT_TRIAL = (
    "round {round!r} is covert and not committed to: commit to it first, or say --trial for a trial draw; "
    "anyone who learns the seed can compute this"
)


def refuse_covert_trial(round_: Round, *, asked: bool) -> None:
    """Refuse a trial draw of a covert round that wasn't asked for by name.

    Raises
    ------
    StateError
        Unless it was asked for.
    """
    if round_.covert and not asked:
        raise StateError(COVERT_TRIAL, round=round_.id)


def draw_round(
    store: Store,
    round_id: str,
    *,
    seed: int | None = None,
    choices: Choices | None = None,
    progress: Progress = silent,
) -> DrawReport:
    """Draw the sample of a round by trial, and keep it; it proves nothing, as who learns the seed can compute it.

    Parameters
    ----------
    store
        The city.
    round_id
        The round.
    seed
        The same seed draws the same sample; None: 128 bits of the system's randomness.
    choices
        Of the draw.
    progress
        Told before and after.

    Raises
    ------
    StateError
        When the city has no checkpoints, or the round is committed to or was drawn under a commitment.
    """
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    basis = basis_of(store, store.rounds.get(round_id), choices)
    progress("draw", 0, 1)
    key = trial_key(round_id, seed)
    chosen, prob, drawn = drawn_from(basis.frame, basis.design, key)
    rows = chosen.rows(prob)
    sample, spare = frames(chosen, prob, drawn)
    spread = spread_of(rows, sample)
    record = Draw(
        round_id=round_id,
        key=key,
        trial=True,
        design=basis.design.plain(),
        frame_sha256=rows_sha256(rows),
        balance_city=spread.city,
        balance_within=spread.within,
        drawn_at=dt.datetime.now(dt.UTC),
    )
    store.draws.save(record, sample, reserves=spare)
    store.commitments.keep_frame(record.frame_sha256, rows)
    progress("draw", 1, 1)
    return report_of(record, rows, sample, notes=basis.notes, seed=seed)


def report_of(record: Draw, rows: Rows, sample: pd.DataFrame, **more: Any) -> DrawReport:  # noqa: ANN401 - other fields
    """Say what a draw gave."""
    counts = frozen(rows)["category"].reindex(sample.index).value_counts()
    quotas = {category: n for category, n in record.design["quotas"].items() if n}
    return DrawReport(
        round=record.round_id,
        drawn=len(sample),
        quotas_exact=counts.to_dict() == quotas,
        balance_city=record.balance_city,
        balance_within=record.balance_within,
        trial=record.trial,
        **more,
    )


def rows_sha256(rows: Rows) -> str:
    """Hash the canonical rows of a frame: 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json([list(row) for row in rows])).hexdigest()


def frozen(rows: Rows) -> gpd.GeoDataFrame:
    """Return canonical rows as a frame in metres: ``category``, ``street``, ``inclusion_prob``, ``fixed``."""
    ids, category, street, x_cm, y_cm, prob = zip(*rows, strict=True)
    chance = pd.Series(prob, dtype="int64") / D
    return gpd.GeoDataFrame(
        {
            "category": category,
            "street": street,
            "inclusion_prob": chance.to_numpy(),
            "fixed": (chance == 1).to_numpy(),
        },
        geometry=gpd.points_from_xy(pd.Series(x_cm) / 100, pd.Series(y_cm) / 100),
        index=pd.Index(ids, name="id", dtype="str"),
    )


def spread_of(rows: Rows, sample: pd.DataFrame) -> Balance:
    """Measure the spatial balance of a sample of canonical rows."""
    frame = frozen(rows)
    return balance(frame, frame.loc[sample.index])

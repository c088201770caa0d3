"""Build the demo city into a store."""

import datetime as dt
import hashlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from data.demo import names
from data.demo.clip import METRIC, STREETS
from data.demo.history import ZONE, follow_ups, past_rounds, round_visits, with_deductions
from data.demo.places import build_checkpoints
from data.demo.streets import street_names
from data.demo.teams import build_teams
from data.demo.truth import Truth, plant
from data.demo.zones import build_zones
from geo.catalogue import Catalogue, load
from geo.crs import to_metric
from geo.model import Draw, Round, Team
from geo.progress import Progress, silent
from geo.store import Store
from geo.streets.edges import file_sha256, read_streets
from geo.zones.cells import assign, unit_cells
from routing.draw.balance import balance
from routing.draw.chances import probabilities
from routing.draw.design import design_for, trial_key
from routing.draw.fingerprint import frame_sha256
from routing.draw.sample import select

SEED = 20260601
_STAGE, _STEPS = "demo city", 6
SETTINGS = {
    "demo": "1",
    "timezone": ZONE.key,
    "name_zh": f"{names.CITY}{names.DISTRICT}（演示）",
    "name_en": "Demo city: real streets of Wuhan, the rest invented",
    "attribution": "© OpenStreetMap contributors",
}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo city holds."""

    streets: int
    zones: int
    checkpoints: int
    teams: int
    rounds: int
    visits: int
    deductions: int
    truth: Truth


def build(store: Store, *, progress: Progress = silent, seed: int = SEED) -> DemoReport:
    """Fill an empty store with the demo city; the same seed gives the same city.

    Parameters
    ----------
    store
        An empty city.
    progress
        Told after each step.
    seed
        What everything invented comes from.
    """
    rng = np.random.default_rng(seed)
    catalogue = load()
    progress(_STAGE, 0, _STEPS)
    streets, zones, checkpoints = _map(store, catalogue, rng, seed, progress)
    teams = build_teams(checkpoints, rng)
    store.teams.replace(teams)
    truth = plant(checkpoints, rng)
    for key, value in {**SETTINGS, "demo_truth": truth.as_json()}.items():
        store.settings.set(key, value)
    rounds = past_rounds(catalogue.edition)
    visits = _visits(store, rounds, checkpoints, teams, truth, rng)
    progress(_STAGE, 5, _STEPS)
    found = list(with_deductions(visits, checkpoints, catalogue, truth, rng))
    store.visits.record(found)
    progress(_STAGE, _STEPS, _STEPS)
    return DemoReport(
        streets=streets,
        zones=zones,
        checkpoints=len(checkpoints),
        teams=len(teams),
        rounds=len(rounds),
        visits=len(found),
        deductions=sum(len(visit.deductions) for visit in found),
        truth=truth,
    )


def _map(
    store: Store, catalogue: Catalogue, rng: np.random.Generator, seed: int, progress: Progress
) -> tuple[int, int, gpd.GeoDataFrame]:
    """Store streets, zones, cells and checkpoints; give the number of streets and zones, and the checkpoints."""
    source = read_streets(STREETS)
    metric = to_metric(source.edges, crs=METRIC)
    metric["name"] = street_names(metric, rng)
    edges = source.edges.assign(name=metric["name"])
    store.streets.replace(edges, turn_bans=source.turn_bans, source_sha256=_source_sha256(seed))
    progress(_STAGE, 1, _STEPS)
    zones = build_zones(metric, rng)
    store.zones.upsert(zones.frame)
    progress(_STAGE, 2, _STEPS)
    cells = unit_cells(zones.frame, edges)
    store.zones.replace_cells(cells)
    progress(_STAGE, 3, _STEPS)
    checkpoints = build_checkpoints(metric, zones, catalogue, rng)
    checkpoints["cell"] = assign(checkpoints, cells)
    store.checkpoints.upsert(checkpoints)
    progress(_STAGE, 4, _STEPS)
    return len(edges), len(zones.frame), checkpoints


def _visits(
    store: Store,
    rounds: list[Round],
    checkpoints: gpd.GeoDataFrame,
    teams: list[Team],
    truth: Truth,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Make and draw the past rounds; give their visits and the follow-ups."""
    visits = []
    for planned in rounds:
        store.rounds.create(planned)
        sample = _drawn(store, planned, checkpoints)
        visits += [
            round_visits(planned, sample, teams, rng),
            follow_ups(planned, checkpoints, teams, truth, rng),
        ]
    return pd.concat(visits, ignore_index=True)


def _drawn(store: Store, planned: Round, checkpoints: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw a past round as if a week before it."""
    design = design_for(checkpoints, planned)
    key = trial_key(planned.id, SEED)
    sample = select(checkpoints, design, key)
    spread = balance(checkpoints.assign(inclusion_prob=probabilities(checkpoints, design)), sample)
    week_before = dt.datetime.combine(planned.start - dt.timedelta(days=7), dt.time(10), ZONE)
    draw = Draw(
        planned.id,
        key,
        trial=True,
        design=design.plain(),
        frame_sha256=frame_sha256(checkpoints, design),
        balance_city=spread.city,
        balance_within=spread.within,
        drawn_at=week_before.astimezone(dt.UTC),
    )
    store.draws.save(draw, sample[["inclusion_prob", "day", "ticket"]])
    return sample


def _source_sha256(seed: int) -> str:
    """Tell the streets of two seeds apart: their names differ."""
    return hashlib.sha256(f"{file_sha256(STREETS)} {seed}".encode()).hexdigest()

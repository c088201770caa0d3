"""Six past months of the demo city: rounds drawn, visits made, follow-ups where inspectors like to go."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from data.demo.truth import MONTHS, Truth, fail_chance
from geo.catalogue import Catalogue
from geo.clock import TIMEZONE
from geo.crs import to_metric
from geo.model import Deduction, Round, Team, Visit

ZONE = ZoneInfo(TIMEZONE)
SIZE, DAYS = 1_090, 4
FOLLOW_UPS = 520  # a month, outside of any round
_CLOSED = 0.04  # of the drawn places are not looked at
_DAY_S = (9 * 3600, 17 * 3600)
_SHOWN = 9.0  # how much more often a showcase is looked at
_NEAR_M = 900.0  # inspectors look about near their base
_LIKED = {"main_road": 4.0, "square": 3.0, "shopping_street": 4.0, "community_office": 3.0, "hotel": 2.0}
_NOTED = 0.2  # of the deductions carry a note
_NOTES = ("已现场告知负责人", "上次检查已指出，仍未整改", "现场立即整改", "位于入口左侧", "已拍照留存")


def past_rounds(edition: str) -> list[Round]:
    """Return six monthly rounds of four days from a Tuesday, open and covert in turn."""
    rounds = []
    for number, month in enumerate(MONTHS):
        first = dt.date.fromisoformat(f"{month}-08")
        start = first + dt.timedelta(days=(1 - first.weekday()) % 7)
        rounds.append(
            Round(month, start=start, days=DAYS, teams=11, size=SIZE, covert=number % 2 == 1, edition=edition)
        )
    return rounds


def round_visits(planned: Round, sample: gpd.GeoDataFrame, teams: list[Team], rng: np.random.Generator) -> pd.DataFrame:
    """Send the teams through a drawn sample.

    Parameters
    ----------
    planned
        The round.
    sample
        CHECKPOINTS columns and ``day``, by checkpoint.
    teams
        Who goes; every month each gets another part of the city.
    rng
        What chooses closed places and times.

    Returns
    -------
    DataFrame
        ``checkpoint, team, at`` (aware UTC) ``, round_id, covert``.
    """
    rows = []
    turn = MONTHS.index(planned.id)
    for day in range(1, planned.days + 1):
        today = sample[sample["day"] == day].sort_values("community_code", kind="stable")
        today = today[rng.random(len(today)) > _CLOSED]
        for number, part in enumerate(np.array_split(np.arange(len(today)), len(teams))):
            at = _clock(planned.date(day), _times(len(part), rng))
            team = teams[(number + 3 * turn) % len(teams)].id
            rows.append(pd.DataFrame({"checkpoint": today.index[part], "team": team, "at": at}))
    return pd.concat(rows, ignore_index=True).assign(round_id=planned.id, covert=planned.covert)


def follow_ups(
    planned: Round, checkpoints: gpd.GeoDataFrame, teams: list[Team], truth: Truth, rng: np.random.Generator
) -> pd.DataFrame:
    """Let the teams look in where they like to go in the two weeks after a round: strongly uneven effort.

    Returns
    -------
    DataFrame
        As of :func:`round_visits`, without a round.
    """
    weight = effort(checkpoints, teams, truth)
    chosen = rng.choice(len(checkpoints), FOLLOW_UPS, replace=False, p=weight / weight.sum())
    day = planned.date(planned.days) + dt.timedelta(days=3)
    rows = [
        (checkpoints.index[place], teams[int(rng.integers(len(teams)))].id, day + dt.timedelta(days=int(later)))
        for place, later in zip(chosen, rng.integers(0, 12, FOLLOW_UPS), strict=True)
    ]
    visits = pd.DataFrame(rows, columns=["checkpoint", "team", "day"])
    second = rng.integers(*_DAY_S, FOLLOW_UPS)
    visits["at"] = [_clock(day, np.array([s]))[0] for day, s in zip(visits["day"], second, strict=True)]
    return visits.drop(columns="day").assign(round_id="", covert=False)


def effort(checkpoints: gpd.GeoDataFrame, teams: list[Team], truth: Truth) -> npt.NDArray[np.float64]:
    """Weigh how often each checkpoint is looked in at beyond the rounds; it has nothing to do with how bad it is."""
    metric = to_metric(checkpoints)
    bases = to_metric(
        gpd.GeoDataFrame(
            geometry=gpd.points_from_xy([t.base_lon for t in teams], [t.base_lat for t in teams], crs=checkpoints.crs)
        ),
        crs=metric.crs,
    )
    away = np.min([metric.distance(base).to_numpy() for base in bases.geometry], axis=0)
    weight = 0.1 + 4.0 * np.exp(-away / _NEAR_M)
    weight = weight * np.where(checkpoints["street_code"].isin(truth.showcases), _SHOWN, 1.0)
    return np.asarray(weight * checkpoints["category"].map(_LIKED).fillna(1.0).to_numpy(float))


def with_deductions(
    visits: pd.DataFrame, checkpoints: gpd.GeoDataFrame, catalogue: Catalogue, truth: Truth, rng: np.random.Generator
) -> Iterator[Visit]:
    """Yield the visits with what they found.

    Parameters
    ----------
    visits
        Of :func:`round_visits` and :func:`follow_ups`.
    checkpoints
        The roster.
    catalogue
        What is looked at.
    truth
        How bad it is.
    rng
        What fails.
    """
    luck = pd.Series(rng.lognormal(-0.08, 0.4, len(checkpoints)), checkpoints.index)  # a place's own, mean 1
    places = checkpoints[["category", "community_code"]].reindex(visits["checkpoint"])
    month = np.clip(
        np.searchsorted(MONTHS, visits["at"].dt.tz_convert(ZONE).dt.strftime("%Y-%m"), "right") - 1, 0, None
    )
    chance = fail_chance(places["category"], places["community_code"], month, truth)
    chance = np.minimum(chance * luck.reindex(visits["checkpoint"]).to_numpy(), 0.9)
    columns = [visits[name].tolist() for name in ("checkpoint", "team", "at", "round_id", "covert")]
    for checkpoint, team, at, round_id, covert, category, p in zip(
        *columns, places["category"].tolist(), chance.tolist(), strict=True
    ):
        items = catalogue.categories[category].items
        failed = [items[i] for i in np.flatnonzero(rng.random(len(items)) < p)]
        deductions = tuple(Deduction(item.code, item.points, _note(rng)) for item in failed)
        yield Visit(checkpoint, team, at.to_pydatetime(), round_id or None, covert, deductions)


def _note(rng: np.random.Generator) -> str:
    return str(rng.choice(_NOTES)) if rng.random() < _NOTED else ""


def _times(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return seconds of the day at which a team arrives, in order."""
    gaps = rng.uniform(0.5, 1.5, count + 1)
    first, last = _DAY_S
    return np.asarray(first + (last - first) * np.cumsum(gaps)[:-1] / gaps.sum()).astype(np.int64)


def _clock(day: dt.date, second: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    midnight = pd.Timestamp(day, tz=ZONE)
    return (midnight + pd.to_timedelta(second, unit="s")).tz_convert("UTC")

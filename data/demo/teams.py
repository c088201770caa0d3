"""The demo's inspection teams."""

import geopandas as gpd
import numpy as np

from data.demo import names
from geo.model import Inspector, Mode, Team

TEAMS = 11
_EBIKES = 4
_BUREAUS = (
    "江汇区文明办",
    "江汇区城市管理执法局",
    "江汇区卫生健康局",
    "江汇区市场监督管理局",
    "江汇区教育局",
    "江汇区文化和旅游局",
    "江汇区住房和城乡建设局",
    "江汇区交通运输局",
    "江汇区园林局",
    "江汇区团委",
)


def build_teams(checkpoints: gpd.GeoDataFrame, rng: np.random.Generator) -> list[Team]:
    """Make the teams; each starts at the service hall of a street office, those of the densest offices by e-bike.

    Parameters
    ----------
    checkpoints
        The demo's CHECKPOINTS frame.
    rng
        What makes people.
    """
    halls = (
        checkpoints[checkpoints["category"] == "service_hall"].drop_duplicates("street_code").sort_values("street_code")
    )
    halls = halls.iloc[:TEAMS]
    offices = sorted(set(checkpoints["street"]))
    spread = checkpoints[checkpoints["street_code"].isin(halls["street_code"])].groupby("street_code")["geometry"]
    across = spread.agg(lambda points: float(np.hypot(*(points.x.std(), points.y.std())))).sort_values()
    ebikes = set(across.index[:_EBIKES])
    teams = []
    for number, hall in enumerate(halls.itertuples(), start=1):
        team = f"T{number:02d}"
        people = tuple(
            Inspector(names.person(rng), team, str(rng.choice(_BUREAUS)), str(rng.choice(offices)))
            for _ in range(2 + number % 2)
        )
        mode = Mode.EBIKE if hall.street_code in ebikes else Mode.CAR
        teams.append(Team(team, hall.geometry.x, hall.geometry.y, mode, people))
    return teams

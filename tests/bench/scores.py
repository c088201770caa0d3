"""Do 95 % intervals hold the truth in 95 % of the draws? Run: python -m tests.bench.scores --draws 2000.

A known city, drawn again and again by our own sampler; its scores depend on category, place and chance. Each row
counts in how many draws the interval of the score held the true mean over all checkpoints, and how far the estimated
standard errors are from the true one.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.rates.scores import sampled, score_table
from routing.draw.design import Design, trial_key
from routing.draw.sample import select


@dataclass(frozen=True, slots=True)
class Known:
    """A city whose every checkpoint has been visited once: roster, visits, points possible, design."""

    roster: gpd.GeoDataFrame
    visits: gpd.GeoDataFrame
    possible: dict[str, float]
    design: Design


def known_city(seed: int, *, checkpoints: int = 2000, size: int = 400, unvisited: float = 0.0) -> Known:
    """Make a city of 12 categories and 12 streets; a share of its checkpoints can't be visited."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 12_000, (2, checkpoints))
    names = np.array([f"category_{k:02d}" for k in range(12)])
    category = rng.choice(12, checkpoints, p=rng.dirichlet(np.full(12, 4.0)))
    street = (x // 3000).astype(int) * 3 + (y // 4000).astype(int)
    trend = 0.5 + 0.4 * np.sin(x / 2500) * np.cos(y / 3000)
    lost = rng.binomial(20, np.clip(0.04 + 0.25 * trend * (0.5 + category / 12), 0, 1)) * 0.5
    index = pd.Index([f"p{i:05d}" for i in range(checkpoints)], name="id")
    points = gpd.GeoSeries(gpd.points_from_xy(520_000 + x, 3_380_000 + y), index=index, crs=4547).to_crs(4326)
    columns = {"category": names[category], "street_code": [f"s{s:02d}" for s in street]}
    roster = gpd.GeoDataFrame(columns, index=index, geometry=points)
    counts = roster["category"].value_counts()
    quotas = {str(c): max(2, round(size * n / checkpoints)) for c, n in counts.items()}
    reached = rng.random(checkpoints) >= unvisited
    return Known(roster, _visits(roster, lost)[reached], dict.fromkeys(names, 10.0), Design(quotas=quotas, days=4))


def _visits(roster: gpd.GeoDataFrame, lost: np.ndarray) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "round_id": "r",
            "checkpoint": roster.index,
            "category": roster["category"].to_numpy(),
            "team": "t",
            "arrived_at": pd.Timestamp("2026-06-12T02:00Z"),
            "covert": False,
            "points": lost,
            "street_code": roster["street_code"].to_numpy(),
            "community_code": "",
            "unit": "",
        },
        index=pd.Index([f"v{i}" for i in range(len(roster))], name="id"),
    )
    return gpd.GeoDataFrame(table, geometry=roster.geometry.array, crs=4326)


def coverage(city: Known, draws: range) -> pd.DataFrame:
    """Draw, score, and compare with the truth, over all and by category and street."""
    lost = city.visits.set_index("checkpoint")["points"].reindex(city.roster.index)
    truth = {None: (1 - lost / 10).groupby(np.full(len(lost), "all")).mean()}
    truth |= {by: (1 - lost / 10).groupby(city.roster[by]).mean() for by in ("category", "street_code")}
    rows = []
    for draw in draws:
        sample = select(city.roster, city.design, trial_key("coverage", draw))
        data = sampled(sample, city.visits, city.possible)
        for by, true in truth.items():
            table = score_table(data, by=by)
            value = true.reindex(table.index).to_numpy()
            held = (table["low"] <= value) & (value <= table["high"])
            rows.append(
                pd.DataFrame(
                    {
                        "by": by or "all",
                        "held": held,
                        "error": table["score"] - value,
                        "se": table["se"],
                        "days": table["se_days"],
                        "n": table["visited"],
                    }
                )
            )
    return pd.concat(rows)


def main() -> None:
    """Print the table of docs/scores.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="first draw, to go on where an earlier run ended")
    parser.add_argument("--keep", type=Path, help="file that draws are added to, and that the table is made from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unvisited", type=float, default=0.0)
    options = parser.parse_args()
    draws = range(options.first, options.first + options.draws)
    found = coverage(known_city(options.seed, unvisited=options.unvisited), draws)
    if options.keep:
        earlier = [pd.read_parquet(options.keep)] if options.keep.exists() else []
        found = pd.concat([*earlier, found])
        found.to_parquet(options.keep)
    print("| by | held | se / true se | se of days / true se | points a group |")
    print("|---|---|---|---|---|")
    for by, part in found.groupby("by"):
        groups = part.groupby(level=0)
        true = np.sqrt((part["error"] ** 2).groupby(level=0).mean())
        estimated, days = (np.sqrt((part[c] ** 2).groupby(level=0).mean()) for c in ("se", "days"))
        ratios = [(estimated / true).median(), (days / true).median(), groups["n"].mean().median()]
        print(f"| {by} | {part['held'].mean():.4f} | {ratios[0]:.2f} | {ratios[1]:.2f} | {ratios[2]:.0f} |")


if __name__ == "__main__":
    main()

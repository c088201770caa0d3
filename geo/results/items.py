"""Which items cost a round most."""

import pandas as pd

from geo.rates.scores import sampled
from geo.results.findings import RoundFindings


def worst_items(found: RoundFindings, *, most: int | None = None) -> pd.DataFrame:
    """Rank the items of a round by the points that they cost.

    Parameters
    ----------
    found
        The round.
    most
        How many; None for all.

    Returns
    -------
    DataFrame
        Index ``item``, the costliest first: ``category``, ``times`` faulted, ``points`` lost at the checkpoints of the
        sample that were visited, ``points_roster`` over the whole roster, estimated with the weights of the draw,
        ``share`` of all points that the roster lost.
    """
    data = sampled(found.sample, found.visits, dict(found.possible)).frame
    visits = found.visits[found.visits["checkpoint"].isin(data.index)]
    lines = found.deductions[found.deductions["visit"].isin(visits.index)]
    checkpoint = visits["checkpoint"].reindex(lines["visit"]).to_numpy()
    looked_at = visits["checkpoint"].value_counts().reindex(checkpoint).to_numpy()
    weighted = lines["points"].to_numpy() * data["weight"].reindex(checkpoint).to_numpy() / looked_at
    table = pd.DataFrame(
        {
            "item": lines["item"].to_numpy(),
            "category": visits["category"].reindex(lines["visit"]).to_numpy(),
            "points": lines["points"].to_numpy(),
            "points_roster": weighted,
        }
    )
    by_item = table.groupby("item")
    out = by_item[["points", "points_roster"]].sum()
    out.insert(0, "category", by_item["category"].first())
    out.insert(1, "times", by_item.size())
    out["share"] = out["points_roster"] / max(float(out["points_roster"].sum()), 1e-300)
    out = out.sort_values(["points_roster", "times"], ascending=False)
    return out if most is None else out.head(most)

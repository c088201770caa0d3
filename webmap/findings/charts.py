"""What stands beside the map: rates of categories and streets with their intervals, items, places and months."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.crs import unproject_xy
from geo.hotspots.verdict import compound_interval
from geo.results import hotspot_places
from webmap.findings.work import ChoiceResult

PLACES_SHOWN = 12
ITEMS_SHOWN = 8
WIDE = 120.0  # of a chart in units of its SVG
ROOM = 1.25  # of an axis over the highest rate, at most; longer intervals are cut and say so


@dataclass(frozen=True, slots=True)
class Bar:
    """A group's points per visit with its 95 % interval; x are places on the axis from 0 to ``WIDE``."""

    code: str
    name: str
    visits: int
    rate: float
    low: float
    high: float
    x: float = 0.0
    x_low: float = 0.0
    x_high: float = 0.0
    cut: bool = False  # the interval reaches beyond the axis


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the worst, and where the mean of all lies on their axis."""

    bars: tuple[Bar, ...]
    mean: float
    x_mean: float


@dataclass(frozen=True, slots=True)
class ItemCost:
    """An item and what it cost."""

    code: str
    times: int
    points: float


def chart(visits: pd.DataFrame, column: str, name: Callable[[str], str]) -> Chart:
    """Compare the groups of a column by points per visit, the worst first.

    The interval is that of Fay and Feuer (1997) for a compound Poisson sum, as of the cells; visits are counted as they
    were made, not weighted by a draw.
    """
    points = visits["points"].to_numpy(float)
    table = pd.DataFrame({"code": visits[column].to_numpy(), "n": 1, "sum": points, "squares": points**2})
    sums = table[table["code"] != ""].groupby("code").sum()
    if sums.empty:
        return Chart((), float("nan"), 0.0)
    one_more = float((points**2).sum() / points.sum()) if points.sum() > 0 else 0.0
    held = sums["n"].to_numpy(float)
    low, high = compound_interval(sums["sum"].to_numpy(float), sums["squares"].to_numpy(float), one_more)
    rate, low, high = sums["sum"].to_numpy(float) / held, low / held, high / held
    scale = WIDE / max(ROOM * float(rate.max()), 1e-9)
    bars = [
        Bar(
            str(code),
            name(str(code)),
            int(held[i]),
            float(rate[i]),
            float(low[i]),
            float(high[i]),
            round(float(rate[i]) * scale, 1),
            round(float(low[i]) * scale, 1),
            round(min(float(high[i]) * scale, WIDE), 1),
            bool(high[i] * scale > WIDE),
        )
        for i, code in enumerate(sums.index)
    ]
    mean = float(points.mean())
    return Chart(tuple(sorted(bars, key=lambda one: (-one.rate, one.name))), mean, round(mean * scale, 1))


def named(made: Chart, name: Callable[[str], str]) -> Chart:
    """Name the groups of a chart by their codes; of equally bad ones the first by name comes first."""
    bars = (replace(bar, name=name(bar.code)) for bar in made.bars)
    return replace(made, bars=tuple(sorted(bars, key=lambda one: (-one.rate, one.name))))


def items(deductions: pd.DataFrame) -> list[ItemCost]:
    """Return the items that cost most."""
    by = deductions.groupby("item")["points"].agg(["size", "sum"]).reset_index()
    worst = by.sort_values(["sum", "item"], ascending=[False, True]).head(ITEMS_SHOWN)
    rows = zip(worst["item"], worst["size"], worst["sum"], strict=True)
    return [ItemCost(str(code), int(times), float(points)) for code, times, points in rows]


def places(found: ChoiceResult) -> pd.DataFrame:
    """Return the surest of the flagged places, each with a cell to open; see :func:`geo.results.hotspot_places`."""
    if found.raster is None:
        return hotspot_places(found.cells, found.records.visits)
    table = hotspot_places(found.cells, found.records.visits, cell_m=found.raster.cell_m).head(PLACES_SHOWN)
    if table.empty:
        return table
    flagged = (found.cells["hot"] | found.cells["cold"]).to_numpy()
    at = found.at[flagged]  # noqa: PD008 - a column of ours
    lon, lat = unproject_xy(*found.raster.centres(at), found.raster.crs_epsg)
    # The middle of a bent place lies outside it: go to the flagged cell that is nearest.
    shrink = np.cos(np.radians(lat))
    near = [np.argmin(np.hypot((lon - x) * shrink, lat - y)) for x, y in zip(table["lon"], table["lat"], strict=True)]
    return table.assign(lon=lon[near], lat=lat[near])

"""The visits of a city in memory, with the parts of them that a choice means."""

import hashlib
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely

from geo.calendar import written
from geo.model import Scope
from webmap.accounts.visibility import VisibleCity
from webmap.findings.choice import OPENNESS, Choice


@dataclass(frozen=True, slots=True)
class Records:
    """Visits and what they deducted.

    Parameters
    ----------
    visits
        A frame of schema ``visits`` with ``month``, the city's, as ``2026-06``, and ``date``, as ``2026-06-12``.
    deductions
        A frame of schema ``deductions``.
    zones
        The zone tree that answers for them.
    timezone
        The city's.
    """

    visits: gpd.GeoDataFrame
    deductions: pd.DataFrame
    zones: gpd.GeoDataFrame
    timezone: str

    @classmethod
    def read(cls, visible: VisibleCity) -> "Records":
        """Read all that a planner may see."""
        visits, deductions = visible.found(Scope())
        zone = str(visible.today.zone)
        days = {"month": written(visits["arrived_at"], zone, "M"), "date": written(visits["arrived_at"], zone, "D")}
        own = {name: pd.Series(day, index=visits.index, dtype="str") for name, day in days.items()}
        return cls(visits.assign(**own), deductions, visible.zones(), zone)

    @property
    def months(self) -> "pd.Series[int]":
        """Count the visits of each month from the first to the last; one without visits has none."""
        seen: pd.Series[int] = self.visits["month"].value_counts()
        if seen.empty:
            return seen
        every = pd.period_range(seen.index.min(), seen.index.max(), freq="M").astype(str)
        whole: pd.Series[int] = seen.reindex(every, fill_value=0)
        return whole

    def of(self, choice: Choice) -> "Records":
        """Keep what a choice means. With an item chosen: the visits where it is looked at, with its points alone."""
        visits = self.visits
        for column, wanted in (
            ("category", choice.category),
            ("street_code", choice.street),
            ("round_id", choice.round),
            ("month", choice.month),
            ("covert", OPENNESS[choice.kind]),
        ):
            if wanted not in ("", None):
                visits = visits[visits[column] == wanted]
        if choice.since:
            visits = visits[visits["date"] >= choice.since]
        if choice.until:
            visits = visits[visits["date"] <= choice.until]
        deductions = self.deductions
        if choice.item:
            visits, deductions = _of_item(visits, deductions, choice.item)
        if len(visits) < len(self.visits):
            deductions = deductions[deductions["visit"].isin(visits.index)]
        return replace(self, visits=visits, deductions=deductions)


def state(visible: VisibleCity) -> str:
    """Return letters that change with any visit, deduction or zone."""
    zones = visible.zones()
    total = hashlib.sha256(visible.store.visits.state().encode())
    total.update(str(visible.today.zone).encode())
    total.update(zones[["level", "name", "parent", "unit"]].to_csv().encode())
    total.update(b"".join(shapely.to_wkb(zones.geometry.to_numpy())))
    return total.hexdigest()


def _of_item(visits: gpd.GeoDataFrame, deductions: pd.DataFrame, item: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Keep the visits of the categories where an item is looked at, or was found."""
    mine = deductions[deductions["item"] == item]
    where = {item.partition(".")[0], *visits["category"].reindex(mine["visit"]).dropna()}
    looked = visits[visits["category"].isin(where)]
    cost = mine.groupby("visit")["points"].sum()
    return looked.assign(points=cost.reindex(looked.index).fillna(0.0).to_numpy(float)), mine

"""The visits of a city in memory, with the parts of them that a choice means."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from geo.calendar import written
from geo.clock import zone_of
from geo.store import Store
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
    def read(cls, store: Store, choice: Choice) -> "Records":
        """Read the visits that :attr:`Choice.broad` means, of those who may see all of them."""
        with store.snapshot():
            zone = zone_of(store)
            scope = choice.broad.scope(zone)
            visits, deductions, zones = store.visits.frame(scope), store.visits.deductions(scope), store.zones.frame()
        return cls._of(visits, deductions, zones, zone.key)

    @classmethod
    def near(cls, store: Store, choice: Choice, bounds: tuple[float, float, float, float]) -> "Records":
        """Read those of them that lie within bounds in degrees, and perhaps some beside; without zones."""
        zone = zone_of(store)
        visits = store.visits.near(choice.broad.scope(zone), bounds)
        return cls._of(visits, store.visits.deductions_of(visits.index), gpd.GeoDataFrame(), zone.key)

    @classmethod
    def _of(cls, visits: gpd.GeoDataFrame, deductions: pd.DataFrame, zones: gpd.GeoDataFrame, zone: str) -> "Records":
        days = {"month": written(visits["arrived_at"], zone, "M"), "date": written(visits["arrived_at"], zone, "D")}
        own = {name: pd.Series(day, index=visits.index, dtype="str") for name, day in days.items()}
        return cls(visits.assign(**own), deductions, zones, zone)

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


def state(store: Store) -> str:
    """Return letters that change with any visit, deduction or zone, and with the city's days."""
    return f"{store.visits.state()} {store.zones.state()} {zone_of(store).key}"


def _of_item(visits: gpd.GeoDataFrame, deductions: pd.DataFrame, item: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Keep the visits of the categories where an item is looked at, or was found."""
    mine = deductions[deductions["item"] == item]
    where = {item.partition(".")[0], *visits["category"].reindex(mine["visit"]).dropna()}
    looked = visits[visits["category"].isin(where)]
    cost = mine.groupby("visit")["points"].sum()
    return looked.assign(points=cost.reindex(looked.index).fillna(0.0).to_numpy(float)), mine

"""What each role may see of the city: the one place where it is decided.

A planner sees everything. A team sees its own route of today, since tomorrow's must not be known even to it. A street
office sees its own zone, the checkpoints in it and what was found there, never a route, and never where a covert team
is today.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.clock import Today
from geo.errors import AccessError, NotFoundError, StateError
from geo.model import Draw, Photo, Role, Round, Scope, User
from geo.store import Store
from routing.plan.report import PlanReport, report_of
from routing.sheets.route_sheet import PlanPart, plan_part

NO_PHOTO = "there is no such photo"


@dataclass(frozen=True, slots=True)
class VisibleCity:
    """The city as one account may see it."""

    store: Store
    user: User
    today: Today

    def rounds(self) -> list[Round]:
        """Return the rounds of a planner, newest first; of a team those that are out today."""
        if self.user.role is Role.STREET:
            self._refuse()
        rounds = sorted(self.store.rounds.all(), key=lambda one: (one.start, one.id), reverse=True)
        return rounds if self.user.role is Role.PLANNER else [one for one in rounds if self._day(one)]

    def routes(self, round_id: str) -> gpd.GeoDataFrame:
        """Return the routes of a round: all to the planner, to a team its own of today."""
        team, day = self.own_part(round_id)
        return self.store.plans.routes(round_id, team=team, day=day)

    def stops(self, round_id: str) -> gpd.GeoDataFrame:
        """Return the stops of a round, under the same rule as the routes."""
        team, day = self.own_part(round_id)
        return self.store.plans.stops(round_id, team=team, day=day)

    def plan(self, round_id: str, *, team: str | None = None, day: int | None = None) -> PlanPart:
        """Return a plan to be read: the planner's as asked for, whole or a team's or a day's; a team's own of today."""
        own_team, own_day = self.own_part(round_id)
        return plan_part(self.store, round_id, team=own_team or team, day=own_day or day)

    def unserved(self, round_id: str) -> pd.DataFrame:
        """Return what a plan doesn't serve, with the reasons."""
        self._planner_only()
        return self.store.plans.unserved(round_id)

    def closures(self) -> gpd.GeoDataFrame:
        """Return what is closed and not opened again."""
        self._planner_only()
        return self.store.closures.frame()

    def plan_report(self, round_id: str) -> PlanReport | None:
        """Return what a plan comes to, with what an inspected unit could guess; None when nothing is kept."""
        self._planner_only()
        try:
            return report_of(self.store, round_id)
        except StateError:
            return None

    def changes(self, round_id: str) -> pd.DataFrame:
        """Return the changes of a plan: all to the planner, to a team those of its route of today, as told to it."""
        team, day = self.own_part(round_id)
        lines = self.store.amendments.frame(round_id, team=team, day=day)
        return lines if self.user.role is Role.PLANNER else lines.drop(columns=["by", "params", "touched"])

    def sample(self, round_id: str) -> gpd.GeoDataFrame:
        """Return what was drawn for a round: nobody but the planner may know it before the visit."""
        self._planner_only()
        return self.store.draws.sample(round_id)

    def checkpoints(self) -> gpd.GeoDataFrame:
        """Return the roster: whole to the planner, to a street office its own zone's, to a team its stops of today."""
        if self.user.role is Role.PLANNER:
            return self.store.checkpoints.frame()
        if self.user.role is Role.STREET:
            return self.store.checkpoints.frame(zone=self.zone())
        own = {code for one in self.rounds() for code in self.stops(one.id)["checkpoint"]}
        roster = self.store.checkpoints.frame()
        return roster[roster.index.isin(own)]

    def draw(self, round_id: str) -> Draw | None:
        """Return what a round's draw was made from, None before it is drawn."""
        self._planner_only()
        try:
            return self.store.draws.get(round_id)
        except StateError:
            return None

    def zone(self) -> str:
        """Return the code of a street account's own zone."""
        if self.user.role is not Role.STREET or not self.user.zone:
            self._refuse()
        return self.user.zone

    def zones(self) -> gpd.GeoDataFrame:
        """Return the zones: all to the planner, to a street office its own with what lies below it, none to a team."""
        if self.user.role is Role.TEAM:
            self._refuse()
        zones = self.store.zones.frame()
        return (
            zones if self.user.role is Role.PLANNER else zones[zones.index.isin(_with_descendants(zones, self.zone()))]
        )

    def visits(self, round_id: str | None = None) -> gpd.GeoDataFrame:
        """Return the visits: all to the planner; to a street office those in its zone, without team and hour.

        A covert visit of today stays hidden from the street until tomorrow: it would say where the team is now.
        """
        if self.user.role is Role.TEAM:
            self._refuse()
        if self.user.role is Role.PLANNER:
            return self.store.visits.frame(Scope(round_id=round_id))
        visits = self.store.visits.frame(Scope(round_id=round_id, zone=self.zone()))
        past = visits["arrived_at"] < self._midnight()
        shown = visits[past | ~visits["covert"]].copy()
        shown["arrived_at"] = shown["arrived_at"].dt.tz_convert(self.today.zone).dt.normalize()
        return shown.drop(columns=["team", "round_id", "covert"])

    def deductions(self) -> pd.DataFrame:
        """Return what was found, under the same rule as the visits, with checkpoint, day and place of the visit."""
        visits = self.visits()
        scope = Scope() if self.user.role is Role.PLANNER else Scope(zone=self.zone())
        found = self.store.visits.deductions(scope)
        return found.join(visits[["checkpoint", "category", "arrived_at", "geometry"]], on="visit", how="inner")

    def photos(self, deductions: Iterable[str]) -> pd.DataFrame:
        """Tell which photos show these deductions; of those that the account doesn't see, none."""
        return self.store.photos.frame(self._seen(deductions))

    def photo(self, sha256: str) -> Photo:
        """Return a photo that shows a deduction which the account sees.

        Raises
        ------
        NotFoundError
            When it shows none, in the words of one that isn't there: that there is a photo is a secret too.
        """
        try:
            if self._seen(self.store.photos.deductions(sha256)):
                return self.store.photos.get(sha256)
        except NotFoundError:  # the photo went away meanwhile, or the account's zone
            pass
        raise NotFoundError(NO_PHOTO)

    def _seen(self, deductions: Iterable[str]) -> list[str]:
        """Keep the deductions that the account sees: all of the planner's, none of a team's, its own of a street's."""
        if self.user.role is Role.PLANNER:
            return list(deductions)
        if self.user.role is Role.TEAM or not self.user.zone:
            return []
        own = self.deductions().index
        return [one for one in deductions if one in own]

    def found(self, scope: Scope) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Return a planner the visits of a scope and what they deducted."""
        self._planner_only()
        return self.store.visits.frame(scope), self.store.visits.deductions(scope)

    def own_part(self, round_id: str) -> tuple[str | None, int | None]:
        """Return the team and the day of a round to which an account is limited; of a planner neither.

        Raises
        ------
        AccessError
            When nothing of the round is the account's to see.
        """
        if self.user.role is Role.PLANNER:
            return None, None
        planned = next((one for one in self.store.rounds.all() if one.id == round_id), None)
        day = self._day(planned) if planned and self.user.role is Role.TEAM and self.user.team else None
        if day is None:
            self._refuse()
        return self.user.team, day

    def _day(self, one: Round) -> int | None:
        day = (self.today.date - one.start).days + 1
        return day if 1 <= day <= one.days else None

    def _midnight(self) -> pd.Timestamp:
        return pd.Timestamp(dt.datetime.combine(self.today.date, dt.time(), self.today.zone))

    def _planner_only(self) -> None:
        if self.user.role is not Role.PLANNER:
            self._refuse()

    def _refuse(self) -> None:
        raise AccessError("the account {name} may not see this", name=self.user.name)


def _with_descendants(zones: gpd.GeoDataFrame, code: str) -> set[str]:
    found, level = {code}, {code}
    while level:
        level = set(zones.index[zones["parent"].isin(level)]) - found
        found |= level
    return found

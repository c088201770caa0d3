"""What each account may see of the city: the one gate, through which every page reads it.

:mod:`webmap.rights` says how far an account's right to an action reaches; here that becomes the scope with which the
database is asked. A team sees its own route of today, since tomorrow's must not be known even to it. A street office
and a responsible unit see their own checkpoints and what was found there, never a route, and never where a covert team
is today. An administrator sees nothing of this.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import geopandas as gpd
import pandas as pd

from geo import clock, private
from geo.audit.checkpoint import Checkpoint
from geo.audit.events import OF_ACCOUNTS, Event
from geo.clock import Today
from geo.errors import AccessError, NotFoundError, StateError
from geo.model import Action, Photo, Reach, Role, Round, RoutePart, Scope, User
from geo.results import RoundFindings, findings, findings_state
from geo.store import Store
from geo.store.audit_log import AuditRow
from geo.store.audit_pages import LogPlace, LogQuestion
from geo.store.checkpoint_map import Look
from geo.store.places import Box
from geo.store.streets import KeptStreets
from geo.store.summary import FoundSums
from routing.amend import Amendment, Change, amend, undo
from routing.plan.report import PlanReport, report_of
from routing.rounds.reveal_dates import last_secret_day
from routing.sheets.route_sheet import PlanPart, RouteSheet, directions, plan_part
from webmap.rights import reach_of

HISTORY = 30  # rows of the log that the page of a draw shows
NO_PHOTO = "there is no such photo"
_WHOSE = {Reach.OWN_ZONE: "zone", Reach.OWN_UNIT: "unit", Reach.OWN_ROUTE_TODAY: "team"}


@dataclass(frozen=True, slots=True)
class VisibleCity:
    """The city as one account may see it."""

    _store: Store
    user: User
    today: Today
    looked: Callable[[str], None] = lambda _: None  # hears of which round something secret was given; empty: of any

    @property
    def store(self) -> Store:
        """The whole city, of those who plan its rounds; nobody else ever holds it.

        Raises
        ------
        AccessError
            When the account may not see all of it.
        """
        self._planner_only()
        self.looked("")
        return self._store

    @property
    def streets(self) -> KeptStreets:
        """The streets, which are no secret."""
        return self._store.streets

    @property
    def cache_dir(self) -> Path:
        """The folder in which the tiles of the streets are."""
        return self._store.cache_dir

    @property
    def in_memory(self) -> dict[str, bytes]:
        """The tiles for which that folder has no place."""
        return self._store.in_memory

    @property
    def demo(self) -> bool:
        """Whether the city is the one of the demo."""
        return bool(self._store.settings.get("demo"))

    def now(self) -> dt.datetime:
        """Return the moment in UTC, as the city's clock has it."""
        return clock.now(self._store)

    def sees_all(self, action: Action) -> bool:
        """Tell whether a right reaches the whole city."""
        return reach_of(self.user.role, action) is Reach.ALL

    def scope(self, action: Action) -> Scope:
        """Return the rows to which the account's right to an action reaches, for the database to pick.

        Raises
        ------
        AccessError
            When the account has no right to it, or is not said whose zone, unit or route is its own.
        """
        reach = reach_of(self.user.role, action)
        if reach is Reach.ALL:
            return Scope()
        own = str(getattr(self.user, _WHOSE[reach])) if reach in _WHOSE else ""
        if not own:
            self._refuse()
        if reach is Reach.OWN_ROUTE_TODAY:
            self.looked("")
            return Scope(routes=self._parts_of_today())
        limits = Scope(zone=own) if reach is Reach.OWN_ZONE else Scope(unit=own)
        return replace(limits, covert_until=self._midnight())

    def rounds(self) -> list[Round]:
        """Return the rounds of a planner, newest first; of a team those that are out today."""
        if not self.sees_all(Action.SEE_ROUTES):
            self._needs(Action.SEE_ROUTES)
            return [one for one in self._every_round() if self._day(one)]
        return self._every_round()

    def routes(self, round_id: str, *, day: int | None = None) -> gpd.GeoDataFrame:
        """Return the routes of a round or of one of its days: all to the planner, to a team its own of today."""
        team, own_day = self.own_part(round_id)
        return self._store.plans.routes(round_id, team=team, day=own_day or day)

    def stops(self, round_id: str, *, day: int | None = None) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Return the stops of a round or one of its days, under the same rule as the routes, and their checkpoints."""
        team, own_day = self.own_part(round_id)
        with self._store.snapshot():
            stops = self._store.plans.stops(round_id, team=team, day=own_day or day)
            return stops, self._store.checkpoints.some(set(stops["checkpoint"]) - {""})

    def plan(self, round_id: str, *, team: str | None = None, day: int | None = None) -> PlanPart:
        """Return a plan to be read: the planner's as asked for, whole or a team's or a day's; a team's own of today."""
        own_team, own_day = self.own_part(round_id)
        return plan_part(self._store, round_id, team=own_team or team, day=own_day or day)

    def directions(self, sheet: RouteSheet, language: str) -> tuple[tuple[str, ...], ...]:
        """Say the way to each place of a route sheet that :meth:`plan` gave."""
        self._needs(Action.SEE_ROUTES)
        return directions(self._store, sheet, language)

    def plan_report(self, round_id: str) -> PlanReport | None:
        """Return what a plan comes to, with what an inspected unit could guess; None when nothing is kept."""
        try:
            return report_of(self.store, round_id)
        except StateError:
            return None

    def changes(self, round_id: str) -> pd.DataFrame:
        """Return the changes of a plan: all to the planner, to a team those of its route of today, as told to it."""
        team, day = self.own_part(round_id)
        lines = self._store.amendments.frame(round_id, team=team, day=day)
        return lines if self.sees_all(Action.SEE_CHANGES) else lines.drop(columns=["by", "params", "touched"])

    def amend(self, round_id: str, change: Change, revision: int | None) -> Amendment:
        """Change the plan of a round on the day; what a team may say of its own route is for the page to read."""
        self._needs(Action.CHANGE_DAY)
        self.own_part(round_id)
        return amend(self._store, round_id, change, by=self.user.name, now=self.now(), revision=revision)

    def undo(self, round_id: str) -> int:
        """Take the last change back, and return its revision; a team only its own."""
        self.changes(round_id)  # refuses who may not know of any
        own_only = not self.sees_all(Action.CHANGE_DAY)
        return undo(self._store, round_id, by=self.user.name, now=self.now(), own_only=own_only)

    def checkpoints(self) -> gpd.GeoDataFrame:
        """Return the roster: whole, of the own zone or unit, or of the route of today."""
        return self._store.checkpoints.frame(self.scope(Action.SEE_CHECKPOINTS))

    def checkpoints_after(self, id_: str, most: int) -> gpd.GeoDataFrame:
        """Return the first of :meth:`checkpoints` whose ids come after one."""
        return self._store.checkpoints.page(self.scope(Action.SEE_CHECKPOINTS), after=id_, limit=most)

    def look(self, box: Box, *, most: int, cells: int) -> Look:
        """Return what of the roster lies in a part of the map, each by itself or counted."""
        return self._store.checkpoint_map.look(box, self.scope(Action.SEE_CHECKPOINTS), most=most, cells=cells)

    def roster_state(self) -> str:
        """Return letters that change when what :meth:`look` shows may: they hold what the account is limited to."""
        scope = replace(self.scope(Action.SEE_CHECKPOINTS), covert_until=None)
        return f"{self._store.checkpoint_map.state(scope)} {scope}"

    def zone(self) -> str:
        """Return the code of a street account's own zone."""
        if self.user.role is not Role.STREET or not self.user.zone:
            self._refuse()
        return self.user.zone

    def zones(self) -> gpd.GeoDataFrame:
        """Return the zones: all, or the own one with what lies below it."""
        return self._store.zones.frame(scope=self.scope(Action.SEE_ZONES))

    def visits(self, round_id: str | None = None) -> gpd.GeoDataFrame:
        """Return the visits: all to the planner; to others those of their own, without team and hour.

        A covert visit of today stays hidden until tomorrow: it would say where the team is now.
        """
        scope = replace(self.scope(Action.SEE_PROBLEMS), round_id=round_id)
        visits = self._store.visits.frame(scope)
        if self.sees_all(Action.SEE_PROBLEMS):
            self.looked(round_id or "")
            return visits
        days = visits["arrived_at"].dt.tz_convert(self.today.zone).dt.normalize()
        return visits.assign(arrived_at=days).drop(columns=["team", "round_id", "covert"])

    def deductions(self) -> pd.DataFrame:
        """Return what was found, under the same rule as the visits, with checkpoint, day and place of the visit."""
        visits, found = self.visits(), self._store.visits.deductions(self.scope(Action.SEE_PROBLEMS))
        return found.join(visits[["checkpoint", "category", "arrived_at", "geometry"]], on="visit", how="inner")

    def checkpoint_counts(self) -> dict[str, int]:
        """Count the checkpoints of :meth:`checkpoints` by category."""
        return self._store.checkpoints.counts(self.scope(Action.SEE_CHECKPOINTS))

    def found_sums(self) -> FoundSums:
        """Sum up :meth:`visits` and count :meth:`deductions`."""
        return self._store.visits.found(self._of_problems())

    def newest_deductions(self, most: int) -> pd.DataFrame:
        """Return the newest of :meth:`deductions`, of a day the costliest; with ``name``, that of the checkpoint.

        A checkpoint that is in no roster any more has no name.
        """
        with self._store.snapshot():
            found = self._store.visits.newest_deductions(self._of_problems(), most)
            days = found["arrived_at"].dt.tz_convert(self.today.zone).dt.normalize()
            ordered = found.assign(arrived_at=days).sort_values(
                ["arrived_at", "points"], ascending=False, kind="stable"
            )
            newest = ordered.head(most)
            return newest.assign(name=newest["checkpoint"].map(self._store.checkpoints.names(newest["checkpoint"])))

    def found_at(self, after: str = "", most: int | None = None) -> gpd.GeoDataFrame:
        """Return at which checkpoints something was found, under the same rule as the visits: the first after one.

        Columns ``name`` (missing where the checkpoint is in no roster any more), ``points``, ``found`` and ``last``, a
        day of the city.
        """
        with self._store.snapshot():
            found = self._store.visits.found_at(self._of_problems(), after=after, limit=most)
            names = self._store.checkpoints.names(found.index)
        days = found["last"].dt.tz_convert(self.today.zone).dt.strftime("%Y-%m-%d")
        return found.assign(last=days, name=[names.get(id_) for id_ in found.index])

    def photos(self, deductions: Iterable[str]) -> pd.DataFrame:
        """Tell which photos show these deductions; of those that the account doesn't see, none."""
        return self._store.photos.frame(self._seen(deductions))

    def photo(self, sha256: str) -> Photo:
        """Return a photo that shows a deduction which the account sees.

        Raises
        ------
        NotFoundError
            When it shows none, in the words of one that isn't there: that there is a photo is a secret too.
        """
        try:
            if self._seen(self._store.photos.deductions(sha256)):
                return self._store.photos.get(sha256)
        except NotFoundError:  # the photo went away meanwhile, or the account's zone
            pass
        raise NotFoundError(NO_PHOTO)

    def _of_problems(self) -> Scope:
        """Return the visits whose problems the account sees, to be looked at."""
        if self.sees_all(Action.SEE_PROBLEMS):
            self.looked("")
        return self.scope(Action.SEE_PROBLEMS)

    def _seen(self, deductions: Iterable[str]) -> list[str]:
        """Keep the deductions that the account sees."""
        if self.sees_all(Action.SEE_PROBLEMS):
            self.looked("")
            return list(deductions)
        try:
            return self._store.photos.within(deductions, self.scope(Action.SEE_PROBLEMS))
        except AccessError:
            return []

    def found(self, scope: Scope) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Return a planner the visits of a scope and what they deducted."""
        return self.store.visits.frame(scope), self.store.visits.deductions(scope)

    def finished_rounds(self) -> list[Round]:
        """Return the rounds whose results may be read: those that are over to their last secret day."""
        if reach_of(self.user.role, Action.READ_RESULTS) is not Reach.FINISHED:
            self._refuse()
        return [one for one in self._every_round() if self.today.date > last_secret_day(one)]

    def finished(self, round_id: str) -> RoundFindings:
        """Return what was found in a round that is over.

        Raises
        ------
        NotFoundError
            When there is none of this name, or it is not over: that it goes on is a secret too.
        """
        self._finished_only(round_id)
        return findings(self._store, round_id)

    def finished_state(self, round_id: str) -> tuple[str, int]:
        """Return letters that change with :meth:`finished`, and how many visits that has.

        Raises
        ------
        NotFoundError
            As :meth:`finished`.
        """
        self._finished_only(round_id)
        return findings_state(self._store, round_id)

    def _finished_only(self, round_id: str) -> None:
        if round_id not in {one.id for one in self.finished_rounds()}:
            raise NotFoundError("there is no round {round}: choose one of the list", round=round_id)

    def log(self, asked: LogQuestion, count: int) -> tuple[list[AuditRow], LogPlace | None]:
        """Return rows of the audit log: any to the planner, to an administrator what happened to accounts."""
        self._needs(Action.READ_LOG)
        if not self.sees_all(Action.READ_LOG):
            events = OF_ACCOUNTS if asked.events is None else OF_ACCOUNTS.intersection(asked.events)
            asked = replace(asked, events=events)
        return self._store.audit.find(asked, count)

    def history(self, round_id: str) -> list[AuditRow]:
        """Return who made, drew, changed and published a round, the newest first; not who looked at it."""
        about = [f"{kind}/{round_id}" for kind in ("round", "draw", "replacements", "questionnaires", "teams", "plan")]
        done = frozenset(Event) - {Event.LOOK, Event.EXPORT}
        return self.store.audit.page(LogQuestion(events=done, about=about), count=HISTORY)

    def log_names(self) -> list[str]:
        """Return the names of the accounts, to those who may read what happened to them."""
        self._needs(Action.READ_LOG)
        return [one.name for one in self._store.accounts.all()]

    def log_head(self) -> Checkpoint:
        """Return the head of the audit log, whose length tells how much happened in the city."""
        return self.store.audit.head()

    def backup_folder(self) -> Path:
        """Return the server's folder for backups, which is told to those who make them."""
        self._needs(Action.BACK_UP)
        return self._store.cache_dir.with_suffix(".backups")

    def back_up(self, name: str) -> None:
        """Copy the city into a file of the folder; what it holds stays there.

        Raises
        ------
        StateError
            When the city is no file.
        """
        folder = self.backup_folder()
        private.make_folder(folder)
        self._store.backup(folder / name)

    def own_part(self, round_id: str) -> tuple[str | None, int | None]:
        """Return the team and the day of a round to which an account is limited; of a planner neither.

        Raises
        ------
        AccessError
            When nothing of the round is the account's to see.
        """
        self.looked(round_id)
        if self.sees_all(Action.SEE_ROUTES):
            return None, None
        own = self.scope(Action.SEE_ROUTES).routes or ()
        part = next((one for one in own if one.round_id == round_id), None)
        if part is None:
            self._refuse()
        return part.team, part.day

    def _every_round(self) -> list[Round]:
        return sorted(self._store.rounds.all(), key=lambda one: (one.start, one.id), reverse=True)

    def _parts_of_today(self) -> tuple[RoutePart, ...]:
        days = ((one, self._day(one)) for one in self._every_round())
        return tuple(RoutePart(one.id, self.user.team, day) for one, day in days if day)

    def _day(self, one: Round) -> int | None:
        day = (self.today.date - one.start).days + 1
        return day if 1 <= day <= one.days else None

    def _midnight(self) -> dt.datetime:
        return dt.datetime.combine(self.today.date, dt.time(), self.today.zone).astimezone(dt.UTC)

    def _needs(self, action: Action) -> None:
        if reach_of(self.user.role, action) is None:
            self._refuse()

    def _planner_only(self) -> None:
        if not self.sees_all(Action.PLAN):
            self._refuse()

    def _refuse(self) -> NoReturn:
        raise AccessError("the account {name} may not see this", name=self.user.name)

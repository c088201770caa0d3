"""The teams and their inspectors."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row, delete, select

from geo.audit.events import Event
from geo.model import Inspector, Mode, Team
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.locks import CityPart
from geo.store.part import StorePart


class Teams(StorePart):
    """Who inspects, where they start from, and when they work."""

    def replace(self, teams: Iterable[Team]) -> None:
        """Put these teams and their inspectors in the place of all that were there."""
        found = list(teams)
        with self._database.writing(
            Act(Event.TEAMS, "teams", detail={"teams": len(found)}), CityPart.TEAMS
        ) as connection:
            self._database.backend.lock(connection, tables.teams)
            connection.execute(delete(tables.inspectors))
            connection.execute(delete(tables.teams))
            rows.add(connection, tables.teams, list(map(_team_row, found)))
            inspectors = [{**asdict(person), "team": team.id} for team in found for person in team.inspectors]
            rows.add(connection, tables.inspectors, inspectors)

    def all(self) -> list[Team]:
        """Return the teams in the order they were saved."""
        with self._database.reading() as connection:
            people = connection.execute(select(tables.inspectors).order_by(tables.inspectors.c.fid)).all()
            found = connection.execute(select(tables.teams).order_by(tables.teams.c.fid)).all()
        members: dict[str, list[Inspector]] = {}
        for row in people:
            members.setdefault(row.team, []).append(Inspector(row.name, row.team, row.unit, row.street))
        return [_team(row, tuple(members.get(row.id, ()))) for row in found]


def _team_row(team: Team) -> dict[str, Any]:
    row = {field.name: getattr(team, field.name) for field in fields(team) if field.name != "inspectors"}
    return {**row, "days": None if team.days is None else sorted(team.days)}


def _team(row: Row[Any], people: tuple[Inspector, ...]) -> Team:
    shift_s, lunch_s = (None if span is None else (span[0], span[1]) for span in (row.shift_s, row.lunch_within_s))
    days = None if row.days is None else frozenset(row.days)
    return Team(row.id, row.base_lon, row.base_lat, Mode(row.mode), people, shift_s, lunch_s, row.open_end, days)

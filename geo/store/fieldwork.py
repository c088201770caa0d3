"""What happens to a draw in the field: points replaced, questionnaires spread, inspectors drawn into teams."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from geo import frames
from geo.audit.events import Event
from geo.errors import StateError
from geo.model import Avoidance, Inspector, TeamDraw
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.backend import Backend
from geo.store.database import Database
from geo.store.draws import Draws, draw_of
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.revisions import Move, MovedBy, move_draw

_SPARE = frames.Schema(
    "reserve points", "id", {**frames.CHECKPOINTS.columns, **frames.RESERVES.columns}, frames.CHECKPOINTS.geometry
)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A line of the log: a point of the sample that could not be inspected, and what came in."""

    out: str
    into: str  # empty: no reserve of its category was left
    reason: str
    distance_m: float
    replaced_at: dt.datetime  # UTC


class Fieldwork(StorePart):
    """The sample as it is inspected; what was drawn can always be told from it."""

    def __init__(self, database: Database, draws: Draws) -> None:
        super().__init__(database)
        self._draws = draws

    def reserves(self, round_id: str) -> gpd.GeoDataFrame:
        """Return the reserves of a round in order of their tickets, those that came in too, with ``inclusion_prob``."""
        points, spare = tables.checkpoints, tables.reserves
        statement = (
            select(
                points.c.id,
                *(points.c[name] for name in frames.CHECKPOINTS.columns),
                *(spare.c[name] for name in frames.RESERVES.columns),
                points.c.geom,
            )
            .join(spare, spare.c.id == points.c.id)
            .where(spare.c.round_id == round_id)
            .order_by(spare.c.ticket)
        )
        with self._database.reading() as connection:
            draw_of(connection, round_id)
            return rows.fetch(connection, statement, _SPARE, self._database.backend)

    def drawn_sample(self, round_id: str) -> pd.DataFrame:
        """Return the sample as the key drew it, whatever was replaced since: a frame of :data:`geo.frames.SAMPLE`."""
        t = tables.replacements
        with self._database.reading() as connection:
            now = self._draws.sample(round_id)[list(frames.SAMPLE.columns)]
            log = connection.execute(select(t).where(t.c.round_id == round_id).order_by(t.c.fid)).mappings().all()
        out = pd.DataFrame(
            [{name: row[name] for name in ("out", *frames.SAMPLE.columns)} for row in log],
            columns=["out", *frames.SAMPLE.columns],
        )
        both = pd.concat([now, out.set_index("out").astype(now.dtypes.to_dict())]) if log else now
        came = [row["into"] for row in log if row["into"]]
        drawn: pd.DataFrame = both[~both.index.isin(came)].rename_axis("id").sort_values("ticket")
        return drawn

    def replacements(self, round_id: str) -> list[Replaced]:
        """Return the log of replacements, the oldest first."""
        t = tables.replacements
        with self._database.reading() as connection:
            draw_of(connection, round_id)
            log = connection.execute(select(t).where(t.c.round_id == round_id).order_by(t.c.fid)).all()
        return [Replaced(row.out, row.into or "", row.reason, row.distance_m, row.replaced_at) for row in log]

    def save_replacement(self, round_id: str, line: Replaced, *, after: int) -> None:
        """Put a reserve into the sample for a point that cannot be inspected, on the point's day.

        Parameters
        ----------
        round_id
            A round that is drawn.
        line
            What goes out and what comes in.
        after
            Lines that the log had when this one was found.

        Raises
        ------
        StateError
            When another replacement was logged meanwhile, or the point is not in the sample.
        """
        with self._database.writing(
            Act(Event.REPLACED, f"replacements/{round_id}", str(after), str(after + 1)), CityPart.ROUNDS
        ) as connection:
            put_replacement(connection, self._database.backend, round_id, line, after=after)

    def save_questionnaires(self, round_id: str, numbers: Mapping[str, int]) -> None:
        """Keep how many questionnaires each place of the sample gets, in the place of what was kept before."""
        t = tables.questionnaires
        with self._database.writing(
            Act(Event.QUESTIONNAIRES, f"questionnaires/{round_id}"), CityPart.ROUNDS
        ) as connection:
            draw_of(connection, round_id)
            self._database.backend.lock(connection, t)
            connection.execute(delete(t).where(t.c.round_id == round_id))
            kept = [{"round_id": round_id, "id": id_, "number": number} for id_, number in numbers.items() if number]
            rows.add(connection, t, kept)

    def questionnaires(self, round_id: str) -> pd.Series:
        """Return the questionnaires of each place that has any, by id: a Series named ``questionnaires``."""
        t = tables.questionnaires
        with self._database.reading() as connection:
            found = connection.execute(select(t.c.id, t.c.number).where(t.c.round_id == round_id).order_by(t.c.fid))
            pairs = found.all()
        ids = pd.Index([row.id for row in pairs], name="id", dtype="str")
        return pd.Series([row.number for row in pairs], index=ids, name="questionnaires", dtype="int64")

    def save_team_draw(self, drawn: TeamDraw) -> None:
        """Keep the teams that were drawn for a round, in the place of those kept before."""
        t = tables.team_draws
        row = {field.name: getattr(drawn, field.name) for field in fields(drawn)}
        row["members"] = {team: [[p.name, p.unit, p.street] for p in people] for team, people in drawn.members.items()}
        with self._database.writing(Act(Event.TEAMS_DRAWN, f"teams/{drawn.round_id}"), CityPart.ROUNDS) as connection:
            draw_of(connection, drawn.round_id)
            self._database.backend.lock(connection, t)
            connection.execute(delete(t).where(t.c.round_id == drawn.round_id))
            connection.execute(insert(t).values(row))
            move_draw(connection, drawn.round_id, MovedBy(Move.DRAWN))

    def team_draw(self, round_id: str) -> TeamDraw | None:
        """Return the teams that were drawn for a round, None when none were."""
        t = tables.team_draws
        with self._database.reading() as connection:
            row = connection.execute(select(t).where(t.c.round_id == round_id)).mappings().first()
        if row is None:
            return None
        found = {field.name: row[field.name] for field in fields(TeamDraw)}
        found["members"] = {
            team: tuple(Inspector(name, team, unit, street) for name, unit, street in people)
            for team, people in found["members"].items()
        }
        found["turns"] = {
            street: {day: tuple(teams) for day, teams in days.items()} for street, days in found["turns"].items()
        }
        for name in ("repeats", "street_repeats"):
            found[name] = tuple(tuple(one) for one in found[name])
        return TeamDraw(**{**found, "street_proofs": tuple(found["street_proofs"])})

    def replace_avoidances(self, lines: Iterable[Avoidance]) -> None:
        """Put this avoidance table in the place of the one before."""
        t = tables.avoidances
        with self._database.writing(Act(Event.AVOIDANCES, "avoidances"), CityPart.TEAMS) as connection:
            self._database.backend.lock(connection, t)
            connection.execute(delete(t))
            rows.add(connection, t, [asdict(line) for line in lines])

    def avoidances(self) -> list[Avoidance]:
        """Return the avoidance table in its order."""
        t = tables.avoidances
        with self._database.reading() as connection:
            found: Sequence[object] = connection.execute(select(t).order_by(t.c.fid)).all()
        return [Avoidance(**{field.name: getattr(row, field.name) for field in fields(Avoidance)}) for row in found]


def put_replacement(connection: Connection, backend: Backend, round_id: str, line: Replaced, *, after: int) -> None:
    """Log a replacement and change the sample as part of a larger change; see :meth:`Fieldwork.save_replacement`."""
    t, sample, spare = tables.replacements, tables.sample, tables.reserves
    draw_of(connection, round_id)
    backend.lock(connection, t)
    if len(connection.execute(select(t.c.fid).where(t.c.round_id == round_id)).all()) != after:
        raise StateError("somebody else replaced a point of round {round!r} meanwhile: try again", round=round_id)
    at = (sample.c.round_id == round_id) & (sample.c.id == line.out)
    was = connection.execute(select(sample).where(at)).first()
    if was is None:
        raise StateError("{id!r} is refused, but it isn't among the points to inspect", id=line.out)
    kept = {name: getattr(was, name) for name in frames.SAMPLE.columns}
    row = {**asdict(line), "round_id": round_id, "into": line.into or None, **kept}
    connection.execute(insert(t).values(row))
    connection.execute(delete(sample).where(at))
    if line.into:
        came = connection.execute(select(spare).where(spare.c.round_id == round_id, spare.c.id == line.into)).one()
        values = {"inclusion_prob": came.inclusion_prob, "day": was.day, "ticket": came.ticket}
        connection.execute(insert(sample).values(round_id=round_id, id=line.into, **values))
    _move_questionnaires(connection, round_id, line.out, line.into)
    move_draw(connection, round_id, MovedBy(Move.REPLACED))


def take_back_replacement(connection: Connection, backend: Backend, round_id: str, out: str) -> None:
    """Take the last line of the log back, as part of a larger change: the point is among those to inspect again.

    Raises
    ------
    StateError
        When another point was replaced since.
    """
    t, sample = tables.replacements, tables.sample
    backend.lock(connection, t)
    last = connection.execute(select(t).where(t.c.round_id == round_id).order_by(t.c.fid.desc()).limit(1)).first()
    if last is None or last.out != out:
        raise StateError("another point was replaced after {id!r}: this cannot be undone any more", id=out)
    connection.execute(delete(t).where(t.c.fid == last.fid))
    if last.into:
        _move_questionnaires(connection, round_id, last.into, last.out)
        connection.execute(delete(sample).where(sample.c.round_id == round_id, sample.c.id == last.into))
    kept = {name: getattr(last, name) for name in frames.SAMPLE.columns}
    connection.execute(insert(sample).values(round_id=round_id, id=last.out, **kept))
    move_draw(connection, round_id, MovedBy(Move.REPLACED))


def _move_questionnaires(connection: Connection, round_id: str, out: str, into: str) -> None:
    """Return the questionnaires of a point to what came in for it."""
    t = tables.questionnaires
    at = (t.c.round_id == round_id) & (t.c.id == out)
    number = connection.scalar(select(t.c.number).where(at))
    if number is not None and into:
        connection.execute(delete(t).where(at))
        connection.execute(insert(t).values(round_id=round_id, id=into, number=number))

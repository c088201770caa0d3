"""Visits and what they deducted."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, func, select

from geo import frames
from geo.audit.content import RowsHash
from geo.audit.events import Event
from geo.model import Changes, Photo, Scope, Visit
from geo.store import journal, rows, summary, tables, totals, visit_journal
from geo.store.audit import Act
from geo.store.locks import CityPart, counted
from geo.store.part import StorePart
from geo.store.places import Bounds, Box
from geo.store.scope import condition
from geo.store.summary import FoundSums
from geo.store.visit_batches import VisitBatch, batch_of, hours_of
from geo.store.visit_writer import VisitWriter

_V, _D = tables.visits, tables.deductions
_NO_PHOTOS: Mapping[str, Photo] = MappingProxyType({})


class Visits(StorePart):
    """What the inspectors found."""

    def record(
        self,
        visits: Iterable[Visit],
        *,
        brought: Mapping[str, Photo] = _NO_PHOTOS,
        import_of: str | None = None,
        who: str = "",
    ) -> Changes:
        """Record visits, all or none; on return they are on the disk.

        A visit is known by checkpoint, team and time of arrival to the millisecond. One that is there already takes in
        what is new: deductions of items it had none of, changed points and notes, photos, a round; nothing is taken
        away.

        Parameters
        ----------
        visits
            In any order.
        brought
            The photos that their deductions name, by hash; those that are in the city already may be missing. Each is
            asked for once, when it is written.
        import_of
            The file that they come from, so that its import can be undone.
        who
            The account that imports them.

        Raises
        ------
        NotFoundError
            When a visit names a checkpoint or round that isn't in the city.
        InputError
            When a time names no zone, or a photo is neither brought nor there.
        """
        source = None if import_of is None else journal.ImportSource(visit_journal.KIND, import_of, who)
        return self.record_batches([batch_of(visits)], source=source, brought=brought)

    def record_batches(
        self,
        batches: Iterable[VisitBatch],
        *,
        source: journal.ImportSource | None = None,
        brought: Mapping[str, Photo] = _NO_PHOTOS,
        count: int = 0,
    ) -> Changes:
        """Record batches of visits as :meth:`record` does, all or none of them; no visit is in two of them.

        Parameters
        ----------
        batches
            Asked for one after the other.
        source
            The import that they are: it can be undone.
        brought
            The photos that their deductions name, by hash.
        count
            About how many visits there are in all; many are indexed together at the end.
        """
        changes = Changes()
        act = Act(Event.VISITS, "visits", detail={} if source is None else {"file": source.file})
        content, hours = RowsHash(), set[str]()
        parts = (CityPart.VISITS,) if source is None else (CityPart.IMPORTS, CityPart.VISITS)
        with self._database.writing(act, *parts) as connection:
            self._database.backend.lock(connection, _V)
            mark = None if source is None else journal.begin(connection, source)
            with self._database.backend.bulk(connection, _V, count), self._database.backend.bulk(connection, _D, count):
                writer = VisitWriter(connection, self._database.backend, brought, mark)
                for batch in batches:
                    hours |= hours_of(batch)
                    content.add([batch.visits, batch.deductions, sorted(batch.photos.items())])
                    written = writer.write(batch)
                    changes = _added(changes, written.changes)
                    if mark is not None:
                        journal.note_rows(connection, mark, visit_journal.before(written))
                writer.end()
            totals.refresh(connection, totals.days_of_hours(connection, hours))
            if mark is not None:
                journal.end(connection, mark, changes)
            act.detail |= {"sha256": content.hexdigest(), "accepted": changes.accepted, "updated": changes.updated}
        return changes

    def frame(self, scope: Scope = Scope()) -> gpd.GeoDataFrame:  # noqa: B008 - frozen
        """Return visits by time, as things were when they were recorded: a frame of :data:`geo.frames.VISITS`.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        with self._database.reading() as connection:
            return self._visits(connection, scope)

    def deductions(self, scope: Scope = Scope()) -> pd.DataFrame:  # noqa: B008 - frozen
        """Return the deductions of the visits of :meth:`frame`: a frame of :data:`geo.frames.DEDUCTIONS`.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        statement = (
            rows.query(_D, frames.DEDUCTIONS).join(_V, _V.c.id == _D.c.visit).order_by(_V.c.arrived_at, _D.c.fid)
        )
        with self._database.reading() as connection:
            within = condition(connection, scope, _V, self._database.backend)
            found: pd.DataFrame = rows.fetch(
                connection, within.narrow(statement), frames.DEDUCTIONS, self._database.backend
            )
            if within.outline is not None:
                found = found[found["visit"].isin(self._visits(connection, scope).index)]
        return found

    def summary(self, scope: Scope = Scope(), by: Sequence[str] = ()) -> pd.DataFrame:  # noqa: B008 - frozen
        """Sum up the visits of a scope: see :func:`geo.store.summary.summary`."""
        with self._database.reading() as connection:
            return summary.summary(connection, scope, by, self._database.backend)

    def found(self, scope: Scope) -> FoundSums:
        """Sum up the visits of a scope, and count what they deducted."""
        with self._database.reading():
            sums = self.summary(scope).iloc[0]
            return FoundSums(int(sums["visits"]), float(sums["points"]), self.deduction_count(scope))

    def items(self) -> list[str]:
        """Return the items that some visit deducts, in order."""
        with self._database.reading() as connection:
            return sorted(connection.scalars(select(_D.c.item).distinct()))

    def near(self, scope: Scope, bounds: Bounds) -> gpd.GeoDataFrame:
        """Return the visits of a scope that lie within bounds, and perhaps some beside: see :meth:`frame`.

        Parameters
        ----------
        bounds
            West, south, east, north in degrees.
        """
        backend = self._database.backend
        with self._database.reading() as connection:
            within = condition(connection, scope, _V, backend)
            placed = backend.placed(_V, Box(*bounds))
            near = _V.c.fid.in_(select(_V.c.fid).select_from(placed.source).where(placed.near))
            statement = within.narrow(rows.query(_V, frames.VISITS).where(near))
            return within.pick(
                rows.fetch(connection, statement.order_by(_V.c.arrived_at, _V.c.fid), frames.VISITS, backend)
            )

    def deductions_of(self, visits: Sequence[str]) -> pd.DataFrame:
        """Return what these visits deducted: a frame of :data:`geo.frames.DEDUCTIONS`."""
        with self._database.reading() as connection:
            found = rows.among(connection, rows.query(_D, frames.DEDUCTIONS), _D.c.visit, list(visits))
        lines: pd.DataFrame = rows.framed(found, frames.DEDUCTIONS, self._database.backend)
        return lines

    def deduction_count(self, scope: Scope = Scope()) -> int:  # noqa: B008 - frozen
        """Count the deductions of :meth:`deductions`."""
        with self._database.reading() as connection:
            within = condition(connection, scope, _V, self._database.backend)
            if within.outline is not None:
                return len(self.deductions(scope))
            if not within.conditions:
                return connection.scalar(select(func.count()).select_from(_D)) or 0
            own = _D.c.visit.in_(within.narrow(select(_V.c.id)))
            return connection.scalar(select(func.count()).where(own)) or 0

    def newest_deductions(self, scope: Scope, least: int) -> pd.DataFrame:
        """Return the deductions of the newest days that have at least so many of them together, or all.

        Returns
        -------
        DataFrame
            Of :data:`geo.frames.DEDUCTIONS`, with ``checkpoint``, ``category`` and ``arrived_at`` of the visit; no
            order.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        own = ("checkpoint", "category", "arrived_at")
        names = [frames.DEDUCTIONS.index, *frames.DEDUCTIONS.columns]
        costly = select(_V.c.arrived_at).where(_V.c.points > 0).order_by(_V.c.arrived_at.desc())
        lines = select(*(_D.c[name] for name in names), *(_V.c[name] for name in own)).join(_V, _V.c.id == _D.c.visit)
        with self._database.reading() as connection:
            zone = totals.city_zone(connection)
            within = condition(connection, scope, _V, self._database.backend)
            inside = None if within.outline is None else self._visits(connection, scope).index.tolist()
            first = connection.scalar(within.narrow(costly).limit(1).offset(least - 1)) if inside is None else None
            if first is not None:
                lines = lines.where(_V.c.arrived_at >= totals.bounds(totals.day_of(first, zone), zone)[0])
            if inside is None:
                found = connection.execute(within.narrow(lines)).all()
            else:
                found = rows.among(connection, lines, _V.c.id, inside)
        table = pd.DataFrame(found, columns=[*names, *own]).set_index(frames.DEDUCTIONS.index)
        return table.assign(arrived_at=pd.to_datetime(table["arrived_at"], utc=True))

    def found_at(self, scope: Scope, *, after: str = "", limit: int | None = None) -> gpd.GeoDataFrame:
        """Return the checkpoints whose ids come after one, and at which something was found: all, or the first.

        Returns
        -------
        GeoDataFrame
            By checkpoint: ``points`` and ``found``, the deductions; ``last``, when the newest was found, UTC; and where
            the oldest of the visits was.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        sums = (func.sum(_D.c.points), func.count(), func.max(_V.c.arrived_at), func.min(_V.c.fid))
        statement = select(_V.c.checkpoint, *sums).join(_D, _D.c.visit == _V.c.id).group_by(_V.c.checkpoint)
        statement = statement.where(_V.c.checkpoint > after).order_by(_V.c.checkpoint).limit(limit)
        backend = self._database.backend
        with self._database.reading() as connection:
            within = condition(connection, scope, _V, backend)
            if within.outline is not None:
                statement = statement.where(_V.c.id.in_(self._visits(connection, scope).index.tolist()))
            found = connection.execute(within.narrow(statement)).all()
            places = dict(rows.among(connection, select(_V.c.fid, _V.c.geom), _V.c.fid, [row[4] for row in found]))
        table = pd.DataFrame([row[:4] for row in found], columns=["checkpoint", "points", "found", "last"])
        shapes = backend.decode([places[row[4]] for row in found])
        framed = gpd.GeoDataFrame(table.set_index("checkpoint"), geometry=shapes, crs=frames.WGS84)
        return framed.assign(last=pd.to_datetime(framed["last"], utc=True))

    def state(self) -> str:
        """Return letters that change with every write of visits: what was made of them is kept under these."""
        with self._database.reading() as connection:
            return f"visits-{counted(connection, CityPart.VISITS)}"

    def _visits(self, connection: Connection, scope: Scope) -> rows.AnyFrame:
        within = condition(connection, scope, _V, self._database.backend)
        statement = within.narrow(rows.query(_V, frames.VISITS).order_by(_V.c.arrived_at, _V.c.fid))
        return within.pick(rows.fetch(connection, statement, frames.VISITS, self._database.backend))


def _added(one: Changes, other: Changes) -> Changes:
    return Changes(
        accepted=one.accepted + other.accepted,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
    )

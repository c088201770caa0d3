"""The roster of checkpoints, and its rows that have no place yet."""

from collections.abc import Collection, Iterable
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, func, or_, select

from geo import frames
from geo.audit.content import frame_sha256
from geo.audit.events import Event
from geo.errors import NotFoundError, StateError
from geo.model import Changes, Scope
from geo.store import rows, tables
from geo.store.audit import Act
from geo.store.journal import UNPLACED, ImportSource, note, used
from geo.store.locks import CityPart, counted
from geo.store.part import StorePart
from geo.store.scope import condition
from geo.store.upsert import Upserted, existing, upsert

_PLACED, _UNPLACED = tables.checkpoints, tables.unplaced
_FOUND = ("street_code", "community_code", "grid_code", "cell")
"""Columns that come from the place."""


class Checkpoints(StorePart):
    """Every place that can be drawn. None is ever deleted but by undoing: past visits keep their checkpoint."""

    def upsert(
        self,
        frame: gpd.GeoDataFrame,
        *,
        unplaced: pd.DataFrame | None = None,
        retire: Collection[str] = (),
        import_of: str | None = None,
        who: str = "",
    ) -> Changes:
        """Add checkpoints, and bring those that are there up to date, all or nothing.

        Parameters
        ----------
        frame
            A frame of :data:`geo.frames.CHECKPOINTS`.
        unplaced
            Rows without coordinates, as for :meth:`save_unplaced`; they aren't counted.
        retire
            Ids to take out of the roster, as for :meth:`retire`.
        import_of
            Name of the file that all this comes from: then it can be undone.
        who
            The account that imports.
        """
        retire = set(retire) - set(frame.index) - set(() if unplaced is None else unplaced.index)
        act = Act(Event.CHECKPOINTS, "checkpoints", detail={"sha256": frame_sha256(frame), "rows": len(frame)})
        with self._database.writing(act, CityPart.IMPORTS, CityPart.ROSTER) as connection:
            for table in (_PLACED, _UNPLACED):
                self._database.backend.lock(connection, table)
            done = upsert(connection, _PLACED, frames.CHECKPOINTS, frame, self._database.backend)
            parts = [("checkpoints", done), ("unplaced", self._drop_unplaced(connection, [*frame.index, *retire]))]
            if unplaced is not None:
                parts += self._save_unplaced(connection, unplaced.drop(index=frame.index, errors="ignore"))
            retired = self._retire(connection, retire)
            changes = replace(done.changes, retired=len(retired.before))
            if import_of is not None:
                act.detail["file"] = import_of
                note(
                    connection, ImportSource("checkpoints", import_of, who), changes, [*parts, ("checkpoints", retired)]
                )
        return changes

    def retire(self, ids: Collection[str]) -> int:
        """Take checkpoints out of the roster, and say how many were in it."""
        with self._database.writing(
            Act(Event.CHECKPOINTS_RETIRED, "checkpoints", detail={"rows": len(ids)}), CityPart.ROSTER
        ) as connection:
            self._database.backend.lock(connection, _PLACED)
            return len(self._retire(connection, ids).before)

    def frame(self, scope: Scope = Scope(), *, include_retired: bool = False) -> gpd.GeoDataFrame:  # noqa: B008 - frozen
        """Return the roster by id: a frame of :data:`geo.frames.CHECKPOINTS`.

        Parameters
        ----------
        scope
            Of which zone, unit or routes; without it the whole city's.
        include_retired
            Give those too that are no longer in the roster.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        statement = rows.query(_PLACED, frames.CHECKPOINTS).order_by(_PLACED.c.id)
        if not include_retired:
            statement = statement.where(~_PLACED.c.retired)
        with self._database.reading() as connection:
            within = condition(connection, scope, _PLACED, self._database.backend)
            return within.pick(
                rows.fetch(connection, within.narrow(statement), frames.CHECKPOINTS, self._database.backend)
            )

    def counts(self, scope: Scope) -> dict[str, int]:
        """Count the roster of a scope by category.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        category = _PLACED.c.category
        with self._database.reading() as connection:
            within = condition(connection, scope, _PLACED, self._database.backend)
            if within.outline is not None:
                return dict(self.frame(scope)["category"].value_counts())
            statement = select(category, func.count()).where(~_PLACED.c.retired).group_by(category)
            return dict(rows.plain(connection, within.narrow(statement)))

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the names of those of these checkpoints that are in the roster, by id."""
        statement = select(_PLACED.c.id, _PLACED.c.name).where(~_PLACED.c.retired)
        with self._database.reading() as connection:
            return dict(rows.among(connection, statement, _PLACED.c.id, sorted(set(ids))))

    def some(self, ids: Collection[str]) -> gpd.GeoDataFrame:
        """Return the checkpoints of these ids that there are, in the roster or no longer, by id."""
        backend, wanted = self._database.backend, sorted(set(ids))
        with self._database.reading() as connection:
            found = rows.among(connection, rows.query(_PLACED, frames.CHECKPOINTS), _PLACED.c.id, wanted)
        return rows.framed(found, frames.CHECKPOINTS, backend).sort_index()

    def waiting(self, *, limit: int, after: str = "", search: str = "", only: str | None = None) -> pd.DataFrame:
        """Return the first ``limit`` rows of :meth:`unplaced` whose ids come after one, and that hold some text.

        Parameters
        ----------
        limit
            How many at most.
        after
            The last id of the page before; empty: from the beginning.
        search
            What the id, name, address, street, community or unit holds, in letters of either case.
        only
            One id, and no other.
        """
        statement = rows.query(_UNPLACED, UNPLACED).where(_UNPLACED.c.id > after).order_by(_UNPLACED.c.id).limit(limit)
        if only is not None:
            statement = statement.where(_UNPLACED.c.id == only)
        if search:
            texts = (_UNPLACED.c[name] for name in ("id", "name", "address", "street", "community", "unit"))
            statement = statement.where(or_(*(text.icontains(search, autoescape=True) for text in texts)))
        with self._database.reading() as connection:
            found: pd.DataFrame = rows.fetch(connection, statement, UNPLACED, self._database.backend)
        return found

    def page(self, scope: Scope, *, after: str, limit: int) -> gpd.GeoDataFrame:
        """Return the first ``limit`` checkpoints of a scope whose ids come after one: a page of :meth:`frame`.

        Raises
        ------
        NotFoundError
            When the scope names a zone that isn't there.
        """
        with self._database.reading() as connection:
            within = condition(connection, scope, _PLACED, self._database.backend)
            statement = within.narrow(rows.query(_PLACED, frames.CHECKPOINTS)).where(~_PLACED.c.retired)
            found: list[gpd.GeoDataFrame] = []
            while (left := limit - sum(map(len, found))) > 0:
                next_ones = statement.where(_PLACED.c.id > after).order_by(_PLACED.c.id).limit(left)
                read = rows.fetch(connection, next_ones, frames.CHECKPOINTS, self._database.backend)
                found.append(within.pick(read))
                if len(read) < left:
                    break
                after = str(read.index[-1])
        return gpd.GeoDataFrame(pd.concat(found)) if len(found) > 1 else found[0]

    def count(self) -> int:
        """Count the roster."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(_PLACED).where(~_PLACED.c.retired)) or 0

    def unplaced_count(self) -> int:
        """Count the rows that wait for a place."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(_UNPLACED)) or 0

    def state(self) -> str:
        """Return letters that change with every write of the roster: what was made of it is kept under these."""
        with self._database.reading() as connection:
            return f"roster-{counted(connection, CityPart.ROSTER)}"

    def categories(self) -> dict[str, str]:
        """Return the category of every checkpoint by id, also of those that are no longer in the roster."""
        with self._database.reading() as connection:
            return dict(rows.plain(connection, select(_PLACED.c.id, _PLACED.c.category)))

    def save_unplaced(self, frame: pd.DataFrame) -> Changes:
        """Keep rows without coordinates for placing by hand; a row that has a place already keeps it.

        Parameters
        ----------
        frame
            The columns of :data:`geo.frames.CHECKPOINTS` by id, without geometry.
        """
        with self._database.writing(
            Act(Event.CHECKPOINTS_WAITING, "checkpoints", detail={"rows": len(frame)}), CityPart.ROSTER
        ) as connection:
            for table in (_PLACED, _UNPLACED):
                self._database.backend.lock(connection, table)
            done = [part.changes for _, part in self._save_unplaced(connection, frame)]
        return Changes(
            accepted=sum(part.accepted for part in done),
            updated=sum(part.updated for part in done),
            unchanged=sum(part.unchanged for part in done),
        )

    def unplaced(self) -> pd.DataFrame:
        """Return the rows that wait for a place, by id, with the columns of :data:`geo.frames.CHECKPOINTS`."""
        statement = rows.query(_UNPLACED, UNPLACED).order_by(_UNPLACED.c.id)
        with self._database.reading() as connection:
            waiting: pd.DataFrame = rows.fetch(connection, statement, UNPLACED, self._database.backend)
        return waiting

    def place(self, id_: str, lon: float, lat: float) -> None:
        """Set the place of an unplaced row, in degrees of WGS-84; its zones are still to be found.

        Raises
        ------
        NotFoundError
            When no such row waits for a place.
        """
        with self._database.writing(
            Act(Event.CHECKPOINT_PLACED, f"checkpoint/{id_}", detail={"lon": lon, "lat": lat}), CityPart.ROSTER
        ) as connection:
            self._database.backend.lock(connection, _UNPLACED)
            row = existing(connection, _UNPLACED, UNPLACED, pd.Index([id_]), self._database.backend)
            if row.empty:
                raise NotFoundError("no unplaced checkpoint has the id {id!r}: see the list of unplaced ones", id=id_)
            placed = gpd.GeoDataFrame(row, geometry=[shapely.Point(lon, lat)], crs=frames.WGS84)
            upsert(connection, _PLACED, frames.CHECKPOINTS, placed, self._database.backend)
            rows.remove(connection, _UNPLACED, "id", [id_])

    def unplace(self, id_: str) -> None:
        """Put a checkpoint back among those without a place, as long as nothing happened to it.

        Raises
        ------
        NotFoundError
            When there is no such checkpoint.
        StateError
            When it was drawn, planned or visited.
        """
        with self._database.writing(
            Act(Event.CHECKPOINT_UNPLACED, f"checkpoint/{id_}"), CityPart.ROSTER, on=[CityPart.ROUNDS, CityPart.VISITS]
        ) as connection:
            for table in (_PLACED, _UNPLACED):
                self._database.backend.lock(connection, table)
            row = existing(connection, _PLACED, frames.CHECKPOINTS, pd.Index([id_]), self._database.backend)
            if row.empty:
                raise NotFoundError("there is no checkpoint {id!r}", id=id_)
            if used(connection, [id_]):
                raise StateError("checkpoint {id!r} was drawn or visited already: it keeps its place", id=id_)
            waiting = pd.DataFrame(row.drop(columns="geometry")).assign(**dict.fromkeys(_FOUND, ""))
            upsert(connection, _UNPLACED, UNPLACED, waiting, self._database.backend)
            rows.remove(connection, _PLACED, "id", [id_])

    def _retire(self, connection: Connection, ids: Collection[str]) -> Upserted:
        there = existing(connection, _PLACED, frames.CHECKPOINTS, pd.Index(sorted(ids)), self._database.backend)
        there = there[there.index.isin(list(ids)) & ~there["retired"]]
        return upsert(connection, _PLACED, frames.CHECKPOINTS, there.assign(retired=True), self._database.backend)

    def _save_unplaced(self, connection: Connection, frame: pd.DataFrame) -> list[tuple[str, Upserted]]:
        placed = existing(connection, _PLACED, frames.CHECKPOINTS, frame.index, self._database.backend)
        placed = placed[placed.index.isin(frame.index)]
        given = [name for name in frames.CHECKPOINTS.columns if name not in _FOUND]
        renewed = placed.assign(**{name: frame.loc[placed.index, name] for name in given})
        waiting = frame.drop(index=placed.index)
        return [
            ("checkpoints", upsert(connection, _PLACED, frames.CHECKPOINTS, renewed, self._database.backend)),
            ("unplaced", upsert(connection, _UNPLACED, UNPLACED, waiting, self._database.backend)),
        ]

    def _drop_unplaced(self, connection: Connection, ids: list[str]) -> Upserted:
        """Take rows off the list, as if they had been changed: undoing puts them back."""
        there = existing(connection, _UNPLACED, UNPLACED, pd.Index(ids), self._database.backend)
        there = there[there.index.isin(ids)]
        rows.remove(connection, _UNPLACED, "id", there.index.tolist())
        return Upserted([], there, 0)

"""Commitments, what is public of the secrets that they use, and the frames that draws were made from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from geo.audit.events import Event
from geo.errors import NotFoundError, StateError
from geo.model import Commitment, Draw, SecretForm, SecretSet
from geo.store import kept_frames, tables
from geo.store.audit import Act
from geo.store.columns import utc
from geo.store.draws import clear_draw, clear_trial, put_draw
from geo.store.locks import CityPart
from geo.store.part import StorePart
from geo.store.revisions import Move, MovedBy, move_draw
from geo.store.rounds import round_of

COMMITTED, DRAWN, VOID = "committed", "drawn", "void"


class Commitments(StorePart):
    """What binds a round before it is drawn, and shows afterwards that it was bound. No secret is in the database."""

    def add_secret_set(self, made: SecretSet) -> None:
        """Publish the root of new secrets.

        Raises
        ------
        StateError
            When there are secrets of this name.
        """
        t = tables.secret_sets
        with self._database.writing(
            Act(Event.SECRETS, f"secrets/{made.name}", "", made.root), CityPart.ROUNDS
        ) as connection:
            self._database.backend.lock(connection, t)
            if connection.scalar(select(t.c.fid).where(t.c.name == made.name)) is not None:
                raise StateError("the secrets {name} were published before: use them", name=made.name)
            connection.execute(insert(t).values(asdict(made)))

    def secret_sets(self) -> list[SecretSet]:
        """Return what is public of every year's secrets, the oldest first."""
        t = tables.secret_sets
        with self._database.reading() as connection:
            found = connection.execute(select(t).order_by(t.c.fid)).mappings().all()
        return [_secret_set(row) for row in found]

    def close_secret_set(self, name: str, master: str, closed_at: dt.datetime) -> None:
        """Publish the master seed of a year that is over; nothing can be committed to with it any more.

        Raises
        ------
        StateError
            When a commitment of the set is open, or it was closed before.
        """
        t, c = tables.secret_sets, tables.commitments
        with self._database.writing(
            Act(Event.SECRETS_CLOSED, f"secrets/{name}", "open", "closed"), CityPart.ROUNDS
        ) as connection:
            for table in (t, c):
                self._database.backend.lock(connection, table)
            open_ = connection.scalar(select(c.c.round_id).where(c.c.secret_set == name, c.c.state == COMMITTED))
            if open_ is not None:
                raise StateError("round {round!r} is committed to and not drawn: draw or void it first", round=open_)
            closing = update(t).where(t.c.name == name, t.c.master == "")
            if not connection.execute(closing.values(master=master, closed_at=closed_at)).rowcount:
                raise StateError("the secrets {name} are closed already", name=name)

    def keep_frame(self, sha256: str, rows: Sequence[Sequence[Any]]) -> None:
        """Keep the canonical rows that a draw is made from, under their hash."""
        with self._database.writing(Act(Event.FRAME, "frame", "", sha256), CityPart.ROUNDS) as connection:
            self._database.backend.lock(connection, tables.drawn_frames)
            kept_frames.keep(connection, sha256, rows)

    def frame_rows(self, sha256: str) -> list[list[Any]]:
        """Return the canonical rows of a frame: id, category, street, x_cm, y_cm, prob.

        Raises
        ------
        NotFoundError
            When none is kept under this hash.
        """
        with self._database.reading() as connection:
            rows = kept_frames.read(connection, sha256)
        if rows is None:
            raise NotFoundError("the frame {sha256} of this draw was not kept: draw the round again", sha256=sha256)
        return rows

    def add(self, made: Commitment, rows: Sequence[Sequence[Any]], *, after: int) -> None:
        """Bind a round; a trial draw of it goes, with its plan.

        Parameters
        ----------
        made
            The commitment.
        rows
            The frame that it binds.
        after
            Commitments that the city had when this one was made: it names the last of them.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When the round is bound or drawn already, has visits, or another commitment was made meanwhile.
        """
        t = tables.commitments
        with self._database.writing(
            Act(Event.COMMITTED, f"draw/{made.round_id}", detail={"root": made.root, "frame": made.frame_sha256}),
            CityPart.ROUNDS,
            on=[CityPart.VISITS],
        ) as connection:
            round_of(connection, made.round_id)
            for table in (t, tables.draws, tables.drawn_frames):
                self._database.backend.lock(connection, table)
            live = select(t.c.state).where(t.c.round_id == made.round_id, t.c.state != VOID)
            state = connection.scalar(live)
            if state is not None:
                raise StateError(
                    "round {round!r} is {state} already: void it with a reason before committing to it again",
                    round=made.round_id,
                    state=state,
                )
            _refuse_out_of_turn(connection, made, after)
            clear_trial(connection, self._database.backend, made.round_id)
            kept_frames.keep(connection, made.frame_sha256, rows)
            connection.execute(insert(t).values(_row(made)))

    def all(self, round_id: str | None = None) -> list[Commitment]:
        """Return the commitments of the city or of a round, void ones too, the oldest first."""
        t = tables.commitments
        statement = select(t).order_by(t.c.fid)
        if round_id is not None:
            statement = statement.where(t.c.round_id == round_id)
        with self._database.reading() as connection:
            return [_commitment(row) for row in connection.execute(statement).mappings()]

    def of_round(self, round_id: str) -> Commitment | None:
        """Return the newest commitment of a round, void or not; None when it was never committed.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        with self._database.reading() as connection:
            round_of(connection, round_id)
            found = self.all(round_id)
        return found[-1] if found else None

    def save_draw(self, drawn: Commitment, draw: Draw, sample: pd.DataFrame, reserves: pd.DataFrame) -> None:
        """Draw a committed round: its number, shares, sample and reserves are kept together, once.

        Raises
        ------
        StateError
            When the commitment was drawn or voided meanwhile.
        """
        t = tables.commitments
        row = _row(replace(drawn, state=DRAWN, drawn_at=utc(draw.drawn_at, "drawn_at")))
        with self._database.writing(
            Act(Event.DRAWN, f"draw/{draw.round_id}", detail={"number": drawn.public_number}), CityPart.ROUNDS
        ) as connection:
            for table in (t, tables.draws):
                self._database.backend.lock(connection, table)
            _expect(connection, drawn, COMMITTED)
            connection.execute(_one(drawn).values({key: row[key] for key in _SETTLED}))
            put_draw(connection, self._database.backend, draw, sample, reserves)

    def void(self, void: Commitment) -> None:
        """Record a commitment as void; the draw and the plan made from it go, what was visited stays.

        Raises
        ------
        StateError
            When it is void already.
        """
        row = _row(replace(void, state=VOID))
        with self._database.writing(
            Act(Event.VOIDED, f"draw/{void.round_id}", detail={"reason": void.reason}), CityPart.ROUNDS
        ) as connection:
            for table in (tables.commitments, tables.draws):
                self._database.backend.lock(connection, table)
            _expect(connection, void, COMMITTED, DRAWN)
            connection.execute(_one(void).values({key: row[key] for key in _VOIDED}))
            clear_draw(connection, self._database.backend, void.round_id)
            move_draw(connection, void.round_id, MovedBy(Move.VOIDED))

    def mark_revealed(self, kept: Commitment, at: dt.datetime) -> None:
        """Record that a commitment's secret was made public; the first time counts."""
        t = tables.commitments
        with self._database.writing(Act(Event.REVEALED, f"draw/{kept.round_id}"), CityPart.ROUNDS) as connection:
            connection.execute(_one(kept).where(t.c.revealed_at.is_(None)).values(revealed_at=at))


def _refuse_out_of_turn(connection: Connection, made: Commitment, after: int) -> None:
    """Refuse a commitment that isn't the next of its secrets and of the city, or whose secrets are closed."""
    t, sets = tables.commitments, tables.secret_sets
    used = connection.scalar(select(func.max(t.c.position)).where(t.c.secret_set == made.secret_set)) or 0
    if made.position != used + 1 or connection.scalar(select(func.count()).select_from(t)) != after:
        raise StateError(
            "number {position} of the secrets {name} is not the next: somebody else committed meanwhile; try again",
            position=made.position,
            name=made.secret_set,
        )
    if connection.scalar(select(sets.c.master).where(sets.c.name == made.secret_set)):
        raise StateError("the secrets {name} are closed: commit with the next ones", name=made.secret_set)


_SETTLED = ("state", "public_number", "shares", "drawn_at")
_VOIDED = ("state", "reason", "voided_at")


def _secret_set(row: RowMapping) -> SecretSet:
    found = {field.name: row[field.name] for field in fields(SecretSet)}
    return SecretSet(**{**found, "form": SecretForm(found["form"])})


def _row(made: Commitment) -> dict[str, Any]:
    return {field.name: getattr(made, field.name) for field in fields(made)} | {"shares": list(made.shares)}


def _commitment(row: RowMapping) -> Commitment:
    found = {field.name: row[field.name] for field in fields(Commitment)}
    return Commitment(**{**found, "shares": tuple(found["shares"])})


def _one(made: Commitment) -> Any:  # noqa: ANN401 - an UPDATE statement
    t = tables.commitments
    return update(t).where(t.c.secret_set == made.secret_set, t.c.position == made.position)


def _expect(connection: Connection, made: Commitment, *states: str) -> None:
    t = tables.commitments
    state = connection.scalar(select(t.c.state).where(t.c.secret_set == made.secret_set, t.c.position == made.position))
    if state not in states:
        raise StateError(
            "the round {round!r} is {state}: a commitment is drawn once; a new one needs a secret of its own",
            round=made.round_id,
            state=state,
        )

"""Commitments, the chains of secrets that they use, and the frames that draws were made from."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from geo.errors import NotFoundError, StateError
from geo.model import Commitment, Draw, SecretChain
from geo.store import kept_frames, tables
from geo.store.columns import utc
from geo.store.rounds import Rounds, clear_draw, put_draw, round_of

COMMITTED, DRAWN, VOID = "committed", "drawn", "void"


class Proofs(Rounds):
    """What binds a round before it is drawn, and shows afterwards that it was bound. No secret is in the database."""

    def add_chain(self, chain: SecretChain) -> None:
        """Publish the end of a new chain.

        Raises
        ------
        StateError
            When there is one of this name.
        """
        t = tables.chains
        with self._writing() as connection:
            self._backend.lock(connection, t)
            if connection.scalar(select(t.c.fid).where(t.c.name == chain.name)) is not None:
                raise StateError("the chain {chain} was published before: use it", chain=chain.name)
            connection.execute(insert(t).values(asdict(chain)))

    def chains(self) -> list[SecretChain]:
        """Return the chains, the oldest first."""
        t = tables.chains
        with self._reading() as connection:
            found = connection.execute(select(t).order_by(t.c.fid)).mappings().all()
        return [SecretChain(**{field.name: row[field.name] for field in fields(SecretChain)}) for row in found]

    def keep_frame(self, sha256: str, rows: Sequence[Sequence[Any]]) -> None:
        """Keep the canonical rows that a draw is made from, under their hash."""
        with self._writing() as connection:
            self._backend.lock(connection, tables.drawn_frames)
            kept_frames.keep(connection, sha256, rows)

    def frame_rows(self, sha256: str) -> list[list[Any]]:
        """Return the canonical rows of a frame: id, category, street, x_cm, y_cm, prob.

        Raises
        ------
        NotFoundError
            When none is kept under this hash.
        """
        with self._reading() as connection:
            rows = kept_frames.read(connection, sha256)
        if rows is None:
            raise NotFoundError("the frame {sha256} of this draw was not kept: draw the round again", sha256=sha256)
        return rows

    def add_commitment(self, made: Commitment, rows: Sequence[Sequence[Any]]) -> None:
        """Bind a round; a trial draw of it goes, with its plan.

        Raises
        ------
        NotFoundError
            When there is no such round.
        StateError
            When the round is bound or drawn already, has visits, or another commitment took the place in the chain.
        """
        t = tables.commitments
        with self._writing() as connection:
            round_of(connection, made.round_id)
            for table in (t, tables.draws, tables.drawn_frames):
                self._backend.lock(connection, table)
            live = select(t.c.state).where(t.c.round_id == made.round_id, t.c.state != VOID)
            state = connection.scalar(live)
            if state is not None:
                raise StateError(
                    "round {round!r} is {state} already: void it with a reason before committing to it again",
                    round=made.round_id,
                    state=state,
                )
            used = connection.scalar(select(func.max(t.c.position)).where(t.c.chain == made.chain)) or 0
            if made.position != used + 1:
                raise StateError(
                    "link {position} of chain {chain} is not the next: somebody else committed meanwhile; try again",
                    position=made.position,
                    chain=made.chain,
                )
            self._clear(connection, made.round_id)
            kept_frames.keep(connection, made.frame_sha256, rows)
            connection.execute(insert(t).values(_row(made)))

    def commitments(self, round_id: str | None = None) -> list[Commitment]:
        """Return the commitments of the city or of a round, void ones too, the oldest first."""
        t = tables.commitments
        statement = select(t).order_by(t.c.fid)
        if round_id is not None:
            statement = statement.where(t.c.round_id == round_id)
        with self._reading() as connection:
            return [_commitment(row) for row in connection.execute(statement).mappings()]

    def commitment(self, round_id: str) -> Commitment | None:
        """Return the newest commitment of a round, void or not; None when it was never committed.

        Raises
        ------
        NotFoundError
            When there is no such round.
        """
        self.round(round_id)
        found = self.commitments(round_id)
        return found[-1] if found else None

    def store_committed_draw(self, drawn: Commitment, draw: Draw, sample: pd.DataFrame, reserves: pd.DataFrame) -> None:
        """Draw a committed round: its number, shares, sample and reserves are kept together, once.

        Raises
        ------
        StateError
            When the commitment was drawn or voided meanwhile.
        """
        t = tables.commitments
        row = _row(replace(drawn, state=DRAWN, drawn_at=utc(draw.drawn_at, "drawn_at")))
        with self._writing() as connection:
            for table in (t, tables.draws):
                self._backend.lock(connection, table)
            _expect(connection, drawn, COMMITTED)
            connection.execute(_one(drawn).values({key: row[key] for key in _SETTLED}))
            put_draw(connection, self._backend, draw, sample, reserves)

    def void_commitment(self, void: Commitment) -> None:
        """Record a commitment as void; the draw and the plan made from it go, what was visited stays.

        Raises
        ------
        StateError
            When it is void already.
        """
        row = _row(replace(void, state=VOID))
        with self._writing() as connection:
            for table in (tables.commitments, tables.draws):
                self._backend.lock(connection, table)
            _expect(connection, void, COMMITTED, DRAWN)
            connection.execute(_one(void).values({key: row[key] for key in _VOIDED}))
            clear_draw(connection, void.round_id)
            for layer in (tables.routes, tables.stops):
                self._backend.moved(connection, layer)


_SETTLED = ("state", "public_number", "shares", "drawn_at")
_VOIDED = ("state", "reason", "voided_at")


def _row(made: Commitment) -> dict[str, Any]:
    return {field.name: getattr(made, field.name) for field in fields(made)} | {"shares": list(made.shares)}


def _commitment(row: RowMapping) -> Commitment:
    found = {field.name: row[field.name] for field in fields(Commitment)}
    return Commitment(**{**found, "shares": tuple(found["shares"])})


def _one(made: Commitment) -> Any:  # noqa: ANN401 - an UPDATE statement
    t = tables.commitments
    return update(t).where(t.c.chain == made.chain, t.c.position == made.position)


def _expect(connection: Connection, made: Commitment, *states: str) -> None:
    t = tables.commitments
    state = connection.scalar(select(t.c.state).where(t.c.chain == made.chain, t.c.position == made.position))
    if state not in states:
        raise StateError(
            "the round {round!r} is {state}: a commitment is drawn once; a new one needs a link of its own",
            round=made.round_id,
            state=state,
        )

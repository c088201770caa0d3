"""A committed round in the city: bound, drawn once, perhaps void, revealed; the secrets stay in the vault."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo.errors import InputError, StateError
from geo.model import Commitment, Draw, SecretChain
from geo.notes import Note
from geo.store import Store
from routing.draw import commit as proofs
from routing.draw import reveal as reveals
from routing.draw.points import Points, canonical_json
from routing.draw.sample import draw as draw_points
from routing.draw.stream import VERSION
from routing.rounds import vault
from routing.rounds.frame import Choices, basis_of
from routing.rounds.making import DrawReport, report_of, rows_sha256, spread_of
from routing.teams.drawn import pool_of

LENGTH = 64  # commitments of a chain: five a month, void ones included


@dataclass(frozen=True, slots=True)
class Published:
    """A commitment as it was published, and what its planner should know."""

    publication: Mapping[str, Any]
    chain_is_new: bool  # its end must be published before the commitment
    notes: tuple[Note, ...] = ()


def new_chain(store: Store, year: int, *, length: int = LENGTH) -> SecretChain:
    """Make the chain of secrets of a year; its end is to be published before the first commitment.

    Raises
    ------
    StateError
        When the year has a chain that isn't used up.
    """
    now = _newest_chain(store, year)
    if now is not None and _used(store, now.name) < now.length:
        raise StateError("the year {year} has a chain already, which ends in {end}: use it", year=year, end=now.end)
    count = sum(chain.name.startswith(f"{year}") for chain in store.chains())
    made = vault.new_chain(store, length)
    chain = SecretChain(f"{year}-{count + 1}" if count else str(year), made.end, length, _now())
    store.add_chain(chain)
    return chain


def commit_round(
    store: Store,
    round_id: str,
    public_number: str,
    *,
    number_form: str = "",
    third_parties: Sequence[proofs.ThirdParty] = (),
    choices: Choices | None = None,
) -> Published:
    """Bind a round before its public number is out; a trial draw of it goes.

    Parameters
    ----------
    store
        The city.
    round_id
        The round.
    public_number
        Name of the number to come, e.g. ``双色球 2026068``.
    number_form
        How its result will be written; empty: by its name.
    third_parties
        Those who put in a number of their own.
    choices
        Of the draw.

    Raises
    ------
    StateError
        When the round is bound or drawn already, or has visits.
    InputError
        When the quotas don't fit, or a value cannot be.
    """
    round_ = store.round(round_id)
    basis = basis_of(store, round_, choices)
    _refuse_bound(store, round_id)
    year = round_.start.year
    chain, is_new = _chain_for(store, year)
    earlier = store.commitments()
    terms = proofs.Terms(
        vault.chain_of(store, chain.end),
        _used(store, chain.name) + 1,
        public_number,
        number_form=number_form,
        third_parties=tuple(third_parties),
        voids=sum(one.state == proofs.VOID and one.chain.startswith(str(year)) for one in earlier),
        previous=hash_of(earlier[-1]) if earlier else "",
    )
    made = proofs.commit(basis.frame, basis.design, round_id, terms)
    _rehearse(made)
    kept = Commitment(
        round_id,
        chain.name,
        terms.position,
        made.parameters,
        made.root,
        rows_sha256(made.rows),
        pool_of(store, round_).plain(),
        _now(),
    )
    store.add_commitment(kept, made.rows)
    return Published(publication(kept, made.link), is_new, basis.notes)


def draw_committed(store: Store, round_id: str, value: str, shares: Sequence[str] = ()) -> DrawReport:
    """Draw a committed round with its public number, once, from the frame that was frozen with the commitment.

    Raises
    ------
    StateError
        When the round isn't committed to, was drawn or voided, or its secret is missing.
    InputError
        When the number hasn't the committed form, or a share isn't the committed one.
    """
    kept = committed_to(store, round_id)
    drawn = proofs.run(restored(store, kept), value, shares)
    sample, spare = proofs.sample_of(drawn)
    spread = spread_of(drawn.rows, sample)
    record = Draw(
        round_id=round_id,
        key=proofs.round_key(drawn),
        trial=False,
        design=proofs.design_of(kept.parameters).plain(),
        frame_sha256=kept.frame_sha256,
        balance_city=spread.city,
        balance_within=spread.within,
        drawn_at=_now(),
    )
    settled = replace(kept, public_number=drawn.public_number, shares=drawn.shares)
    store.store_committed_draw(settled, record, sample, spare)
    found = {"public_number": drawn.public_number, "seals": tuple(reveals.seals(drawn))}
    return report_of(record, drawn.rows, sample, voids=kept.parameters["voids"], **found)


def void_round(store: Store, round_id: str, reason: str) -> Commitment:
    """Record a committed round as void; its draw and plan go, its link is spent, every later commitment counts it.

    Raises
    ------
    StateError
        When the round isn't committed to, or is void already.
    InputError
        Without a reason.
    """
    kept = committed_to(store, round_id)
    if kept.state == proofs.VOID:
        raise StateError("the round {round!r} is void already", round=round_id)
    if not reason.strip():
        raise InputError("reason is {value!r}: say why the round is void; it is published", value=reason)
    void = replace(kept, state=proofs.VOID, reason=reason.strip(), voided_at=_now())
    store.void_commitment(void)
    return void


def committed_to(store: Store, round_id: str) -> Commitment:
    """Return the newest commitment of a round.

    Raises
    ------
    StateError
        When there is none.
    """
    kept = store.commitment(round_id)
    if kept is None:
        raise StateError(
            "round {round!r} is not committed to: commit first; without it a draw is a trial", round=round_id
        )
    return kept


def restored(store: Store, kept: Commitment) -> proofs.Committed:
    """Put a commitment together with its frame and its secret.

    Raises
    ------
    StateError
        When the secret is missing.
    """
    link = vault.chain_of(store, kept.parameters["chain_end"]).link(kept.position)
    rows = tuple(tuple(row) for row in store.frame_rows(kept.frame_sha256))
    return proofs.Committed(
        kept.parameters,
        rows,
        tuple(proofs.salts_of(link, rows)),
        kept.root,
        link.hex(),
        kept.state,
        kept.shares,
        kept.public_number,
        kept.reason,
    )


def drawn_of(store: Store, round_id: str) -> proofs.Committed:
    """Return a committed round that was drawn, for whoever publishes parts of it; one that was voided afterwards too.

    Raises
    ------
    StateError
        When the round isn't committed to, or not drawn.
    """
    found = restored(store, committed_to(store, round_id))
    return replace(found, state=proofs.DRAWN) if found.public_number else found


def receipt(store: Store, round_id: str, checkpoint: str) -> dict[str, Any]:
    """Return the owner of a checkpoint the proof that it was in the frame with its chance; it shows no other point.

    Raises
    ------
    StateError
        When the round isn't committed to.
    NotFoundError
        When the checkpoint isn't in its frame.
    """
    kept = committed_to(store, round_id)
    found = reveals.owner_proof(restored(store, kept), checkpoint)
    return {
        **found,
        "round": round_id,
        "parameters_hash": proofs.parameters_hash(kept.parameters),
        "commitment": hash_of(kept),
    }


def hash_of(kept: Commitment) -> str:
    """Return the one hash that stands for a commitment."""
    return proofs.commitment_hash(kept.root, proofs.parameters_hash(kept.parameters))


def publication(kept: Commitment, link: str) -> dict[str, Any]:
    """Return what is published of a commitment at once: it binds everything and discloses nothing.

    ``inspectors`` binds those whom the teams are drawn from; :func:`inspectors_hash` says how.
    """
    return {
        "round": kept.round_id,
        "commitment": hash_of(kept),
        "root": kept.root,
        "parameters_hash": proofs.parameters_hash(kept.parameters),
        "parameters": dict(kept.parameters),
        "inspectors": inspectors_hash(kept, link),
        "chain": kept.chain,
        "committed_at": kept.committed_at.isoformat(timespec="seconds"),
    }


def published(store: Store, round_id: str) -> dict[str, Any]:
    """Return the publication of a round again."""
    kept = committed_to(store, round_id)
    return publication(kept, restored(store, kept).link)


def inspectors_hash(kept: Commitment, link: str) -> str:
    """Hash canonical JSON ``["xundian-draw-1 inspectors", salt, pool]``.

    The salt is SHA-256 of ``inspectors|`` and the round's secret, so that nobody can try names.
    """
    salt = hashlib.sha256(b"inspectors|" + bytes.fromhex(link)).hexdigest()
    return hashlib.sha256(canonical_json([f"{VERSION} inspectors", salt, dict(kept.pool)])).hexdigest()


def _refuse_bound(store: Store, round_id: str) -> None:
    kept = store.commitment(round_id)
    if kept is not None and kept.state != proofs.VOID:
        raise StateError(
            "round {round!r} is {state} already: void it with a reason before committing to it again",
            round=round_id,
            state=kept.state,
        )


def _rehearse(made: proofs.Committed) -> None:
    """Draw with a key that means nothing: what cannot be drawn must not be bound."""
    ids, categories, streets, x_cm, y_cm, prob = zip(*made.rows, strict=True)
    x, y = np.array(x_cm, np.int64), np.array(y_cm, np.int64)
    chosen = Points(np.arange(len(ids)), ids, categories, streets, x, y)
    draw_points(chosen, np.array(prob, np.int64), proofs.design_of(made.parameters), bytes(32))


def _chain_for(store: Store, year: int) -> tuple[SecretChain, bool]:
    now = _newest_chain(store, year)
    if now is None or _used(store, now.name) >= now.length:
        return new_chain(store, year), True
    return now, False


def _newest_chain(store: Store, year: int) -> SecretChain | None:
    found = [chain for chain in store.chains() if chain.name.startswith(str(year))]
    return found[-1] if found else None


def _used(store: Store, chain: str) -> int:
    return sum(one.chain == chain for one in store.commitments())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

"""A committed round in the city: bound, drawn once, perhaps void; the secrets stay in the vault."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from geo.errors import InputError, StateError
from geo.model import Commitment, Draw, SecretForm, SecretSet
from geo.notes import Note
from geo.store import Store
from routing.draw import commit as proofs
from routing.draw import number
from routing.draw import reveal as reveals
from routing.draw.commitment import (
    DRAWN,
    VOID,
    Committed,
    commitment_hash,
    inspectors_hash,
    is_chained,
    publication,
    round_key,
    salts_of,
)
from routing.draw.points import Points
from routing.draw.sample import draw as draw_points
from routing.rounds import vault
from routing.rounds.frame import Choices, basis_of
from routing.rounds.making import DrawReport, report_of, rows_sha256, spread_of
from routing.teams.drawn import pool_of

COUNT = 64  # commitments of a year: five a month, void ones included


@dataclass(frozen=True, slots=True)
class Published:
    """A commitment as it was published, and what its planner should know."""

    publication: Mapping[str, Any]
    secrets_are_new: bool  # their root must be published before the commitment
    notes: tuple[Note, ...] = ()


def new_secrets(store: Store, year: int, *, count: int = COUNT) -> SecretSet:
    """Make the secrets of a year; their root is to be published before the first commitment.

    Raises
    ------
    StateError
        When the year has secrets that aren't used up.
    """
    now = _newest_secrets(store, year)
    if now is not None and _used(store, now.name) < now.size:
        raise StateError(
            "the year {year} has secrets already, whose root is {root}: use them", year=year, root=now.root
        )
    before = sum(one.year == year for one in store.commitments.secret_sets())
    root = vault.new_secrets(store, year, count).root()
    made = SecretSet(f"{year}-{before + 1}" if before else str(year), SecretForm.ROOT, year, root, count, _now())
    store.commitments.add_secret_set(made)
    return made


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
        When the round is bound or drawn already, or has visits, or another commitment has this number.
    InputError
        When the quotas don't fit, or a value cannot be.
    """
    choices = choices or Choices()
    round_ = store.rounds.get(round_id)
    basis = basis_of(store, round_, choices)
    _refuse_bound(store, round_id)
    earlier = store.commitments.all()
    _refuse_used(earlier, public_number)
    year = round_.start.year
    own, is_new = _secrets_for(store, year)
    of_year = {one.name for one in store.commitments.secret_sets() if one.year == year}
    terms = proofs.CommitmentTerms(
        vault.secrets_of(store, own.root),
        _used(store, own.name) + 1,
        public_number,
        number_form=number_form,
        third_parties=tuple(third_parties),
        voids=sum(one.state == VOID and one.secret_set in of_year for one in earlier),
        previous=hash_of(earlier[-1]) if earlier else "",
        replacements_limit=-int(-round_.size * Fraction(str(choices.replaceable)) // 1),
    )
    made = proofs.commit(basis.frame, basis.design, round_id, terms)
    _rehearse(made)
    kept = Commitment(
        round_id,
        own.name,
        terms.position,
        made.parameters,
        made.root,
        rows_sha256(made.rows),
        pool_of(store, round_).plain(),
        _now(),
    )
    store.commitments.add(kept, made.rows, after=len(earlier))
    return Published(published_of(kept, bytes.fromhex(made.secret)), is_new, basis.notes)


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
        key=round_key(drawn),
        trial=False,
        design=proofs.design_of(kept.parameters).plain(),
        frame_sha256=kept.frame_sha256,
        balance_city=spread.city,
        balance_within=spread.within,
        drawn_at=_now(),
    )
    settled = replace(kept, public_number=drawn.public_number, shares=drawn.shares)
    store.commitments.save_draw(settled, record, sample, spare)
    found = {"public_number": drawn.public_number, "seals": tuple(reveals.seals(drawn))}
    return report_of(record, drawn.rows, sample, voids=kept.parameters["voids"], **found)


def void_round(store: Store, round_id: str, reason: str) -> Commitment:
    """Record a committed round as void; its draw and plan go, its secret is spent, every later commitment counts it.

    Raises
    ------
    StateError
        When the round isn't committed to, or is void already.
    InputError
        Without a reason.
    """
    kept = committed_to(store, round_id)
    if kept.state == VOID:
        raise StateError("the round {round!r} is void already", round=round_id)
    if not reason.strip():
        raise InputError("reason is {value!r}: say why the round is void; it is published", value=reason)
    void = replace(kept, state=VOID, reason=reason.strip(), voided_at=_now())
    store.commitments.void(void)
    return void


def committed_to(store: Store, round_id: str) -> Commitment:
    """Return the newest commitment of a round.

    Raises
    ------
    StateError
        When there is none.
    """
    kept = store.commitments.of_round(round_id)
    if kept is None:
        raise StateError(
            "round {round!r} is not committed to: commit first; without it a draw is a trial", round=round_id
        )
    return kept


def secret_of(store: Store, kept: Commitment) -> tuple[bytes, tuple[str, ...]]:
    """Return a commitment's secret, with the path to the root of its year; a chain has none.

    Raises
    ------
    StateError
        When the secret is missing.
    """
    if is_chained(kept.parameters):
        return vault.chain_of(store, kept.parameters["chain_end"]).link(kept.position), ()
    year = vault.secrets_of(store, kept.parameters["secrets_root"])
    return year.secret(kept.position), tuple(year.path(kept.position))


def restored(store: Store, kept: Commitment) -> Committed:
    """Put a commitment together with its frame and its secret.

    Raises
    ------
    StateError
        When the secret is missing.
    """
    secret, path = secret_of(store, kept)
    rows = tuple(tuple(row) for row in store.commitments.frame_rows(kept.frame_sha256))
    return Committed(
        kept.parameters,
        rows,
        tuple(salts_of(secret, rows)),
        kept.root,
        secret.hex(),
        path,
        kept.state,
        kept.shares,
        kept.public_number,
    )


def drawn_of(store: Store, round_id: str) -> Committed:
    """Return a committed round that was drawn, for whoever publishes parts of it; one that was voided afterwards too.

    Raises
    ------
    StateError
        When the round isn't committed to, or not drawn.
    """
    found = restored(store, committed_to(store, round_id))
    return replace(found, state=DRAWN) if found.public_number else found


def hash_of(kept: Commitment) -> str:
    """Return the one hash that stands for a commitment."""
    return commitment_hash(kept.parameters, kept.root)


def published(store: Store, kept: Commitment) -> dict[str, Any]:
    """Return what is published of a commitment, as it was at first."""
    return published_of(kept, secret_of(store, kept)[0])


def published_of(kept: Commitment, secret: bytes) -> dict[str, Any]:
    """Return what is published of a commitment at once: it binds everything and discloses nothing.

    ``inspectors`` binds those whom the teams are drawn from.
    """
    return {
        **publication(kept.parameters, kept.root),
        "round": kept.round_id,
        "inspectors": inspectors_hash(kept.pool, secret),
        "secret_set": kept.secret_set,
        "committed_at": kept.committed_at.isoformat(timespec="seconds"),
    }


def _refuse_bound(store: Store, round_id: str) -> None:
    kept = store.commitments.of_round(round_id)
    if kept is not None and kept.state != VOID:
        raise StateError(
            "round {round!r} is {state} already: void it with a reason before committing to it again",
            round=round_id,
            state=kept.state,
        )


def _rehearse(made: Committed) -> None:
    """Draw with a key that means nothing: what cannot be drawn must not be bound."""
    ids, categories, streets, x_cm, y_cm, prob = zip(*made.rows, strict=True)
    x, y = np.array(x_cm, np.int64), np.array(y_cm, np.int64)
    chosen = Points(np.arange(len(ids)), ids, categories, streets, x, y)
    draw_points(chosen, np.array(prob, np.int64), proofs.design_of(made.parameters), bytes(32))


def _refuse_used(earlier: Sequence[Commitment], public_number: str) -> None:
    """Refuse a number that another commitment waits for or was drawn by: the office could keep what it likes best."""
    wanted = number.issue_of(public_number)
    for one in earlier:
        if one.parameters["public_number"].strip() != public_number.strip() and _issue_of(one) != wanted:
            continue
        if one.state != VOID or one.public_number:
            raise StateError(
                "the public number {number} is that of round {round!r} already, which is {state}: name one to come",
                number=public_number,
                round=one.round_id,
                state=one.state,
            )


def _issue_of(kept: Commitment) -> number.Issue | None:
    try:
        return number.issue_of(kept.parameters["public_number"])
    except InputError:  # of a chain, when the issue could be left out
        return None


def _secrets_for(store: Store, year: int) -> tuple[SecretSet, bool]:
    now = _newest_secrets(store, year)
    if now is None or _used(store, now.name) >= now.size:
        return new_secrets(store, year), True
    return now, False


def _newest_secrets(store: Store, year: int) -> SecretSet | None:
    """Return the secrets that a year commits with: the newest under a root that isn't closed. A chain is only read."""
    found = [
        one
        for one in store.commitments.secret_sets()
        if one.year == year and one.form == SecretForm.ROOT and not one.master
    ]
    return found[-1] if found else None


def _used(store: Store, name: str) -> int:
    return sum(one.secret_set == name for one in store.commitments.all())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

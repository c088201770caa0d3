"""What is told of committed rounds, and when: the list, receipts, days, reveals, and the closing of a year."""

import datetime as dt
from typing import Any

from geo.audit.events import Event
from geo.errors import NotFoundError, StateError
from geo.model import Commitment, SecretForm, SecretSet
from geo.store import Store
from geo.store.audit import happening
from routing.draw import reveal as reveals
from routing.draw.commitment import DRAWN, ROOTED, VOID, is_chained, parameters_hash, round_key
from routing.draw.listing import OPEN, REVEALED, Outcome, entry
from routing.draw.replacements import Replacement
from routing.rounds import reveal_dates, vault
from routing.rounds.proof import committed_to, drawn_of, hash_of, restored, secret_of


def reveal_round(store: Store, round_id: str, today: dt.date) -> dict[str, Any]:
    """Return what anyone can verify a round with, and record that its secret is public.

    Raises
    ------
    StateError
        When the round isn't drawn, or still secret, or its link would tell an unfinished round's.
    """
    kept, drawn = committed_to(store, round_id), drawn_of(store, round_id)
    round_key(drawn)  # refuses a round that isn't drawn
    reveal_dates.refuse_early(store, store.rounds.get(round_id), today)
    reveal_dates.refuse_before_earlier_links(store, kept, today)
    store.commitments.mark_revealed(kept, dt.datetime.now(dt.UTC))
    if is_chained(kept.parameters):
        return reveals.reveal(drawn)
    log = store.fieldwork.replacements(round_id) if kept.state == DRAWN else []
    lines = [Replacement(line.out, line.into, line.reason, line.distance_m) for line in log]
    return reveals.reveal(drawn, public_list(store, kept.secret_set, today), lines)


def release_day(store: Store, round_id: str, day: int, today: dt.date) -> dict[str, Any]:
    """Return one day's sample with its subkey.

    Raises
    ------
    StateError
        When the round isn't drawn, or the day is still secret: in a covert round until the last day is over.
    InputError
        When the round has no such day.
    """
    document = reveals.day_release(drawn_of(store, round_id), day)
    reveal_dates.refuse_early(store, store.rounds.get(round_id), today, day=day)
    store.audit.note(happening(Event.REVEALED, f"draw/{round_id}", day=day))
    return document


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
        "parameters_hash": parameters_hash(kept.parameters),
        "commitment": hash_of(kept),
    }


def public_list(store: Store, secret_set: str, today: dt.date) -> list[dict[str, Any]]:
    """Return every commitment under a root with what became of it, in order of their positions."""
    kept = [one for one in store.commitments.all() if one.secret_set == secret_set]
    return [entry(one.parameters, one.root, _outcome(store, one, today)) for one in kept]


def _outcome(store: Store, kept: Commitment, today: dt.date) -> Outcome:
    if kept.state == VOID:
        return Outcome(VOID, kept.reason)
    if kept.revealed_at is not None:
        secret, path = secret_of(store, kept)
        return Outcome(REVEALED, "", secret.hex(), path)
    return Outcome(OPEN if reveal_dates.is_open(store, kept, today) else DRAWN)


def rooted(store: Store, name: str) -> SecretSet:
    """Return what is public of the secrets of this name.

    Raises
    ------
    NotFoundError
        When there are none under a root.
    """
    for one in store.commitments.secret_sets():
        if one.name == name and one.form == SecretForm.ROOT:
            return one
    raise NotFoundError("there are no secrets {name}: make them first, or see the list of them", name=name)


def close_year(store: Store, name: str, today: dt.date) -> dict[str, Any]:
    """Publish the master seed of a year that is over: everyone computes every secret again, and what was used.

    Raises
    ------
    StateError
        While a round of these secrets is open.
    NotFoundError
        When there are no such secrets under a root.
    """
    own = rooted(store, name)
    still = [
        one for one in store.commitments.all() if one.secret_set == name and reveal_dates.is_open(store, one, today)
    ]
    if still:
        rounds = {one.round_id: reveal_dates.last_secret_day(store.rounds.get(one.round_id)) for one in still}
        raise StateError(
            "the secrets {name} are in use: {rounds}; close them on {free} or later, when each is drawn or void",
            name=name,
            rounds=", ".join(f"{round_id} ({last})" for round_id, last in rounds.items()),
            free=max(rounds.values()) + dt.timedelta(days=1),
        )
    master = vault.secrets_of(store, own.root).master.hex()
    if not own.master:
        store.commitments.close_secret_set(name, master, dt.datetime.now(dt.UTC))
    return {
        "version": ROOTED,
        "year": own.year,
        "master": master,
        "secrets_root": own.root,
        "secrets_count": own.size,
        "commitments": public_list(store, name, today),
    }

"""Until when a round is secret: nothing of it is told before its own fieldwork is over."""

import datetime as dt
from collections.abc import Iterable

from geo.errors import InputError, StateError
from geo.model import Commitment, Round
from geo.store import Store
from routing.draw.commitment import COMMITTED, VOID, is_chained


def last_secret_day(round_: Round, day: int | None = None) -> dt.date:
    """Return the last date on which a round, or a day of it, is told to nobody.

    A covert round keeps every one of its days until the last is over: a day that is told says who need not fear any
    more.

    Raises
    ------
    InputError
        When the round has no such day.
    """
    if day is not None and not 1 <= day <= round_.days:
        raise InputError("day is {value!r}: the round has days 1 to {days}", value=day, days=round_.days)
    return round_.date(round_.days if day is None or round_.covert else day)


def refuse_early(store: Store, round_: Round, today: dt.date, *, day: int | None = None) -> None:
    """Refuse to tell anything of a round that is still secret; the refusal names the date and what else is open.

    Raises
    ------
    StateError
        Before the end of its secrecy.
    """
    last = last_secret_day(round_, day)
    if today > last:
        return
    values = {"round": round_.id, "date": last, "free": last + dt.timedelta(days=1)}
    others = ", ".join(open_rounds(store, today, but=round_.id))
    if others:
        raise StateError(
            "round {round!r} is secret until {date} is over: reveal it on {free} or later; also open: {others}",
            **values,
            others=others,
        )
    raise StateError("round {round!r} is secret until {date} is over: reveal it on {free} or later", **values)


def refuse_before_earlier_links(store: Store, kept: Commitment, today: dt.date) -> None:
    """Refuse to reveal a link of a chain while the round of an earlier one is unfinished: it hashes to that one's.

    Raises
    ------
    StateError
        While any is, without exception.
    """
    if not is_chained(kept.parameters):
        return
    for one in store.commitments.all():
        if one.secret_set != kept.secret_set or one.position >= kept.position or one.state == VOID:
            continue
        last = last_secret_day(store.rounds.get(one.round_id))
        if one.state == COMMITTED or today <= last:
            raise StateError(
                "the secret of round {round!r} gives that of round {other!r}, which is {state} and lasts until {date}: "
                "reveal it when that round is over or void",
                round=kept.round_id,
                other=one.round_id,
                state=one.state,
                date=last,
            )


def is_open(store: Store, kept: Commitment, today: dt.date) -> bool:
    """Tell whether a commitment is waiting for its number, or drawn and still secret."""
    if kept.state == VOID:
        return False
    return kept.state == COMMITTED or today <= last_secret_day(store.rounds.get(kept.round_id))


def open_rounds(store: Store, today: dt.date, *, but: str = "") -> list[str]:
    """Name the rounds that are committed to and still secret, with their last day."""
    return list(
        _named(store, (one for one in store.commitments.all() if one.round_id != but and is_open(store, one, today)))
    )


def _named(store: Store, commitments: Iterable[Commitment]) -> Iterable[str]:
    for one in commitments:
        yield f"{one.round_id} ({last_secret_day(store.rounds.get(one.round_id))})"

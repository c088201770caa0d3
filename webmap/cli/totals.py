"""``xundian totals``: the sums of what was found, which pages ask instead of the visits."""

import click

from geo.store.totals import DriftedBucket, Sums
from webmap.cli.session import REFUSED, Result, Session, command

SAID = 20


@click.group("totals")
def totals_group() -> None:
    """Check the sums of what was found against the visits, or make them again."""


@command(totals_group, "drift")
def drift(session: Session) -> Result:
    """Compare the sums of every day with its visits; exit 1 and name those that differ."""
    with session.store() as store:
        found = store.totals.drift()
    if found:
        session.exit_code = REFUSED
        session.say("{count} sums are not those of the visits: 'totals rebuild' makes them again", count=len(found))
    else:
        session.say("Every sum is that of the visits.")
    for one in found[:SAID]:
        kind, day, round_id, _, code = one.bucket
        kept, counted = (_said(sums) for sums in (one.kept, one.counted))
        session.say(
            "{day} {kind} {code}, round {round}: {kept} is kept, {counted} is counted",
            day=day,
            kind=kind,
            code=code or "-",
            round=round_id or "-",
            kept=kept,
            counted=counted,
        )
    return {"drift": [_plain(one) for one in found]}


@command(totals_group, "rebuild")
def rebuild(session: Session) -> Result:
    """Make all sums again from the visits."""
    with session.store() as store:
        count = store.totals.rebuild()
    session.say("{count} sums were made from the visits", count=count)
    return {"buckets": count}


def _said(sums: Sums | None) -> str:
    return "-" if sums is None else f"{sums[0]} / {sums[1]:g}"


def _plain(one: DriftedBucket) -> dict[str, object]:
    kind, day, round_id, covert, code = one.bucket
    bucket = {"kind": kind, "day": day, "round": round_id, "covert": covert, "code": code}
    return bucket | {"kept": one.kept, "counted": one.counted}

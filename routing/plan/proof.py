"""What is published of a plan when its days are over, and whether its routes are those that the key chose."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import pandas as pd

from geo.clock import zone_of
from geo.errors import InputError
from geo.store import Store
from routing.draw.verify import verify
from routing.plan.report import report_of
from routing.plan.rush import PARTS, RushClock
from routing.vary.candidates import Candidates, bound, read
from routing.vary.choice import choose, subkey
from routing.vary.keeping import kept_candidates

VERSION = "xundian-plan-1"
_PARTS = frozenset(
    (
        "round",
        "trial",
        "day",
        "candidates_sha256",
        "hashes",
        "planned",
        "candidates",
        "day_keys",
        "rush",
        "routes",
        "changes",
    )
)


def release(store: Store, round_id: str, *, day: int | None = None) -> dict[str, Any]:
    """Return what anyone can verify the routes of a plan with, to be published when its days are over.

    Parameters
    ----------
    store, round_id
        A round whose plan was varied.
    day
        Only this day's, counted from 1: its subkey tells nothing about other days.

    Raises
    ------
    NotFoundError, StateError
        When there is no such round or day, its plan was not varied, or the candidates do not fit their hash.
    """
    round_, draw = store.rounds.get(round_id), store.draws.get(round_id)
    if day is not None and not 1 <= day <= round_.days:
        raise InputError("day is {value!r}: the round has days 1 to {days}", value=day, days=round_.days)
    candidates, sha256 = kept_candidates(store, round_id)
    days = range(1, round_.days + 1) if day is None else (day,)
    zone = zone_of(store).key
    return {
        "version": VERSION,
        "round": round_id,
        "trial": draw.trial,
        "day": day,
        "candidates_sha256": sha256,
        "hashes": [one.sha256 for one in candidates],
        "planned": [[kept.sha256, kept.kept_at.isoformat()] for kept in store.plans.candidates_kept(round_id)],
        "candidates": [one.plain() for one in candidates if one.day + 1 in days],
        "day_keys": {str(number): subkey(draw.key, number - 1).hex() for number in days},
        "rush": [round(share * PARTS) for share in report_of(store, round_id).rush],
        "routes": _routes(store.amendments.made_plan(round_id).stops, days, zone),
        "changes": _changes(store.amendments.frame(round_id, day=day)),
    }


def _routes(stops: pd.DataFrame, days: Collection[int], zone: str) -> list[dict[str, Any]]:
    """List the routes as they were made; what was changed of them on the day stands apart."""
    visits = stops[(stops["kind"] == "stop") & stops["day"].isin(days)].sort_values(["day", "team", "order"])
    local = visits["arrive"].dt.tz_convert(zone).dt
    visits = visits.assign(at=local.hour * 3600 + local.minute * 60 + local.second)
    found = []
    for slot, own in visits.groupby(["day", "team"]):
        day, team = cast("tuple[int, str]", slot)
        walk = [list(visit) for visit in zip(own["checkpoint"], own["at"].tolist(), strict=True)]
        found.append({"team": team, "day": int(day), "stops": walk})
    return found


def _changes(amendments: pd.DataFrame) -> list[dict[str, Any]]:
    standing = amendments.loc[~amendments["undone"], ["at", "team", "day", "kind", "reason"]]
    return [
        {str(name): value for name, value in row.items()}
        for row in standing.assign(at=standing["at"].map(str)).to_dict("records")
    ]


def faults(
    document: Mapping[str, Any], *, published: str | None = None, reveal: Mapping[str, Any] | None = None
) -> list[str]:
    """List what does not fit between candidates, hashes, keys and routes of a release; an empty list is a true one.

    Parameters
    ----------
    document
        Of :func:`release`.
    published
        The hash of the candidates as it was published before the days.
    reveal
        The reveal of the draw, whose key the keys of the days come from.

    Raises
    ------
    InputError
        When the document is no release.
    """
    if document.get("version") != VERSION:
        raise InputError("version is {value!r}: this is no release of a plan", value=document.get("version"))
    missing = sorted(_PARTS - document.keys())
    if missing:
        raise InputError("the release is broken at {value}: get the file again", value=missing[0])
    try:
        return [
            *_hash_faults(document, published),
            *_key_faults(document, reveal),
            *_route_faults(document),
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("the release is broken at {value}: get the file again", value=str(error)) from error


def _hash_faults(document: Mapping[str, Any], published: str | None) -> list[str]:
    found, sha256 = [], document["candidates_sha256"]
    if published is not None and published != sha256:
        found.append(f"the candidates' hash is {sha256}, {published} was published")
    if bound(document["hashes"]) != sha256:
        found.append("the hashes of the team days do not add up to the candidates' hash")
    listed = set(document["hashes"])
    found += [
        f"the candidates of {one.called} on day {one.day + 1} are not those that were hashed before the choice"
        for one in _candidates(document)
        if one.sha256 not in listed
    ]
    if document["day"] is None and len(document["candidates"]) != len(document["hashes"]):
        found.append(f"{len(document['candidates'])} team days of {len(document['hashes'])} have their candidates here")
    return found


def _key_faults(document: Mapping[str, Any], reveal: Mapping[str, Any] | None) -> list[str]:
    if reveal is None:
        return []
    if "day_key" in reveal:  # one day's release of the draw
        same = document["day_keys"].get(str(reveal["day"])) == reveal["day_key"]
        return [] if same else [f"the key of day {reveal['day']} is not that of the draw"]
    drawn = verify(reveal)
    if not drawn.valid:
        return [f"the reveal of the draw is not valid: {fault}" for fault in drawn.faults]
    if drawn.facts.get("round") != document["round"]:
        return [f"the reveal is of round {drawn.facts.get('round')}"]
    key = bytes.fromhex(drawn.key)
    return [
        f"the key of day {day} is not that of the draw"
        for day, own in document["day_keys"].items()
        if subkey(key, int(day) - 1).hex() != own
    ]


def _route_faults(document: Mapping[str, Any]) -> list[str]:
    routes = {(route["team"], route["day"]): route["stops"] for route in document["routes"]}
    clock, found = RushClock(*(parts / PARTS for parts in document["rush"])), []
    for one in _candidates(document):
        key = bytes.fromhex(document["day_keys"][str(one.day + 1)])
        due = one.routes[choose(one, key)]
        name = dict(zip(one.stops, one.names, strict=True))
        visits = [[name[stop], clock.begin_s(at)] for stop, at in zip(due.stops, due.arrive_s, strict=True)]
        driven = routes.pop((one.called, one.day + 1), None)
        if driven != visits:
            found.append(f"the route of {one.called} on day {one.day + 1} is not the one that the key chose")
    return found + [f"the route of {team} on day {day} has no candidates" for team, day in routes]


def _candidates(document: Mapping[str, Any]) -> Sequence[Candidates]:
    return [read(plain) for plain in document["candidates"]]

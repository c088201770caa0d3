"""What the benchmark of the web adds to a copy of a city: accounts, rounds, and files to bring in."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, replace
from pathlib import Path

from geo.clock import today
from geo.model import Deduction, Role, User, Visit
from geo.store import Store
from routing.rounds import proof
from routing.rounds.making import draw_round
from tests.bench.web_addresses import tile_parts
from webmap.accounts.passwords import hash_password
from webmap.maps import tiles

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as the bench
PROVED, PLANNED = "bench-proved", "bench-planned"
PUBLIC = "03,11,17,22,28,31+09"
ROWS = 20


@dataclass(frozen=True, slots=True)
class BenchCity:
    """A prepared copy."""

    city: str
    parts: dict[str, str]  # of addresses
    accounts: dict[Role, list[str]]
    roster: bytes
    visits: bytes
    checkpoints: int
    visited: int


def prepare(city: str, *, to_plan: int) -> BenchCity:
    """Make the accounts and rounds, and return what addresses are filled with.

    Parameters
    ----------
    city
        A copy: it is changed.
    to_plan
        Checkpoints of the round that is planned while others look.
    """
    with Store.open(city) as store:
        now = today(store).date
        tiles.prepare(store)
        rounds = store.rounds.all()
        current = max((one for one in rounds if len(store.plans.routes(one.id))), key=lambda one: one.start)
        over = [one for one in rounds if one.date(one.days) < now and store.draws.sample_ids(one.id)]
        past = max(over, key=lambda one: one.start).id if over else current.id
        _add_rounds(store, now, to_plan)
        roster, routes = store.checkpoints.frame(), store.plans.routes(current.id, day=current_day(current.start, now))
        accounts = _add_accounts(store, roster, list(dict.fromkeys(routes["team"])))
        chosen = roster.loc[store.draws.sample(current.id).index]
        lon, lat = chosen.geometry.iloc[0].x, chosen.geometry.iloc[0].y
        bbox = f"{lon - 0.005:.5f},{lat - 0.005:.5f},{lon + 0.005:.5f},{lat + 0.005:.5f}"
        proved = next(iter(store.draws.sample(PROVED).index))
        secret = store.commitments.of_round(PROVED).secret_set
        parts = {
            "round_id": current.id,
            "past_round": past,
            "proved_round": PROVED,
            "stop": str(chosen.index[0]),
            "team": str(routes["team"].iloc[0]),
            "day": "1",
            "at": f"{lon:.5f},{lat:.5f}",
            "bbox": bbox,
            **{f"bulletin.{name}.round_id": PROVED for name in ("make", "show", "file")},
            "proved_stop": str(proved),
            "secret_set": secret,
            "position": "1",
            "filename": "xundian.css",
            "tiles.streets.name": tiles.street_archive(store).name,
            "tiles.zones.name": tiles.zone_archive(store).name,
            "sha256": _a_photo(store),
            **tile_parts(lon, lat),
        }
        visited = len(store.visits.frame()) if len(roster) < 50_000 else -1
    table, found = _tables(roster)
    return BenchCity(city, parts, accounts, table, found, len(roster), visited)


def current_day(start: dt.date, now: dt.date) -> int:
    """Return which day of a round it is."""
    return max(1, (now - start).days + 1)


def _add_rounds(store: Store, now: dt.date, to_plan: int) -> None:
    newest = store.rounds.all()[-1]
    size = min(to_plan, len(store.checkpoints.categories()) // 4)
    start = now - dt.timedelta(days=3)
    store.rounds.create(replace(newest, id=PROVED, start=start, days=2, size=size, covert=False))
    proof.commit_round(store, PROVED, "双色球 2026078")
    proof.draw_committed(store, PROVED, PUBLIC)
    _add_visits(store, start)
    later = now + dt.timedelta(days=7)
    store.rounds.create(replace(newest, id=PLANNED, start=later, days=4, size=size, covert=False))
    draw_round(store, PLANNED, seed=1)


def _add_visits(store: Store, day: dt.date) -> None:
    """Record what was found in the proved round: its bulletin is made, a small one."""
    sample, kinds = store.draws.sample(PROVED), store.catalogues.get().categories
    category = store.checkpoints.frame()["category"]
    at = dt.datetime.combine(day, dt.time(2), dt.UTC)
    visits = []
    for number, checkpoint in enumerate(sample.index):
        item = kinds[category[checkpoint]].items[0]
        found = (Deduction(item.code, item.points),) if number % 3 == 0 else ()
        visits.append(
            Visit(checkpoint, "T01", at + dt.timedelta(minutes=number), PROVED, covert=False, deductions=found)
        )
    store.visits.record(visits)


def _add_accounts(store: Store, roster: object, teams: list[str]) -> dict[Role, list[str]]:
    hashed = hash_password(PASSWORD)
    street = next(str(code) for code in roster["street_code"].value_counts().index if code)
    unit = next(str(name) for name in roster["unit"].value_counts().index if name)
    made = [
        User("bench planner", Role.PLANNER, hashed),
        User("bench street", Role.STREET, hashed, zone=street),
        User("bench unit", Role.UNIT, hashed, unit=unit),
        User("bench observer", Role.OBSERVER, hashed),
        User("bench admin", Role.ADMIN, hashed),
        *(User(f"bench {team}", Role.TEAM, hashed, team=team) for team in teams),
    ]
    names: dict[Role, list[str]] = {}
    for user in made:
        store.accounts.save(user)
        names.setdefault(user.role, []).append(user.name)
    return names


def _a_photo(store: Store) -> str:
    """Return a photo of the city, making one where there is none."""
    deductions = store.visits.deductions().index
    photos = store.photos.frame(deductions)
    return str(photos["photo"].iloc[0]) if len(photos) else "0" * 64


def _tables(roster: object) -> tuple[bytes, bytes]:
    """Write a part of the roster, and visits of it, as an office sends them; the last row of each is no good."""
    some = roster.head(ROWS)
    places, visits = io.StringIO(), io.StringIO()
    table = csv.writer(places)
    table.writerow(["id", "name", "category", "address", "unit", "lon", "lat"])
    for key, row in some.iterrows():
        table.writerow([key, row["name"], row["category"], row["address"], row["unit"], row.geometry.x, row.geometry.y])
    table.writerow(["bad", "bad", "no such category", "", "", 0, 0])
    found = csv.writer(visits)
    found.writerow(["checkpoint", "team", "arrived_at", "item", "points"])
    found.writerows([key, "T01", f"2026-05-20 09:{at:02d}", "", ""] for at, key in enumerate(some.index))
    found.writerow(["bad", "T01", "2026-05-20 10:00", "", ""])
    return places.getvalue().encode(), visits.getvalue().encode()


def size_of(city: str) -> float:
    """Return the size of a city's file in MB."""
    return Path(city).stat().st_size / 1e6

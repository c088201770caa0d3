"""A full-size city in one file: ``python -m tests.bench.full_city --dir /tmp/full``, about ten minutes.

By default 100,000 checkpoints on the streets of Wuhan (``XUNDIAN_DATA``, else those of the demo), a tree of zones with
street offices, communities and grids, unit grid cells, 1,000,000 visits in 36 monthly rounds, open and covert in turn,
and a covert round of today, drawn and planned for 20 teams, with an account for each of them and one of every other
role. Visits come in by the import that offices use. ``--postgres URL`` makes it in an empty PostgreSQL database.
"""

import argparse
import csv
import datetime as dt
import hashlib
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from PIL import Image

from data.demo.clip import METRIC
from data.demo.history import ZONE
from data.demo.streets import street_names
from data.demo.teams import build_teams
from geo.catalogue import load
from geo.crs import Datum, to_metric
from geo.imports.report import ImportOptions
from geo.imports.visits import import_visits
from geo.model import Deduction, Draw, Inspector, Mode, Photo, Role, Round, Team, User, Visit
from geo.store import Store
from geo.streets.edges import file_sha256, read_streets
from geo.zones.cells import unit_cells
from routing.plan.planner import PlanOptions, plan_round
from routing.rounds.making import draw_round
from tests.bench.full_city_map import build_roster, build_zones
from tests.bench.route_instances import streets_of
from webmap.accounts.passwords import hash_password

SEED = 20260612
PASSWORD = "checkpoint street 2026"  # noqa: S105 - of accounts of a city that does not exist
TODAY = dt.date(2026, 6, 9)
MONTHS, DAYS = 36, 25
FOLLOW_UPS = 0.1  # of the visits belong to no round
FAULTY = 0.4  # of the visits found something
BAD = 0.05  # of the communities are twice as bad
PHOTOS, WAITING = 200, 120
HEADINGS = ("点位编号", "组别", "检查时间", "扣分项", "扣分", "备注", "轮次", "暗访")
SETTINGS = {"demo": "1", "timezone": ZONE.key, "today": TODAY.isoformat(), "name_zh": "大江市", "name_en": "Full city"}


@dataclass(frozen=True, slots=True)
class CitySize:
    """How large a city is made."""

    checkpoints: int = 100_000
    visits: int = 1_000_000
    grids: int = 6_000
    teams: int = 20
    drawn: int = 400  # of today's round
    search_s: float = 20.0

    @property
    def sample(self) -> int:
        """Checkpoints of each past round."""
        return min(self.checkpoints, round(self.visits * (1 - FOLLOW_UPS)) // MONTHS)


CURRENT = "2026-06"
FULL = CitySize()


def build(store: Store, folder: Path, size: CitySize) -> dict[str, object]:
    """Fill an empty store, and say what there is.

    Parameters
    ----------
    store
        The empty city.
    folder
        For the table of visits.
    size
        How large.
    """
    rng = np.random.default_rng(SEED)
    began = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - began:7.1f} s  {what}", flush=True)

    for key, value in SETTINGS.items():
        store.settings.set(key, value)
    roster = fill_map(store, size, rng, say)
    say(f"{len(roster):,} checkpoints")
    teams = make_teams(roster, size, rng)
    store.teams.replace(teams)
    past = past_rounds(store, roster, size, rng)
    say(f"{len(past)} rounds")
    table = folder / "visits.csv"
    rows = write_visits(table, past, roster, size, rng)
    say(f"{rows:,} rows of visits written")
    report = import_visits(store, table, ImportOptions(Datum.WGS84, rejected=folder / "rejected.xlsx", who="planner"))
    table.unlink()
    say(f"imported: {report.as_json()}")
    add_photos(store, roster, past[-1][0], rng)
    plan_today(store, roster, size)
    say("today's round is drawn and planned")
    accounts = add_accounts(store, roster, teams)
    return {"round": CURRENT, "past_round": past[-1][0].id, "password": PASSWORD, "accounts": accounts}


def fill_map(store: Store, size: CitySize, rng: np.random.Generator, say: Callable[[str], None]) -> gpd.GeoDataFrame:
    """Store streets, zones, cells and the roster, and return the roster."""
    file = streets_of("wuhan")
    source = read_streets(file)
    metric = to_metric(source.edges, crs=METRIC)
    metric["name"] = street_names(metric, rng)
    edges = source.edges.assign(name=metric["name"])
    store.streets.replace(edges, turn_bans=source.turn_bans, source_sha256=file_sha256(file))
    say(f"{len(edges):,} street edges")
    zones = build_zones(metric, size.grids, rng)
    store.zones.upsert(zones)
    say(f"{len(zones):,} zones")
    cells = unit_cells(zones, edges)
    store.zones.replace_cells(cells)
    say(f"{len(cells):,} cells")
    roster = build_roster(metric, zones, cells, size.checkpoints, rng)
    store.checkpoints.upsert(roster)
    waiting = roster.drop(columns="geometry").head(WAITING)
    waiting.index = pd.Index([f"WZ-{number:04d}" for number in range(len(waiting))], name="id", dtype="str")
    store.checkpoints.save_unplaced(pd.DataFrame(waiting))
    return roster


def make_teams(roster: gpd.GeoDataFrame, size: CitySize, rng: np.random.Generator) -> list[Team]:
    """Make the demo's teams, and more of them at other street offices."""
    some = build_teams(roster, rng)
    bases = roster.drop_duplicates("street_code").sort_values("street_code")
    for number in range(len(some), size.teams):
        base = bases.geometry.iloc[number % len(bases)]
        people = tuple(Inspector(f"组员{number}{k}", f"T{number + 1:02d}", "大江市文明办") for k in range(2))
        some.append(Team(f"T{number + 1:02d}", base.x, base.y, Mode.CAR, people))
    return some[: size.teams]


def past_rounds(
    store: Store, roster: gpd.GeoDataFrame, size: CitySize, rng: np.random.Generator
) -> list[tuple[Round, pd.DataFrame]]:
    """Make and draw the rounds of three years; each with its sample."""
    edition, made = load().edition, []
    for number in range(MONTHS):
        year, month = divmod(TODAY.year * 12 + TODAY.month - 1 - MONTHS + number, 12)
        start = dt.date(year, month + 1, 1)
        past = Round(
            f"{year}-{month + 1:02d}", start, DAYS, size.teams, size.sample, covert=number % 2 == 1, edition=edition
        )
        chosen = np.sort(rng.choice(len(roster), size.sample, replace=False))
        sample = pd.DataFrame(
            {
                "inclusion_prob": size.sample / len(roster),
                "day": np.arange(size.sample) % DAYS + 1,
                "ticket": np.arange(size.sample),
            },
            index=roster.index[chosen],
        )
        at = dt.datetime.combine(start - dt.timedelta(days=7), dt.time(10), ZONE).astimezone(dt.UTC)
        store.rounds.create(past)
        store.draws.save(Draw(past.id, bytes([number]) * 32, True, {}, "0" * 64, 0.0, 0.0, at), sample)
        made.append((past, sample))
    return made


def write_visits(
    path: Path,
    past: list[tuple[Round, pd.DataFrame]],
    roster: gpd.GeoDataFrame,
    size: CitySize,
    rng: np.random.Generator,
) -> int:
    """Write the table of visits as an office has it, and return how many rows it has."""
    codes = roster["community_code"]
    bad = set(rng.choice(codes.unique(), max(1, int(BAD * codes.nunique())), replace=False))
    chance = np.where(codes.isin(bad), 2 * FAULTY, FAULTY)
    category = roster["category"].to_numpy(object)
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS)
        for round_, sample in past:
            visits = _visits_of(round_, sample, roster, size, rng)
            place = visits["place"].to_numpy()
            failed = np.where(rng.random(len(visits)) < chance[place], rng.integers(1, 5, len(visits)), 0)
            visits = visits.assign(failed=failed, category=category[place], id=roster.index.to_numpy(object)[place])
            for row in _rows(visits, round_):
                table.writerow(row)
                rows += 1
    return rows


def _visits_of(
    round_: Round, sample: pd.DataFrame, roster: gpd.GeoDataFrame, size: CitySize, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the visits of a round and of the days after it: place, day, team, second of the day."""
    more = size.visits // MONTHS - len(sample)
    place = np.append(roster.index.get_indexer(sample.index), rng.integers(len(roster), size=more))
    day = np.append(sample["day"], DAYS + 1 + rng.integers(0, 3, more))
    count = len(place)
    second = np.sort(rng.integers(9 * 3600, 17 * 3600, count))
    visits = pd.DataFrame({"place": place, "day": day, "team": np.arange(count) % size.teams + 1, "second": second})
    return visits.assign(named=np.arange(count) < len(sample), covert=round_.covert)


def _rows(visits: pd.DataFrame, round_: Round) -> Iterator[list[object]]:
    kinds = load().categories
    columns = [visits[name].tolist() for name in ("id", "category", "day", "team", "second", "failed", "named")]
    for at, (checkpoint, kind, day, team, second, failed, named) in enumerate(zip(*columns, strict=True)):
        arrived = dt.datetime.combine(round_.date(day), dt.time()) + dt.timedelta(seconds=second)
        covert = "是" if named and round_.covert else "否"
        head = [checkpoint, f"T{team:02d}", arrived.isoformat(sep=" ")]
        tail = [round_.id if named and at % 2 else "", covert]
        items = kinds[kind].items
        if not failed:
            yield [*head, "", "", "", *tail]
        for number in range(min(failed, len(items))):
            item = items[(at + number) % len(items)]
            yield [*head, item.code, item.points, "已现场告知负责人" if at % 5 == 0 else "", *tail]


def add_photos(store: Store, roster: gpd.GeoDataFrame, round_: Round, rng: np.random.Generator) -> None:
    """Record some visits of the last day of a round with a photo each."""
    kinds, brought, visits = load().categories, {}, []
    for number, (checkpoint, kind) in enumerate(roster["category"].head(PHOTOS).items()):
        picture = Image.effect_noise((480, 360), float(rng.uniform(40, 90)))
        content, thumbnail = io.BytesIO(), io.BytesIO()
        picture.save(content, "JPEG")
        picture.resize((120, 90)).save(thumbnail, "JPEG")
        name = hashlib.sha256(content.getvalue()).hexdigest()
        brought[name] = Photo(name, *picture.size, content.getvalue(), thumbnail.getvalue())
        item = kinds[kind].items[0]
        at = dt.datetime.combine(round_.date(DAYS), dt.time(8), ZONE) + dt.timedelta(minutes=number)
        found = (Deduction(item.code, item.points, "", photos=(name,)),)
        visits.append(Visit(str(checkpoint), "T01", at.astimezone(dt.UTC), None, False, found))
    store.visits.record(visits, brought=brought)


def plan_today(store: Store, roster: gpd.GeoDataFrame, size: CitySize) -> None:
    """Draw and plan the covert round that begins today, and close a street."""
    store.rounds.create(Round(CURRENT, TODAY, 2, size.teams, size.drawn, covert=True, edition=load().edition))
    draw_round(store, CURRENT, seed=SEED)
    area = roster.geometry.iloc[0].buffer(0.001)
    store.closures.add(area=area, first_day=TODAY, last_day=TODAY, reason="施工", who="planner")
    plan_round(store, CURRENT, PlanOptions(seconds=size.search_s, seed=SEED))


def add_accounts(store: Store, roster: gpd.GeoDataFrame, teams: list[Team]) -> dict[str, str]:
    """Make an account of every role and one for each team, all with the one password; each with its role."""
    hashed = hash_password(PASSWORD)
    busiest = str(roster["unit"].value_counts().index[0])
    street = str(roster["street_code"].loc[lambda codes: codes != ""].value_counts().index[0])
    made = [
        User("planner", Role.PLANNER, hashed),
        User("street", Role.STREET, hashed, zone=street),
        User("unit", Role.UNIT, hashed, unit=busiest),
        User("observer", Role.OBSERVER, hashed),
        User("admin", Role.ADMIN, hashed),
        *(User(f"team{team.id[1:]}", Role.TEAM, hashed, team=team.id) for team in teams),
    ]
    for user in made:
        store.accounts.save(user)
    return {user.name: str(user.role) for user in made}


def main() -> None:
    """Make the city, and write beside it who may log in."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, help="where city.gpkg and its README go; a temporary folder by default")
    parser.add_argument("--checkpoints", type=int, default=FULL.checkpoints)
    parser.add_argument("--visits", type=int, default=FULL.visits)
    parser.add_argument("--grids", type=int, default=FULL.grids)
    parser.add_argument("--postgres", help="URL of an empty PostgreSQL database, in the place of a file")
    wanted = parser.parse_args()
    size = CitySize(wanted.checkpoints, wanted.visits, wanted.grids)
    with tempfile.TemporaryDirectory() as temporary:
        folder = wanted.dir or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        city = wanted.postgres or str(folder / "city.gpkg")
        with Store.open(city, create=True) as store:
            made = build(store, folder, size)
        (folder / "README").write_text(json.dumps({"city": city, **made}, indent=1, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()

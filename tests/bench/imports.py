"""A year of visits from CSV into a city: processor seconds and peak memory; ``python tests/bench/imports.py``.

The file has visits of a roster of 100,000 checkpoints: two in five have deductions, one to four of them; half name
their round, the others are found by their date. The same rows also go into a plain SQLite table with
``pandas.read_csv`` and ``to_sql``, which checks, compares, locates and marks nothing: the ratio says what that costs.
Each runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import csv
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.catalogue import load
from geo.frames import CHECKPOINTS
from geo.model import Draw, Round, Team
from geo.store import Store

SEED = 10
VISITS, ROSTER = 1_000_000, 100_000
ROUNDS, DAYS, TEAMS, FIRST = 24, 30, 20, dt.date(2024, 6, 3)
HEADINGS = ("点位编号", "组别", "检查时间", "扣分项", "扣分", "备注", "轮次", "暗访")
NAMED = ("mall", "hospital", "back_alley", "main_road", "compound", "farmers_market")
PEER = """
import sqlite3, sys
import pandas as pd
with sqlite3.connect(sys.argv[2]) as connection:
    pd.read_csv(sys.argv[1]).to_sql("visits", connection, index=False)
"""
IMPORT = """
import sys
from webmap.cli import main
main(["import", "visits", sys.argv[1], "--city", sys.argv[2], "--json"], standalone_mode=False)
"""


def categories() -> list[str]:
    """Return categories of the catalogue, those named above first."""
    there = load().categories
    return [name for name in NAMED if name in there] + [name for name in there if name not in NAMED]


def make_city(path: str, count: int) -> None:
    """Make a city with a roster, teams and drawn rounds."""
    random = np.random.default_rng(SEED)
    blank = {"str": "", "bool": False, "float": 1.0}
    columns: dict[str, object] = {name: [blank[kind]] * count for name, kind in CHECKPOINTS.columns.items()}
    numbers = np.arange(count)
    columns["name"] = [f"点位{number}" for number in numbers]
    columns["category"] = np.array(categories(), dtype=object)[numbers % len(categories())]
    columns["address"] = [f"解放大道{number}号" for number in numbers]
    columns["street_code"] = [f"420102{number % 30 + 1:03}" for number in numbers]
    places = shapely.points(random.uniform((114.2, 30.4), (114.5, 30.7), (count, 2)))
    index = pd.Index([f"WH{number:06}" for number in numbers], name="id", dtype="str")
    with Store.open(path, create=True) as store:
        store.checkpoints.upsert(gpd.GeoDataFrame(columns, index=index, geometry=places, crs="EPSG:4326"))
        store.settings.set("today", "2026-06-12")
        store.teams.replace([Team(f"T{number:02}", 114.3, 30.5) for number in range(1, TEAMS + 1)])
        for number in range(ROUNDS):
            start = FIRST + dt.timedelta(days=DAYS * number)
            store.rounds.create(Round(f"R{number + 1:02}", start, days=DAYS, teams=TEAMS, size=count // 4))
            drawn = np.sort(random.choice(count, count // 4, replace=False))
            sample = pd.DataFrame({"inclusion_prob": 0.25, "day": 1, "ticket": 1}, index=index[drawn])
            at = dt.datetime.combine(start, dt.time(), dt.UTC)
            store.draws.save(Draw(f"R{number + 1:02}", bytes(32), True, {}, "", 0.0, 0.0, at), sample)


def write_visits(path: Path, visits: int, roster: int, *, shuffled: float = 0.02) -> int:
    """Write the table, and say how many rows it has; some rows of a visit stand far from its others."""
    random = np.random.default_rng(SEED + 1)
    items = {name: [item.code for item in each.items] for name, each in load().categories.items()}
    names = categories()
    points = {item.code: item.points for each in load().categories.values() for item in each.items}
    checkpoint = random.integers(roster, size=visits)
    minute = np.sort(random.integers(ROUNDS * DAYS * 540, size=visits))
    failed = np.where(random.random(visits) < 0.4, random.integers(1, 5, size=visits), 0)
    late: list[list[object]] = []
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS)
        visited = zip(checkpoint.tolist(), minute.tolist(), failed.tolist(), strict=True)
        for at, (place, when, count) in enumerate(visited):
            day, clock = divmod(when, 540)
            arrived = dt.datetime.combine(FIRST, dt.time(8, 30)) + dt.timedelta(
                days=day, minutes=clock, seconds=at % 60
            )
            named = f"R{day // DAYS + 1:02}" if at % 2 else ""
            own = items[names[place % len(names)]]
            head = [f"WH{place:06}", f"T{at % TEAMS + 1:02}", arrived.isoformat(sep=" ")]
            for number in range(max(1, count)):
                item = own[(at + number) % len(own)] if count else ""
                cost = points[item] if count else ""
                row = [*head, item, cost, f"第{at}处，{number}" if count else "", named, "是" if at % 7 == 0 else "否"]
                rows += 1
                if number and random.random() < shuffled:
                    late.append(row)
                else:
                    table.writerow(row)
        table.writerows(late)
    return rows


def measured(script: str, *words: str) -> dict[str, float]:
    """Run Python in a process of its own: its processor seconds and the most memory it held."""
    with subprocess.Popen([sys.executable, "-c", script, *words], stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{words} ended with {child.returncode}")
    return {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mb": round(used.ru_maxrss / 1024)}


def main() -> None:
    """Print the table; with the URL of an empty PostgreSQL database, PostGIS too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--roster", type=int, default=ROSTER)
    parser.add_argument("--server", help="URL of an empty PostgreSQL database")
    parser.add_argument("--keep", type=Path, help="folder for the files, which stay")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = wanted.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        table = folder / "visits.csv"
        rows = write_visits(table, wanted.visits, wanted.roster)
        print(f"{wanted.visits:,} visits in {rows:,} rows, {table.stat().st_size / 1e6:.0f} MB, seed {SEED}")
        (folder / "peer.db").unlink(missing_ok=True)
        peer = measured(PEER, str(table), str(folder / "peer.db"))
        print(f"{'pandas read_csv and to_sql':30} {json.dumps(peer)}")
        for name, city in (("GeoPackage", str(folder / "city.gpkg")), ("PostGIS", wanted.server)):
            if city is None:
                continue
            make_city(city, wanted.roster)
            for what in ("first import", "same again"):
                used = measured(IMPORT, str(table), city)
                print(f"{name + ', ' + what:30} {json.dumps(used)}  {used['cpu_s'] / peer['cpu_s']:.1f} times the peer")


if __name__ == "__main__":
    main()

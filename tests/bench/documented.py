"""Run every command block of README and docs as it is written: ``python -m tests.bench.documented [PAGE ...]``.

Each page is worked through from its top in a folder of its own, with the files that it names made from the demo city
just before a command asks for them. README and docs/import.md begin without a city, every other page with the demo's,
whose round is called as the pages call theirs and has been inspected. A command that ends with another exit code than 0
fails the run.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
from PIL import Image

from geo.crs import Datum
from geo.store import Store
from geo.writers.exports import export_layer
from geo.writers.layers import write
from tests.documented import Documented, commands

ROUND = "2026-06"
FROM_NOTHING = ("README.md", "docs/import.md")
SERVE_S = 120.0
PHOTO = "photo1.jpg"
AFTERWARDS = "2026-06-20"  # the demo's own clock stands within its covert round, of which nothing may be told yet
DEMO = (sys.executable, "-m", "webmap.cli", "demo", "--no-serve", "--dir")


def streets(demo: Store, path: Path, _: Store | None) -> None:
    """Write the demo's streets as OSM, in XML or PBF by the file's ending."""
    edges = demo.streets.frame()
    ends = {
        node: point
        for column, at in (("u", 0), ("v", -1))
        for node, point in zip(edges[column], edges.geometry.map(lambda line, at=at: line.coords[at]), strict=True)
    }
    inner, ways = max(ends) + 1, []
    for row in edges.itertuples():
        between = row.geometry.coords[1:-1]
        numbers = range(inner, inner + len(between))
        ends.update(zip(numbers, between, strict=True))
        inner += len(between)
        ways.append(([row.u, *numbers, row.v], {"highway": row.highway.split(";")[0], "name": row.name or "路"}))
    with osmium.SimpleWriter(str(path)) as writer:
        for node, place in sorted(ends.items()):
            writer.add_node(osmium.osm.mutable.Node(id=node, location=place, version=1))
        for number, (nodes, tags) in enumerate(ways, 1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))


def zones(level: str) -> Callable[[Store, Path, Store | None], None]:
    """Return what writes the demo's zones of a level, in GCJ-02."""

    def write_level(demo: Store, path: Path, _: Store | None) -> None:
        frame = demo.zones.frame()
        chosen = frame[frame["level"] == level].drop(columns="level")
        if path.suffix == ".shp":
            moved = chosen.reset_index()[["code", "name", "parent", "geometry"]]
            kept = path.with_suffix(".geojson")
            write(moved.set_index("code"), kept, datum=Datum.GCJ02)
            gpd.read_file(kept).drop(columns="datum").to_file(path, encoding="UTF-8")
        else:
            write(chosen, path, datum=Datum.GCJ02)

    return write_level


def roster(demo: Store, path: Path, _: Store | None) -> None:
    """Write the demo's roster as an office keeps it: Chinese headings, GCJ-02."""
    export_layer(demo, "checkpoints", path, datum=Datum.GCJ02, lang="zh")
    table = pd.read_excel(path, dtype=str, engine="calamine")
    table = table.drop(columns=["单元网格", "cell"], errors="ignore")
    table.rename(columns={"名称": "点位名称", "类别": "点位类别"}).to_excel(path, index=False, engine="xlsxwriter")


def teams(demo: Store, path: Path, _: Store | None) -> None:
    """Write the demo's teams, a row for each inspector; the bases in the datum that the page names."""
    bases = gpd.GeoDataFrame(
        {"team": [team.id for team in demo.teams.all()]},
        geometry=gpd.points_from_xy([t.base_lon for t in demo.teams.all()], [t.base_lat for t in demo.teams.all()]),
        crs="EPSG:4326",
    ).set_index("team")
    kept = path.with_suffix(".csv")
    write(bases, kept, datum=Datum.GCJ02)
    places = pd.read_csv(kept, index_col="team")
    kept.unlink()
    rows = []
    for team in demo.teams.all():
        base = {"组别": team.id, "驻地经度": places["lon"][team.id], "驻地纬度": places["lat"][team.id]}
        rows += [{**base, "姓名": one.name, "单位": one.unit, "居住街道": one.street} for one in team.inspectors]
    pd.DataFrame(rows).to_excel(path, index=False, engine="xlsxwriter")


def visits(_: Store, path: Path, city: Store | None) -> None:
    """Write visits of the round that the page's own city has drawn, or of its roster where it has no round."""
    assert city is not None
    drawn = any(round_.id == ROUND for round_ in city.rounds.all())
    places = city.draws.sample(ROUND) if drawn else city.checkpoints.frame().head(400)
    catalogue, category = city.catalogues.get(), city.checkpoints.frame()["category"]
    rows = []
    for number, checkpoint in enumerate(places.index):
        item = catalogue.categories[category[checkpoint]].items[0]
        faulty = number % 3 == 0
        when = f"2026-06-09 {9 + number % 8:02d}:00"
        row = {
            "点位编号": checkpoint,
            "到达时间": when,
            "轮次": ROUND if drawn else "",
            "照片": "" if number else PHOTO,
        }
        rows.append({**row, "扣分项": item.code if faulty else "", "扣分": item.points if faulty else ""})
    table = pd.DataFrame(rows)
    if path.stem.startswith("旧"):  # records of another system have no photos
        table = table.drop(columns="照片")
    table.to_excel(path, index=False, engine="xlsxwriter")


def photos(_: Store, path: Path, __: Store | None) -> None:
    """Make a folder with the one photo that the visits name."""
    path.mkdir()
    Image.new("RGB", (64, 48), "#446688").save(path / PHOTO)


INPUTS: dict[str, Callable[[Store, Path, Store | None], None]] = {
    "city.osm.pbf": streets,
    "district.osm": streets,
    "streets.shp": zones("street"),
    "区.geojson": zones("district"),
    "街道.geojson": zones("street"),
    "社区.geojson": zones("community"),
    "roster.xlsx": roster,
    "点位清单.xlsx": roster,
    "teams.xlsx": teams,
    "小组.xlsx": teams,
    "visits.xlsx": visits,
    "旧考察记录.xlsx": visits,
    "考察记录.xlsx": visits,
    "photos": photos,
    "照片": photos,
}


def prepare(named: Documented, folder: Path, demo: Store) -> None:
    """Make the files that a command reads and that are not there yet."""
    for word in named.words:
        make = INPUTS.get(word.rstrip("/"))
        path = folder / word
        if make is not None and not path.exists() and "export" not in named.words:
            city = folder / "city.gpkg"
            if city.exists():
                with Store.open(str(city)) as store:
                    make(demo, path, store)
            else:
                make(demo, path, None)


def run(named: Documented, folder: Path) -> int:
    """Run a command as it is written; a server is stopped as soon as it answers."""
    program = [sys.executable, "-m", "webmap.cli"] if named.words[0] == "xundian" else [sys.executable]
    words = [*program, *named.words[1:]]
    if named.words[:2] != ("xundian", "serve"):
        return subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, check=False).returncode
    server = subprocess.Popen(words, cwd=folder)
    until = time.monotonic() + SERVE_S
    try:
        while time.monotonic() < until and server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", 8000)) == 0:
                    break
            time.sleep(0.5)
        else:
            return server.poll() or 1
    finally:
        server.send_signal(signal.SIGINT)
    return server.wait(60)


def inspected(made: Path, folder: Path, demo: Store) -> None:
    """Copy the demo's city, and bring in what its round found: pages speak of scores, hotspots and bulletins."""
    shutil.copytree(made, folder)
    for name in ("visits.xlsx", "photos"):
        with Store.open(str(folder / "city.gpkg")) as city:
            INPUTS[name](demo, folder / name, city)
            city.settings.set("today", AFTERWARDS)
    words = ("import", "visits", "visits.xlsx", "--photos", "photos")
    subprocess.run([sys.executable, "-m", "webmap.cli", *words], cwd=folder, check=True)


def work_through(page: str, blocks: list[Documented], folder: Path, demo: Store) -> list[Documented]:
    """Run the commands of a page in its folder, and return those that failed."""
    failed = []
    for named in blocks:
        prepare(named, folder, demo)
        begun = time.perf_counter()
        code = run(named, folder)
        spent_s = time.perf_counter() - begun
        print(f"{'FAILED' if code else 'ok'}  {spent_s:6.1f} s  {page}: {named.line}", flush=True)
        failed += [named] if code else []
    return failed


def main(pages: list[str]) -> int:
    """Work the pages through, and return how many commands failed."""
    blocks = [named for named in commands() if named.block and named.words[0] == "xundian"]
    failed: list[Documented] = []
    os.environ.update(XUNDIAN_LANG="en", PYTHONPATH=os.pathsep.join(sys.path))
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, "demo")
        subprocess.run([*DEMO, made], check=True)
        with Store.open(str(made / "city.gpkg")) as demo:
            for page in pages or dict.fromkeys(named.page for named in blocks):
                folder = Path(scratch, page.replace("/", "-"))
                if page in FROM_NOTHING:
                    folder.mkdir()
                else:
                    inspected(made, folder, demo)
                failed += work_through(page, [named for named in blocks if named.page == page], folder, demo)
    print(f"{len(failed)} commands failed" if failed else "every command ended well")
    return len(failed)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)

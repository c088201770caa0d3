"""How soon a browser shows 90,000 cells, and how smoothly it pans over them: ``python -m tests.bench.findings``.

A city of 300 x 300 cells, each visited, is made, served and looked at with Chromium. Printed are the seconds from the
answer of the server to the first picture with the cells, those of the whole page, and the frames while the map pans;
without a graphics card the browser draws in software, and the frames are those of the processor.
"""

import datetime as dt
import os
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Page, sync_playwright

from geo.crs import unproject_xy
from geo.frames import CHECKPOINTS, ZONES
from geo.model import Deduction, Role, Visit
from geo.store import Store
from webmap import create_app
from webmap.accounts.limits import gate_of
from webmap.accounts.making import add_account
from webmap.serve import bound
from webmap.server import Server, running

SIDE = 300
CELL_M = 100.0
X0_M, Y0_M, EPSG = 521_600.0, 3_376_000.0, 4547
PAN_MS = 3_000
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic")
FRAMES = """([ms]) => new Promise((resolve) => {
  const began = performance.now();
  const gaps = [];
  let last = began;
  const step = (now) => {
    gaps.push(now - last);
    last = now;
    if (now - began > ms) {
      gaps.sort((a, b) => a - b);
      resolve([gaps.length / (now - began) * 1000, gaps[gaps.length >> 1]]);
      return;
    }
    atlasMap.jumpTo({ center: [atlasMap.getCenter().lng + 0.0002, atlasMap.getCenter().lat] });
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
DRAWN = """() => new Promise((resolve) => {
  const look = () => {
    if (!globalThis.findingsCells?.texture.cells?.columns) { setTimeout(look, 5); return; }
    atlasMap.once("render", () => resolve(performance.now()));
    atlasMap.triggerRepaint();
  };
  look();
})"""
ENTRY = """() => {
  const all = performance.getEntriesByType("resource").filter((one) => one.name.includes("/hotspots/cells"));
  const { responseEnd, encodedBodySize } = all.at(-1);
  return [responseEnd, encodedBodySize, responseEnd - all[0].requestStart];
}"""
RENDERER = """() => {
  const gl = document.createElement("canvas").getContext("webgl2");
  return gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL);
}"""


def city(path: Path) -> str:
    """Make the city: a checkpoint in the middle of each cell, visited once; every fifth visit finds something."""
    random = np.random.default_rng(90_000)
    number = SIDE * SIDE
    row, column = np.divmod(np.arange(number), SIDE)
    lon, lat = unproject_xy(X0_M + (column + 0.5) * CELL_M, Y0_M + (row + 0.5) * CELL_M, EPSG)
    plain = {"category": "main_road", "street_code": "S", "unit": "U", "size": 1.0, "fixed": False, "retired": False}
    roster = gpd.GeoDataFrame(
        dict.fromkeys(CHECKPOINTS.columns, "") | plain | {"name": [f"P{i}" for i in range(number)]},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
        index=pd.Index([f"P{i:05d}" for i in range(number)], name="id"),
    )
    box = shapely.box(lon.min() - 0.001, lat.min() - 0.001, lon.max() + 0.001, lat.max() + 0.001)
    zone = gpd.GeoDataFrame(
        {name: [""] for name in ZONES.columns} | {"level": ["district"], "name": ["90000"]},
        geometry=[box],
        crs="EPSG:4326",
        index=pd.Index(["D"], name="code"),
    )
    found = random.random(number) < 0.2
    points = random.integers(1, 6, number)
    at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    with Store.open(path, create=True) as store:
        store.zones.upsert(zone)
        store.checkpoints.upsert(roster)
        store.visits.record(
            Visit(
                name,
                "1",
                at + dt.timedelta(minutes=i % 40_000),
                deductions=(Deduction("main_road.litter", float(points[i])),) if found[i] else (),
            )
            for i, name in enumerate(roster.index)
        )
        return add_account(store, "planner", Role.PLANNER)


def measure(page: Page, address: str, password: str) -> None:
    """Print what the browser needs."""
    page.goto(address + "/login")
    page.fill("[name=name]", "planner")
    page.fill("[name=password]", password)
    page.click("button.main")
    for visit in ("first visit, worked out on the way", "again"):
        page.goto(address + "/hotspots")
        drawn_ms = page.evaluate(DRAWN)
        ended_ms, size, took_ms = page.evaluate(ENTRY)
        print(
            f"{visit}: {drawn_ms / 1000:.2f} s from the request of the page to the picture; of these"
            f" {took_ms / 1000:.2f} s for the cells ({size / 1024:.0f} KiB),"
            f" {(drawn_ms - ended_ms) / 1000:.2f} s to draw them",
            flush=True,
        )
    page.wait_for_timeout(1_000)
    for zoom in (11, 13):
        page.evaluate("zoom => { atlasMap.jumpTo({ zoom }); }", zoom)
        page.wait_for_timeout(1_000)
        with_cells = page.evaluate(FRAMES, [PAN_MS])
        page.check("[name=surface][value=none]")
        page.uncheck("[name=layer][value=outlines]")
        page.wait_for_timeout(500)
        without = page.evaluate(FRAMES, [PAN_MS])
        page.check("[name=surface][value=rate]")
        page.check("[name=layer][value=outlines]")
        print(
            f"zoom {zoom}: {with_cells[0]:.0f} frames a second with the cells (middle gap {with_cells[1]:.1f} ms),"
            f" {without[0]:.0f} without them ({without[1]:.1f} ms)"
        )


def main() -> None:
    """Make the city, serve it and measure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.gpkg"
        password = city(path)
        app = create_app({"CITY": str(path), "SECRET_KEY": "of one run"})
        server = Server(app, bound("127.0.0.1", 0), gate=gate_of(app))
        with running(server) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ.get("XUNDIAN_CHROMIUM"), args=list(FLAGS))
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            print("drawn by", page.evaluate(RENDERER))
            measure(page, address, password)
            browser.close()
        app.extensions["xundian"].close()


if __name__ == "__main__":
    sys.exit(main())

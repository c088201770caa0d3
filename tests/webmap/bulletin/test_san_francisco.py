"""San Francisco's real inspections, from their CSV by the import commands to scores, hotspots and a bulletin."""

import gzip
import json
import struct
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner
from docx import Document

from geo.model import Role, User
from geo.store import Store
from webmap import create_app
from webmap.accounts.passwords import hash_password
from webmap.cli import main
from webmap.findings.classes import HOT, UNKNOWN

CATALOGUE = """edition = "SF"
[[category]]
code = "restaurant"
zh = "餐饮店"
en = "Restaurant"
dwell_min = 40
hours = "08:00-20:00"
items = [["violations", "违规", "Violations", 100]]
"""
ROUND = "2017-spring"
PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives as long as a test


def answer(city: Path, *words: str | Path) -> dict:
    arguments = [*map(str, words), "--city", str(city), "--json"]
    done = CliRunner().invoke(main, arguments, env={"XUNDIAN_LANG": "en"})
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[-1])


def places(folder: Path, out: Path) -> pd.DataFrame:
    """Write the businesses that have a place in the city as a roster; the postal code stands for the unit."""
    table = pd.read_csv(folder / "businesses.csv", encoding="latin-1", dtype=str)
    lon, lat = (pd.to_numeric(table[name], errors="coerce") for name in ("longitude", "latitude"))
    table = table[lon.between(-122.6, -122.3) & lat.between(37.6, 37.9)]
    roster = table.rename(columns={"business_id": "id", "postal_code": "unit", "longitude": "lon", "latitude": "lat"})
    roster = roster[["id", "name", "address", "unit", "lon", "lat"]].assign(category="restaurant")
    roster.to_csv(out, index=False)
    return roster


def visits(folder: Path, known: pd.Series, out: Path) -> int:
    """Write the inspections with a score: what it lacks to 100 is shared out over the violations of that day."""
    rows = pd.read_csv(folder / "inspections.csv", dtype=str)
    assert len(rows) == 14_233
    rows["lost"] = 100 - pd.to_numeric(rows["score"], errors="coerce")
    rows = rows[rows["lost"].notna() & rows["business_id"].isin(known)].drop_duplicates(["business_id", "date"])
    said = pd.read_csv(folder / "violations.csv", dtype=str)[["business_id", "date", "description"]]
    lines = rows.merge(said, on=["business_id", "date"], how="left")
    count = lines.groupby(["business_id", "date"])["lost"].transform("size")
    day = pd.to_datetime(lines["date"], format="%Y%m%d").dt.strftime("%Y-%m-%d 10:00")
    table = pd.DataFrame({"checkpoint": lines["business_id"], "team": "health", "arrived_at": day})
    table["item"] = lines["description"].where(lines["lost"] > 0, "").fillna("restaurant.violations")
    table["points"] = (lines["lost"] / count).where(lines["lost"] > 0).round(6)
    table.to_csv(out, index=False)
    return len(rows)


@pytest.fixture(scope="module")
def city(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sf")
    path = folder / "city.gpkg"
    source = real_data / "sf_inspections"
    catalogue = folder / "sf.toml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    with Store.open(path, create=True) as store:
        store.settings.set("timezone", "America/Los_Angeles")
    answer(path, "catalogue", "import", catalogue)
    roster = places(source, folder / "roster.csv")
    told = answer(path, "import", "checkpoints", folder / "roster.csv", "--datum", "wgs84", "--force")
    assert told["accepted"] == len(roster)
    answer(path, "round", "new", ROUND, "--start", "2017-03-01", "--days", "60", "--teams", "4", "--size", "1500")
    answer(path, "draw", "run", ROUND, "--seed", "1")
    written = visits(source, roster["id"], folder / "visits.csv")
    answer(path, "import", "visits", folder / "visits.csv", "--history")
    with Store.open(path) as store:
        assert len(store.visits.frame()) == written
    assert 8_000 < written <= 8_627  # of 14,233: the others have no score or no place
    return path


def test_scores_of_a_drawn_part(city: Path) -> None:
    told = answer(city, "scores", ROUND, "--by", "unit")
    whole = told["overall"]
    assert whole["drawn"] == 1_500
    assert 40 < whole["n"] < 600
    with Store.open(city) as store:
        truth = 1 - store.visits.frame()["points"].mean() / 100
    assert whole["low"] - 0.02 < truth < whole["high"] + 0.02  # two months are not the three years
    assert len(told["groups"]) > 15
    assert sum(row["n"] for row in told["groups"]) == whole["n"]


def test_hotspots_outside_china(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.gpkg"
    told = answer(city, "hotspots", "--out", out)
    frame = pyogrio.read_dataframe(out)
    assert told["visits"] == frame["visits"].sum()
    assert 10 < told["hot"] < 0.3 * told["cells"]
    hot = frame[frame["hot"]]
    assert hot["deductions"].sum() / hot["visits"].sum() > 1.2 * frame["deductions"].sum() / frame["visits"].sum()
    assert (hot["items"] != "").all()
    assert (hot["unit"] != "").mean() > 0.9
    assert set(frame["zone"]) == {""}
    assert set(frame["class"]) - {""} <= {"new", "intensifying", "persistent", "diminishing", "sporadic", "former"}
    assert frame["rate"].between(frame["rate_low"], frame["rate_high"]).all()


def test_a_bulletin_without_zones_or_streets(city: Path, tmp_path: Path) -> None:
    answer(city, "report", ROUND, "--out", tmp_path / "b.docx", "--language", "en")
    document = Document(str(tmp_path / "b.docx"))
    text = "\n".join(document.element.body.itertext())
    assert "{{" not in text
    assert len(document.inline_shapes) == 3  # no street office, no map of their scores
    assert "Unapproved or unmaintained equipment or utensils" in text
    answer(city, "report", ROUND, "--out", tmp_path / "b.xlsx")


def test_maps_without_zones_or_streets(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    told = answer(city, "map", ROUND, "--layer", "hotspots", "--out", out)
    assert told["bytes"] == out.stat().st_size < 5_000_000
    assert "xundianCells(map_" in out.read_text(encoding="utf-8")
    with Store.open(city) as store:
        store.accounts.save(User("planner", Role.PLANNER, hash_password(PASSWORD)))
    app = create_app({"CITY": str(city), "SECRET_KEY": "for tests only", "TESTING": True, "WTF_CSRF_ENABLED": False})
    client = app.test_client()
    client.post("/login", data={"name": "planner", "password": PASSWORD})
    while (cells := client.get("/data/hotspots/cells")).status_code == HTTPStatus.ACCEPTED:
        pass  # each waits for the work a little
    packed = gzip.decompress(cells.data)
    (length,) = struct.unpack_from("<I", packed)
    head = json.loads(packed[4 : 4 + length])
    table = np.frombuffer(packed[4 + length :], np.uint8).reshape(-1, 4)
    assert len(table) == head["columns"] * head["rows"]
    judged = answer(city, "hotspots", "--out", tmp_path / "cells.csv")
    assert head["visits"] == judged["visits"] > 8_000
    assert (table[:, 0] > UNKNOWN).sum() == judged["cells"]
    assert (table[:, 3] == HOT).sum() == judged["hot"]
    page = client.get("/hotspots?at=-122.41,37.78")
    assert page.status_code == HTTPStatus.OK
    app.extensions["xundian"].close()

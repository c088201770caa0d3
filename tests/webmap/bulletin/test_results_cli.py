"""Scores, hotspots and the bulletin as an office types them."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner, Result
from docx import Document
from python_calamine import CalamineWorkbook

from geo.model import Deduction, Round, Visit
from geo.store import Store
from webmap.cli import main

DONE = "2026-05"


def call(city: Path, *words: str | Path, lang: str = "en") -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--city", str(city)], env={"XUNDIAN_LANG": lang})


def answer(city: Path, *words: str | Path, code: int = 0) -> dict:
    done = call(city, *words, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_scores_carry_their_margin_of_error(visited: Path) -> None:
    told = answer(visited, "scores", DONE)
    assert (told["round"], told["by"]) == (DONE, "street")
    assert told["overall"]["n"] == 28
    assert told["overall"]["drawn"] == 32
    assert [row["rank"] for row in told["groups"]] == [1, 2]
    for row in (told["overall"], *told["groups"]):
        assert 0 <= row["low"] <= row["score"] <= row["high"] <= 1
        assert row["se"] > 0
        assert row["se_days"] >= 0
        assert 0 < row["share_unvisited"] < 1
        assert row["points_lost"] > 0
    names = {row["code"]: row["name"] for row in told["groups"]}
    assert names == {"420102001": "大智街道", "420102002": "一元街道"}
    assert told["groups"][0]["items"][0] == {
        "code": "main_road.litter",
        "name": told["groups"][1]["items"][0]["name"],
    }


def test_scores_as_text_say_what_holds_and_what_does_not(visited: Path) -> None:
    said = call(visited, "scores", DONE).stdout
    assert "28 of 32 checkpoints were visited" in said
    assert "Rank, 95 %" in said
    assert "No difference holds beyond chance" in said or " is above " in said
    chinese = call(visited, "scores", DONE, "--by", "category", lang="zh").stdout
    assert "名次区间（95%）" in chinese
    assert "集贸市场" in chinese


@pytest.mark.parametrize("by", ["category", "unit", "district"])
def test_scores_by_every_group_go_to_a_sheet(visited: Path, tmp_path: Path, by: str) -> None:
    out = tmp_path / "scores.xlsx"
    told = answer(visited, "scores", DONE, "--by", by, "--out", out)
    rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + len(told["groups"])
    assert "Score of 100" in rows[0]
    assert rows[1][rows[0].index("Score of 100")] == pytest.approx(told["groups"][0]["score"] * 100, abs=1e-3)


def test_the_days_of_a_round_of_one_day_tell_nothing(visited: Path) -> None:
    with Store.open(visited) as store:
        store.rounds.create(Round("one", dt.date(2026, 5, 20), days=1, teams=1, size=20))
        sample = store.checkpoints.frame().iloc[:20].assign(inclusion_prob=0.5, ticket=range(20), day=1)
        store.draws.save(replace(store.draws.get(DONE), round_id="one"), sample[["inclusion_prob", "ticket", "day"]])
        fault = (Deduction("main_road.litter", 2.0),)
        at = dt.datetime(2026, 5, 20, 2, tzinfo=dt.UTC)
        store.visits.record(
            [Visit(one, "1", at, "one", deductions=fault if n % 3 else ()) for n, one in enumerate(sample.index)]
        )
    said = call(visited, "scores", "one").output
    assert "– from the days" in said
    assert "nan" not in said
    assert answer(visited, "scores", "one")["overall"]["se_days"] is None


def test_scores_that_cannot_be_given_say_why(visited: Path, tmp_path: Path) -> None:
    assert "not drawn yet" in answer(visited, "scores", "unvisited", code=1)["error"]
    assert "come back after its first visits" in answer(visited, "scores", "2026-06", code=1)["error"]
    assert "no round" in answer(visited, "scores", "nope", code=1)["error"]
    assert ".xlsx .csv" in answer(visited, "scores", DONE, "--out", tmp_path / "a.txt", code=1)["error"]
    assert call(visited, "scores", DONE, "--by", "team").exit_code == 2


def test_hotspots_go_to_a_map_and_a_sheet(visited: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.gpkg"
    told = answer(visited, "hotspots", "--out", out)
    frame = pyogrio.read_dataframe(out)
    assert told["cells"] == len(frame) > 0
    assert told["flagged"] == told["hot"] + told["cold"] == int((frame["hot"] | frame["cold"]).sum())
    assert told["visits"] == frame["visits"].sum()
    wanted = {"rate", "rate_low", "rate_high", "rate_eb", "p", "q", "radius_m", "class", "items", "zone", "unit"}
    assert wanted <= set(frame.columns)
    assert set(frame["zone"]) == {"天声社区", "同兴社区"}
    assert frame.crs.to_epsg() == 4326
    for name in ("cells.csv", "cells.xlsx", "cells.geojson"):
        again = answer(visited, "hotspots", "--out", tmp_path / name)
        assert again["cells"] == told["cells"]
    table = pd.read_csv(tmp_path / "cells.csv")
    assert len(table) == told["cells"]
    assert table["Points per visit"].notna().all()


def test_hotspots_with_covert_visits_of_today_are_for_nobody_yet(visited: Path, tmp_path: Path) -> None:
    with Store.open(visited) as store:
        store.settings.set("today", "2026-06-09")
    said = call(visited, "hotspots", "--out", tmp_path / "cells.csv").output
    assert "covert visits of today: give it to nobody before tomorrow" in said
    past = call(visited, "hotspots", "--to", "2026-06-08", "--out", tmp_path / "past.csv").output
    assert "give it to nobody" not in past


def test_hotspots_narrow_by_days_categories_and_radius(visited: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.gpkg"
    whole = answer(visited, "hotspots", "--out", out)
    may = answer(visited, "hotspots", "--from", "2026-05-01", "--to", "2026-05-31", "--out", out)
    alleys = answer(visited, "hotspots", "--category", "背街小巷,bus_stop", "--radius", "300", "--out", out)
    assert 0 < may["visits"] < whole["visits"]
    assert 0 < alleys["visits"] < whole["visits"]
    assert alleys["radii_m"] == [300.0]
    assert whole["radii_m"] == [100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0]
    one_day = answer(visited, "hotspots", "--from", "2026-05-12", "--to", "2026-05-12", "--out", out)
    assert 0 < one_day["visits"] < may["visits"]


def test_hotspots_that_cannot_be_given_say_why(visited: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.gpkg"

    def refused(*words: str | Path) -> str:
        return answer(visited, "hotspots", *words, code=1)["error"]

    assert "write a category" in refused("--category", "nonsense", "--out", out)
    for radius in ("far", "-5", "nan", "300,inf"):
        assert "--radius is" in refused("--radius", radius, "--out", out)
    assert "exchange them" in refused("--from", "2026-05-02", "--to", "2026-05-01", "--out", out)
    assert "no visit is in that scope" in refused("--from", "2030-01-01", "--out", out)
    assert ".geojson" in refused("--out", tmp_path / "cells.shp")
    assert not out.exists()
    for day in ("May", "20260512", "2026-W10-1", "9999-12-31", "0001-01-01"):
        assert call(visited, "hotspots", "--from", day, "--out", out).exit_code == 2
        assert call(visited, "hotspots", "--to", day, "--out", out).exit_code == 2


def test_the_report_is_a_document_or_a_workbook(visited: Path, tmp_path: Path) -> None:
    told = answer(visited, "report", DONE, "--out", tmp_path / "b.docx", "--language", "zh")
    assert told["language"] == "zh"
    assert told["bytes"] == (tmp_path / "b.docx").stat().st_size > 50_000
    assert Document(str(tmp_path / "b.docx")).paragraphs[0].text.startswith("江岸区")
    answer(visited, "report", DONE, "--out", tmp_path / "b.xlsx")
    names = CalamineWorkbook.from_path(tmp_path / "b.xlsx").sheet_names
    assert names[:3] == ["Scores of street offices", "Scores of categories", "Scores of units"]
    assert names[-1] == "Problems by street"
    assert len(names) == 8


def test_a_template_goes_out_and_comes_back(visited: Path, tmp_path: Path) -> None:
    own, out = tmp_path / "own.docx", tmp_path / "b.docx"
    assert answer(visited, "report", "template", "--out", own)["template"] == str(own)
    document = Document(str(own))
    document.paragraphs[0].text = "关于 {{轮次}} 的通报"
    document.save(str(own))
    answer(visited, "report", DONE, "--out", out, "--template", own)
    assert Document(str(out)).paragraphs[0].text == f"关于 {DONE} 的通报"
    document.paragraphs[0].text = "{{谁最差}}"
    document.save(str(own))
    assert "{{谁最差}}" in answer(visited, "report", DONE, "--out", out, "--template", own, code=1)["error"]
    assert ".docx .xlsx" in answer(visited, "report", DONE, "--out", tmp_path / "b.pdf", code=1)["error"]

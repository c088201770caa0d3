"""The commands of a draw, from the secrets of a year to the verdict, as an office and a notary type them."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from geo.store import Store
from webmap.cli import main

VALUE = "03,11,17,22,28,31+09"
SHAPE = ("--start", "2026-07-01", "--days", "2", "--teams", "3", "--size", "16")


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "city.gpkg"
    path.write_bytes(city_file.read_bytes())
    done = call(path, "round", "new", "R", *SHAPE)
    assert done.exit_code == 0, done.output
    today(path, "2026-07-03")  # the day after the last
    return path


def today(city: Path, date: str) -> None:
    with Store.open(city) as store:
        store.settings.set("today", date)


def call(city: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--city", str(city)], env={"XUNDIAN_LANG": "en"})


def answer(city: Path, *words: str | Path, code: int = 0) -> dict:
    done = call(city, *words, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout.splitlines()[-1])


def committed(city: Path, *more: str | Path) -> dict:
    return answer(city, "draw", "commit", "R", "--public-number", "双色球 2026068", *more)


def test_a_round_goes_from_commitment_to_verdict(city: Path, tmp_path: Path) -> None:
    share = tmp_path / "notary.txt"
    share.write_text("7391\n", encoding="utf-8")
    published = committed(
        city, "--share", f"公证处={hashlib.sha256(b'7391').hexdigest()}", "--share", share, "--streets"
    )
    assert [one["party"] for one in published["parameters"]["shares"]] == ["公证处", "notary"]
    assert published["parameters"]["streets"] is True
    words = ["draw", "run", "R", "--value", VALUE, "--share", "7391", "--share", share]
    drawn = answer(city, *words)
    assert (drawn["round"], drawn["drawn"], drawn["quotas_exact"], drawn["trial"]) == ("R", 16, True, False)
    assert drawn["public_number"] == VALUE
    assert len(drawn["seals"]) == 2
    assert "drawn once" in answer(city, *words, code=1)["error"]
    out = tmp_path / "reveal.json"
    assert answer(city, "draw", "reveal", "R", "--out", out)["drawn"] == 16
    kept = tmp_path / "published.json"
    kept.write_text(json.dumps(published), encoding="utf-8")
    verdict = answer(city, "draw", "verify", out, "--published", kept)
    assert verdict["valid"] is True
    assert verdict["faults"] == []
    assert (verdict["commitment"], verdict["public_number"]) == (published["commitment"], VALUE)
    assert (verdict["position"], verdict["secrets_count"], verdict["same_number"]) == (1, 64, [1])
    assert (verdict["unaccounted"], verdict["replaced"], verdict["replacements_limit"]) == ([], 0, 2)
    kept.write_text(json.dumps({**published, "commitment": "0" * 64}), encoding="utf-8")
    assert answer(city, "draw", "verify", out, "--published", kept, code=1)["faults"] == [
        "commitment: it is not the published one"
    ]


def test_verify_needs_no_city_and_says_no_by_its_exit_code(city: Path, tmp_path: Path) -> None:
    committed(city)
    answer(city, "draw", "run", "R", "--value", VALUE)
    good, bad, program = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "verify_draw.py"
    answer(city, "draw", "reveal", "R", "--out", good)
    document = json.loads(good.read_text(encoding="utf-8"))
    document["sample"][0]["day"] = 3 - document["sample"][0]["day"]
    bad.write_text(json.dumps(document), encoding="utf-8")
    nowhere = tmp_path / "none.gpkg"
    assert answer(nowhere, "draw", "verify", good)["valid"] is True
    assert answer(nowhere, "draw", "verify", bad, code=1)["faults"] == ["sample: the redraw gives another one"]
    assert answer(nowhere, "draw", "verify", __file__, code=1)["valid"] is False
    answer(nowhere, "draw", "verifier", "--out", program)
    for path, code in ((good, 0), (bad, 1)):
        done = subprocess.run(
            [sys.executable, "-I", program, path], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == code
        assert json.loads(done.stdout.splitlines()[-1])["valid"] is (code == 0)
    assert call(nowhere, "draw", "verifier").stdout == program.read_text(encoding="utf-8")


def test_a_trial_is_marked_and_nobody_guesses_its_seed(city: Path) -> None:
    named = answer(city, "draw", "run", "R", "--seed", "3")
    assert (named["trial"], named["seed"]) == (True, 3)
    seeds = [answer(city, "draw", "run", "R")["seed"] for _ in range(4)]
    assert len(set(seeds)) == 4
    assert min(seeds) > 1 << 100
    assert "anyone who learns the seed can compute this" in call(city, "draw", "run", "R").output
    assert "Trial draw" in call(city, "draw", "run", "R").output
    report = call(city, "draw", "report", "R", "--draws", "1")
    assert "Trial draw" in report.output
    assert "commit first" in answer(city, "draw", "run", "R", "--value", VALUE, code=1)["error"]
    assert "commit first" in answer(city, "draw", "reveal", "R", "--out", "x.json", code=1)["error"]


def test_a_committed_round_has_no_trial(city: Path) -> None:
    committed(city)
    assert "双色球 2026068" in answer(city, "draw", "run", "R", code=1)["error"]
    assert "seed" in answer(city, "draw", "run", "R", "--value", VALUE, "--seed", "1", code=1)["error"]
    assert "void it" in answer(city, "draw", "commit", "R", "--public-number", "双色球 2", code=1)["error"]


def test_a_covert_round_is_drawn_by_trial_only_when_asked_for_by_name(city: Path) -> None:
    answer(city, "round", "new", "C", *SHAPE, "--covert")
    refused = answer(city, "draw", "run", "C", code=1)["error"]
    for said in ("covert", "commit to it first", "--trial", "anyone who learns the seed can compute this"):
        assert said in refused
    assert "--trial" in answer(city, "draw", "run", "C", "--seed", "1", code=1)["error"]
    assert answer(city, "draw", "run", "C", "--trial")["trial"] is True
    answer(city, "draw", "commit", "C", "--public-number", "双色球 2026070")
    assert "--trial" in answer(city, "draw", "run", "C", "--value", VALUE, "--trial", code=1)["error"]
    assert answer(city, "draw", "run", "C", "--value", VALUE)["trial"] is False


def test_the_root_is_published_first_and_nothing_secret_is_printed(city: Path) -> None:
    made = answer(city, "draw", "secrets", "new", "--year", "2026")
    assert made["secrets_count"] == 64
    done = call(city, "draw", "commit", "R", "--public-number", "drand 4200000")
    assert made["secrets_root"] in done.output
    master = json.loads(next((city.parent / "city.secrets").iterdir()).read_text())["master"]
    assert master not in done.output
    assert "New secrets" not in done.output
    assert json.loads(done.stdout[done.stdout.index("{") :])["parameters"]["number_form"] == "h64"


def test_nothing_is_revealed_before_the_round_is_over(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "reveal.json"
    answer(city, "round", "new", "C", "--start", "2026-07-04", *SHAPE[2:], "--covert")
    for name, number in (("R", "双色球 2026068"), ("C", "双色球 2026069")):
        answer(city, "draw", "commit", name, "--public-number", number)
        answer(city, "draw", "run", name, "--value", VALUE)
    today(city, "2026-07-02")
    for words in (("R",), ("C",), ("C", "--day", "1"), ("R", "--day", "2")):
        error = answer(city, "draw", "reveal", *words, "--out", out, code=1)["error"]
        assert "secret until" in error
        assert "also open" in error
    assert "secret until 2026-07-02 is over: reveal it on 2026-07-03 or later; also open: C (2026-07-05)" in error
    assert not out.exists()
    assert answer(city, "draw", "reveal", "R", "--day", "1", "--out", out)["day"] == 1  # an open round's day is over
    today(city, "2026-07-05")
    error = answer(city, "draw", "reveal", "C", "--day", "1", "--out", out, code=1)["error"]  # a covert one's is not
    assert "secret until 2026-07-05" in error
    done = call(city, "draw", "reveal", "R", "--out", out)
    assert "Also open, and not told by this: C (2026-07-05)" in done.output
    verdict = answer(city, "draw", "verify", out)
    assert (verdict["valid"], verdict["position"], verdict["open"]) == (True, 1, [2])
    today(city, "2026-07-06")
    assert answer(city, "draw", "reveal", "C", "--day", "1", "--out", out)["drawn"]
    assert answer(city, "draw", "reveal", "C", "--out", out)["open"] == []


def test_a_year_is_listed_and_closed(city: Path, tmp_path: Path) -> None:
    assert "no secrets yet" in answer(city, "draw", "secrets", "list", code=1)["error"]
    published, closing, listed = (tmp_path / f"{name}.json" for name in ("commitment", "closing", "list"))
    published.write_text(json.dumps(committed(city)), encoding="utf-8")
    error = answer(city, "draw", "secrets", "close", "--name", "2026", "--out", closing, code=1)["error"]
    assert "R (2026-07-02)" in error
    answer(city, "draw", "run", "R", "--value", VALUE)
    answer(city, "draw", "reveal", "R", "--out", tmp_path / "reveal.json")
    assert answer(city, "draw", "secrets", "list", "--out", listed)["commitments"][0]["state"] == "revealed"
    done = answer(city, "draw", "secrets", "close", "--name", "2026", "--out", closing)
    assert (done["commitments"], done["not_revealed"]) == (1, [])
    verdict = answer(city, "draw", "verify", closing, "--published", published)
    assert (verdict["valid"], verdict["revealed"], verdict["unaccounted"]) == (True, [1], [])
    hidden = json.loads(published.read_text(encoding="utf-8"))
    hidden["parameters"]["position"] = 2  # one that was never listed
    published.write_text(json.dumps(hidden), encoding="utf-8")
    verdict = answer(city, "draw", "verify", closing, "--published", published, code=1)
    assert verdict["faults"] == ["commitments: the published one is not in the list"]
    answer(city, "round", "new", "S", *SHAPE)
    again = answer(city, "draw", "commit", "S", "--public-number", "双色球 2026070")
    assert again["secret_set"] == "2026-2"  # noqa: S105 - the name of a year


def test_replacements_on_a_reason_alone_have_a_limit(city: Path, tmp_path: Path) -> None:
    assert committed(city, "--replaceable", "0.05")["parameters"]["replacements_limit"] == 1
    answer(city, "draw", "run", "R", "--value", VALUE)
    with Store.open(city) as store:
        first, second = store.draws.sample("R").index[:2]
    assert answer(city, "draw", "reserve", "R", first, "--reason", "关门")["out"] == first
    error = answer(city, "draw", "reserve", "R", second, "--reason", "关门", code=1)["error"]
    assert "its 1 replacements on a reason alone" in error
    out = tmp_path / "reveal.json"
    answer(city, "draw", "reveal", "R", "--out", out)
    verdict = answer(city, "draw", "verify", out)
    assert (verdict["valid"], verdict["replaced"], verdict["replacements_limit"]) == (True, 1, 1)


def test_voids_are_counted_and_the_report_says_so(city: Path, tmp_path: Path) -> None:
    committed(city)
    assert answer(city, "draw", "void", "R", "--reason", "弄错期号")["voids"] == 1
    assert "void" in answer(city, "draw", "run", "R", "--value", VALUE, code=1)["error"]
    assert committed(city)["parameters"]["voids"] == 1
    answer(city, "draw", "run", "R", "--value", VALUE)
    page = tmp_path / "report.html"
    report = answer(city, "draw", "report", "R", "--draws", "2", "--out", page)
    assert report["voids"] == 1
    assert report["quotas_exact"] is True
    assert set(report["balance"]) == {"simple_random", "per_category"}
    assert report["streets_covered"] == 2
    text = page.read_text(encoding="utf-8")
    assert "弄错期号" in text
    assert "<svg" in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


def test_receipt_and_day_are_verified_against_what_was_published(city: Path, tmp_path: Path) -> None:
    published, seals = tmp_path / "commitment.json", tmp_path / "seals.json"
    answer(city, "draw", "commit", "R", "--public-number", "双色球 2026068", "--out", published)
    seals.write_text(json.dumps(answer(city, "draw", "run", "R", "--value", VALUE)), encoding="utf-8")
    receipt, day = tmp_path / "receipt.json", tmp_path / "day.json"
    answer(city, "draw", "receipt", "R", "P005", "--out", receipt)
    assert answer(city, "draw", "verify", receipt, "--published", published)["valid"] is True
    answer(city, "draw", "reveal", "R", "--day", "2", "--out", day)
    assert answer(city, "draw", "verify", day, "--published", seals)["valid"] is True
    assert "seals" in answer(city, "draw", "verify", day, code=1)["error"]
    for path, change in ((receipt, lambda d: d["point"].update(prob=1)), (day, lambda d: d["sample"].pop())):
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")
        before = published if path == receipt else seals
        assert answer(city, "draw", "verify", path, "--published", before, code=1)["valid"] is False


def test_the_field_is_told(city: Path) -> None:
    answer(city, "draw", "run", "R", "--reserve", "0.5")
    with Store.open(city) as store:
        out = store.draws.sample("R").index[0]
    assert answer(city, "draw", "survey", "R", "--total", "37")["total"] == 37
    line = answer(city, "draw", "reserve", "R", out, "--reason", "关门")
    assert line["out"] == out
    assert line["into"]
    assert "reason" in answer(city, "draw", "reserve", "R", line["into"], "--reason", " ", code=1)["error"]
    assert "no inspectors" in answer(city, "draw", "teams", "R", code=1)["error"]


def test_teams_are_drawn_with_the_avoidance_table(city: Path, tmp_path: Path) -> None:
    rows = [f"{team},员{team}{k},114.29,30.56" for team in (1, 2, 3) for k in range(2)]
    roster, table = tmp_path / "teams.csv", tmp_path / "avoidance.csv"
    roster.write_text("\n".join(["team,inspector,base_lon,base_lat", *rows]), encoding="utf-8")
    table.write_text("姓名,不得同组,回避单位\n员10,员11,\n员20,员21,\n,员30,\n员30,,\n", encoding="utf-8")
    assert answer(city, "import", "teams", roster, "--datum", "wgs84")["accepted"] == 6
    found = answer(city, "import", "avoidance", table, "--rejected", tmp_path / "rejected.xlsx")
    assert (found["accepted"], found["rejected"]) == (2, 2)
    answer(city, "draw", "run", "R")
    drawn = answer(city, "draw", "teams", "R")["teams"]
    assert sorted(name for team in drawn.values() for name in team) == sorted(row.split(",")[1] for row in rows)
    assert not any(set(pair) <= set(team) for pair in (("员10", "员11"), ("员20", "员21")) for team in drawn.values())


def test_a_campaign_is_made_by_name(city: Path) -> None:
    words = ["round", "new", "C", *SHAPE[:-1], "6", "--categories", "主干道,farmers_market", "--zones", "420102001"]
    assert answer(city, *words, "--risk")["campaign"] == {
        "categories": ["main_road", "farmers_market"],
        "zones": ["420102001"],
    }
    assert answer(city, "draw", "run", "C")["drawn"] == 6
    for option, value, nearest in (("--categories", "bnak", "bank"), ("--zones", "420102011", "420102001")):
        error = answer(city, "round", "new", "D", *SHAPE, option, value, code=1)["error"]
        assert repr(value) in error
        assert error.endswith(f"; the nearest is {nearest!r}")

"""Plans and closures from the command line."""

import json
import os
import shutil
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from geo.store import Store
from routing.amend.context import AmendmentContext
from routing.problem import Shift
from webmap.cli import main


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Path:
    """Return a copy of the small city."""
    return Path(shutil.copy(city_file, tmp_path / "city.gpkg"))


def call(city: Path, *words: str | Path, language: str = "en") -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--city", str(city)], env={"XUNDIAN_LANG": language})


def done(city: Path, *words: str | Path) -> dict[str, object]:
    result = call(city, *words, "--json")
    assert result.exit_code == 0, (result.stderr, result.exception)
    return json.loads(result.stdout.splitlines()[-1])


RUN = ("plan", "run", "2026-06", "--steps", "1000")


def test_a_plan_is_made_reported_revealed_and_verified(city: Path, tmp_path: Path) -> None:
    unplanned = call(city, "plan", "report", "2026-06")
    assert unplanned.exit_code == 1
    assert "has no figures: plan it again" in unplanned.stderr  # its plan was put there by hand
    made = done(city, *RUN, "--premium", "4")
    report = done(city, "plan", "report", "2026-06")
    assert report["premium_cap"] == 0.04
    assert report["candidates_sha256"] == made["candidates_sha256"]
    assert report["served"] == made["served"] == report["figures"]["served"]
    assert 0 < report["figures"]["guess_all"] <= 1
    said = call(city, "plan", "report", "2026-06").stdout
    assert "of 32 stops served" in said
    assert "guesses its day with a chance of 100%" in said or "guesses its day with a chance of 50%" in said
    assert "没有可比较的往期轮次" in call(city, "plan", "report", "2026-06", language="zh").stdout

    with Store.open(city) as store:
        unit = store.draws.sample("2026-06")["unit"].iloc[0]
    own = done(city, "plan", "report", "2026-06", "--unit", unit)["unit"]
    assert own
    assert all(0 < one["all"] <= one["hour"] <= 1 for one in own)
    assert (
        f"{own[0]['checkpoint']} {own[0]['name']}: day"
        in call(city, "plan", "report", "2026-06", "--unit", unit).stdout
    )
    nobody = call(city, "plan", "report", "2026-06", "--unit", "月球局")
    assert nobody.exit_code == 1
    assert "unit is '月球局'" in nobody.stderr

    out = tmp_path / "plan.json"
    assert done(city, "plan", "reveal", "2026-06", "--out", out)["candidates_sha256"] == made["candidates_sha256"]
    verified = done(city, "plan", "verify", out, "--published", made["candidates_sha256"])
    assert (verified["valid"], verified["planned"]) == (True, 1)
    document = json.loads(out.read_text(encoding="utf-8"))
    document["candidates"][0]["routes"][0][0] += 1
    out.write_text(json.dumps(document), encoding="utf-8")
    changed = call(city, "plan", "verify", out, "--published", made["candidates_sha256"])
    assert changed.exit_code == 1
    assert "not those that were hashed before the choice" in changed.stdout
    out.write_text("[]", encoding="utf-8")
    assert "is no JSON object" in call(city, "plan", "verify", out).stderr


def test_one_day_is_verified_with_the_day_of_the_draw(city: Path, tmp_path: Path) -> None:
    made = done(city, *RUN)
    out, day = tmp_path / "plan.json", tmp_path / "day.json"
    done(city, "plan", "reveal", "2026-06", "--day", "1", "--out", out)
    key = json.loads(out.read_text(encoding="utf-8"))["day_keys"]["1"]
    for told, valid in ((key, True), ("00" * 32, False)):
        day.write_text(json.dumps({"round": "2026-06", "day": 1, "day_key": told, "sample": []}), encoding="utf-8")
        words = ["plan", "verify", out, "--published", made["candidates_sha256"], "--draw", day, "--json"]
        result = call(city, *words)
        assert json.loads(result.stdout.splitlines()[-1])["valid"] is valid
        assert result.exit_code == (0 if valid else 1)
    refused = call(city, "plan", "reveal", "2026-06", "--day", "9", "--out", out)
    assert "day is 9: the round has days 1 to 2" in refused.stderr


def test_the_plan_of_a_committed_round_is_not_revealed_before_it_is_over(city: Path, tmp_path: Path) -> None:
    """Its day keys open the seals of the draw, and its candidates name every stop."""
    out = tmp_path / "plan.json"
    done(city, "round", "new", "C", "--start", "2026-07-06", "--days", "2", "--teams", "3", "--size", "32", "--covert")
    done(city, "draw", "commit", "C", "--public-number", "排列5 26180")
    done(city, "draw", "run", "C", "--value", "07319")
    done(city, "plan", "run", "C", *RUN[3:])
    with Store.open(city) as store:
        store.settings.set("today", "2026-07-07")
    for words in ((), ("--day", "1")):
        refused = call(city, "plan", "reveal", "C", *words, "--out", out)
        assert refused.exit_code == 1
        assert "secret until 2026-07-07 is over" in refused.stderr
    assert not out.exists()
    with Store.open(city) as store:
        store.settings.set("today", "2026-07-08")
    assert done(city, "plan", "reveal", "C", "--out", out)["trial"] is False


def test_closures_are_added_listed_used_and_lifted(city: Path, tmp_path: Path) -> None:
    with Store.open(city) as store:
        street, streets = "长安街", store.streets.frame()
        streets.loc[streets.index[:20], "name"] = street
        middle = streets.geometry.iloc[0].centroid
        store.streets.replace(streets, turn_bans=store.streets.turn_bans(), source_sha256="6" * 64)
    days = ["--from", "2026-06-09", "--until", "2026-06-09", "--reason", "马拉松"]
    assert done(city, "closure", "list") == {"closures": []}
    first = done(city, "closure", "add", "--street", street, *days)
    assert first["edges"] > 0
    area = tmp_path / "area.geojson"
    area.write_text(shapely.to_geojson(middle.buffer(0.003)), encoding="utf-8")
    assert "datum is missing" in call(city, "closure", "add", "--area", area, *days).stderr
    second = done(city, "closure", "add", "--area", area, "--datum", "wgs84", *days)
    both = done(city, "closure", "add", "--area", area, "--datum", "wgs84", "--street", street, *days)
    assert both["edges"] <= min(first["edges"], second["edges"])
    refused = call(city, "closure", "add", "--street", "长安路", *days).stderr
    assert "street is '长安路': no street has this name; write it whole; the nearest is '长安街'" in refused
    assert [one["area"] for one in done(city, "closure", "list")["closures"]] == [False, True, True]
    for number in (second["closure"], both["closure"]):
        assert done(city, "closure", "lift", str(number)) == {"closure": number, "lifted": True}
    assert call(city, "closure", "lift", "2").exit_code == 1
    assert len(done(city, "closure", "list")["closures"]) == 1
    assert len(done(city, "closure", "list", "--all")["closures"]) == 3

    with Store.open(city) as store:
        start = store.rounds.get("2026-06").start
    done(city, *RUN)
    kept_off = done(city, "plan", "report", "2026-06")
    assert kept_off["closed_edges"] == (first["edges"] if start.isoformat() == "2026-06-09" else 0)
    done(city, *RUN, "--no-closures", "--days", "free")
    free = done(city, "plan", "report", "2026-06")
    assert (free["closed_edges"], free["days"], free["drawn_days_cost_s"]) == (0, "free", None)


def test_an_area_that_is_none_is_refused(city: Path, tmp_path: Path) -> None:
    area = tmp_path / "line.geojson"
    area.write_text('{"type":"LineString","coordinates":[[114.3,30.5],[114.31,30.5]]}', encoding="utf-8")
    days = ["--from", "2026-06-09", "--until", "2026-06-09", "--reason", "x"]
    refused = call(city, "closure", "add", "--area", area, "--datum", "wgs84", *days)
    assert refused.exit_code == 1
    assert "is no area: draw polygons" in refused.stderr


def test_a_shift_is_kept_by_the_plan_and_by_its_changes(city: Path) -> None:
    done(city, *RUN, "--shift", "09:15-16:30")
    assert "work from 09:15 to 16:30" in call(city, "plan", "report", "2026-06").stdout
    with Store.open(city) as store:
        stops = store.plans.stops("2026-06")
        local = [stops[name].dt.tz_convert("Asia/Shanghai").dt.strftime("%H:%M") for name in ("arrive", "depart")]
        assert "09:15" <= local[0].min() <= local[1].max() <= "16:30"
        assert AmendmentContext.of(store, "2026-06", None).terms.shift == Shift(33_300, 59_400)
    refused = call(city, *RUN, "--shift", "9 to 5")
    assert refused.exit_code == 1
    assert "shift is '9 to 5': write one span, as 08:30-17:30" in refused.stderr


def test_hours_of_their_own_are_imported_planned_and_reported(city: Path, tmp_path: Path) -> None:
    table = tmp_path / "teams.csv"
    table.write_text(
        "team,base_lon,base_lat,shift,lunch,end,days\n"
        "1,114.31,30.59,9:30-15:00,none,open,1\n2,114.31,30.59,,12:00-13:30,,\n3,114.31,30.59,,,,\n",
        encoding="utf-8",
    )
    assert done(city, "import", "teams", table, "--datum", "wgs84")["rejected"] == 0
    done(city, *RUN)
    said = call(city, "plan", "report", "2026-06").stdout
    assert "The teams work from 08:30 to 17:30.\n  1 from 09:30 to 15:00, without lunch.\n" in said
    assert "  2 from 08:30 to 17:30, with lunch between 12:00 and 13:30.\n" in said
    assert "  3 from" not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export", "routes", "R0", "--format", "gpx"), "round 'R0' has no routes yet: plan it first"),
        (
            ("plan", "amend", "takeover", "2026-06", "--checkpoint", "P001", "--day", "1", "--to-team", "2"),
            "reason is empty: say why with --reason; the list of changes shows it",
        ),
    ],
)
def test_what_is_missing_is_named(city: Path, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    with Store.open(city) as store:
        store.rounds.create(replace(store.rounds.get("2026-06"), id="R0"))
    out = ("--out", str(tmp_path / "routes.gpx")) if "export" in words else ()
    assert says in call(city, *words, *out).stderr


def test_a_route_that_is_not_there_is_told_from_those_that_are(city: Path, tmp_path: Path) -> None:
    done(city, *RUN)
    export = ("export", "routes", "2026-06", "--format", "gpx", "--out", str(tmp_path / "routes.gpx"))
    refused = call(city, *export, "--team", "T1").stderr
    assert "team is 'T1', which has no route in round '2026-06': its teams are 1, 2, 3" in refused
    refused = call(city, *export, "--team", "1", "--day", "9").stderr
    assert "day is 9, on which round '2026-06' has no such route: there is one on the days 1" in refused
    late = ("plan", "amend", "late", "2026-06", "--team", "9", "--day", "1", "--minutes", "1", "--reason", "x")
    assert "there is no team '9': the teams are 1, 2, 3" in call(city, *late).stderr


def test_changes_made_by_hand_are_not_dropped_unsaid(city: Path) -> None:
    done(city, *RUN)
    with Store.open(city) as store:
        stops = store.plans.stops("2026-06")
        stop = stops[stops["kind"] == "stop"].iloc[0]
    late = ("plan", "amend", "late", "2026-06", "--team", stop["team"], "--day", str(stop["day"]), "--minutes", "1")
    done(city, *late, "--reason", "x")
    refused = call(city, *RUN)
    assert refused.exit_code == 1
    assert "drops 1 changes made by hand on the day and the order of 0 visits: say --replace to agree" in refused.stderr
    done(city, *RUN, "--replace")
    done(city, *RUN)


def test_the_first_interrupt_keeps_the_best_plan_so_far(city: Path) -> None:
    before = signal.getsignal(signal.SIGINT)  # a shell that works in the background has it ignored
    over = threading.Event()

    def interrupt() -> None:
        while not over.wait(0.05):
            if signal.getsignal(signal.SIGINT) is not before:  # the command listens
                os.kill(os.getpid(), signal.SIGINT)
                return

    pressing = threading.Thread(target=interrupt)
    pressing.start()
    try:
        made = done(city, "plan", "run", "2026-06", "--seconds", "3000")
    finally:
        over.set()
        pressing.join()
    assert made["served"] + made["unserved"] == 32
    assert made["seconds"] < 3000
    assert signal.getsignal(signal.SIGINT) is before

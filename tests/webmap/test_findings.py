"""The statistics map, seen from the server: choices, arrays, cards, charts, and what is kept between requests."""

import datetime as dt
import gzip
import json
import shutil
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.errors import InputError
from geo.hotspots.verdict import compound_interval
from geo.model import Deduction, Role, Round, User, Visit
from geo.progress import silent
from geo.store import Store
from geo.store.job_rows import Job, Worker
from webmap import create_app
from webmap.accounts.passwords import hash_password
from webmap.findings import arrays, charts, desk, work
from webmap.findings.card import Card, card
from webmap.findings.choice import Choice
from webmap.findings.classes import FIRST, SURFACES, UNKNOWN
from webmap.findings.desk import Desk
from webmap.findings.kept import KeptFinding
from webmap.findings.records import Records
from webmap.findings.work import ChoiceResult, find
from webmap.jobs.work import RunningJob, now

LONG_S = 300.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the work on a busy machine too."""
    monkeypatch.setattr("webmap.findings.pages.PATIENCE_S", LONG_S)


@pytest.fixture
def store(city_file: Path, tmp_path: Path) -> Iterator[Store]:
    """Open a copy of the small city with visits of January, March and May; February and April are missing."""
    city = tmp_path / "own" / city_file.name
    shutil.copytree(city_file.parent, city.parent)
    with Store.open(city) as opened:
        opened.rounds.create(
            Round("2026-c", dt.date(2026, 1, 5), days=1, teams=1, size=5, campaign={"categories": ["bus_stop"]})
        )
        opened.visits.record(
            Visit(
                f"P{i:03d}",
                "1",
                dt.datetime(2026, 1 + 2 * (i % 2), 9, 16, i, tzinfo=dt.UTC),  # past midnight in Shanghai
                round_id="2026-c" if i < 6 else None,
                covert=i % 2 == 1,
                deductions=(Deduction("main_road.litter", 4.0, "台阶"), Deduction("odd remark", 1.0)) if i < 4 else (),
            )
            for i in range(20)
        )
        yield opened


@pytest.fixture
def records(store: Store) -> Records:
    """Read the visits of that city."""
    return Records.read(store, Choice())


def found(records: Records, **choice: str) -> ChoiceResult:
    return find(records, Choice(**choice), progress=silent)


def unpacked(data: bytes) -> tuple[dict, np.ndarray]:
    raw = gzip.decompress(data)
    (length,) = struct.unpack("<I", raw[:4])
    head = json.loads(raw[4 : 4 + length])
    return head, np.frombuffer(raw[4 + length :], np.uint8).reshape(head["rows"], head["columns"], 4)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"month": "2026-13"}, "2026-13"),
        ({"since": "June"}, "June"),
        ({"since": "20260512"}, "write it as 2026-06-12"),
        ({"until": "2026-W10-1"}, "write it as 2026-06-12"),
        ({"kind": "secret"}, "secret"),
        ({"radius": "12"}, "radius"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "2026-05-02"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Choice.of(given)


def test_a_choice_goes_into_an_address_and_back() -> None:
    choice = Choice(category="bus_stop", kind="covert", month="2026-05", radius="500")
    assert Choice.of(choice.arguments()) == choice
    assert Choice.of({"surface": "rate", "at": "1,2"}) == Choice()
    assert choice.follow("category", "main_road") == Choice("main_road", kind="covert", month="2026-05", radius="500")
    assert choice.without("category", "kind", "radius") == Choice(month="2026-05")
    assert not Choice(month="2026-05").narrowed
    assert choice.radii_m == (500.0,)


def test_months_are_those_of_the_city_and_the_missing_ones_are_there(records: Records) -> None:
    months = records.months
    assert list(months.index) == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]
    assert months["2026-01"] == 10
    assert months["2026-02"] == 0
    assert set(records.of(Choice(month="2026-01")).visits["date"]) == {"2026-01-10"}


def test_filters_narrow_visits_and_their_deductions(records: Records) -> None:
    def count(**choice: str) -> int:
        return len(records.of(Choice(**choice)).visits)

    everything = count()
    assert count(kind="open") + count(kind="covert") == everything
    assert count(category="bus_stop") == (records.visits["category"] == "bus_stop").sum()
    assert count(street="420102001") + count(street="420102002") == everything
    assert count(round="2026-c") == 6
    assert count(since="2026-01-10", until="2026-01-10") == 10
    part = records.of(Choice(category="back_alley", month="2026-05"))
    assert set(part.deductions["visit"]) == set(part.visits.index[part.visits["points"] > 0])


def test_an_item_is_counted_over_the_visits_where_it_is_looked_at(records: Records) -> None:
    part = records.of(Choice(item="main_road.litter"))
    faulted = set(records.deductions.loc[records.deductions["item"] == "main_road.litter", "visit"])
    where = {"main_road", *records.visits.loc[list(faulted), "category"]}
    assert set(part.visits["category"]) == where
    assert len(part.visits) == records.visits["category"].isin(where).sum()
    assert part.visits["points"].sum() == pytest.approx(part.deductions["points"].sum())
    assert set(part.deductions["item"]) == {"main_road.litter"}


def test_bytes_say_what_the_cells_say(records: Records) -> None:
    result = found(records)
    head, table = unpacked(arrays.packed(result))
    assert (head["rows"], head["columns"]) == (result.raster.n_rows, result.raster.n_cols)
    assert head["visits"] == len(records.visits)
    table = table.reshape(-1, 4)
    assert (table[result.at, 0] == SURFACES["rate"].codes(result.cells["rate_eb"])).all()
    assert (table[result.at, 2] == SURFACES["count"].codes(result.cells["deductions"])).all()
    unvisited = np.setdiff1d(np.flatnonzero(result.inside), result.at)
    assert set(table[unvisited, 0]) == {UNKNOWN}
    assert set(table[~result.inside].ravel()) <= {0}
    known = ~np.isnan(result.density)
    assert (table[known, 1] >= FIRST).all()


def test_the_mesh_lies_where_the_cells_are(records: Records) -> None:
    result = found(records)
    head, _ = unpacked(arrays.packed(result))
    mesh = np.array(head["mesh"]).reshape(head["parts"] + 1, head["parts"] + 1, 2)
    corner = result.raster.polygons([0]).geometry.iloc[0].exterior.coords[0]
    last = result.raster.polygons([result.raster.size - 1]).geometry.iloc[0].exterior.coords[2]
    assert mesh[0, 0] == pytest.approx(corner, abs=2e-7)
    assert mesh[-1, -1] == pytest.approx(last, abs=2e-7)


def test_a_month_without_visits_is_missing_not_zero(records: Records) -> None:
    result = found(records, month="2026-02")
    head, table = unpacked(arrays.packed(result))
    assert head["visits"] == head["rows"] == 0
    assert table.size == 0
    assert arrays.shapes(result, (114.0, 30.0, 115.0, 31.0)).empty


def test_classes_are_the_same_whatever_is_shown(records: Records) -> None:
    assert list(SURFACES["rate"].codes([0.0, 0.249, 0.25, 1.0, 4.0, np.nan])) == [2, 2, 3, 5, 7, UNKNOWN]
    assert SURFACES["rate"].labels == ("<0.25", "<0.5", "<1", "<2", "<4", "≥4")
    whole, part = found(records), found(records, street="420102001")
    assert len(part.cells) < len(whole.cells)
    for result in (whole, part):
        table = arrays.bytes_of(result)
        assert (table[result.at, 0] == SURFACES["rate"].codes(result.cells["rate_eb"])).all()


def test_shapes_are_the_cells_of_the_screen(records: Records) -> None:
    result = found(records)
    west, south, east, north = 114.29, 30.555, 114.30, 30.565
    shapes = arrays.shapes(result, (west, south, east, north))
    cells = shapes[~shapes["outline"]]
    middle = cells.geometry.representative_point()
    x, y = middle.x, middle.y
    inside = (x > west) & (x < east) & (y > south) & (y < north)
    lon, lat = records.visits.geometry.x, records.visits.geometry.y
    seen = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    assert 80 < inside.sum() < 120  # of 100 m in a window of 0.96 by 1.1 km
    assert set(result.raster.assign(lon[seen], lat[seen])) <= set(cells.index)
    visited = cells.index.isin(result.at)
    assert (cells.loc[visited, "rate_label"] != "").all()
    assert (cells.loc[~visited, "rate"] == UNKNOWN).all()


def card_at(store: Store, result: ChoiceResult, x: float, y: float, **choice: str) -> Card | None:
    return card(store, result, (x, y), Choice(**choice))


def test_a_card_carries_numbers_and_problems(records: Records, store: Store) -> None:
    result = found(records)
    place = records.visits[records.visits["checkpoint"] == "P002"].geometry.iloc[0]
    kept = card_at(store, result, place.x, place.y)
    assert kept.numbers["visits"] >= 2
    mine = kept.problems[kept.problems["checkpoint"] == "P002"]
    assert list(mine["name"].unique()) == ["点位2"]
    assert {"back_alley.litter", "main_road.litter", "odd remark"} <= set(mine["item"])
    assert kept.found == len(kept.problems)
    assert kept.problems["points"].sum() == pytest.approx(kept.numbers["deductions"])
    assert list(kept.problems["date"]) == sorted(kept.problems["date"], reverse=True)
    ring = np.array(json.loads(kept.ring))
    assert ring[:, 0].min() <= place.x <= ring[:, 0].max()


def test_a_card_knows_unvisited_cells_and_other_districts(records: Records, store: Store) -> None:
    result = found(records)
    free = int(np.setdiff1d(np.flatnonzero(result.inside), result.at)[0])
    centre = result.raster.polygons([free]).geometry.iloc[0].representative_point()
    kept = card_at(store, result, centre.x, centre.y)
    assert kept.numbers is None
    assert kept.found == 0
    assert card_at(store, result, 116.4, 39.9) is None
    assert card_at(store, found(records, month="2026-02"), centre.x, centre.y, month="2026-02") is None


def test_bars_have_the_intervals_of_the_cells() -> None:
    visits = pd.DataFrame({"category": ["a"] * 4 + ["b"] * 3 + [""], "points": [0, 2, 3, 1, 0, 0, 0, 9.0]})
    made = charts.chart(visits, "category", str.upper)
    assert [bar.name for bar in made.bars] == ["A", "B"]
    first, last = made.bars
    one_more = (visits["points"] ** 2).sum() / visits["points"].sum()
    low, high = compound_interval(np.array([6.0]), np.array([14.0]), one_more)
    assert (first.rate, first.low, first.high) == pytest.approx((1.5, low[0] / 4, high[0] / 4))
    assert last.rate == last.low == 0
    assert last.high > 0
    assert 0 <= first.x_low <= first.x <= first.x_high <= charts.WIDE
    assert made.mean == pytest.approx(visits["points"].mean())
    assert charts.chart(visits.iloc[:0], "category", str).bars == ()


def test_a_place_opens_one_of_its_cells(store: Store) -> None:
    store.visits.record(
        Visit(
            "P000", "1", dt.datetime(2026, 6, 1, 0, i, tzinfo=dt.UTC), deductions=(Deduction("main_road.litter", 9.0),)
        )
        for i in range(40)
    )
    result = found(Records.read(store, Choice()), radius="100")
    table = charts.places(result)
    assert table["hot"].iloc[0]
    opened = result.raster.assign(table["lon"], table["lat"])
    flagged = (result.cells["hot"] | result.cells["cold"]).to_numpy()
    assert set(opened) <= set(result.at[flagged])  # noqa: PD008 - a field of ours


def test_items_that_cost_most_come_first(records: Records) -> None:
    items = charts.items(records.deductions)
    assert [item.points for item in items] == sorted((item.points for item in items), reverse=True)
    litter = next(item for item in items if item.code == "main_road.litter")
    own = records.deductions[records.deductions["item"] == "main_road.litter"]
    assert (litter.times, litter.points) == (len(own), own["points"].sum())


def test_the_desk_works_once_and_anew_when_the_city_changes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Choice] = []

    def counted(records: Records, choice: Choice, **options: object) -> ChoiceResult:
        asked.append(choice)
        return find(records, choice, **options)

    monkeypatch.setattr("webmap.findings.kept.find", counted)
    own = Desk()

    def ask(**choice: str) -> KeptFinding:
        return own.ask(store, Choice(**choice), "planner", wait_s=LONG_S).found

    first = ask()
    assert ask() is first
    assert asked == [Choice()]
    store.visits.record([Visit("P001", "1", dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC), deductions=())])
    assert ask().visits == first.visits + 1
    store.visits.record([Visit("P001", "1", dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC), covert=True)])
    assert ask(kind="covert").visits == store.visits.frame()["covert"].sum()
    assert len(asked) == 3


def test_the_desk_forgets_the_oldest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "KEPT_CELLS", 1)
    own = Desk()
    first = own.ask(store, Choice(), "planner", wait_s=LONG_S).found
    own.ask(store, Choice(kind="open"), "planner", wait_s=LONG_S)
    assert own.ask(store, Choice(), "planner", wait_s=LONG_S).found is not first


@pytest.mark.parametrize(
    "given",
    [{}, {"category": "bus_stop"}, {"month": "2026-02"}, {"item": "odd remark"}],
    ids=lambda one: str(list(one)),
)
def test_what_is_kept_says_what_was_found(records: Records, given: dict[str, str]) -> None:
    """To the last digit, after a way through the city too; and without a visit in it."""
    choice = Choice(**given)
    result = find(records, choice, progress=silent)
    kept = KeptFinding.of(result, records, choice)
    cells = pd.DataFrame(result.cells.drop(columns="geometry"))
    texts = ("class", "street_code", "community_code", "unit", "zone_code", "zone")
    for one in (kept, KeptFinding.from_bytes(kept.to_bytes())):
        plain = one.cells.assign(**{name: one.cells[name].astype("str") for name in texts})[list(cells)]
        pd.testing.assert_frame_equal(plain, cells, check_exact=True)
        assert arrays.packed(one) == arrays.packed(result)
        assert (one.raster, one.visits) == (result.raster, len(result.records.visits))
        assert one.panel.months.to_dict() == records.of(choice.without("month")).months.to_dict()
        assert one.panel.items == charts.items(records.of(choice.without("item")).deductions)
        by_category = records.of(choice.without("category", "item")).visits
        chart = charts.named(one.panel.by_category, str.upper)
        assert chart.bars == charts.chart(by_category, "category", str.upper).bars
        assert list(one.panel.places["lon"]) == list(charts.places(result)["lon"])


def test_many_visits_are_worked_out_beside_the_server_and_kept_in_the_city(
    app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "FEW_VISITS", 0)
    own = Desk()

    def ask(one: Desk = own) -> desk.AskedChoice:
        with app.test_request_context():
            return one.ask(store, Choice(), "planner", wait_s=0.0)

    def work_off() -> Job:
        job = store.jobs.claim(Worker("w", ("statistics",), 60.0), now())
        desk.work_out_job(RunningJob(store, job, silent))
        return job

    assert [ask().finished, ask().finished] == [False, False]
    assert len(store.jobs.of_owner("planner")) == 1
    work_off()
    first = ask()
    reference = find(Records.read(store, Choice()), Choice(), progress=silent)
    assert arrays.packed(first.found) == arrays.packed(reference)
    assert first.as_of is None
    assert ask(Desk()).found.visits == first.found.visits  # another process, or after a restart
    store.visits.record([Visit("P001", "1", dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC))])
    stale = ask()
    assert (stale.found.visits, stale.as_of is not None) == (first.found.visits, True)
    assert len(store.jobs.of_owner("planner")) == 1  # it is not old yet
    monkeypatch.setattr(desk, "RENEWED", dt.timedelta(0))
    assert ask().found.visits == first.found.visits
    job = work_off()
    assert (ask().found.visits, ask().as_of) == (first.found.visits + 1, None)
    assert store.jobs.content(job.id, desk.FILE)
    store.jobs.drop_files("statistics", 0)
    assert store.jobs.content(job.id, desk.FILE) is None


def test_large_cities_get_larger_cells(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    assert work.cell_size(records) == 100.0
    monkeypatch.setattr(work, "LONGEST_CELLS", 12)
    assert work.cell_size(records) == 400.0


def test_nothing_is_written_to_the_disk(store: Store) -> None:
    folder = Path(store.url.removeprefix("sqlite:///")).parent if "://" in store.url else Path(store.url).parent
    Desk().ask(store, Choice(kind="covert"), "planner", wait_s=LONG_S)
    assert not [path for path in folder.rglob("*") if "hotspot" in path.name or "finding" in path.name]


def test_the_page_holds_the_panel_the_filters_and_the_card(log_in: Callable[[str], FlaskClient]) -> None:
    client = log_in("planner")
    page = client.get("/hotspots").text
    for text in (
        "热点",
        "考察 31 次",
        "按街道",
        "大智街道",
        "主干道",
        "这显示考察员去了哪里",
        'data-months="2026-05 2026-06"',
    ):
        assert text in page, text
    page = client.get("/hotspots?category=bus_stop&month=2026-05&surface=density").text
    assert '<option value="bus_stop" selected>' in page
    assert 'value="density" checked' in page
    assert client.get("/hotspots?at=nowhere,1").status_code == 400


def test_a_card_is_asked_for_by_its_place(app: Flask, log_in: Callable[[str], FlaskClient]) -> None:
    place = app.extensions["xundian"].checkpoints.frame().geometry["P002"]
    client = log_in("planner")
    text = client.get(f"/data/hotspots/cell?at={place.x},{place.y}").text
    assert "点位2" in text
    assert "9.5" in text
    assert client.get("/data/hotspots/cell?at=116.4,39.9").text.strip() == ""
    answer = client.get("/data/hotspots/cell?at=116.4")
    assert answer.status_code == 400
    assert "at" in answer.json["error"]


@pytest.mark.parametrize("path", ["/hotspots", "/data/hotspots/cells", "/data/hotspots/panel"])
def test_only_planners_see_any_of_it(log_in: Callable[[str], FlaskClient], path: str) -> None:
    assert [log_in(name).get(path).status_code for name in ("planner", "team", "street")] == [200, 403, 403]


def test_slow_work_says_how_far_it_is(log_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(records: Records, choice: Choice, *, progress: Callable[[str, int, int], None]) -> ChoiceResult:
        progress("judging the cells", 1, 4)
        begun.set()
        go_on.wait(LONG_S)
        return find(records, choice, progress=progress)

    monkeypatch.setattr("webmap.findings.kept.find", slow)
    monkeypatch.setattr("webmap.findings.pages.PATIENCE_S", 0.2)
    client = log_in("planner")
    assert client.get("/data/hotspots/cells?until=2026-05-12").status_code == 202
    assert begun.wait(LONG_S)
    answer = client.get("/data/hotspots/cells?until=2026-05-12")
    assert answer.status_code == 202
    assert answer.json == {"stage": "判定网格", "done": 1, "total": 4}
    page = client.get("/hotspots?until=2026-05-12").text
    assert "仍在计算中" in page
    go_on.set()
    monkeypatch.setattr("webmap.findings.pages.PATIENCE_S", LONG_S)
    assert client.get("/data/hotspots/cells?until=2026-05-12").status_code == 200


def test_work_that_fails_says_so_and_is_tried_again(
    log_in: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = log_in("planner")
    with monkeypatch.context() as patch:
        patch.setattr("webmap.findings.kept.find", lambda *_, **__: 1 / 0)
        answer = client.get("/data/hotspots/cells?until=2026-05-11")
        assert answer.status_code == 503
        assert "重试" in answer.json["error"]
    assert client.get("/data/hotspots/cells?until=2026-05-11").status_code == 200


def test_a_city_without_visits_says_what_to_do(tmp_path: Path) -> None:
    with Store.open(tmp_path / "empty.gpkg", create=True) as made:
        made.accounts.save(User("planner", Role.PLANNER, hash_password("correct horse battery")))
    app = create_app({"CITY": str(tmp_path / "empty.gpkg"), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    client = app.test_client()
    client.post("/login", data={"name": "planner", "password": "correct horse battery"})
    page = client.get("/hotspots").text
    assert "还没有考察记录" in page
    assert "xundian import visits FILE" in page
    assert client.get("/data/hotspots/panel").status_code == 200
    app.extensions["xundian"].close()


def test_a_choice_that_fits_nothing_says_so(log_in: Callable[[str], FlaskClient]) -> None:
    text = log_in("planner").get("/data/hotspots/panel?since=2030-01-01").text
    assert "没有符合筛选的考察记录" in text

"""The pages that bring data in: upload, preview, columns, confirm, undo, placing, zones."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from geo.frames import CHECKPOINTS
from geo.store import Store
from tests.webmap.working import work_off
from webmap import create_app
from webmap.intake import placing, view

PASSWORD = "correct horse battery"  # noqa: S105 - of the small city's accounts
WEST, SOUTH, MIDDLE = 114.28, 30.55, 114.295


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """Serve a copy of the small city, which a test may change."""
    shutil.copy(city_file, tmp_path / "city.gpkg")
    made = create_app(
        {
            "CITY": str(tmp_path / "city.gpkg"),
            "SECRET_KEY": "for tests only",
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
        }
    )
    yield made
    made.extensions["xundian"].close()


@pytest.fixture
def planner(city: Flask) -> FlaskClient:
    """Log the planner in, in English."""
    client = city.test_client()
    client.post("/login", data={"name": "planner", "password": PASSWORD})
    client.post("/language", data={"language": "en"})
    return client


@pytest.fixture
def store(city: Flask) -> Store:
    """Return the city's store."""
    found: Store = city.extensions["xundian"]
    return found


def roster(extra: str = "") -> bytes:
    """Write four rows: new, refused, without coordinates, outside every zone."""
    text = (
        "编号,点位名称,点位类别,地址,经度,纬度\n"
        "N1,新医院,医院,胜利街1号,114.285,30.56\n"
        "N2,月球基地,火箭发射场,胜利街2号,114.286,30.56\n"
        "N3,没有坐标的市场,集贸市场,沿江大道3号,,\n"
        "N4,区外学校,中小学校,汉阳大道4号,114.33,30.56\n"
    )
    return (text + extra).encode()


def send(client: FlaskClient, content: bytes, name: str = "清单.csv", **fields: str) -> TestResponse:
    """Upload a file as the form does."""
    data = {"kind": "checkpoints", "datum": "wgs84", "part": "yes", **fields, "file": (io.BytesIO(content), name)}
    return client.post("/import", data=data, content_type="multipart/form-data")


def looked(client: FlaskClient, city: Flask, address: str) -> str:
    """Return the page of a preview once the look is over."""
    client.get(address)
    work_off(city)
    return client.get(address).text


def confirmed(client: FlaskClient, city: Flask, address: str, page: str, **fields: str) -> str:
    """Confirm a preview and give the page that says what was done."""
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest is not None
    answer = client.post(f"{address}/confirm", data={"digest": digest[1], **fields})
    assert answer.status_code == 302
    twice = client.post(f"{address}/confirm", data={"digest": digest[1], **fields})
    assert twice.location == answer.location  # pressed twice, it is the same work
    assert client.get(address).location == answer.location
    work_off(city)
    return client.get(answer.location).text


def test_the_form_preselects_no_datum_and_says_what_to_do_first(planner: FlaskClient) -> None:
    page = planner.get("/import").text
    assert "checked" not in page
    assert "Nothing was imported here yet" in page
    assert planner.get("/import/template.xlsx").data.startswith(b"PK")


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"datum": ""}, "never guessed"), ({"kind": ""}, "what the file holds"), ({"datum": "mars"}, "never guessed")],
)
def test_a_form_without_datum_or_kind_is_refused(planner: FlaskClient, fields: dict[str, str], says: str) -> None:
    answer = send(planner, roster(), **fields)
    assert answer.status_code == 400
    assert says in answer.text


def test_a_file_that_is_none_is_refused(planner: FlaskClient) -> None:
    answer = send(planner, b"MZ\x90\x00", "清单.xlsx")
    assert answer.status_code == 400
    assert "清单.xlsx is no .xlsx file" in answer.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("甲,乙\n1,2\n", "清单.csv has no header row"),
        ("编号,类别,经度,纬度\nN1,医院,114.285,30.56\n", "清单.csv has no column for name"),
        ("", "清单.csv is empty"),
    ],
)
def test_a_page_calls_a_file_by_its_name_and_names_no_option(
    planner: FlaskClient, city: Flask, text: str, says: str
) -> None:
    page = looked(planner, city, send(planner, text.encode()).location)
    assert says in page
    assert not re.search(r"upload\.|--[a-z]+ ", page.split('role="alert">')[1].split("</p>")[0])


def test_the_notes_of_a_reader_call_a_file_by_its_name(planner: FlaskClient, city: Flask) -> None:
    address = send(planner, roster().decode().encode("gb18030")).location
    page = looked(planner, city, address)
    assert "清单.csv is in GB18030" in page
    assert "清单.csv is in GB18030" in confirmed(planner, city, address, page)


def test_a_preview_shows_everything_and_changes_nothing(planner: FlaskClient, city: Flask, store: Store) -> None:
    address = send(planner, roster()).location
    page = looked(planner, city, address)
    assert store.imports.all() == []
    assert len(store.checkpoints.frame()) == 40
    for said in ("月球基地", "category is &#39;火箭发射场&#39;", "没有坐标的市场", "区外学校", "Import 3 rows"):
        assert said in page
    places = planner.get(f"/data{address}/places.geojson").get_json()
    statuses = {one["properties"]["id"]: one["properties"]["status"] for one in places["features"]}
    assert statuses == {"N1": "new", "N4": "outside"}
    refused = pd.read_excel(io.BytesIO(planner.get(f"{address}/rejected.xlsx").data), engine="calamine")
    assert refused["source_row"].tolist() == [3]
    planner.post("/language", data={"language": "zh"})
    refused = pd.read_excel(io.BytesIO(planner.get(f"{address}/rejected.xlsx").data), engine="calamine")
    assert "类别" in refused["reason"][0]
    assert "火箭发射场" in refused["reason"][0]


def test_a_preview_is_shown_by_any_server_of_the_city_and_after_a_restart(planner: FlaskClient, city: Flask) -> None:
    address = send(planner, roster()).location
    looked(planner, city, address)
    other = create_app({**city.config, "SECRET_KEY": "of the other server"})
    client = other.test_client()
    client.post("/login", data={"name": "planner", "password": PASSWORD})
    assert "月球基地" in client.get(address).text
    assert len(client.get(f"/data{address}/places.geojson").get_json()["features"]) == 2
    assert client.get(f"{address}/rejected.xlsx").data.startswith(b"PK")
    assert len(other.extensions["xundian"].jobs.of_owner("planner")) == 1  # nobody looked again
    other.extensions["xundian"].close()


def test_refused_rows_are_not_written_by_the_process_that_serves(
    planner: FlaskClient, city: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = send(planner, roster()).location
    looked(planner, city, address)
    for place in ("geo.workbooks.writing._fill", "webmap.intake.preview.PreparedRoster.refused"):
        monkeypatch.setattr(place, None)  # here; a child loads its own
    assert planner.get(f"{address}/rejected.xlsx").data.startswith(b"PK")


def test_confirm_import_undo(planner: FlaskClient, city: Flask, store: Store) -> None:
    address = send(planner, roster()).location
    page = confirmed(planner, city, address, looked(planner, city, address))
    assert "Imported" in page
    assert len(store.checkpoints.frame()) == 42
    assert store.checkpoints.unplaced()["name"].tolist() == ["没有坐标的市场"]
    newest = store.imports.all()[0]
    assert (newest.file, newest.who) == ("清单.csv", "planner")
    assert planner.get(address).status_code == 404  # the upload is gone
    job = re.search(r"/import/done/(\w+)/rejected.xlsx", page)
    assert job is not None
    assert planner.get(job[0]).data.startswith(b"PK")
    undo = re.search(r"/import/undo/\d+", planner.get("/import").text)
    assert undo is not None
    assert planner.post(undo[0]).status_code == 302
    assert len(store.checkpoints.frame()) == 40
    assert store.checkpoints.unplaced().empty
    assert planner.post(undo[0]).status_code == 409


def test_the_whole_roster_retires_what_it_lacks(planner: FlaskClient, city: Flask, store: Store) -> None:
    address = send(planner, roster(), part="").location
    page = looked(planner, city, address)
    assert "40 checkpoints of the city are not in this file and will be retired" in page
    confirmed(planner, city, address, page)
    assert len(store.checkpoints.frame()) == 2
    assert len(store.checkpoints.frame(include_retired=True)) == 42


def test_a_wrong_datum_needs_force(planner: FlaskClient, city: Flask, store: Store) -> None:
    known = store.checkpoints.frame()
    rows = "".join(
        f"{code},{name},主干道,{address},{point.x},{point.y}\n"
        for code, name, address, point in zip(known.index, known["name"], known["address"], known.geometry, strict=True)
    )
    address = send(planner, roster(rows), datum="bd09").location
    page = looked(planner, city, address)
    assert "The datum is wrong: WGS-84 fits better" in page
    assert 'name="force"' in page
    before = store.checkpoints.frame().to_wkt().to_csv()
    refused = confirmed(planner, city, address, page)
    assert "Nothing was imported" in refused
    assert store.checkpoints.frame().to_wkt().to_csv() == before
    planner.post(address, data={"datum": "wgs84"})
    assert "The datum fits" in looked(planner, city, address)
    planner.post(address, data={"datum": "bd09"})
    confirmed(planner, city, address, looked(planner, city, address), force="yes")
    assert store.checkpoints.frame().to_wkt().to_csv() != before


def test_a_city_that_changed_since_the_preview_is_not_touched(planner: FlaskClient, city: Flask, store: Store) -> None:
    address = send(planner, roster()).location
    page = looked(planner, city, address)
    zones = store.zones.frame()
    zones["unit"] = "城市管理委员会"
    store.zones.upsert(zones)
    refused = confirmed(planner, city, address, page)
    assert "the city has changed since this preview" in refused
    assert len(store.checkpoints.frame()) == 40


def test_columns_can_be_chosen(planner: FlaskClient, city: Flask) -> None:
    odd = "代号,场地,啥样,在哪,横,竖\nA,甲,医院,某路,114.285,30.56\n".encode()
    address = send(planner, odd).location
    page = looked(planner, city, address)
    assert 'role="alert"' in page
    assert "场地" in page
    fields = ("name", "category", "lon", "lat", "lonlat", "address", "street", "community", "unit", "hours", "fixed")
    form = {f"found-{field}": "" for field in (*fields, "id", "size", "datum")}
    chosen = {"name": "场地", "category": "啥样", "address": "在哪", "lon": "横", "lat": "竖", "id": "代号"}
    form |= {f"column-{field}": header for field, header in chosen.items()}
    planner.post(address, data={"kind": "checkpoints", "datum": "wgs84", "part": "yes", **form})
    page = looked(planner, city, address)
    assert "Import 1 rows" in page
    assert '<option value="场地" selected>' in page
    taken = {key.replace("column-", "found-"): value for key, value in form.items() if key.startswith("column-")}
    form = {**form, **taken, "column-category": "=park"}
    planner.post(address, data={"kind": "checkpoints", "datum": "wgs84", "part": "yes", **form})
    assert '<option value="=park" selected>' in looked(planner, city, address)


def test_a_file_can_be_discarded(planner: FlaskClient, city: Flask) -> None:
    address = send(planner, roster()).location
    looked(planner, city, address)
    assert planner.post(f"{address}/discard").location == "/import"
    assert planner.get(address).status_code == 404


def test_nobody_else_sees_an_upload(planner: FlaskClient, city: Flask) -> None:
    address = send(planner, roster()).location
    for name in ("team", "street"):
        client = city.test_client()
        client.post("/login", data={"name": name, "password": PASSWORD})
        for path in (address, "/import", "/placing", "/zones", f"/data{address}/places.geojson"):
            assert client.get(path).status_code == 403
        assert client.post("/import").status_code == 403


def test_zones_are_looked_at_and_imported(planner: FlaskClient, city: Flask, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "社区.geojson"
    zones = store.zones.frame("community")
    wider = shapely.buffer(zones.geometry.to_numpy()[:1], 0.001, join_style="mitre")
    zones.iloc[:1].set_geometry(wider, crs=4326).reset_index().to_file(path)
    address = send(planner, path.read_bytes(), "社区.geojson", kind="zones", level="community").location
    page = looked(planner, city, address)
    assert "pairs of community zones overlap" in page
    faults = planner.get(f"/data{address}/faults.geojson").get_json()["features"]
    assert {one["properties"]["kind"] for one in faults} >= {"overlap", "beyond"}
    confirmed(planner, city, address, page)
    listed = planner.get("/zones").text
    assert "overlaps of zones of one level" in listed
    drawn = planner.get("/data/zone-faults.geojson").get_json()["features"]
    assert {one["properties"]["kind"] for one in drawn} >= {"overlap", "beyond"}
    undo = re.search(r"/import/undo/\d+", planner.get("/import").text)
    assert undo is not None
    planner.post(undo[0])
    assert "The tree fits" in planner.get("/zones").text


def test_a_place_is_given_by_hand_and_taken_back(planner: FlaskClient, city: Flask, store: Store) -> None:
    assert "Every checkpoint has a place" in planner.get("/placing").text
    address = send(planner, roster()).location
    confirmed(planner, city, address, looked(planner, city, address))
    page = planner.get("/placing").text
    assert "没有坐标的市场" in page
    assert "沿江大道3号" in page
    put = {"id": "N3", "lon": "114.30", "lat": "30.56"}
    assert planner.post("/placing", data=put).status_code == 400  # no datum
    assert planner.post("/placing", data={**put, "lon": "east", "datum": "wgs84"}).status_code == 400
    assert planner.post("/placing", data={**put, "datum": "wgs84"}).status_code == 302
    assert store.checkpoints.frame().loc["N3", "street_code"] == "420102002"
    assert "Undo: 没有坐标的市场" in planner.get("/placing").text
    planner.post("/placing/undo")
    assert store.checkpoints.unplaced().index.tolist() == ["N3"]
    planner.post("/placing", data={**put, "datum": "gcj02"})
    assert 300 < 100_000 * abs(store.checkpoints.frame().loc["N3"].geometry.x - 114.30) < 800


def test_a_long_list_comes_in_pages_and_is_searched(
    planner: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kind: a list of which only the first rows can be reached."""
    monkeypatch.setattr(placing, "SHOWN", 10)
    blank = {"str": "", "bool": False, "float": 1.0}
    columns = {name: [blank[kind]] * 25 for name, kind in CHECKPOINTS.columns.items()}
    ids = pd.Index([f"W{number:02d}" for number in range(25)], name="id")
    store.checkpoints.save_unplaced(pd.DataFrame({**columns, "name": [f"无处{id_}" for id_ in ids]}, index=ids))
    seen, address = [], "/placing"
    while address:
        page = planner.get(address).text
        seen += re.findall(r'data-id="([^"]+)"', page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert seen == ids.tolist()
    assert re.findall(r'data-id="([^"]+)"', planner.get("/placing?q=处w2").text) == ["W20", "W21", "W22", "W23", "W24"]
    for nothing in ("%", "_", "nowhere"):
        assert "No checkpoint without a place holds" in planner.get("/placing", query_string={"q": nothing}).text
    assert re.findall(r'data-id="([^"]+)"', planner.get("/placing?id=W24").text)[0] == "W24"
    put = {"id": "W20", "lon": "114.30", "lat": "30.56", "datum": "wgs84", "q": "w2"}
    assert parse_qs(urlsplit(planner.post("/placing", data=put).location).query) == {"id": ["W21"], "q": ["w2"]}


def test_every_import_can_be_reached(planner: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kind: a list that ends where its first page does; only the newest of a kind can be undone, on whichever page."""
    monkeypatch.setattr(view, "HISTORY", 3)
    roster_ = store.checkpoints.frame()
    for number in range(7):
        store.checkpoints.upsert(roster_.assign(address=f"{number}号"), import_of=f"file{number}.csv")
    seen, undo, address = [], [], "/import"
    while address:
        page = planner.get(address).text
        seen += re.findall(r"file\d", page)
        undo += re.findall(r"/import/undo/(\d+)", page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1] if onward else ""
    assert seen == [f"file{number}" for number in reversed(range(7))]
    newest = store.imports.newest("checkpoints")
    assert newest is not None
    assert undo == [str(newest.id)] == [str(store.imports.all()[0].id)]
    assert "That was the last one" in planner.get("/import?before=1").text
    store.imports.undo_last("checkpoints")
    again = store.imports.newest("checkpoints")
    assert again is not None
    assert again.file == "file5.csv"


VISITS = (
    "编号,组别,时间,扣分项,扣分,照片\nP001,1,2026-05-20 09:30,lamps,1,a.jpg\nP002,1,2026-05-20 10:30,licences,1,b.jpg\n"
)


def photos(**files: bytes) -> bytes:
    """Pack an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"照片/{name}.jpg", data)
    return file.getvalue()


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30)).save(file, "JPEG")
    return file.getvalue()


def send_visits(client: FlaskClient, archive: bytes | None, name: str = "照片.zip") -> TestResponse:
    """Upload visits as the form does, perhaps with their photos."""
    data = {
        "file": (io.BytesIO(VISITS.encode()), "五月.csv"),
        "photos": (io.BytesIO(archive or b""), name if archive else ""),
    }
    return client.post("/import/visits", data=data, content_type="multipart/form-data")


def over(client: FlaskClient, city: Flask, answer: TestResponse) -> str:
    """Return the page of a job once it is over."""
    assert answer.status_code == 302, answer.text
    work_off(city)
    return client.get(answer.location).text


def waiting(city: Flask) -> list[Path]:
    return list((city.extensions["xundian"].cache_dir / "visit-uploads").iterdir())


def test_visits_come_in_with_their_photos_and_go_again(planner: FlaskClient, city: Flask, store: Store) -> None:
    before = store.visits.state()
    answer = send_visits(planner, photos(a=jpeg()))
    page = over(planner, city, answer)
    assert "What would come in" in page
    assert "1 photos show what was found" in page
    assert store.visits.state() == before
    sheet = planner.get(re.search(r"/import/visits/\w+/rejected.xlsx", page)[0]).data
    reasons = pd.read_excel(io.BytesIO(sheet), engine="calamine")["reason"].tolist()
    assert reasons == ["photo 'b.jpg' is not in 照片.zip: put it there, or mend its name"]
    page = over(planner, city, planner.post(re.search(r"/import/visits/\w+/confirm", page)[0]))
    assert "Imported" in page
    assert waiting(city) == []
    found = store.visits.deductions()
    (photo,) = store.photos.frame(found.index[found["item"] == "back_alley.lamps"])["photo"]
    assert planner.get(f"/photos/{photo}").status_code == 200
    assert "visits" in planner.get("/import").text
    planner.post(re.search(r"/import/undo/\d+", page)[0])
    assert len(store.visits.deductions()) == len(found) - 1
    assert planner.get(f"/photos/{photo}").status_code == 404


@pytest.mark.parametrize(("history", "good"), [("", "0"), ("yes", "2")])
def test_records_of_another_system_say_so(planner: FlaskClient, city: Flask, history: str, good: str) -> None:
    table = VISITS.replace("lamps,1,a.jpg", "路灯,5,").replace("licences,1,b.jpg", "证照,5,")
    data = {"file": (io.BytesIO(table.encode()), "旧记录.csv"), "history": history}
    page = over(planner, city, planner.post("/import/visits", data=data, content_type="multipart/form-data"))
    assert re.findall(r"<dd[^>]*>(\d+)</dd>", page)[0] == good
    assert ("2 rows name items that the catalogue does not have" in page) is bool(history)


def test_visits_that_are_not_to_be_used_do_not_wait(planner: FlaskClient, city: Flask, store: Store) -> None:
    before = store.visits.state()
    page = over(planner, city, send_visits(planner, None))
    assert "五月.csv names 2 photos in the column" in page
    assert "choose the ZIP archive that they lie in together with the table" in page
    assert "--photos" not in page
    assert "Nothing was imported" in page
    page = over(planner, city, send_visits(planner, photos(a=jpeg(), b=jpeg())))
    planner.post(re.search(r"/import/visits/\w+/discard", page)[0])
    answer = send_visits(planner, b"Rar!" * 99)
    assert answer.status_code == 400
    assert "照片.zip is no .zip file" in answer.text
    assert waiting(city) == []
    assert store.visits.state() == before


def sheets(*, hidden: bool = False) -> bytes:
    """Write a workbook of two sheets whose headings differ, or of which one is hidden."""
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        table = {"编号": ["S1"], "点位名称": ["甲"], "点位类别": ["医院"], "经度": [114.2851], "纬度": [30.5601]}
        pd.DataFrame(table).to_excel(book, sheet_name="已核", index=False)
        other = {**table, "编号": ["S2"], "点位名称": ["乙"]} | ({} if hidden else {"责任单位": ["城管局"]})
        pd.DataFrame(other).to_excel(book, sheet_name="待核", index=False)
        if hidden:
            book.sheets["待核"].hide()
    return file.getvalue()


def test_sheets_are_chosen_on_the_page(planner: FlaskClient, city: Flask, store: Store) -> None:
    address = send(planner, sheets(), "清单.xlsx").location
    page = looked(planner, city, address)
    assert "清单.xlsx holds tables whose headings differ" in page
    assert "choose below which to read" in page
    assert re.findall(r'name="sheet" value="(\w+)"', page) == ["已核", "待核"]
    assert "1 rows" in page
    planner.post(address, data={"sheets": "chosen", "sheet": ["待核"]})
    page = looked(planner, city, address)
    assert "Import 1 rows" in page
    assert re.findall(r'name="sheet" value="(\w+)" checked', page) == ["待核"]
    planner.post(address, data={"sheets": "chosen", "sheet": ["待核", "已核"]})
    page = looked(planner, city, address)
    assert "Import 2 rows" in page
    confirmed(planner, city, address, page)
    assert {"S1", "S2"} <= set(store.checkpoints.frame().index)


def test_a_hidden_sheet_retires_nothing_until_it_is_said(planner: FlaskClient, city: Flask, store: Store) -> None:
    address = send(planner, sheets(hidden=True), "清单.xlsx", part="").location
    page = looked(planner, city, address)
    assert "40 checkpoints of the city are not among the rows that were read, and stay" in page
    assert "hidden" in page
    planner.post(address, data={"kind": "checkpoints", "datum": "wgs84", "whole": "yes"})
    page = looked(planner, city, address)
    assert "40 checkpoints of the city are not in this file and will be retired" in page
    confirmed(planner, city, address, page)
    assert store.checkpoints.frame().index.tolist() == ["S1"]


def test_sheets_of_visits_are_chosen_on_the_page(planner: FlaskClient, city: Flask) -> None:
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        visit = {"编号": ["P001"], "组别": ["1"], "时间": ["2026-05-20 09:30"]}
        pd.DataFrame(visit).to_excel(book, sheet_name="一", index=False)
        pd.DataFrame({**visit, "备注": ["x"]}).to_excel(book, sheet_name="二", index=False)
    file.seek(0)
    data = {"file": (file, "五月.xlsx")}
    page = over(planner, city, planner.post("/import/visits", data=data, content_type="multipart/form-data"))
    assert "五月.xlsx holds tables whose headings differ" in page
    choose = re.search(r"/import/visits/\w+/choose", page)
    assert choose is not None
    page = over(planner, city, planner.post(choose[0], data={"sheets": "chosen", "sheet": "二"}))
    assert "What would come in" in page
    assert re.findall(r'name="sheet" value="(\w+)" checked', page) == ["二"]

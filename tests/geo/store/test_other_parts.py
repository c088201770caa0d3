"""Parts of a file that were not read for whatever reason: nothing leaves a city because of them, in any format."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import xlsxwriter
from shapely.geometry import Point

from geo.crs import Datum
from geo.errors import InputError
from geo.imports import ImportOptions, ImportReport, import_checkpoints, import_teams
from geo.readers import messages
from geo.store import Store

HEADER = ["编号", "名称", "类别", "经度", "纬度"]
PARKS = [[f"P{n}", f"公园{n}", "公园", 114.3001 + n / 1000, 30.6001] for n in range(3)]
TOILETS = [[f"T{n}", f"公厕{n}", "室外公共厕所", 114.3001 + n / 1000, 30.6101] for n in range(5)]
FIELDS = ["id", "name", "category"]
ROSTER = [HEADER, *PARKS, *TOILETS]
FORCED = ImportOptions(Datum.WGS84, force=True)


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as out:
        for name, table in sheets.items():
            sheet = out.add_worksheet(name)
            for at, row in enumerate(table):
                sheet.write_row(at, 0, row)
    return path


def frame(rows: list[list[object]], fields: list[str] = FIELDS, crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    table = {field: [row[at] for row in rows] for at, field in enumerate(FIELDS) if field in fields}
    return gpd.GeoDataFrame(table, geometry=[Point(row[3:]) for row in rows], crs="EPSG:4326").to_crs(crs)


def placemarks(rows: list[list[object]], *, full: bool = True) -> str:
    extra = '<Data name="id"><value>{}</value></Data><Data name="category"><value>{}</value></Data>'
    extra = f"<ExtendedData>{extra}</ExtendedData>"
    return "".join(
        f"<Placemark><name>{name}</name>{extra.format(code, kind) if full else ''}"
        f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>"
        for code, name, kind, lon, lat in rows
    )


def kml(body: str) -> str:
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def layers_of_other_fields(folder: Path) -> Path:
    frame(PARKS).to_file(folder / "a.gpkg", layer="公园")
    frame(TOILETS, ["id", "name"]).to_file(folder / "a.gpkg", layer="公厕")
    return folder / "a.gpkg"


def layers_of_other_shapes(folder: Path) -> Path:
    frame(PARKS).to_file(folder / "a.gpkg", layer="公园")
    areas = frame(TOILETS, crs="EPSG:32649")
    areas.assign(geometry=areas.geometry.buffer(20)).to_file(folder / "a.gpkg", layer="公厕")
    return folder / "a.gpkg"


def folders_of_other_fields(folder: Path) -> Path:
    body = f"<Folder><name>公园</name>{placemarks(PARKS)}</Folder>"
    body += f"<Folder><name>公厕</name>{placemarks(TOILETS, full=False)}</Folder>"
    (folder / "a.kml").write_text(kml(body), "utf-8")
    return folder / "a.kml"


def a_link(folder: Path) -> Path:
    body = f"{placemarks(PARKS)}<NetworkLink><Link><href>more.kml</href></Link></NetworkLink>"
    (folder / "a.kml").write_text(kml(body), "utf-8")
    return folder / "a.kml"


def sheets_of_other_words(folder: Path) -> Path:
    other = [["编号", "厕所", "类别", "东经", "北纬"], *TOILETS]
    return book(folder / "a.xlsx", {"公园": [HEADER, *PARKS], "公厕": other})


def a_sheet_without_headings(folder: Path) -> Path:
    return book(folder / "a.xlsx", {"公园": [HEADER, *PARKS], "公厕": [row[1:] for row in TOILETS]})


def archive(folder: Path, **files: bytes) -> Path:
    (folder / "pa.geojson").write_text(frame(PARKS).to_json(drop_id=True), "utf-8")
    with zipfile.ZipFile(folder / "a.zip", "w") as out:
        out.write(folder / "pa.geojson", "pa.geojson")
        for name, content in files.items():
            out.writestr(name.replace("_", "."), content)
    return folder / "a.zip"


def a_workbook_in_an_archive(folder: Path) -> Path:
    return archive(folder, ta_xlsx=book(folder / "t.xlsx", {"公厕": [HEADER, *TOILETS]}).read_bytes())


def a_file_of_no_known_kind(folder: Path) -> Path:
    return archive(folder, ta_dwg=b"AC1032")


ASKED = [layers_of_other_fields, folders_of_other_fields, sheets_of_other_words, a_workbook_in_an_archive]
SPARED = [layers_of_other_shapes, a_link, a_sheet_without_headings, a_file_of_no_known_kind]


@pytest.fixture
def city(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Hold a roster of parks and toilets."""
    monkeypatch.chdir(tmp_path)
    import_checkpoints(store, book(tmp_path / "before.xlsx", {"全": ROSTER}), FORCED)
    return store


@pytest.mark.parametrize("make", ASKED)
def test_a_likely_table_with_other_headings_is_asked_about(
    city: Store, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    with pytest.raises(InputError) as caught:
        import_checkpoints(city, make(tmp_path), FORCED)
    assert caught.value.template == messages.CHOOSE_PARTS
    assert "(5 rows: " in str(caught.value)
    assert len(city.checkpoints.frame()) == 8


@pytest.mark.parametrize("make", SPARED)
def test_what_was_not_read_retires_nothing(city: Store, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    report = import_checkpoints(city, path, FORCED)
    assert (report.unchanged, report.retired) == (3, 0)
    said = "\n".join(note.text() for note in report.notes)
    assert "was not read" in said
    assert "5 checkpoints of the city are not among the rows that were read, and stay" in said
    assert len(city.checkpoints.frame()) == 8
    whole = ImportOptions(Datum.WGS84, force=True, whole=True)
    assert import_checkpoints(city, path, whole).retired == 5


def test_pictures_and_remarks_are_no_rows(city: Store, tmp_path: Path) -> None:
    path = archive(tmp_path, photo_jpg=b"\xff\xd8", README_txt=b"a,b\nc,d\n", a_qml=b"<qgis/>")
    assert import_checkpoints(city, path, FORCED).retired == 5


TEAMS = ["组别", "驻地经度", "驻地纬度"]


TOWN, SUBURB = ["一组", 114.301, 30.6], ["二组", 114.303, 30.6]


@pytest.fixture
def teams(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Hold two teams."""
    monkeypatch.chdir(tmp_path)
    import_teams(store, book(tmp_path / "a.xlsx", {"城区": [TEAMS, TOWN], "郊区": [TEAMS, SUBURB]}), FORCED)
    return store


def test_teams_of_a_sheet_that_was_not_read_stay(teams: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"城区": [TEAMS, TOWN], "郊区": [["队", "东经", "北纬"], SUBURB]})
    report = import_teams(teams, path, FORCED)
    assert (report.accepted, report.skipped) == (1, 1)  # the headings are no row
    assert [team.id for team in teams.teams.all()] == ["一组", "二组"]


def test_a_likely_sheet_of_teams_is_asked_about(teams: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"城区": [TEAMS, TOWN], "郊区": [["小队", "经度", "纬度"], SUBURB]})
    with pytest.raises(InputError, match="headings differ"):
        import_teams(teams, path, FORCED)
    assert [team.id for team in teams.teams.all()] == ["一组", "二组"]


@pytest.mark.parametrize(("dry_run", "said"), [(False, "were removed"), (True, "would be removed")])
def test_teams_that_go_are_counted(teams: Store, tmp_path: Path, dry_run: bool, said: str) -> None:  # noqa: FBT001 - a case
    options = ImportOptions(Datum.WGS84, dry_run=dry_run)
    report = import_teams(teams, book(tmp_path / "c.xlsx", {"城区": [TEAMS, TOWN]}), options)
    assert any(note.text() == f"1 teams of the city are not in the file and {said}: 二组" for note in report.notes)
    assert len(teams.teams.all()) == (2 if dry_run else 1)


def test_every_kml_of_an_archive_is_read(city: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as out:
        link = "<NetworkLink><Link><href>files/b.kml</href></Link></NetworkLink>"
        out.writestr("doc.kml", kml(placemarks(PARKS) + link))
        out.writestr("files/b.kml", kml(placemarks(TOILETS)))
    report: ImportReport = import_checkpoints(city, tmp_path / "a.kmz", FORCED)
    assert (report.accepted, report.new, report.retired) == (8, 0, 0)


def test_a_large_kml_in_an_archive_is_called_large(
    city: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as out:
        out.writestr("doc.kml", kml(placemarks(PARKS)))
    monkeypatch.setattr("geo.readers.kml._MOST_BYTES", 100)
    with pytest.raises(InputError) as caught:
        import_checkpoints(city, tmp_path / "a.kmz", FORCED)
    assert caught.value.template == messages.ZIP_SIZE


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32649"])
def test_layers_in_metres_and_degrees_of_one_datum_are_read_together(city: Store, tmp_path: Path, crs: str) -> None:
    frame(PARKS).to_file(tmp_path / "a.gpkg", layer="公园")
    frame(TOILETS, crs=crs).to_file(tmp_path / "a.gpkg", layer="公厕")
    report = import_checkpoints(city, tmp_path / "a.gpkg", FORCED)
    assert (report.accepted, report.new, report.retired) == (8, 0, 0)
    places = city.checkpoints.frame().geometry
    assert (places["T4"].x, places["T4"].y) == pytest.approx((114.3041, 30.6101), abs=1e-7)


def test_geojson_without_a_crs_stands_beside_a_shapefile(city: Store, tmp_path: Path) -> None:
    frame(TOILETS).to_file(tmp_path / "ta.shp", encoding="utf-8")
    rows = json.loads(frame(PARKS).to_json(drop_id=True))
    rows.pop("crs", None)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("pa.geojson", json.dumps(rows))
        for part in ("shp", "shx", "dbf", "prj", "cpg"):
            out.write(tmp_path / f"ta.{part}", f"in/ta.{part}")
    report = import_checkpoints(city, tmp_path / "a.zip", FORCED)
    assert (report.accepted, report.new, report.retired) == (8, 0, 0)
    assert any(note.text().endswith("ta.shp is in UTF-8") for note in report.notes)


def test_the_key_of_a_database_may_be_the_number_of_a_checkpoint(store: Store, tmp_path: Path) -> None:
    rows = [[420106010100001012 + n, *row[1:]] for n, row in enumerate(PARKS)]
    before = [[str(row[0]), *row[1:]] for row in rows]
    import_checkpoints(store, book(tmp_path / "a.xlsx", {"全": [HEADER, *before]}), FORCED)
    keyed = frame(rows, ["name", "category"]).set_index(gpd.pd.Index([row[0] for row in rows], name="id"))
    keyed.reset_index().to_file(tmp_path / "a.gpkg", layer_options={"FID": "id"})
    report = import_checkpoints(store, tmp_path / "a.gpkg", FORCED)
    assert (report.unchanged, report.new, report.retired) == (3, 0, 0)

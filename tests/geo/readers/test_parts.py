"""Files of many parts: all sheets, layers and folders with the same headings are read, else the choice is asked."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter

from geo.errors import InputError
from geo.readers import read_roster, read_team_list, read_visits, read_zone_layer
from geo.readers.areas import read_area
from geo.readers.avoidances import read_avoidances
from geo.readers.chosen_file import ChosenFile

FAULTS = Path(__file__).parents[1] / "faults"
HEADER = ["编号", "名称", "类别", "经度", "纬度"]
Rows = list[list[object]]


def rows(mark: str, number: int, category: str = "公园") -> Rows:
    """Make rows of a roster."""
    return [[f"{mark}{n}", f"{category}{mark}{n}", category, 114.3001 + n / 1000, 30.6001] for n in range(number)]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write sheets as a workbook; ``hidden`` names those that nobody sees."""

    def make(sheets: dict[str, Rows], *, hidden: Sequence[str] = (), very_hidden: Sequence[str] = ()) -> Path:
        path = tmp_path / "清单.xlsx"
        with xlsxwriter.Workbook(str(path)) as out:
            for name, table in sheets.items():
                sheet = out.add_worksheet(name)
                for at, row in enumerate(table):
                    sheet.write_row(at, 0, row)
                if name in hidden:
                    sheet.hide()
                if name in very_hidden:
                    sheet.very_hidden()
            shown = [n for n, name in enumerate(sheets) if name not in (*hidden, *very_hidden)]
            out.worksheets()[shown[0] if shown else 0].activate()
        return path

    return make


def said(notes: Sequence[object]) -> str:
    return "\n".join(note.text() for note in notes)


def test_a_sheet_for_each_category(book):
    path = book({"公园": [HEADER, *rows("P", 3)], "公厕": [HEADER, *rows("T", 5, "室外公共厕所")]})
    reading = read_roster(path, datum="wgs84")
    assert len(reading.accepted) == 8
    assert reading.rows["T4"] == "公厕!6"
    assert (
        said(reading.notes) == "'公园', '公厕' were read together, of 2 sheets or layers: they have the same headings"
    )
    assert reading.skipped == 0


def test_the_rejected_rows_say_their_sheet(book):
    path = book({"公园": [HEADER, *rows("P", 3)], "公厕": [HEADER, *rows("T", 2, "没有的类别")]})
    reading = read_roster(path, datum="wgs84")
    assert reading.rejected["source_row"].tolist() == ["公厕!2", "公厕!3"]
    assert [fault.source_row for fault in reading.faults] == ["公厕!2", "公厕!3"]


def test_headings_may_stand_in_other_rows_and_words(book):
    other = [["公厕点位清单"], ["", "代码"], ["点位编号", "点位名称", "点位类别", "lng", "lat"]]
    path = book({"公园": [HEADER, *rows("P", 3)], "公厕": [*other, *rows("T", 2, "室外公共厕所")]})
    reading = read_roster(path, datum="wgs84")
    assert reading.accepted.index.tolist() == ["P0", "P1", "P2", "T0", "T1"]
    assert reading.rows["T0"] == "公厕!4"
    assert "'公厕': the header is in row 3" in said(reading.notes)


def test_other_headings_are_asked_about(book):
    shorter = [["名称", "类别", "地址"], ["甲", "公园", "人民路1号"]]
    path = book({"公园": [HEADER, *rows("P", 3)], "待定": shorter})
    with pytest.raises(InputError) as caught:
        read_roster(path, datum="wgs84")
    assert str(caught.value) == (
        "清单.xlsx holds tables whose headings differ: '公园' (3 rows: 编号, 名称, 类别, 经度, 纬度); "
        "'待定' (1 rows: 名称, 类别, 地址); say which to read, --sheet or --layer with its name, once for each"
    )
    reading = read_roster(ChosenFile(path, ("待定",)), datum="wgs84")
    assert reading.unplaced["name"].tolist() == ["甲"]
    assert reading.unread.parts == ("公园",)
    assert reading.skipped == 3
    both = read_roster(ChosenFile(path, ("待定", "公园")), datum="wgs84")
    assert len(both.accepted) + len(both.unplaced) == 4


@pytest.mark.parametrize("kind", ["hidden", "very_hidden"])
def test_a_hidden_sheet_is_read_when_it_is_named_only(book, kind):
    path = book({"旧": [HEADER, *rows("OLD", 9)], "新": [HEADER, *rows("P", 2)]}, **{kind: ["旧"]})
    reading = read_roster(path, datum="wgs84")
    assert reading.accepted.index.tolist() == ["P0", "P1"]
    assert "'旧' is hidden and was not read, 9 rows" in said(reading.notes)
    assert (reading.unread.parts, reading.skipped) == (("旧",), 9)
    named = read_roster(ChosenFile(path, ("旧",)), datum="wgs84")
    assert len(named.accepted) == 9
    assert "'旧' is hidden; it was read because it was named" in said(named.notes)


def test_only_hidden_sheets_are_asked_about(book):
    path = book({"说明": [["请填写第二张表"]], "旧": [HEADER, *rows("OLD", 9)]}, hidden=["旧"])
    with pytest.raises(InputError, match=r"only in hidden sheets: '旧' \(hidden, 9 rows: 编号, 名称"):
        read_roster(path, datum="wgs84")


def test_a_sheet_that_is_no_roster_is_named(book):
    path = book({"说明": [["填表说明"], ["名称请写全称"]], "点位": [HEADER, *rows("P", 2)], "空": []})
    reading = read_roster(path, datum="wgs84")
    assert "sheet '点位' of 3 was read" in said(reading.notes)
    assert "'说明' was not read, 2 rows: it lacks the columns that are needed" in said(reading.notes)
    assert reading.rows["P0"] == 2
    assert reading.skipped == 2


def test_a_name_that_is_no_sheet(book, tmp_path):
    path = book({"公园": [HEADER, *rows("P", 3)], "公厕": [HEADER, *rows("T", 5)]})
    with pytest.raises(InputError, match=r"names '公圆', which 清单.xlsx does not have; it has 公园, 公厕"):
        read_roster(ChosenFile(path, ("公圆",)), datum="wgs84")
    (tmp_path / "a.csv").write_text("名称,类别,经度,纬度\n甲,公园,114.3,30.6\n", "utf-8")
    with pytest.raises(InputError, match=r"which a\.csv does not have; it has a"):
        read_roster(ChosenFile(tmp_path / "a.csv", ("甲",)), datum="wgs84")


def test_a_sheet_of_all_beside_a_sheet_for_each(book):
    parks, toilets = rows("P", 3), rows("T", 2, "室外公共厕所")
    header = ["序号", *HEADER]

    def numbered(table: Rows) -> Rows:
        return [header, *([n, *row] for n, row in enumerate(table, start=1))]

    path = book({"总表": numbered([*parks, *toilets]), "公园": numbered(parks), "公厕": numbered(toilets)})
    reading = read_roster(path, datum="wgs84")
    assert len(reading.accepted) == 5
    assert not len(reading.rejected)
    assert reading.skipped == 5
    assert "the same stands in another sheet or layer; read once" in said(reading.notes)


def test_sheets_in_different_datums_are_not_mixed(book):
    path = book(
        {
            "一": [["名称", "类别", "百度经度", "百度纬度"], ["甲", "公园", 114.3, 30.6]],
            "二": [["名称", "类别", "高德经度", "高德纬度"], ["乙", "公园", 114.3, 30.6]],
        }
    )
    with pytest.raises(InputError, match="whose headings differ"):
        read_roster(path, datum="bd09")
    with pytest.raises(InputError, match=r"'一' and '二' give their coordinates in different systems \(bd09, gcj02\)"):
        read_roster(ChosenFile(path, ("一", "二")), datum="bd09")


def test_every_kind_of_table(book, tmp_path):
    visits = [["点位编号", "组别", "检查时间"], ["K01", "一组", "2026-06-09 09:30"]]
    found, _ = read_visits(book({"一": visits, "二": [visits[0], ["K02", "一组", "2026-06-10 09:30"]]}))
    assert [visit.checkpoint for visit in found] == ["K01", "K02"]
    teams = [["组别", "经度", "纬度"], ["一组", 114.3, 30.6]]
    whole, _ = read_team_list(book({"一": teams, "二": [teams[0], ["二组", 114.3, 30.6]]}), datum="wgs84")
    assert [team.id for team in whole] == ["一组", "二组"]
    avoid = [["inspector", "partner"], ["张三", "李四"]]
    reading = read_avoidances(book({"一": avoid, "二": [avoid[0], ["王五", "李四"]]}))
    assert [line.inspector for line in reading.lines] == ["张三", "王五"]
    for name, west in (("东", 114.3), ("西", 114.2)):
        box = gpd.GeoDataFrame({"name": [name]}, geometry=[shapely.box(west, 30.6, west + 0.1, 30.7)], crs=4326)
        box.to_file(tmp_path / "区.gpkg", layer=name)
    assert read_area(tmp_path / "区.gpkg", datum="wgs84").bounds == pytest.approx((114.2, 30.6, 114.4, 30.7))
    zones = read_zone_layer(tmp_path / "区.gpkg", datum="wgs84", level="district")
    assert sorted(zones.accepted["name"]) == ["东", "西"]


def test_visits_of_two_days():
    visits, rejected = read_visits(FAULTS / "visits_two_sheets_one_read.xlsx")
    assert (len(visits), len(rejected)) == (3, 0)


def points(mark: str, number: int, crs: int = 4326) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows(mark, number), columns=HEADER)
    places = gpd.points_from_xy(frame["经度"], frame["纬度"], crs=4326).to_crs(crs)
    return gpd.GeoDataFrame(frame[["编号", "名称", "类别"]], geometry=places)


def test_layers_of_a_geopackage(tmp_path):
    path = tmp_path / "点位.gpkg"
    points("P", 3).to_file(path, layer="公园")
    points("T", 2).to_file(path, layer="公厕")
    outline = gpd.GeoDataFrame({"名称": ["区"], "类别": ["公园"]}, geometry=[shapely.box(114, 30, 115, 31)], crs=4326)
    outline.to_file(path, layer="边界")
    reading = read_roster(path, datum="wgs84")
    assert sorted(reading.accepted.index) == ["P0", "P1", "P2", "T0", "T1"]
    assert reading.rows["T1"] == "公厕!2"
    assert "'边界' was not read, 1 rows" in said(reading.notes)


def test_layers_in_other_systems_are_asked_about(tmp_path):
    path = tmp_path / "点位.gpkg"
    points("P", 3).to_file(path, layer="公园")
    points("T", 2, 4547).to_file(path, layer="公厕")
    with pytest.raises(InputError, match=r"different systems \(EPSG:4326, EPSG:4547\)"):
        read_roster(path, datum="wgs84")
    assert len(read_roster(ChosenFile(path, ("公厕",)), datum="wgs84").accepted) == 2
    with pytest.raises(InputError, match="in different systems"):
        read_roster(ChosenFile(path, ("公厕", "公园")), datum="wgs84")


def test_layers_of_different_levels_are_asked_about(tmp_path):
    path = tmp_path / "区划.gpkg"
    for name, box in (
        ("街道", shapely.box(114.3, 30.6, 114.4, 30.7)),
        ("社区", shapely.box(114.3, 30.6, 114.35, 30.7)),
    ):
        gpd.GeoDataFrame({"name": [f"大智{name}"]}, geometry=[box], crs=4326).to_file(path, layer=name)
    with pytest.raises(InputError, match="whose headings differ"):
        read_zone_layer(path, datum="wgs84", level="street")
    reading = read_zone_layer(ChosenFile(path, ("街道",)), datum="wgs84", level="street")
    assert reading.accepted["name"].tolist() == ["大智街道"]


def test_folders_of_kml():
    reading = read_roster(FAULTS / "kml_two_folders_one_read.kml", datum="wgs84")
    assert len(reading.accepted) == 6
    assert reading.rows.tolist()[-1] == "公厕!4"


KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{0}<Folder><name>A</name>{1}<Folder><name>B</name>{2}
</Folder></Folder><Folder><name>A</name>{3}</Folder></Document></kml>"""
MARK = """<Placemark><name>公园{0}</name><ExtendedData><Data name="category"><value>公园</value></Data></ExtendedData>
<Point><coordinates>114.30{0},30.6</coordinates></Point></Placemark>"""


@pytest.mark.parametrize("suffix", ["kml", "kmz"])
def test_folders_in_folders(tmp_path, suffix):
    text = KML.format(*map(MARK.format, range(4)))
    path = tmp_path / f"a.{suffix}"
    if suffix == "kml":
        path.write_text(text, "utf-8")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", text)
    assert sorted(read_roster(path, datum="wgs84").accepted["name"]) == ["公园0", "公园1", "公园2", "公园3"]


def test_shapefiles_in_one_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "点位.zip", "w") as archive:
        for name, frame in (("公园", points("P", 3)), ("公厕", points("T", 2))):
            frame.to_file(tmp_path / f"{name}.shp", encoding="utf-8")
            for part in tmp_path.glob(f"{name}.*"):
                archive.write(part, f"数据/{part.name}")
    reading = read_roster(tmp_path / "点位.zip", datum="wgs84")
    assert len(reading.accepted) == 5
    assert set(reading.rows.str.partition("!")[0]) == {"公园", "公厕"}
    assert len(read_roster(ChosenFile(tmp_path / "点位.zip", ("公厕",)), datum="wgs84").accepted) == 2


def test_an_archive_without_layers(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("说明.docx", "x")
    with pytest.raises(InputError, match=r"a\.zip holds no table and no vector file"):
        read_roster(tmp_path / "a.zip", datum="wgs84")


@pytest.mark.parametrize("suffix", ["gdb", "tab", "mif", "fgb"])
def test_other_vector_files(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    drivers = {"gdb": "OpenFileGDB", "tab": "MapInfo File", "mif": "MapInfo File", "fgb": "FlatGeobuf"}
    frame = points("P", 3).rename(columns={"编号": "id", "名称": "name", "类别": "category"})
    frame.to_file(path, driver=drivers[suffix], encoding="utf-8" if suffix != "tab" else None)
    if suffix == "gdb":
        frame.assign(id=["T0", "T1", "T2"]).to_file(path, driver="OpenFileGDB", layer="more")
    assert len(read_roster(path, datum="wgs84").accepted) == (6 if suffix == "gdb" else 3)

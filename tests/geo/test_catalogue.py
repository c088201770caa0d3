"""The catalogue: its content, its faults, its way through Excel."""

import re
from importlib import resources
from pathlib import Path

import pytest
import xlsxwriter

from geo import catalogue, openings
from geo.errors import InputError

CODES = (
    "main_road secondary_road shopping_street back_alley urban_fringe main_junction community_office "
    "residential_compound old_compound farmers_market mall restaurant hotel service_hall "
    "service_window bank hospital school school_surroundings internet_cafe cultural_venue "
    "civic_practice_centre youth_centre park square scenic_spot theatre railway_station "
    "coach_station bus_stop bus_line taxi_rank public_toilet building_site waste_station "
    "township_seat"
)

ONE = """edition = "t"
[[category]]
code = "park"
zh = "公园"
en = "Park"
dwell_min = 5
hours = "24/7"
items = [["litter", "无垃圾", "No litter", 1]]
"""


def test_default_has_the_36_categories_in_order() -> None:
    assert " ".join(catalogue.load().categories) == CODES


def test_default_has_at_least_six_items_each_and_250_in_all() -> None:
    counts = [len(category.items) for category in catalogue.load().categories.values()]
    assert min(counts) >= 6
    assert sum(counts) >= 250


def test_default_items_are_written_once_and_in_both_languages() -> None:
    items = [item for category in catalogue.load().categories.values() for item in category.items]
    assert len({item.code for item in items}) == len(items)
    assert all(re.search(r"[一-鿿]", item.name_zh) for item in items)
    assert not any(re.search(r"[一-鿿]", item.name_en) for item in items)


def test_default_hours_give_every_category_four_open_hours_on_a_weekday() -> None:
    for category in catalogue.load().categories.values():
        windows = openings.parse(category.hours).windows(2)
        assert sum(close - start for start, close in windows) >= 4 * 3600, category.code
        assert category.dwell_s % 60 == 0


def test_names_follow_the_language() -> None:
    park = catalogue.load().categories["park"]
    assert (park.name("zh"), park.name("zh_Hans_CN"), park.name("en")) == ("公园", "公园", "Park")
    assert park.items[0].name("zh") == park.items[0].name_zh
    assert park.points == pytest.approx(sum(item.points for item in park.items))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("farmers_market", "farmers_market"),
        ("集贸市场", "farmers_market"),
        (" 农 贸 市 场 ", "farmers_market"),
        ("Farmers' Market", "farmers_market"),
        ("ＦＡＲＭＥＲＳ＿ＭＡＲＫＥＴ", "farmers_market"),
        ("农贸市场（新）", "farmers_market"),
        ("饭店（餐饮）", "restaurant"),
        ("月球基地", None),
        ("", None),
    ],
)
def test_find(text: str, code: str | None) -> None:
    assert catalogue.load().find(text) == code


def test_item_is_found_by_its_code() -> None:
    default = catalogue.load()
    item = default.categories["bus_stop"].items[0]
    assert default.item(item.code) == item
    assert default.item("bus_stop.gone") is None
    assert default.item("free text") is None


def test_xlsx_gives_back_what_went_out(tmp_path: Path) -> None:
    default = catalogue.load()
    catalogue.write_xlsx(default, tmp_path / "c.xlsx")
    assert catalogue.load(tmp_path / "c.xlsx") == default


def test_toml_from_a_path_equals_the_default(tmp_path: Path) -> None:
    copy = tmp_path / "c.toml"
    copy.write_bytes(resources.files("data").joinpath("catalogue.toml").read_bytes())
    assert catalogue.load(copy) == catalogue.load()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('edition = "t"', "", "the edition is missing"),
        ('code = "park"', 'code = "Park 1"', "'Park 1' is not small letters"),
        ('zh = "公园"', "", "park: zh is missing"),
        ("dwell_min = 5", "dwell_min = 0", "dwell_min is 0"),
        ("dwell_min = 5", 'dwell_min = "soon"', "dwell_min is 'soon'"),
        ('hours = "24/7"', 'hours = "sometimes"', "'sometimes'"),
        ("dwell_min = 5", 'dwell_min = 5\nfixed = "perhaps"', "fixed is 'perhaps'"),
        ("dwell_min = 5", "dwell_min = 5\ncolour = 1", "unknown key 'colour'"),
        ("dwell_min = 5", "dwell_min = 5\nsynonyms = 3", "synonyms is 3"),
        ('[["litter", "无垃圾", "No litter", 1]]', "[]", "it has no items"),
        ('"No litter", 1]', '"No litter", -1]', "'litter' has the points -1"),
        ('"No litter", 1]', '"No litter", nan]', "'litter' has the points nan"),
        ('"No litter", 1]', '"No litter"]', "item 1 is"),
        ('"无垃圾", "No litter"', '"", "No litter"', "needs a Chinese and an English name"),
        ('"litter", ', '"Litter!", ', "item 1 has the code 'Litter!'"),
        ("]]", '], ["litter", "二", "Two", 1]]', "the item 'litter' is there twice"),
        ("[[category]]", "[category]", "[[category]]"),
        ('zh = "公园"', 'zh = "公园', "is not TOML"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in ONE
    # the last occurrence: the items' closing brackets come after those of the table's head
    head, tail = ONE.rsplit(old, 1)
    (tmp_path / "c.toml").write_text(head + new + tail, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(says)):
        catalogue.load(tmp_path / "c.toml")


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    second = ONE.split("\n", 1)[1].replace("dwell_min = 5", "dwell_min = -5").replace("24/7", "never")
    third = ONE.split("\n", 1)[1]
    fourth = ONE.split("\n", 1)[1].replace('code = "park"', 'code = "garden"')
    (tmp_path / "c.toml").write_text(ONE + second + third + fourth, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        catalogue.load(tmp_path / "c.toml")
    message = str(caught.value)
    for part in ("dwell_min is -5", "'never'", "the code is there twice", "'公园' belongs to park already"):
        assert part in message


def test_missing_file_and_missing_sheet_are_refused(tmp_path: Path) -> None:
    for name in ("none.toml", "none.xlsx"):
        with pytest.raises(InputError, match="cannot be read"):
            catalogue.load(tmp_path / name)
    with xlsxwriter.Workbook(str(tmp_path / "c.xlsx")) as book:
        book.add_worksheet("类别")
    with pytest.raises(InputError, match="no sheet 版本, 条目"):
        catalogue.load(tmp_path / "c.xlsx")


def test_faults_in_a_workbook_are_named_at_once(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "c.xlsx")) as book:
        book.add_worksheet("版本").write_row(0, 0, ["版本 edition", "t"])
        categories = book.add_worksheet("类别")
        categories.write_row(0, 0, ["code", "zh", "en", "fixed", "dwell_min", "hours", "synonyms"])
        categories.write_row(1, 0, ["park", "公园", "Park", "也许", 5, "24/7"])
        items = book.add_worksheet("条目")
        items.write_row(0, 0, ["category", "code", "zh", "en", "points"])
        items.write_row(1, 0, ["moon", "dust", "尘", "Dust", 1])
        items.write_row(2, 0, ["park", "litter", "无垃圾", "No litter", 0])
    with pytest.raises(InputError) as caught:
        catalogue.load(tmp_path / "c.xlsx")
    for part in ("'moon', which is no category", "fixed is '也许'", "'litter' has the points 0"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "category", "code"),
    [
        ("main_road.litter", "main_road", "main_road.litter"),
        ("Main_Road.Litter", "park", "main_road.litter"),
        ("litter", "main_road", "main_road.litter"),
        ("路面及绿化带无烟头、纸屑、 痰迹等垃圾", "main_road", "main_road.litter"),
        ("no stalls or goods on the pavement", "main_road", "main_road.stalls"),
        ("litter", "moon", None),
        ("垃圾", "main_road", None),
    ],
)
def test_an_item_is_found_by_code_and_in_its_category_by_name(text: str, category: str, code: str | None) -> None:
    found = catalogue.load().find_item(text, category)
    assert (found.code if found else None) == code

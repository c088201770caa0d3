"""Nothing leaves a city because of what was not read of a file: kinds of unread parts and rows, on both databases."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from geo.crs import Datum
from geo.errors import InputError
from geo.imports import ImportOptions, ImportReport, import_checkpoints, import_teams, import_visits
from geo.imports.avoidances import import_avoidances
from geo.store import Store

FAULTS = Path(__file__).parents[1] / "faults"
HEADER = ["名称", "类别", "地址", "经度", "纬度"]
ROWS = [[f"公园{n}", "公园", f"人民路{n}号", 114.3001 + n / 1000, 30.6011] for n in range(6)]
Rows = Sequence[Sequence[object]]


@pytest.fixture
def bring(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ImportReport]:
    """Import sheets as a roster; nothing stays hidden of what became of them."""
    monkeypatch.chdir(tmp_path)

    def run(sheets: dict[str, Rows], *, hidden: Sequence[str] = (), **options: object) -> ImportReport:
        return import_checkpoints(
            store, book(tmp_path, sheets, hidden), ImportOptions(Datum.WGS84, force=True, **options)
        )

    return run


def book(folder: Path, sheets: dict[str, Rows], hidden: Sequence[str] = ()) -> Path:
    path = folder / "清单.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        for name, table in sheets.items():
            sheet = out.add_worksheet(name)
            for at, row in enumerate(table):
                sheet.write_row(at, 0, row)
            if name in hidden:
                sheet.hide()
            else:
                sheet.activate()
    return path


def active(store: Store) -> list[str]:
    return sorted(store.checkpoints.frame()["name"])


def every(report: ImportReport) -> int:
    return report.accepted + report.rejected + report.unplaced + report.skipped


def test_a_sheet_for_each_category_loses_nothing(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ImportOptions(Datum.WGS84, force=True)
    before = import_checkpoints(store, FAULTS / "xlsx_sheet_per_category_before.xlsx", options)
    after = import_checkpoints(store, FAULTS / "xlsx_sheet_per_category_rest_lost.xlsx", options)
    assert (before.new, after.unchanged, after.retired) == (8, 8, 0)
    assert (
        import_checkpoints(store, FAULTS / "kml_two_folders_one_read.kml", ImportOptions(Datum.WGS84, part=True)).new
        == 6
    )


def test_an_open_quote_changes_nothing(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import_checkpoints(store, FAULTS / "csv_before.csv", ImportOptions(Datum.WGS84))
    with pytest.raises(InputError, match="quotation mark in line 5"):
        import_checkpoints(store, FAULTS / "csv_open_quote_swallows_rows.csv", ImportOptions(Datum.WGS84))
    assert len(store.checkpoints.frame()) == 8


@pytest.mark.parametrize(
    ("hidden", "parts"), [(["旧"], ()), ([], ("新",)), (["旧"], ("新",))], ids=["hidden", "not named", "both"]
)
def test_a_sheet_that_was_not_read(store, bring, hidden, parts):
    bring({"全": [HEADER, *ROWS]})
    sheets = {"旧": [HEADER, *ROWS[4:]], "新": [HEADER, *ROWS[:3]]}
    report = bring(sheets, hidden=hidden, parts=parts)
    assert (report.retired, report.unchanged, report.skipped) == (0, 3, 2)
    assert len(active(store)) == 6
    (said,) = [note.text() for note in report.notes if "stay: they may stand in" in note.text()]
    assert said.startswith(
        "3 checkpoints of the city are not among the rows that were read, and stay: they may stand in"
    )
    assert bring(sheets, hidden=hidden, parts=parts, whole=True).retired == 3
    assert active(store) == ["公园0", "公园1", "公园2"]


def test_a_sheet_without_known_headings_may_name_points(store, bring):
    bring({"全": [HEADER, *ROWS]})
    notes = [["待核实"], ["公园5 已拆？"], ["公园4"]]
    report = bring({"清单": [HEADER, *ROWS[:3]], "便笺": notes})
    assert report.retired == 2  # 公园3 and 公园5, which only a sentence names
    assert "公园4" in active(store)
    assert every(report) == 3 + 3
    assert bring({"清单": [HEADER, *ROWS[:3]], "便笺": notes}, whole=True).retired == 1


@pytest.mark.parametrize(
    ("spoilt", "kept"),
    [
        (["公园5", "火箭发射场", "", "", ""], {"公园5"}),  # by its name
        (["", "公园", "人民路5号", "", ""], {"公园5"}),  # by its address
        (["#REF!", "公园", "", 114.3051, 30.6011], {"公园5"}),  # by its place
        (["公园五号", "火箭发射场", "人民路5号", "", ""], {"公园5"}),  # renamed as well
        (["", "公园", "", "", ""], {"公园4", "公园5"}),  # it may be any
        (["新公园", "火箭发射场", "新路1号", 114.35, 30.65], set()),  # it is none of them
    ],
)
def test_a_refused_row_may_be_a_point(store, bring, spoilt, kept):
    bring({"全": [HEADER, *ROWS]})
    report = bring({"全": [HEADER, *ROWS[:4], spoilt]})
    assert set(active(store)) == {f"公园{n}" for n in range(4)} | kept
    assert report.retired == 2 - len(kept)
    assert (report.rejected, every(report)) == (1, 5)


def test_a_refused_row_with_its_own_number_is_no_other_point(bring):
    numbered = [["编号", *HEADER], *([f"A{n}", *row] for n, row in enumerate(ROWS))]
    bring({"全": numbered})
    report = bring({"全": [*numbered[:5], ["B1", "", "公园", "", "", ""]]})
    assert report.retired == 2


def test_a_part_of_the_sheets_undone_puts_everything_back(store, bring):
    bring({"全": [HEADER, *ROWS]})
    before = store.checkpoints.frame()
    bring({"一": [HEADER, *ROWS[:2]], "二": [HEADER, *ROWS[2:3]]})
    assert len(active(store)) == 3
    store.imports.undo(store.imports.all()[0].id)
    assert store.checkpoints.frame().equals(before)


TEAMS = [["组别", "姓名", "经度", "纬度"], *([f"第{n}组", f"成员{n}", 114.3, 30.6] for n in range(4))]


def test_teams_that_were_not_read_stay(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import_teams(store, book(tmp_path, {"全": TEAMS}), ImportOptions(Datum.WGS84))
    halves = {"一": TEAMS[:3], "二": [TEAMS[0], *TEAMS[3:]]}
    report = import_teams(store, book(tmp_path, halves), ImportOptions(Datum.WGS84))
    assert (report.accepted, report.skipped) == (4, 0)
    report = import_teams(store, book(tmp_path, halves, ["二"]), ImportOptions(Datum.WGS84))
    assert (report.accepted, report.skipped) == (2, 2)
    assert [team.id for team in store.teams.all()] == ["第0组", "第1组", "第2组", "第3组"]
    assert any("第2组, 第3组 stay as they are" in note.text() for note in report.notes)
    spoilt = [*TEAMS[:3], ["第3组", "成员3", 114.3, ""]]
    report = import_teams(store, book(tmp_path, {"全": spoilt}), ImportOptions(Datum.WGS84))
    assert (report.accepted, report.rejected) == (2, 1)
    assert [team.id for team in store.teams.all()] == ["第0组", "第1组", "第3组"]
    import_teams(store, book(tmp_path, {"全": spoilt}), ImportOptions(Datum.WGS84, whole=True))
    assert [team.id for team in store.teams.all()] == ["第0组", "第1组"]


def test_avoidances_that_were_not_read_stay(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [["inspector", "partner"], ["张三", "李四"], ["王五", "赵六"]]
    import_avoidances(store, book(tmp_path, {"全": lines}), ImportOptions(Datum.WGS84))
    report = import_avoidances(store, book(tmp_path, {"全": [*lines[:2], ["王五", ""]]}), ImportOptions(Datum.WGS84))
    assert (report.accepted, report.rejected) == (1, 1)
    assert [line.inspector for line in store.fieldwork.avoidances()] == ["张三", "王五"]
    sheets = {"一": lines[:2], "二": [lines[0], lines[2]]}
    assert import_avoidances(store, book(tmp_path, sheets, ["二"]), ImportOptions(Datum.WGS84)).skipped == 1
    assert len(store.fieldwork.avoidances()) == 2
    assert import_avoidances(store, book(tmp_path, sheets), ImportOptions(Datum.WGS84)).accepted == 2


def test_visits_of_all_sheets(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import_checkpoints(store, FAULTS / "roster_for_teams_and_visits.xlsx", ImportOptions(Datum.WGS84))
    report = import_visits(store, FAULTS / "visits_two_sheets_one_read.xlsx", ImportOptions(Datum.WGS84))
    assert (report.accepted, report.new, report.skipped) == (3, 3, 0)
    report = import_visits(
        store, FAULTS / "visits_two_sheets_one_read.xlsx", ImportOptions(Datum.WGS84, parts=("第一天",))
    )
    assert (report.accepted, report.skipped) == (1, 2)

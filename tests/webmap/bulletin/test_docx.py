"""The bulletin in Word: what the office arranges stays, what it names is filled in, what must not be told is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.shared import Pt

from geo.errors import InputError
from geo.model import Scope
from geo.store import Store
from webmap.bulletin import fonts
from webmap.bulletin.content import Bulletin, bulletin
from webmap.bulletin.docx import write_docx
from webmap.bulletin.placeholders import BLOCKS, FACTS
from webmap.bulletin.template import TABLE_STYLE, write_template
from webmap.bulletin.xlsx import write_xlsx

TEAM, DONE, GOING_ON = "绝密七组", "2026-05", "暗访-6"


@pytest.fixture(scope="module")
def made(visited_file: Path) -> Bulletin:
    with Store.open(visited_file) as store:
        return bulletin(store, DONE, "zh")


@pytest.fixture(scope="module")
def going_on(visited_file: Path) -> Bulletin:
    with Store.open(visited_file) as store:
        return bulletin(store, GOING_ON, "zh")


def everything(document: Any) -> str:
    """Return all text of a document, headers and footers too."""
    parts = [document.element.body, *(s.footer._element for s in document.sections)]
    return "\n".join(text for part in parts for text in part.itertext())


def template(path: Path, change: Callable[[Any], None]) -> Path:
    document = Document()
    change(document)
    document.save(str(path))
    return path


def test_the_default_template_is_filled_whole(made: Bulletin, tmp_path: Path) -> None:
    out = tmp_path / "b.docx"
    write_docx(made, out)
    document = Document(str(out))
    text = everything(document)
    assert "{{" not in text
    assert (
        document.paragraphs[0].text == "江岸区实地考察（明查）情况通报（2026-05 轮）" == document.core_properties.title
    )
    assert made.facts["interval"] in text
    assert "2026-05-12 至 2026-05-14" in text
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[0] == "一、总体情况"
    assert len(headings) == 9
    assert len(document.inline_shapes) == 4
    ranking = document.tables[0]
    assert ranking.style.name == TABLE_STYLE
    assert [cell.text for cell in ranking.rows[0].cells][:3] == ["名次", "名次区间（95%）", "街道"]
    assert {row.cells[2].text for row in ranking.rows[1:]} == {"大智街道", "一元街道"}
    problems = document.tables[-1]
    assert len(problems.rows) == 1 + 2 + len(made.tables["table_problems"].rows)  # head, a line a street
    assert "中山大道" in problems.rows[2].cells[1].text


def test_it_names_no_team_no_hour_and_no_key(made: Bulletin, tmp_path: Path) -> None:
    docx, xlsx = tmp_path / "b.docx", tmp_path / "b.xlsx"
    write_docx(made, docx)
    write_xlsx(made, xlsx)
    text = everything(Document(str(docx))) + "".join(table.sheet().to_csv() for table in made.sheets)
    assert TEAM not in text
    assert "10:0" not in text
    assert (b"k" * 32).hex() not in text


def test_a_covert_round_that_goes_on_tells_past_days_only(going_on: Bulletin, tmp_path: Path) -> None:
    out = tmp_path / "b.docx"
    write_docx(going_on, out)
    text = everything(Document(str(out)))
    assert "截至 2026-06-08" in text
    dates = set(going_on.tables["table_problems"].rows["date"])
    assert dates == {"2026-06-08"}
    assert going_on.facts["visited"] == "14"
    assert "未测占比" not in "".join(c.heading for t in going_on.sheets for c in t.columns)
    assert "抽中点位" not in "".join(c.heading for t in going_on.sheets for c in t.columns)
    bins = going_on.sheets[4].rows  # items
    assert "back_alley.bins" not in bins.index
    assert TEAM not in text


def test_a_covert_round_that_goes_on_names_nobody_who_is_still_to_come(visited: Path) -> None:
    with Store.open(visited) as store:
        sample = store.draws.sample(GOING_ON)
        seen = store.visits.frame(Scope(round_id=GOING_ON))
        waiting = sample.index.difference(seen["checkpoint"])
        roster = store.checkpoints.frame()
        roster.loc[waiting, "unit"] = "等着的单位"
        store.checkpoints.upsert(roster)
        told = bulletin(store, GOING_ON, "zh")
        store.settings.set("today", "2026-07-01")
        over = bulletin(store, GOING_ON, "zh")
    assert len(waiting) > 0
    for table in told.sheets[:3]:
        assert (table.rows["n"] > 0).all()
    assert "等着的单位" not in "".join(table.sheet().to_csv() for table in told.sheets)
    assert "等着的单位" in over.sheets[2].sheet().to_csv()


def test_an_office_arranges_its_own_template(made: Bulletin, tmp_path: Path) -> None:
    def change(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "{{城市}}创建办"
        document.add_paragraph("{{问题清单}}")
        styled = document.add_paragraph()
        # Word cuts a name into pieces as it likes.
        for piece, size in (("得分 {", 20), ("{得", 11), ("分}} 分，", 11), ("{{ visited }} 个", 9)):
            styled.add_run(piece).font.size = Pt(size)
        document.add_table(1, 1).cell(0, 0).text = "{{轮次}}"

    out = tmp_path / "b.docx"
    write_docx(made, out, template=template(tmp_path / "own.docx", change))
    document = Document(str(out))
    said = next(p for p in document.paragraphs if p.text.startswith("得分"))
    assert said.text == f"得分 {made.facts['score']} 分，28 个"
    assert said.runs[0].font.size == Pt(20)
    assert document.sections[0].header.paragraphs[0].text == "江岸区创建办"
    assert document.tables[-1].cell(0, 0).text == DONE
    assert document.tables[0].rows[0].cells[0].text == "点位"


def test_the_template_that_is_handed_out_comes_back_filled(made: Bulletin, tmp_path: Path) -> None:
    own, out = tmp_path / "own.docx", tmp_path / "b.docx"
    for language in ("zh", "en"):
        write_template(own, language)
        text = everything(Document(str(own)))
        named = sum(f"{{{{{name}}}}}" in text for pair in (*FACTS.items(), *BLOCKS.items()) for name in pair)
        assert named >= len(FACTS) + len(BLOCKS)
        write_docx(made, out, template=own)
        assert "{{" not in everything(Document(str(out)))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{得分}} {{街道平均分}} {{rank}}", r"\{\{rank\}\}, \{\{街道平均分\}\}.*\{\{得分地图\}\}"),
        ("见 {{热点表}}", r"\{\{热点表\}\} is a table or a picture.*paragraph of its own"),
        ("得分 {{得分", "does not close it"),
    ],
)
def test_a_template_that_asks_for_the_impossible_is_refused(
    made: Bulletin, tmp_path: Path, text: str, fault: str
) -> None:
    own, out = template(tmp_path / "own.docx", lambda document: document.add_paragraph(text)), tmp_path / "b.docx"
    with pytest.raises(InputError, match=fault):
        write_docx(made, out, template=own)
    assert not out.exists()


def test_what_is_no_word_document_is_refused(made: Bulletin, tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    own.write_bytes(b"PK not really")
    with pytest.raises(InputError, match=r"own.docx is no Word document"):
        write_docx(made, tmp_path / "b.docx", template=own)


def test_notes_with_odd_characters_do_not_break_the_file(made: Bulletin, tmp_path: Path) -> None:
    table = made.tables["table_problems"]
    rows = table.rows.assign(address="<b>&\x0b\x00中山大道")
    odd = type(table)(table.title, table.columns, rows, table.group, table.empty)
    changed = Bulletin(made.language, made.facts, {**made.tables, "table_problems": odd}, made.pictures, made.sheets)
    write_docx(changed, tmp_path / "b.docx")
    assert "<b>&中山大道" in everything(Document(str(tmp_path / "b.docx")))


def test_english_is_english(visited_file: Path, tmp_path: Path) -> None:
    with Store.open(visited_file) as store:
        made = bulletin(store, DONE, "en")
    write_docx(made, tmp_path / "b.docx")
    document = Document(str(tmp_path / "b.docx"))
    assert document.paragraphs[0].text == "江岸区: results of the open inspection, round 2026-05"
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"][1] == "2. Street offices"
    assert document.tables[0].rows[0].cells[0].text == "Rank"
    assert made.sheets[0].title == "Scores of street offices"


def test_without_a_chinese_font_pictures_have_ranks(
    made: Bulletin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_names = made.pictures["map_scores"]()
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path / "none.ttf"))
    fonts.font.cache_clear()
    try:
        assert fonts.chinese_font() is None
        without = made.pictures["map_scores"]()
    finally:
        fonts.font.cache_clear()
    assert without is not None
    assert without.startswith(b"\x89PNG")
    assert with_names != without

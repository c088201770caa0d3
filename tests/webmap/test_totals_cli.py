"""``xundian totals``: what drifted is named, and made again."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from geo.store import Store, tables
from geo.store.audit import Act, Event
from webmap.cli import main


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> str:
    """Copy the small city."""
    return str(shutil.copytree(city_file.parent, tmp_path / "own") / city_file.name)


def test_what_drifted_is_named_and_made_again(city: str) -> None:
    def run(*words: str) -> tuple[int, dict[str, object], str]:
        answer = CliRunner().invoke(main, ["totals", *words, "--city", city, "--json"], env={"XUNDIAN_LANG": "en"})
        return answer.exit_code, json.loads(answer.stdout), answer.stderr

    code, found, said = run("drift")
    assert (code, found["drift"]) == (0, [])
    assert "Every sum is that of the visits." in said
    with Store.open(city) as store, store._database.writing(Act(Event.TOTALS)) as connection:
        wrong = tables.totals.c.code == "420102001"
        changed = connection.execute(update(tables.totals).where(wrong).values(visits=7)).rowcount
    code, found, said = run("drift")
    assert (code, len(found["drift"])) == (1, changed)
    assert found["drift"][0] | {"kept": 0, "counted": 0} == {
        "kind": "street_code",
        "day": "2026-05-12",
        "round": "",
        "covert": False,
        "code": "420102001",
        "kept": 0,
        "counted": 0,
    }
    assert "2026-05-12 street_code 420102001, round -: 7 / " in said
    assert run("rebuild")[:2] == (0, {"buckets": 8})
    assert run("drift")[0] == 0

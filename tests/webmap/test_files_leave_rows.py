"""Every file that a command writes is a row of the audit log, and what it prints of a secret round is one too."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from geo.acting import actor
from geo.model import Round, Visit
from geo.store import Store
from geo.store.audit_log import AuditRow
from webmap.cli import main

VALUE = "03,11,17,22,28,31+09"
STEPS: tuple[tuple[str, str, str, str], ...] = (
    # command, what it is told, the file it writes, the row it leaves
    ("draw commit", "O --public-number 双色球2026068", "--out c.json", "draw.commit draw/O"),
    ("draw receipt", "O P005", "--out r.json", "export draw/O"),
    ("catalogue export", "", "--out c.toml", "export catalogue"),
    ("export cells", "--format csv", "--out c.csv", "export cells"),
    ("export checkpoints", "--format csv", "--out p.csv", "export checkpoints"),
    ("export routes", "2026-06 --format gpx", "--out r.gpx", "export plan/2026-06"),
    ("export sheets", "2026-06 --team 1 --day 1", "--out s.html", "export plan/2026-06"),
    ("export visits", "--format csv", "--out v.csv", "export visits"),
    ("export zones", "--format geojson", "--out z.geojson", "export zones"),
    ("hotspots", "--radius 300", "--out h.csv", "export visits"),
    ("map", "2026-06", "--out m.html", "export round/2026-06"),
    ("scores", "2026-06", "--out s.csv", "export round/2026-06"),
    ("zones check", "", "--out f.csv", "export zones"),
    ("report", "2026-06", "--out b.xlsx", "export round/2026-06"),
    ("backup", "", "b.gpkg", "backup city"),
    ("draw run", f"O --value {VALUE}", "", "draw.save draw/O"),
    ("draw report", "O --draws 0", "--out d.html", "export round/O"),
    ("plan run", "O --steps 10", "", "plan.save plan/O"),
    ("plan reveal", "O", "--out p.json", "plan.reveal plan/O"),
    ("draw reveal", "O --day 1", "--out d.json", "draw.reveal draw/O"),
    ("draw reveal", "O", "--out w.json", "draw.reveal draw/O"),
    ("audit prove", "3", "--out a.json", "export audit/3"),
    ("draw secrets close", "--name 2026", "--out m.json", "secrets.close secrets/2026"),
)
"""In this order: a draw is revealed after it is committed to. Both rounds are over."""

NONE = {
    "audit consistency": "hashes, which tell nothing of any row",
    "draw secrets list": "published for anybody",
    "draw verifier": "a program",
    "import avoidance": "rows of the file that came in, for who brought it",
    "import checkpoints": "rows of the file that came in, for who brought it",
    "import teams": "rows of the file that came in, for who brought it",
    "import visits": "rows of the file that came in, for who brought it",
    "import zones": "rows of the file that came in, for who brought it",
}
"""Commands whose files hold nothing that leaves the city."""


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        one = group.get_command(click.Context(group), name)
        if isinstance(one, click.Group):
            yield from _commands(one, f"{before}{name} ")
        elif one is not None:
            yield f"{before}{name}", one


def _writes(one: click.Command) -> bool:
    return any(
        isinstance(each.type, click.Path) and not each.type.exists and each.name in ("out", "to", "rejected")
        for each in one.params
    )


def test_the_table_has_every_command_that_writes_a_file() -> None:
    found = {name for name, one in _commands(main) if _writes(one)}
    assert found == {name for name, _, out, _ in STEPS if out} | set(NONE)


@pytest.fixture
def city(city_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the small city with a second round, on a day after it; the covert one is out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XUNDIAN_LANG", "en")
    with Store.open(shutil.copy(city_file, "city.gpkg")) as store:
        start = store.rounds.all()[0].start
        store.rounds.create(Round("O", start - dt.timedelta(days=7), days=1, teams=1, size=8))
        at = dt.datetime.combine(start, dt.time(1), dt.UTC)
        store.visits.record([Visit(f"P{i:03d}", "1", at, "2026-06", covert=True) for i in range(12)])
    return tmp_path / "city.gpkg"


def _run(city: Path, words: str) -> list[AuditRow]:
    """Run a command, and return the rows that it leaves, the newest first."""
    with Store.open(city) as store:
        before = store.audit.head().count
    done = CliRunner().invoke(main, [*words.split(), "--city", str(city)], catch_exceptions=False)
    assert done.exit_code == 0, (words, done.output)
    with Store.open(city) as store:
        return store.audit.page(count=max(1, store.audit.head().count - before))


def test_every_file_is_a_row(city: Path) -> None:
    with Store.open(city) as store:
        store.settings.set("today", "2026-06-12")
    for name, told, out, row in STEPS:
        found = _run(city, f"{name} {told} {out}")
        assert row in [f"{one.action} {one.object}" for one in found], name
        assert {one.who for one in found} == {actor()}, name
    with Store.open(city) as store:
        assert store.audit.verify().fault is None


def test_what_a_command_prints_of_a_secret_round_is_a_look(city: Path) -> None:
    (look,) = _run(city, "scores 2026-06")
    assert (look.action, look.object, look.detail) == ("covert.look", "round/2026-06", {"command": "scores"})
    with Store.open(city) as store:
        store.settings.set("today", "2026-06-12")
    assert _run(city, "scores 2026-06")[0].action == "setting.set"  # nothing new: it is over

"""Every command, in a city of hostile texts: what it writes holds them as texts, what it prints steers no terminal."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import click
import geopandas as gpd
import pyogrio
import pytest
from click.testing import CliRunner, Result

from geo.store import Store
from tests.webmap.foreign import literal
from tests.webmap.foreign.conftest import FIRST, SECOND, hostile_catalogue
from tests.webmap.foreign.texts import MARK, ROUND, TYPED, UNSEEN
from webmap.cli import main
from webmap.log_lines import FORMAT, LineFormatter

STOP = "{stop}"  # put in once the city is open
RUNS: dict[str, list[list[str]]] = {
    "audit list": [()],
    "import list": [[]],
    "catalogue list": [[]],
    "catalogue export": [["--out", "a.xlsx"], ["--out", "a.toml"]],
    "round list": [[]],
    "draw receipt": [[SECOND, STOP], [SECOND, STOP, "--out", "a.json"]],
    "draw report": [[SECOND], [SECOND, "--out", "a.html"]],
    "draw reveal": [[SECOND, "--out", "a.json"], [SECOND, "--day", "1", "--out", "b.json"]],
    "draw reserve": [[SECOND, STOP, "--reason", f"-1{TYPED}"]],
    "plan amend list": [[FIRST]],
    "plan report": [[FIRST]],
    "closure list": [["--all"]],
    "closure add": [["--street", TYPED, "--from", "2026-06-01", "--until", "2026-06-02", "--reason", TYPED]],
    "export checkpoints": [["--format", end, "--out", f"a.{end}"] for end in ("csv", "xlsx", "kml", "gpkg", "geojson")],
    "export zones": [["--format", end, "--out", f"a.{end}"] for end in ("csv", "xlsx", "kml", "gpkg", "geojson")],
    "export cells": [["--format", end, "--out", f"a.{end}"] for end in ("csv", "xlsx", "kml", "gpkg", "geojson")],
    "export visits": [["--format", end, "--out", f"a.{end}"] for end in ("csv", "xlsx", "kml", "gpkg", "geojson")],
    "export routes": [[FIRST, "--format", end, "--out", f"a.{end}"] for end in ("gpx", "geojson", "xlsx")],
    "export sheets": [[FIRST, "--out", "a.html"]],
    "map": [[FIRST, "--out", "a.html"], [FIRST, "--layer", "hotspots", "--no-routes", "--out", "b.html"]],
    "scores": [[FIRST, "--by", "unit"], [FIRST, "--by", "street", "--out", "a.xlsx"], [FIRST, "--out", "a.csv"]],
    "hotspots": [["--out", "a.gpkg"], ["--out", "a.csv"], ["--out", "a.xlsx"], ["--out", "a.geojson"]],
    "user list": [[]],
    "report": [[FIRST, "--out", "a.docx"], [FIRST, "--out", "a.xlsx"]],
}
"""The command lines; a command refused in a city like this one must say so in words that are safe to print."""
ELSEWHERE = {
    "audit check": "prints texts of a proof; see tests/geo/store/test_audit.py",
    "audit consistency": "prints hashes",
    "audit erase": "says the name that it was given",
    "audit head": "prints a number and a hash",
    "audit prove": "proves nothing of a log that others wrote in; see tests/geo/store/test_audit.py",
    "audit verify": "prints numbers and hashes",
    "totals drift": "prints numbers",
    "totals rebuild": "prints numbers",
    "demo": "builds a city of its own",
    "worker": "prints nothing; the pages show what it did",
    "serve": "the pages; see test_pages",
    "backup": "the city as it is",
    "user disable": "says the name that it was given",
    "user enable": "as above",
    "user end-sessions": "as above",
    "user limits": "prints numbers",
    "user add": "writes the city; the accounts' names are read by the pages",
    "import undo": "prints numbers",
    "zones check": "prints numbers; its file has the writer of the exports",
    "plan amend late": "prints minutes",
    "import avoidance": "reads; see the readers' tests and test_refused_rows_are_told_safely",
    "import checkpoints": "reads; as above",
    "import streets": "reads",
    "import teams": "reads; as above",
    "import visits": "reads; as above",
    "import zones": "reads; as above",
    "catalogue import": "reads; see test_names_of_a_catalogue_come_back",
    "cells make": "writes the city",
    "closure lift": "writes the city",
    "round change": "writes the city",
    "round new": "writes the city",
    "round remove": "writes the city",
    "draw secrets new": "shows no text of the city",
    "draw secrets close": "shows no text of the city",
    "draw secrets list": "shows no text of the city",
    "draw commit": "as on its page",
    "draw run": "as on its page",
    "draw survey": "writes the city",
    "draw teams": "writes the city",
    "draw verifier": "shows no text of the city",
    "draw verify": "prints hashes and words of ours",
    "draw void": "as on its page",
    "plan amend stop-closed": "as takeover",
    "plan amend street-closed": "as takeover",
    "plan amend takeover": "as on its page",
    "plan amend undo": "as on its page",
    "plan reveal": "needs a plan that was chosen by a key; ids alone",
    "plan run": "writes the city",
    "plan verify": "ids alone",
}
"""What need not be run here, and why."""


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Name every command."""
    if not isinstance(group, click.Group):
        yield " ".join(path)
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from commands(found, (*path, name))


@pytest.fixture
def here(hostile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a copy of the city."""
    copytree(hostile_file.parent, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    return tmp_path / "own"


def run(*words: str) -> Result:
    """Run a command line on the city; print nothing that steers a terminal."""
    done = CliRunner().invoke(main, [*words, "--city", "city.gpkg"])
    assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exc_info)
    literal.terminal(done.output)
    return done


def test_every_command_is_looked_at() -> None:
    assert set(commands(main)) == set(RUNS) | set(ELSEWHERE)


@pytest.mark.parametrize("command", RUNS)
def test_what_a_command_prints_and_writes(here: Path, command: str) -> None:
    with Store.open(here / "city.gpkg") as store:
        stops = store.draws.sample(SECOND).index
    known = {STOP: next(one for one in stops if one.startswith("="))}  # what begins with a dash would be an option
    for words in RUNS[command]:
        done = run(*command.split(), *(known.get(word, word) for word in words))
        told = [done.output]
        if "--out" in words:
            assert done.exit_code == 0, done.output
            told.append(FILES[Path(words[-1]).suffix](here / words[-1]))
        assert MARK in " ".join(told) or ROUND in " ".join(told), words
        literal.terminal(run(*command.split(), *(known.get(word, word) for word in words), "--json").output)


def layer(path: Path) -> str:
    """Read a layer as a GIS does."""
    frame = pyogrio.read_dataframe(path, use_arrow=False)
    assert isinstance(frame, gpd.GeoDataFrame)
    return " ".join(map(str, frame.drop(columns="geometry").to_numpy().ravel()))


FILES: dict[str, Callable[[Path], str]] = {
    ".csv": lambda path: literal.table(path.read_text(encoding="utf-8")),
    ".xlsx": lambda path: literal.xlsx(path.read_bytes()),
    ".docx": lambda path: literal.docx(path.read_bytes()),
    ".kml": lambda path: literal.xml(path.read_bytes()),
    ".gpx": lambda path: literal.xml(path.read_bytes()),
    ".html": lambda path: literal.html(path.read_text(encoding="utf-8"), apart=True),
    ".json": lambda path: json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False),
    ".toml": lambda path: path.read_text(encoding="utf-8"),
    ".gpkg": layer,
    ".geojson": layer,
}


def test_names_of_a_catalogue_come_back(here: Path) -> None:
    for name in ("a.xlsx", "a.toml"):
        assert run("catalogue", "export", "--out", name).exit_code == 0
        assert run("catalogue", "import", name).exit_code == 0
    with Store.open(here / "city.gpkg") as store:
        assert dict(store.catalogues.get().categories) == dict(hostile_catalogue().categories)


def test_refused_rows_are_told_safely(here: Path) -> None:
    rows = ["id,name,category,address,lon,lat", f'"{UNSEEN.replace(chr(34), chr(34) * 2)}",x,nothing,=1+1,114.3,30.6']
    (here / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    done = run("import", "checkpoints", "a.csv", "--datum", "wgs84")
    assert "nobody sees" in done.output
    assert MARK in literal.xlsx((here / "a.rejected.xlsx").read_bytes())


def test_a_typed_word_with_unseen_characters_is_refused() -> None:
    done = CliRunner().invoke(main, ["round", "list", "--city", "a\x1b[31m.gpkg"])
    assert done.exit_code == 1
    assert literal.terminal(done.output).startswith("xundian: --city is 'a\\x1b[31m.gpkg'")


def test_a_line_of_the_log_is_one_line() -> None:
    record = logging.LogRecord("webmap", logging.ERROR, "", 0, "Exception on /a\n2026 INFO forged\x1b[31m", (), None)
    assert LineFormatter(FORMAT).format(record).endswith(r"/a\n2026 INFO forged\x1b[31m")
    error = ValueError("a\nforged\x1b[31m")
    record.exc_info = (type(error), error, None)
    lines = literal.terminal(LineFormatter(FORMAT).format(record)).splitlines()
    assert all(line.startswith("  ") for line in lines[1:])

"""What a command loads: nobody waits for the solver to read a list of commands, or of rounds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from geo.store import Store
from tests.webmap.conftest import zones
from webmap.cli import COMMANDS, main
from webmap.cli.groups import LoadedGroup
from webmap.serve import bound

LOADED = """
import sys
from webmap.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}))
"""
STEPS = """
import contextlib, io, json, sys
from webmap.cli import main
seen = {}
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()):
        main(words, standalone_mode=False)
    seen[" ".join(words)] = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps(seen))
"""
SERVES = """
import contextlib, sys
import webmap.serve as serving
async def listens(_server):
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}))
serving.run_in_foreground = listens
serving.WorkerKeeper = contextlib.nullcontext
from webmap.cli import main
main(sys.argv[1:], standalone_mode=False)
"""
NEVER_SERVED = {"libpysal", "sklearn", "requests", "osmnx", "networkx", "folium", "branca", "matplotlib", "dask"}
FOR_PLANS_AND_DRAWS = {
    "numba",
    "llvmlite",
    "scipy",
    "sklearn",
    "libpysal",
    "pyvrp",
    "osmium",
    "osmnx",
    "networkx",
    "folium",
    "matplotlib",
    "docx",
    "flask",
    "requests",
    "dask",
}
LIGHT = (
    "round list",
    "closure list",
    "user list",
    "audit verify",
    "audit list",
    "catalogue list",
    "import list",
    "zones check",
    "export zones --format csv --out {folder}/zones.csv",
    "backup {folder}/copy.gpkg",
)
HEAVY = {"pandas", "numpy", "scipy", "shapely", "geopandas", "sqlalchemy", "flask", "numba", "pyvrp", "osmium"}


def _loaded(*words: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def _groups(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], LoadedGroup]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, LoadedGroup):
            yield (*path, name), found
            yield from _groups(found, (*path, name))


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["round", "--help"], ["draw", "--help"], ["plan", "amend", "--help"]],
    ids=" ".join,
)
def test_a_list_of_commands_loads_nothing_heavy(words: list[str]) -> None:
    loaded = _loaded(*words)
    assert {"click", "webmap"} <= loaded
    assert loaded & HEAVY == set()


def test_every_command_has_a_line_of_its_own_that_is_not_cut() -> None:
    lines = [line for _, line in COMMANDS.values()]
    assert len(set(lines)) == len(lines)
    assert all(20 <= len(line) <= 75 for line in lines)


def test_commands_that_list_and_check_load_neither_solver_nor_draw(tmp_path: Path) -> None:
    city = str(tmp_path / "city.gpkg")
    with Store.open(city, create=True) as store:
        store.zones.upsert(zones())
    asked = [[*words.format(folder=tmp_path).split(), "--city", city] for words in LIGHT]
    done = subprocess.run([sys.executable, "-c", STEPS, json.dumps(asked)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = {words: set(names) for words, names in json.loads(done.stdout).items()}
    assert {words: found for words, names in seen.items() if (found := names & FOR_PLANS_AND_DRAWS)} == {}
    assert all("geopandas" in names for names in seen.values()), "they were not run"


def test_a_server_that_listens_has_loaded_no_library_that_no_page_needs(tmp_path: Path) -> None:
    city = str(tmp_path / "city.gpkg")
    with Store.open(city, create=True):
        pass
    with bound("127.0.0.1", 0) as free:
        port = str(free.getsockname()[1])
    words = ["serve", "--city", city, "--port", port]
    done = subprocess.run([sys.executable, "-c", SERVES, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split()[1:])
    assert {"flask", "geopandas", "webmap"} <= loaded
    assert loaded & NEVER_SERVED == set()


def test_every_command_of_a_group_is_where_the_group_says() -> None:
    groups = dict(_groups(main))
    assert {("round",), ("draw", "secrets"), ("plan", "amend")} <= set(groups)
    for path, group in groups.items():
        context = click.Context(group)
        for name, (_, line) in group.contents.items():
            found = group.get_command(context, name)
            assert found is not None, (*path, name)
            assert found.name == name
            assert 15 <= len(line) <= 75, line
        assert set(group.commands) == set(group.contents), path

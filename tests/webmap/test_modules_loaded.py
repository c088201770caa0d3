"""What a command loads: nobody waits for the solver to read a list of commands."""

import subprocess
import sys

import pytest

from webmap.cli import COMMANDS

LOADED = """
import sys
from webmap.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}))
"""
HEAVY = {"pandas", "numpy", "scipy", "shapely", "geopandas", "sqlalchemy", "flask", "numba", "pyvrp", "osmium"}


def _loaded(*words: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("words", [["--help"], ["--version"]], ids=["help", "version"])
def test_a_list_of_commands_loads_nothing_heavy(words: list[str]) -> None:
    loaded = _loaded(*words)
    assert {"click", "webmap"} <= loaded
    assert loaded & HEAVY == set()


def test_every_command_has_a_line_of_its_own_that_is_not_cut() -> None:
    lines = [line for _, line in COMMANDS.values()]
    assert len(set(lines)) == len(lines)
    assert all(20 <= len(line) <= 75 for line in lines)

"""The project's promises about itself: dependencies explained, one way doors, files of one idea."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house import page

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("geo", "routing", "data", "webmap")
MIGRATIONS = ROOT / "geo/store/migrations/versions"  # a migration lists columns, and is never edited
PRODUCT = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py") if p.parent != MIGRATIONS)


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {re.split(r"[\[<>=;! ]", line)[0] for line in lines}


def test_contributing_explains_every_dependency() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Dependencies")[1]
    explained = set(re.findall(r"^\| ([A-Za-z][\w.-]*) \|", text, re.MULTILINE)) - {"package"}
    assert explained == _declared()


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_hold_one_idea(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = node.end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= 40, f"{node.name} has {lines} lines"


PYTHON = [*PRODUCT, *sorted((ROOT / "tests").rglob("*.py")), ROOT / "make.py"]


def test_the_formatter_decides_everywhere() -> None:
    pragma = re.compile(r"#\s*fmt:\s*(skip|off)|#\s*yapf:")
    assert [str(p.relative_to(ROOT)) for p in PYTHON if pragma.search(p.read_text(encoding="utf-8"))] == []


def test_commands_of_make_are_the_same_on_windows() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    said = subprocess.run([sys.executable, ROOT / "make.py"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.strip().endswith("say one of: " + ", ".join(targets))


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "data").glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_link_to_what_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert not re.search(r"^@[A-Z]+@$", text, re.MULTILINE)


def test_the_map_of_the_house_is_true() -> None:
    assert (ROOT / "docs/house.md").read_text(encoding="utf-8") == page(), "python -m tests.house > docs/house.md"

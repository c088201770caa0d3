"""The project's promises about itself: dependencies explained, one way doors, files of one idea."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from functools import cache
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


def test_nothing_travels_in_the_attrs_of_a_frame() -> None:
    """Pandas drops or copies them as it likes: what belongs to a frame is a column, a field or an argument."""
    assert [str(p.relative_to(ROOT)) for p in PRODUCT if re.search(r"\.attrs\b", p.read_text(encoding="utf-8"))] == []


def test_one_module_knows_the_time_zone_of_a_city() -> None:
    own = re.compile(r"Asia/Shanghai\"|setting\(\"timezone")
    assert [p.relative_to(ROOT).as_posix() for p in PRODUCT if own.search(p.read_text(encoding="utf-8"))] == [
        "geo/clock.py"
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "webmap/cli").rglob("*.py")), ids=lambda path: path.name)
def test_commands_name_their_options(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any("command(" in ast.unparse(by) for by in node.decorator_list):
            assert node.args.kwarg is None, f"{node.name} takes **{node.args.kwarg.arg}: name them, or take a dataclass"


def test_commands_of_make_are_the_same_on_windows() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    said = subprocess.run([sys.executable, ROOT / "make.py"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.strip().endswith("say one of: " + ", ".join(targets))


def test_a_release_holds_every_file_of_the_product() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    kept = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [Path(line) for line in kept.stdout.splitlines() if not line.endswith((".py", ".gitattributes", ".d.mts"))]
    assert len(files) > 50
    assert [str(path) for path in files if not any(path.match(pattern) for pattern in patterns)] == []


MANY = {  # functions of more than six parameters, which callers outside know by these names
    "geo/density/surface.py:kernel",
    "geo/density/surface.py:ratio",
    "routing/problem.py:__init__",
    "routing/solver.py:solve",
}
PACKED = {  # tuples that are one thing: a bounding box, a size, a span of a text
    "webmap/bulletin/docx.py:_replace",
    "webmap/findings/arrays.py:_within",
    "webmap/route/map.py:route_map",
}


@cache
def _functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (f"{path.relative_to(ROOT).as_posix()}:{node.name}", node)
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [each for each in every if each.arg not in ("self", "cls")]


SAME_NAME: dict[str, str] = {
    # name -> why two public classes have it
}


def test_public_classes_have_names_of_their_own() -> None:
    owners: dict[str, list[str]] = {}
    for path in PRODUCT:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                owners.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: found for name, found in owners.items() if len(found) > 1 and name not in SAME_NAME} == {}


def test_functions_take_six_parameters_at_most() -> None:
    assert {name for name, node in _functions() if len(_parameters(node)) > 6} == MANY


def test_parameters_are_not_packed_into_tuples() -> None:
    packed = set()
    for name, node in _functions():
        tuples = {p.arg for p in _parameters(node) if p.annotation and "tuple[" in ast.unparse(p.annotation)}
        for each in ast.walk(node):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Tuple):
                nested = isinstance(each.value, ast.Tuple)
                pairs = (
                    zip(each.targets[0].elts, each.value.elts, strict=True)
                    if nested
                    else [(each.targets[0], each.value)]
                )
                read = {value.id for to, value in pairs if isinstance(to, ast.Tuple) and isinstance(value, ast.Name)}
                packed |= {name} if read & tuples else set()
    assert packed == PACKED, "make a record of what belongs together, or take each by its name"


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_link_to_what_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert not re.search(r"^@[A-Z]+@$", text, re.MULTILINE)


DECISIONS = sorted((ROOT / "docs/decisions").glob("[!R]*.md"))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_when_it_would_fall_and_names_what_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    parts = ["Context", "Decision", "Consequences", "What would change it"]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == parts
    named = [path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path]
    assert [path for path in named if not (ROOT / path).exists()] == []
    for module in re.findall(r"`((?:geo|routing|webmap|data)(?:\.\w+)+)`", text):
        owner, _, name = module.rpartition(".")
        found = importlib.import_module(owner) if importlib.util.find_spec(owner) else None
        assert hasattr(found, name) or importlib.util.find_spec(module), module
    assert f"({page.name})" in (page.parent / "README.md").read_text(encoding="utf-8")


def test_the_packages_are_typed() -> None:
    assert [room for room in ROOMS if not (ROOT / room / "py.typed").exists()] == []


def test_the_map_of_the_house_is_true() -> None:
    assert (ROOT / "docs/house.md").read_text(encoding="utf-8") == page(), "python -m tests.house > docs/house.md"

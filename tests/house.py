"""The house, room by room: ``python -m tests.house > docs/house.md`` writes each file's own first sentence."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("geo", "routing", "data", "webmap")
HEAD = """# The house, room by room

Imports go one way: `geo <- routing <- data <- webmap`; `data` holds a city made with `geo` and `routing`, which the
commands of `webmap` build. Each line is the first sentence of the file itself; `python -m tests.house > docs/house.md`
writes them.
"""


def first_sentence(path: Path) -> str:
    """Return the first paragraph of a module's or a room's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n", maxsplit=1)[0].replace("\n", " ").removesuffix(".")


def lines(room: Path, depth: int = 0) -> Iterator[str]:
    """Yield a row for each file of a room, and for the rooms inside it with their own files below them."""
    inset = "&nbsp;" * 4 * depth
    files = [path for path in room.glob("*.py") if path.name != "__init__.py"]
    rooms = [path for path in room.iterdir() if (path / "__init__.py").exists()]
    for path in sorted(files + rooms, key=lambda each: each.stem):
        if path.is_dir():
            yield f"| {inset}**`{path.name}/`** | {first_sentence(path / '__init__.py')} |"
            if path.name != "versions":
                yield from lines(path, depth + 1)
        else:
            yield f"| {inset}`{path.name}` | {first_sentence(path)} |"


def page() -> str:
    """Return the whole page."""
    tables = (
        f"\n## `{room}/`\n\n{first_sentence(ROOT / room / '__init__.py')}.\n\n| file | what it holds |\n|---|---|\n"
        + "\n".join(lines(ROOT / room))
        + "\n"
        for room in ROOMS
    )
    return HEAD + "".join(tables)


if __name__ == "__main__":
    sys.stdout.write(page())

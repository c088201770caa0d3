"""The commands that README and docs name, gathered from the pages themselves."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "data/README.md"]
MADE = {"commands.md", "house.md", "rights.md"}  # written from the commands and files themselves
FENCE = re.compile(r"^(?:```[a-z]*\n(?P<fenced>.*?)^```|(?P<indented>(?:^ {4}\S[^\n]*\n)+))", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:xundian|python -m) [^`\n]+)`")
PROGRAMS = ("xundian ", "python -m ")


@dataclass(frozen=True, slots=True)
class Documented:
    """One command line as a page names it."""

    page: str
    words: tuple[str, ...]
    block: bool  # it stands in a block to be copied, not inside a sentence

    @property
    def line(self) -> str:
        """Return the command as one line."""
        return shlex.join(self.words)


def commands() -> list[Documented]:
    """Return every command of ``xundian`` and every ``python -m``, page by page, in the order of the page."""
    return [found for page in PAGES if page.name not in MADE for found in _of_page(page)]


def _of_page(page: Path) -> list[Documented]:
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT).as_posix()
    found = []
    for fence in FENCE.finditer(text):
        body = fence["fenced"] or fence["indented"] or ""
        for line in body.replace("\\\n", " ").splitlines():
            command = line.strip().removeprefix("$ ").split("  #")[0]
            if command.startswith(PROGRAMS):
                words = shlex.split(command.split(" > ")[0])  # where the answer goes is the shell's business
                found.append((fence.start(), Documented(name, tuple(words), block=True)))
    outside = FENCE.sub(lambda fence: " " * len(fence[0]), text)
    found += [
        (match.start(), Documented(name, _inline_words(match[1]), block=False)) for match in INLINE.finditer(outside)
    ]
    return [command for _, command in sorted(found, key=lambda pair: pair[0])]


def _inline_words(line: str) -> tuple[str, ...]:
    """Split a command of a sentence; an ellipsis stands for words that the reader fills in."""
    return tuple(word for word in shlex.split(line.replace(" > ", " ").replace("...", " … ")) if word != "…")

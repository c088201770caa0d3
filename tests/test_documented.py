"""Every command that README and docs name exists, with its options. ``python -m tests.bench.documented`` runs them."""

import importlib.util
import re
from pathlib import Path

import click
import pytest

from tests.documented import Documented, commands
from webmap.cli import main

COMMANDS = commands()
FILES = ("FILE", "TO", "CITY")


def _resolve(words: list[str]) -> tuple[click.Command, list[str], click.Context]:
    """Walk down the groups as click does, and return the command with the words that are left for it."""
    command: click.Command = main
    context = click.Context(main, info_name="xundian")
    while isinstance(command, click.Group) and words:
        inner = command.get_command(context, words[0])
        assert inner is not None, f"no command {words[0]!r} below {context.command_path}"
        context, command, words = click.Context(inner, info_name=words[0], parent=context), inner, words[1:]
    return command, words, context


def _options(command: click.Command) -> set[str]:
    return {name for param in command.params for name in (*param.opts, *param.secondary_opts)}


@pytest.mark.parametrize("named", [c for c in COMMANDS if c.words[0] == "xundian"], ids=lambda c: f"{c.page}: {c.line}")
def test_a_documented_command_exists_with_its_options(named: Documented) -> None:
    alternatives = re.sub(r"(\w+) \| ", r"\1|", " ".join(named.words[1:])).split()
    for word in alternatives[1].split("|") if len(alternatives) > 1 and "|" in alternatives[1] else [""]:
        words = [alternatives[0], word, *alternatives[2:]] if word else list(named.words[1:])
        command, rest, _ = _resolve(words)
        unknown = [part.split("=")[0] for part in rest if part.startswith("--")]
        assert [name for name in unknown if name not in _options(command) | {"--help"}] == []
        if named.block:
            assert not isinstance(command, click.Group), "a block that is to be copied names a whole command"


@pytest.mark.parametrize("named", [c for c in COMMANDS if c.block and c.words[0] == "xundian"], ids=lambda c: c.line)
def test_a_block_is_taken_by_click_as_it_is_written(
    named: Documented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command, rest, context = _resolve(list(named.words[1:]))
    for word in rest:
        if not word.startswith("-") and ("." in word or not word.isascii()) and "=" not in word:
            Path(word).touch() if "." in word else Path(word).mkdir()
        elif word.endswith("/"):
            Path(word).mkdir()
    assert command.make_context(context.info_name, rest, parent=context.parent) is not None


@pytest.mark.parametrize("named", [c for c in COMMANDS if c.words[0] == "python"], ids=lambda c: f"{c.page}: {c.line}")
def test_a_documented_module_can_be_run(named: Documented) -> None:
    found = importlib.util.find_spec(named.words[2])
    assert found is not None
    runs = Path(found.origin).with_name("__main__.py")  # of a package of others, as pip
    assert runs.exists() or '__name__ == "__main__"' in Path(found.origin).read_text(encoding="utf-8")


def test_the_pages_name_commands_at_all() -> None:
    assert len({c.page for c in COMMANDS}) >= 8
    assert sum(c.block for c in COMMANDS) >= 40

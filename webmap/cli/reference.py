"""The page of all commands and options: ``python -m webmap.cli.reference > docs/commands.md``."""

import sys
from collections.abc import Iterator

import click

from webmap.cli import main

TITLE = """# Commands

Made by `python -m webmap.cli.reference > docs/commands.md`; a test compares it with the commands as they are.
Every command takes `--city` (GeoPackage file or PostgreSQL URL, default `city.gpkg`, also `XUNDIAN_CITY`) and `--json`
(the last line of stdout is one JSON object; texts and progress go to stderr). Exit code 0: done; 1: refused, with one
clear line; 2: usage.
`XUNDIAN_LANG` set to `zh` or `en` chooses the language, else the system's.
"""
SHARED = {"city", "as_json", "help"}


def commands(
    command: click.Command, path: tuple[str, ...] = ("xundian",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below one, with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if found is not None:
            yield from commands(found, (*path, name))


def page() -> str:
    """Return the page as Markdown."""
    parts = [TITLE]
    for path, command in commands(main):
        context = click.Context(command, info_name=" ".join(path))
        arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
        parts.append(f"\n## `{' '.join([*path, *arguments])}`\n\n{(command.help or '').strip()}\n")
        options = [p for p in command.params if isinstance(p, click.Option) and p.name not in SHARED]
        if options:
            parts.append("\n| option | meaning |\n|---|---|\n")
            parts += [_row(option, context) for option in options]
    return "".join(parts)


def _row(option: click.Option, context: click.Context) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    kind = "" if option.is_flag else f" {option.make_metavar(context)}"
    said = (option.help or "").rstrip(".")
    notes = [said] if said else []
    if option.required:
        notes.append("required")
    elif option.show_default and option.default not in (None, ""):
        notes.append(f"default {option.default}")
    return f"| `{names}{kind}`".replace("|", "\\|").replace("\\|", "|", 1) + f" | {'; '.join(notes)} |\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page())

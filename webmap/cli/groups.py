"""Groups whose commands are loaded when they are asked for: to list the rounds, nobody waits for the solver."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

Contents = Mapping[str, tuple[str, str]]
"""Name of a command: the module that holds it, below ``webmap.cli``, and its line in the list of commands.

A module adds its commands to their group when it is loaded; ``module:name`` says which one it is of those that have no
group but the program itself. A group in a group has no module.
"""


class LoadedGroup(click.Group):
    """A group that knows its commands by name and line, and loads the module of one when it is asked for.

    Parameters
    ----------
    contents
        The commands, in the order in which they are listed.
    """

    def __init__(self, *args: Any, contents: Contents, **extra: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*args, **extra)
        self.contents = contents

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in their order."""
        return list(self.contents)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in self.contents:
            return None
        module, _, name = self.contents[cmd_name][0].partition(":")
        loaded = importlib.import_module(f"webmap.cli.{module}" if module else __name__)
        if not name:
            return super().get_command(ctx, cmd_name)
        found: click.Command = getattr(loaded, name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same
        """List the commands without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.contents.items()])


def group(name: str, line: str, contents: Contents, *, above: click.Group | None = None) -> LoadedGroup:
    """Make a group; ``above`` is the one that it stands in."""
    made = LoadedGroup(name, help=line, contents=contents)
    if above is not None:
        above.add_command(made)
    return made


round_group = group(
    "round",
    "Make, list, change and remove rounds.",
    {
        "new": ("rounds.making", "Make a round: when, how many teams, how many checkpoints."),
        "change": ("rounds.making", "Change a round that is not drawn yet; what is not named stays."),
        "remove": ("rounds.listing", "Remove a round that is not drawn yet."),
        "list": ("rounds.listing", "List the rounds of the city."),
    },
)
closure_group = group(
    "closure",
    "Close streets for some days; plans keep off them.",
    {
        "add": ("closures.closing", "Close a street by its name, or the streets that an area touches."),
        "list": ("closures.listing", "List the closures by their first day."),
        "lift": ("closures.listing", "Open the streets of a closure again; it stays on record."),
    },
)
draw_group = group(
    "draw",
    "Draw the random sample of a round, and prove it.",
    {
        "commit": ("draws.binding", "Bind a round before its public number is out."),
        "run": ("draws.binding", "Draw the sample of a round."),
        "void": ("draws.binding", "Record a committed round as void."),
        "reserve": ("draws.fieldwork", "Replace a checkpoint that cannot be inspected."),
        "survey": ("draws.fieldwork", "Spread questionnaires over the drawn places."),
        "teams": ("draws.fieldwork", "Draw inspectors into teams, and whose turn each street is."),
        "report": ("draws.reports", "Say what a draw achieved."),
        "reveal": ("draws.proofs", "Write what anyone can verify the draw with."),
        "receipt": ("draws.proofs", "Prove to an owner that a checkpoint had its chance."),
        "verifier": ("draws.proofs", "Write the verifier, which needs no installation."),
        "verify": ("draws.proofs", "Verify what was published of a draw."),
        "secrets": ("", "Make and publish the secrets of a year, list its commitments."),
    },
)
secrets_group = group(
    "secrets",
    "Make the secrets of a year, list what was committed with them, and publish them when the year is over.",
    {
        "new": ("draws.secrets", "Make the secrets of a year."),
        "list": ("draws.secrets", "Print every commitment with what became of it."),
        "close": ("draws.secrets", "Publish the master seed of a year that is over."),
    },
    above=draw_group,
)
plan_group = group(
    "plan",
    "Make the routes of a round, and say what they come to.",
    {
        "run": ("plans.run", "Plan the routes of a drawn round."),
        "report": ("plans.report", "Say what a plan comes to."),
        "reveal": ("plans.proofs", "Write what anyone can verify the routes with."),
        "verify": ("plans.proofs", "Choose the routes again from candidates and keys."),
        "amend": ("", "Change a plan on the day."),
    },
)
amend_group = group(
    "amend",
    "Change a plan on the day: what has begun stays, what cannot be kept is said.",
    {
        "late": ("plans.amend", "Tell that a team is late."),
        "stop-closed": ("plans.amend", "Replace a closed stop by its reserve."),
        "street-closed": ("plans.amend", "Lead a team round a street that is closed."),
        "takeover": ("plans.amend", "Hand a stop over to another team, or to another day."),
        "undo": ("plans.amend", "Take the last change back."),
        "list": ("plans.amend", "List the changes of a plan, the oldest first."),
    },
    above=plan_group,
)
export_group = group(
    "export",
    "Write files.",
    {
        "checkpoints": ("exports.layers", "Write the roster; what comes back in by import is the same."),
        "zones": ("exports.layers", "Write the zones of all levels."),
        "cells": ("exports.layers", "Write the unit grid cells."),
        "visits": ("exports.layers", "Write the visits, one row for each deduction."),
        "routes": ("exports.routes", "Write the routes of a round for a GPS, a map or Excel."),
        "sheets": ("exports.routes", "Write route sheets to print."),
    },
)

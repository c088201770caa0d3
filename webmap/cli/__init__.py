"""The command line: ``xundian``. Exit 0 done, 1 refused with one clear line, 2 usage."""

import importlib
from typing import Any

import click

from webmap.language.usage_texts import speak

COMMANDS = {
    "demo": "demo:demo",
    "import": "imports:import_group",
    "zones": "zones:zones_group",
    "cells": "cells:cells_group",
    "catalogue": "catalogues:catalogue_group",
    "round": "rounds:round_group",
    "draw": "draws:draw_group",
    "plan": "plans:plan_group",
    "closure": "closures:closure_group",
    "export": "exports:export_group",
    "map": "exports:map_command",
    "scores": "results:scores_command",
    "hotspots": "results:hotspots_command",
    "report": "results:report_command",
    "backup": "backup:backup",
    "serve": "serve:serve",
    "user": "users:user_group",
}


class Commands(click.Group):
    """Loads the module of a command when it is asked for, as the solver need not load to add an account."""

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - click's signature
        """Run a command line in its language."""
        speak()
        return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of a round."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(f"webmap.cli.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="xundian")
def main() -> None:
    """Plan and evaluate city inspection rounds: import, draw, plan, visit, map."""

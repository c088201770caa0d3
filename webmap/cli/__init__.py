"""The command line: ``xundian``. Exit 0 done, 1 refused with one clear line, 2 usage."""

import os
from typing import Any

import click

from webmap.cli.groups import LoadedGroup
from webmap.language.usage_texts import speak

COMMANDS = {  # name: where it lives, and its line in the list of commands
    "demo": ("demo:demo", "Build the demo city, draw and plan a round, serve the map."),
    "import": ("imports:import_group", "Bring in streets, zones, checkpoints, teams, visits."),
    "zones": ("zones:zones_group", "Check the tree of responsibility zones (责任区)."),
    "cells": ("cells:cells_group", "Cut the city into unit grid cells (单元网格)."),
    "catalogue": ("catalogues:catalogue_group", "Take the catalogue of categories and items out and in."),
    "round": ("groups:round_group", "Make, list, change and remove rounds."),
    "draw": ("groups:draw_group", "Draw the random sample of a round, and prove it."),
    "plan": ("groups:plan_group", "Make the routes of a round, and say what they come to."),
    "closure": ("groups:closure_group", "Close streets for some days; plans keep off them."),
    "export": ("groups:export_group", "Write layers, routes and sheets as files."),
    "map": ("exports.standalone:map_command", "Write the standalone map: one HTML file without a network."),
    "scores": ("results:scores_command", "Score a round, with 95 % intervals and ranks."),
    "hotspots": ("results:hotspots_command", "Find where it is worse than the visits explain."),
    "report": ("results:report_command", "Write the bulletin (通报) of a round."),
    "backup": ("backup:backup", "Copy the city into a file, whole, also while it is served."),
    "serve": ("serve:serve", "Serve the web map until it is stopped with Ctrl-C."),
    "worker": ("worker:worker", "Do the long work of a city beside or away from its server."),
    "totals": ("totals:totals_group", "Check the sums that pages show against the visits."),
    "audit": ("audit:audit_group", "Who did what, and whether the log of it holds."),
    "user": ("users:user_group", "Make and list accounts, disable them, end their sessions."),
}


class Commands(LoadedGroup):
    """The commands of the program."""

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - click's signature
        """Run a command line in its language; what it writes, whichever library does, is for its owner alone."""
        speak()
        usual = os.umask(0o077)
        try:
            return super().main(*args, **extra)
        finally:
            os.umask(usual)


@click.group(
    cls=Commands, contents=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="xundian")
def main() -> None:
    """Plan and evaluate city inspection rounds: import, draw, plan, visit, map."""

"""The command line: ``xundian``. Exit 0 done, 1 refused with one clear line, 2 usage."""

import click

from webmap.cli.demo import demo
from webmap.cli.draws import draw_group
from webmap.cli.exports import export_group, map_command
from webmap.cli.imports import import_group
from webmap.cli.plans import plan_group
from webmap.cli.rounds import round_group
from webmap.cli.serve import serve
from webmap.cli.users import user_group


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="xundian")
def main() -> None:
    """Plan and evaluate city inspection rounds: import, draw, plan, visit, map."""


for _command in (demo, import_group, round_group, draw_group, plan_group, export_group, map_command, serve, user_group):
    main.add_command(_command)

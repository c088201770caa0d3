"""The group of the commands of a plan."""

import click


@click.group("plan")
def plan_group() -> None:
    """Make the routes of a round, and say what they come to."""

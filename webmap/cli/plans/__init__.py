"""``xundian plan``: each module holds the commands of one purpose and adds them to the group."""

from webmap.cli.plans import proofs, report, run
from webmap.cli.plans.group import plan_group

__all__ = ["plan_group", "proofs", "report", "run"]

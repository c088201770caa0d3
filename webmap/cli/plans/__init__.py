"""``xundian plan``: each module holds the commands of one purpose and adds them to the group."""

from webmap.cli.plans import amend, proofs, report, run
from webmap.cli.plans.group import plan_group

__all__ = ["amend", "plan_group", "proofs", "report", "run"]

"""``xundian draw``: each module holds the commands of one purpose and adds them to the group."""

from webmap.cli.draws import binding, fieldwork, proofs, reports, secrets
from webmap.cli.draws.group import draw_group

__all__ = ["binding", "draw_group", "fieldwork", "proofs", "reports", "secrets"]

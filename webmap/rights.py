"""Who may do what, and how far that reaches: the one table. Pages, commands, documents and tests read it."""

from collections.abc import Mapping
from types import MappingProxyType

from geo.model import Action, Reach, Role

ANYBODY = frozenset({Action.ENTER, Action.VERIFY})
"""What needs no account: the way in, and what is published to be verified."""

_EVERY_ROLE = dict.fromkeys(Role, Reach.OWN)
_PLANNER = {Role.PLANNER: Reach.ALL}

RIGHTS: Mapping[Action, Mapping[Role, Reach]] = MappingProxyType(
    {
        Action.KEEP_ACCOUNT: _EVERY_ROLE,
        Action.FOLLOW_WORK: _EVERY_ROLE,
        Action.SEE_STREETS: dict.fromkeys((Role.PLANNER, Role.TEAM, Role.STREET, Role.UNIT), Reach.ALL),
        Action.SEE_CHECKPOINTS: {
            Role.PLANNER: Reach.ALL,
            Role.TEAM: Reach.OWN_ROUTE_TODAY,
            Role.STREET: Reach.OWN_ZONE,
            Role.UNIT: Reach.OWN_UNIT,
        },
        Action.SEE_ZONES: {Role.PLANNER: Reach.ALL, Role.STREET: Reach.OWN_ZONE},
        Action.SEE_PROBLEMS: {Role.PLANNER: Reach.ALL, Role.STREET: Reach.OWN_ZONE, Role.UNIT: Reach.OWN_UNIT},
        Action.OPEN_OFFICE: {Role.STREET: Reach.OWN_ZONE, Role.UNIT: Reach.OWN_UNIT},
        Action.SEE_ROUTES: {Role.PLANNER: Reach.ALL, Role.TEAM: Reach.OWN_ROUTE_TODAY},
        Action.WALK: {Role.TEAM: Reach.OWN_ROUTE_TODAY},
        Action.SEE_CHANGES: {Role.PLANNER: Reach.ALL, Role.TEAM: Reach.OWN_ROUTE_TODAY},
        Action.CHANGE_DAY: {Role.PLANNER: Reach.ALL, Role.TEAM: Reach.OWN_ROUTE_TODAY},
        Action.READ_RESULTS: {Role.PLANNER: Reach.FINISHED, Role.OBSERVER: Reach.FINISHED},
        Action.PLAN: _PLANNER,
        Action.DRAW: _PLANNER,
        Action.IMPORT: _PLANNER,
        Action.EVALUATE: _PLANNER,
        Action.WRITE_BULLETINS: _PLANNER,
        Action.SEE_ACCOUNTS: {Role.ADMIN: Reach.ACCOUNTS, Role.PLANNER: Reach.TEAM_ACCOUNTS},
        Action.END_SESSIONS: {Role.ADMIN: Reach.ACCOUNTS, Role.PLANNER: Reach.TEAM_ACCOUNTS},
        Action.MANAGE_ACCOUNTS: {Role.ADMIN: Reach.ACCOUNTS},
        Action.READ_LOG: {Role.ADMIN: Reach.ACCOUNTS, Role.PLANNER: Reach.ALL},
        Action.BACK_UP: {Role.ADMIN: Reach.SERVER, Role.PLANNER: Reach.SERVER},
        Action.DOWNLOAD_BACKUPS: _PLANNER,
    }
)
"""Every action that needs an account: the roles that may do it, each with how far it reaches."""


def reach_of(role: Role, action: Action) -> Reach | None:
    """Return how far a role's right to an action reaches, None where it has none."""
    return RIGHTS.get(action, {}).get(role)

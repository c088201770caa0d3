"""Making accounts: each has one role, and what it is limited to has to be in the city."""

from collections.abc import Iterable
from itertools import islice

from geo.acting import is_reserved
from geo.errors import InputError, NotFoundError
from geo.model import Level, Role, User
from geo.nearest import hint
from geo.notes import Note, Sentences
from geo.store import Store
from geo.zones.codes import known as known_zone
from webmap.accounts.passwords import hash_password, made

LIMITS = {Role.STREET: "zone", Role.TEAM: "team", Role.UNIT: "unit"}
"""What an account of a role is limited to, by the name of its field."""


def add_account(store: Store, name: str, role: Role, *, zone: str = "", team: str = "", unit: str = "") -> str:
    """Make an account, or give it a new password, and return the password; it is nowhere else.

    Parameters
    ----------
    store
        The city.
    name
        Anything visible; an account of that name is replaced, and its sessions end.
    role
        What the account may see.
    zone
        Code of a street account's zone.
    team
        Id of a team account's team.
    unit
        Name of a unit account's responsible unit, as the roster has it.

    Raises
    ------
    InputError
        When the name is empty or stands for something else in the log, or the account lacks the zone, team or unit of
        its role or has one of another's.
    NotFoundError
        When there is no such zone, no checkpoint of such a unit, or no such team while the city has teams or plans.
    """
    if not name.strip() or not name.isprintable():
        raise InputError("{field} is {value!r}: give the account a name", field="name", value=name)
    if is_reserved(name.strip()):
        raise InputError(
            "{field} is {value!r}: the audit log writes so of commands and of nobody; give the account another name",
            field="name",
            value=name,
        )
    given = {"zone": zone.strip(), "team": team.strip(), "unit": unit.strip()}
    for field, value in given.items():
        if value and LIMITS.get(role) != field:
            raise InputError(
                "{field} is {value!r}: a {role} account has none, leave it out",
                field=field,
                value=value,
                role=role.value,
            )
    if role in LIMITS:
        field = LIMITS[role]
        given[field] = _LIMITED[field](store, given[field])
    password = made()
    user = User(name.strip(), role, hash_password(password), given["zone"], given["team"], given["unit"])
    store.accounts.save(user)
    return password


def _zone(store: Store, zone: str) -> str:
    _refuse_empty("zone", zone, Role.STREET, store.zones.frame(Level.STREET).index)
    return known_zone(zone, set(store.zones.frame().index))


def _team(store: Store, team: str) -> str:
    planned = (set(store.plans.routes(each.id)["team"]) for each in store.rounds.all())
    teams = sorted({one.id for one in store.teams.all()}.union(*planned))
    _refuse_empty("team", team, Role.TEAM, teams)
    if teams and team not in teams:
        nearest, names = hint(team, teams), ", ".join(teams)
        raise NotFoundError(
            "there is no team {value!r}: the teams are {teams}{nearest}", value=team, teams=names, nearest=nearest
        )
    return team


def _unit(store: Store, unit: str) -> str:
    units = sorted(set(store.checkpoints.frame()["unit"]) - {""})
    _refuse_empty("unit", unit, Role.UNIT, units)
    if unit not in units:
        raise NotFoundError(
            "no checkpoint of the roster has the unit {value!r}: write it as the roster does{nearest}",
            value=unit,
            nearest=hint(unit, units),
        )
    return unit


_LIMITED = {"zone": _zone, "team": _team, "unit": _unit}


def _refuse_empty(field: str, value: str, role: Role, names: Iterable[str]) -> None:
    """Refuse an account without what it is to see; the first of the city's names serves as an example."""
    if not value:
        example = Sentences(Note(", e.g. {value}", {"value": name}) for name in islice(names, 1))
        raise InputError(
            "{field} is empty: a {role} account needs it{example}", field=field, role=role.value, example=example
        )

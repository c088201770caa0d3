"""The records that pass between the rooms. One thing is a frozen dataclass; many are a frame of :mod:`geo.frames`."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from geo.errors import InputError

MOST_DAYS = 60
"""Days of fieldwork that a round has at most."""


class Level(StrEnum):
    """A level of the zone tree, from the city down; a special zone (包干区) overlaps the tree on purpose."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    SPECIAL = "special"


class Mode(StrEnum):
    """How a team travels."""

    WALK = "walk"
    EBIKE = "ebike"
    CAR = "car"


class Role(StrEnum):
    """Who an account is, and so what it may see."""

    ADMIN = "admin"
    PLANNER = "planner"
    TEAM = "team"
    STREET = "street"
    UNIT = "unit"
    OBSERVER = "observer"


class Action(StrEnum):
    """What an address of the server is for; whose it is stands in :mod:`webmap.rights`."""

    ENTER = "enter"
    VERIFY = "verify draws"
    KEEP_ACCOUNT = "keep the own account"
    FOLLOW_WORK = "follow own work"
    SEE_STREETS = "see the streets"
    SEE_CHECKPOINTS = "see checkpoints"
    SEE_ZONES = "see zones"
    SEE_PROBLEMS = "see what was found"
    OPEN_OFFICE = "open the page of a zone or unit"
    SEE_ROUTES = "see routes"
    WALK = "walk a route"
    SEE_CHANGES = "see changes of the day"
    CHANGE_DAY = "change the day"
    READ_RESULTS = "read results"
    PLAN = "plan rounds"
    DRAW = "draw rounds"
    IMPORT = "import data"
    EVALUATE = "evaluate visits"
    WRITE_BULLETINS = "write bulletins"
    SEE_ACCOUNTS = "see accounts"
    END_SESSIONS = "end sessions"
    MANAGE_ACCOUNTS = "manage accounts"
    READ_LOG = "read the audit log"
    BACK_UP = "back up"
    DOWNLOAD_BACKUPS = "download backups"


class Reach(StrEnum):
    """How far a right reaches."""

    ALL = "all"
    OWN_ZONE = "own zone"
    OWN_UNIT = "own unit"
    OWN_ROUTE_TODAY = "own route today"
    OWN = "own"
    FINISHED = "finished rounds"
    ACCOUNTS = "all accounts"
    TEAM_ACCOUNTS = "accounts of teams"
    SERVER = "the server's folder"


@dataclass(frozen=True, slots=True)
class Round:
    """One inspection round (一轮测评)."""

    id: str
    start: dt.date  # first day of fieldwork, local
    days: int  # consecutive days of fieldwork
    teams: int
    size: int  # checkpoints in all, fixed ones included
    covert: bool = False  # 暗访: routes reach only their team and the planner
    quotas: Mapping[str, int] | None = None  # category code -> checkpoints; None: in proportion to the roster
    edition: str = ""  # catalogue edition that the round was made under
    campaign: Mapping[str, Any] | None = None  # 专项行动: categories, zones, items drawn from; None: the whole roster
    risk: Mapping[str, Any] | None = None  # how past visits weigh: longest_gap_days, look_back; None: they don't

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^\s/\\?#%&<>:\"|*]([^/\\?#%&<>:\"|*\n]{0,58}[^\s/\\?#%&<>:\"|*])?", self.id):
            raise InputError("the id of a round is {value!r}: give letters, digits, - or _, at most 60", value=self.id)

    def date(self, day: int) -> dt.date:
        """Return the local date of day ``day``, which counts from 1."""
        return self.start + dt.timedelta(days=day - 1)


@dataclass(frozen=True, slots=True)
class Draw:
    """What a draw was made from; its sample is a frame."""

    round_id: str
    key: bytes  # 32 bytes; everything random comes from it
    trial: bool  # made without a commitment, and marked so everywhere
    design: Mapping[str, Any]  # the design as plain values, enough to recompute
    frame_sha256: str  # of the canonical frame
    balance_city: float
    balance_within: float
    drawn_at: dt.datetime  # UTC


@dataclass(frozen=True, slots=True)
class Inspector:
    """One person of a team."""

    name: str
    team: str
    unit: str = ""
    street: str = ""


class SecretForm(StrEnum):
    """How the secrets of a year hang together: under a Merkle root, or, in older cities, as a chain of hashes."""

    ROOT = "root"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class SecretSet:
    """What is public of a year's secrets; the secrets are in no database before the year is closed."""

    name: str  # the year, with a number behind it when one set was not enough
    form: SecretForm
    year: int
    root: str  # published before the first commitment: the Merkle root, or the end of the chain
    size: int  # commitments that it lasts for
    made_at: dt.datetime  # UTC
    master: str = ""  # hexadecimal, once the year is closed
    closed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A round bound before its public number was out, as it is kept; its secret is not in it."""

    round_id: str
    secret_set: str  # its name
    position: int  # in the set, from 1
    parameters: Mapping[str, Any]  # what decides the draw besides the frame
    root: str  # of the frame
    frame_sha256: str  # under which the frame is kept
    pool: Mapping[str, Any]  # inspectors, avoidance and past teams as they were: what teams are drawn from
    committed_at: dt.datetime  # UTC
    state: str = "committed"  # then drawn or void
    public_number: str = ""
    shares: tuple[str, ...] = ()  # what third parties disclosed
    drawn_at: dt.datetime | None = None
    voided_at: dt.datetime | None = None
    reason: str = ""  # why it is void
    revealed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A line of the avoidance table (回避): whom or what an inspector must not meet. Empty fields name nothing."""

    inspector: str
    street: str = ""  # name or code
    unit: str = ""
    checkpoint: str = ""
    reason: str = "kinship"
    partner: str = ""  # another inspector, who is never in the same team


NO_LUNCH = (0, 0)
"""The lunch hours of a team that has none."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its base, how it travels, and when it works."""

    id: str
    base_lon: float  # WGS-84
    base_lat: float
    mode: Mode = Mode.CAR
    inspectors: tuple[Inspector, ...] = ()
    shift_s: tuple[int, int] | None = None  # its working hours, seconds from midnight; None: those of the plan
    lunch_within_s: tuple[int, int] | None = None  # when its lunch lies; NO_LUNCH: it has none; None: as the plan says
    open_end: bool = False  # the day ends at the last stop, not at the base
    days: frozenset[int] | None = None  # of a round, from 1, on which it works; None: all

    def works(self, day: int) -> bool:
        """Tell whether the team works on a day of a round, which counts from 1."""
        return self.days is None or day in self.days


@dataclass(frozen=True, slots=True)
class TeamDraw:
    """The teams drawn for a round, and which of them may go to which street on which day."""

    round_id: str
    members: Mapping[str, tuple[Inspector, ...]]  # by team
    turns: Mapping[str, Mapping[str, tuple[str, ...]]]  # street -> day -> team ids
    repeats: tuple[tuple[str, str], ...]  # pairs that were together lately
    proof: str  # why there are any
    street_repeats: tuple[tuple[str, int, str], ...]  # street, day, team: it had the street the day before
    street_proofs: tuple[str, ...]
    drawn_at: dt.datetime  # UTC


@dataclass(frozen=True, slots=True)
class Deduction:
    """A failed item (扣分)."""

    item: str  # item code of the catalogue, or free text of an old record
    points: float  # taken off, positive
    note: str = ""
    photos: tuple[str, ...] = ()  # that show it: SHA-256 of each photo as it was brought, in hex


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a deduction: upright, without metadata, no larger than a screen needs."""

    sha256: str  # of the file as it was brought, in hex: the same photo again is the same, however it is encoded here
    width: int  # of the content, in pixels
    height: int
    content: bytes
    thumbnail: bytes
    media_type: str = "image/jpeg"  # of both


@dataclass(frozen=True, slots=True)
class Visit:
    """One checkpoint looked at once. A visit without deductions found nothing to fault."""

    checkpoint: str
    team: str
    arrived_at: dt.datetime  # UTC
    round_id: str | None = None
    covert: bool = False
    deductions: tuple[Deduction, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    name: str
    role: Role
    password_hash: str
    zone: str = ""  # code, of a street account
    team: str = ""  # id, of a team account
    unit: str = ""  # responsible unit (责任单位) as the roster names it, of a unit account
    disabled: bool = False  # may not log in


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A phone or computer on which somebody is logged in."""

    id: int
    account: str
    begun_at: dt.datetime  # UTC
    seen_at: dt.datetime  # UTC, to about a minute
    address: str  # of the client
    agent: str  # what its browser calls itself


@dataclass(frozen=True, slots=True)
class RoutePart:
    """A team's route on one day of a round."""

    round_id: str
    team: str
    day: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows are meant: of the visits, the roster, the zones, the routes. An empty field narrows nothing."""

    round_id: str | None = None
    team: str | None = None
    zone: str | None = None  # code on any level
    street: str | None = None  # code of the street office that stands on the row
    categories: tuple[str, ...] = ()
    since: dt.datetime | None = None  # UTC, inclusive
    until: dt.datetime | None = None  # UTC, exclusive
    covert: bool | None = None
    unit: str | None = None  # responsible unit of the checkpoint
    covert_until: dt.datetime | None = None  # UTC, exclusive; of covert visits alone: later ones are not told yet
    routes: tuple[RoutePart, ...] | None = None  # what these routes visit; none of them: nothing


NOTHING = Scope(routes=())
"""No row at all: of somebody who may see none."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import did."""

    accepted: int = 0
    rejected: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    notes: tuple[str, ...] = field(default=())

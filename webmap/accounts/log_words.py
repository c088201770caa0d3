"""The words of the audit log in the language of a request: what happened, to what, and the figures beside it."""

from collections.abc import Mapping

from flask_babel import gettext as _

from geo.acting import COMMAND, NOBODY
from geo.audit.events import Event
from geo.model import Role

HASH_SHOWN = 12


def event_text(action: str) -> str:
    """Say what happened; a word that this version doesn't know stays as it is."""
    return _of_accounts().get(action) or _of_city().get(action) or _of_rounds().get(action) or action


def object_text(about: str) -> str:
    """Say to what it happened: the kind in words, then its name."""
    kind, _between, name = about.partition("/")
    word = _kinds().get(kind, kind)
    return f"{word} {name}".strip()


def who_text(who: str) -> str:
    """Say who did it: an account, or who ran a command on the server."""
    if not who:
        return str(_("name erased"))
    if who == NOBODY:
        return str(_("nobody logged in"))
    kind, _between, name = who.partition(":")
    return str(_("command of %(name)s", name=name or "?")) if kind == COMMAND else who


def detail_text(detail: Mapping[str, object]) -> str:
    """Say the figures of a row, a hash by its first digits."""
    words = _details()
    said = {name: value for name, value in detail.items() if value not in ("", None)}
    return " · ".join(f"{words.get(name, name)} {_value(value)}" for name, value in said.items())


def role_name(role: Role) -> str:
    """Name a role in the language of this request."""
    names = {
        Role.ADMIN: _("administrator"),
        Role.PLANNER: _("planner"),
        Role.TEAM: _("inspection team"),
        Role.STREET: _("street office"),
        Role.UNIT: _("responsible unit"),
        Role.OBSERVER: _("observer"),
    }
    return str(names[role])


def _value(value: object) -> str:
    text = str(value)
    if text in set(Role):
        return role_name(Role(text))
    is_hash = len(text) == 64 and all(one in "0123456789abcdef" for one in text)  # noqa: PLR2004 - SHA-256
    return f"{text[:HASH_SHOWN]}…" if is_hash else text


def _of_accounts() -> dict[str, str]:
    return {
        Event.LOGIN: _("logged in"),
        Event.LOGIN_REFUSED: _("login refused"),
        Event.LOGOUT: _("logged out"),
        Event.SESSION_ENDED: _("sessions ended"),
        Event.SESSION_LIMITS: _("limits of sessions set"),
        Event.ACCOUNT_MADE: _("account made"),
        Event.ACCOUNT_CHANGED: _("account changed"),
        Event.ACCOUNT_PASSWORD: _("password changed"),
        Event.ACCOUNT_DISABLED: _("account disabled"),
        Event.ACCOUNT_ENABLED: _("account enabled"),
        Event.LOOK: _("looked at what is secret"),
        Event.EXPORT: _("file taken out"),
        Event.BACKUP: _("backup made"),
        Event.MISSED: _("rows that found no room"),
        Event.ERASED: _("name erased from the log"),
    }


def _of_city() -> dict[str, str]:
    return {
        Event.CITY: _("city made or updated"),
        Event.SETTING: _("setting changed"),
        Event.CATALOGUE: _("catalogue imported"),
        Event.STREETS: _("streets imported"),
        Event.ZONES: _("zones imported"),
        Event.CELLS: _("unit grid cells imported"),
        Event.CHECKPOINTS: _("checkpoints imported"),
        Event.CHECKPOINTS_RETIRED: _("checkpoints retired"),
        Event.CHECKPOINTS_WAITING: _("checkpoints wait for a place"),
        Event.CHECKPOINT_PLACED: _("checkpoint placed by hand"),
        Event.CHECKPOINT_UNPLACED: _("place of a checkpoint taken back"),
        Event.VISITS: _("visits brought in"),
        Event.IMPORT_UNDONE: _("import taken back"),
        Event.TOTALS: _("sums of visits made anew"),
        Event.TEAMS: _("teams imported"),
        Event.AVOIDANCES: _("avoidance table imported"),
        Event.CLOSED: _("street closed"),
        Event.OPENED: _("street opened again"),
    }


def _of_rounds() -> dict[str, str]:
    return {
        Event.ROUND_MADE: _("round made"),
        Event.ROUND_CHANGED: _("round changed"),
        Event.ROUND_REMOVED: _("round removed"),
        Event.TRIAL_DRAW: _("drawn by trial"),
        Event.SECRETS: _("root of the year's secrets made"),
        Event.SECRETS_CLOSED: _("year's secrets closed"),
        Event.FRAME: _("frame kept"),
        Event.COMMITTED: _("committed to the round"),
        Event.DRAWN: _("round drawn"),
        Event.VOIDED: _("round voided"),
        Event.REVEALED: _("draw published"),
        Event.REPLACED: _("checkpoint replaced"),
        Event.QUESTIONNAIRES: _("questionnaires spread"),
        Event.TEAMS_DRAWN: _("inspectors drawn"),
        Event.PLAN: _("routes planned"),
        Event.CANDIDATES: _("possible routes kept"),
        Event.PLAN_CHANGED: _("route changed on the day"),
        Event.PLAN_UNDONE: _("change of the day taken back"),
        Event.PLAN_REVEALED: _("routes published"),
    }


def _kinds() -> dict[str, str]:
    return {
        "account": _("account"),
        "audit": _("audit log"),
        "avoidances": _("avoidance table"),
        "backup": _("backup"),
        "candidates": _("possible routes"),
        "catalogue": _("catalogue"),
        "cells": _("unit grid cells"),
        "checkpoint": _("checkpoint"),
        "checkpoints": _("checkpoints"),
        "city": _("city"),
        "closure": _("closure"),
        "draw": _("draw"),
        "frame": _("frame"),
        "import": _("import"),
        "plan": _("routes"),
        "questionnaires": _("questionnaires"),
        "replacements": _("replacements"),
        "round": _("round"),
        "rounds": _("rounds"),
        "secrets": _("secrets"),
        "sessions": _("sessions"),
        "setting": _("setting"),
        "streets": _("streets"),
        "teams": _("teams"),
        "totals": _("sums of visits"),
        "visits": _("visits"),
        "zones": _("zones"),
    }


def _details() -> dict[str, str]:
    return {
        "accepted": _("accepted"),
        "address": _("from"),
        "command": _("command"),
        "day": _("day"),
        "file": _("file"),
        "kind": _("kind"),
        "page": _("page"),
        "reason": _("reason"),
        "role": _("role"),
        "rounds": _("rounds"),
        "rows": _("rows"),
        "sessions": _("sessions"),
        "was": _("before"),
        "why": _("because"),
    }

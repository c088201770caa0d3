"""What the audit log knows to have happened: the words of its column ``action``."""

from enum import StrEnum


class Event(StrEnum):
    """One kind of thing that happens to a city."""

    CITY = "city.schema"
    LOGIN = "login"
    LOGIN_REFUSED = "login.refused"
    LOGOUT = "logout"
    SESSION_ENDED = "session.end"
    SESSION_LIMITS = "session.limits"
    ACCOUNT_MADE = "account.make"
    ACCOUNT_CHANGED = "account.change"
    ACCOUNT_PASSWORD = "account.password"  # noqa: S105 - a word for it
    ACCOUNT_DISABLED = "account.disable"
    ACCOUNT_ENABLED = "account.enable"
    SETTING = "setting.set"
    CATALOGUE = "catalogue.save"
    STREETS = "streets.replace"
    ZONES = "zones.import"
    CELLS = "cells.replace"
    CHECKPOINTS = "checkpoints.import"
    CHECKPOINTS_RETIRED = "checkpoints.retire"
    CHECKPOINTS_WAITING = "checkpoints.wait"
    CHECKPOINT_PLACED = "checkpoint.place"
    CHECKPOINT_UNPLACED = "checkpoint.unplace"
    VISITS = "visits.record"
    TOTALS = "totals.rebuild"
    IMPORT_UNDONE = "import.undo"
    TEAMS = "teams.replace"
    AVOIDANCES = "avoidances.replace"
    CLOSED = "closure.add"
    OPENED = "closure.lift"
    ROUND_MADE = "round.make"
    ROUND_CHANGED = "round.change"
    ROUND_REMOVED = "round.remove"
    TRIAL_DRAW = "draw.trial"
    SECRETS = "secrets.publish"
    SECRETS_CLOSED = "secrets.close"
    FRAME = "frame.keep"
    COMMITTED = "draw.commit"
    DRAWN = "draw.save"
    VOIDED = "draw.void"
    REVEALED = "draw.reveal"
    REPLACED = "point.replace"
    QUESTIONNAIRES = "questionnaires.save"
    TEAMS_DRAWN = "teams.draw"
    PLAN = "plan.save"
    CANDIDATES = "plan.candidates"
    PLAN_CHANGED = "plan.change"
    PLAN_UNDONE = "plan.undo"
    PLAN_REVEALED = "plan.reveal"
    LOOK = "covert.look"
    EXPORT = "export"
    BACKUP = "backup"
    MISSED = "audit.missed"
    ERASED = "audit.erase"


OF_ACCOUNTS = frozenset(
    {
        Event.LOGIN,
        Event.LOGIN_REFUSED,
        Event.LOGOUT,
        Event.SESSION_ENDED,
        Event.SESSION_LIMITS,
        Event.ACCOUNT_MADE,
        Event.ACCOUNT_CHANGED,
        Event.ACCOUNT_PASSWORD,
        Event.ACCOUNT_DISABLED,
        Event.ACCOUNT_ENABLED,
    }
)
"""What happens to accounts: it tells nothing of the inspections."""

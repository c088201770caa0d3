"""What a planner chooses for a plan, kept with it: changes of the day keep to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from geo.errors import InputError, StateError
from geo.store import Store
from routing.problem import Shift


class Days(StrEnum):
    """Whose days the stops keep."""

    DRAWN = "drawn"  # those of the draw
    FREE = "free"  # any


@dataclass(frozen=True, slots=True)
class Terms:
    """What a planner may choose."""

    days: Days = Days.DRAWN
    shift: Shift = field(default_factory=Shift)  # of teams that name none
    closures: frozenset[int] = frozenset()  # labels of street edges closed besides those that the city lists
    listed_closures: bool = True  # the closures that the city lists for the days of the round hold
    price_days: bool = True  # report what the days of the draw cost, for a fifth of the time
    premium: float = 0.03  # mean travel that may go into being unforeseeable, a share of the shortest

    def __post_init__(self) -> None:
        if not 0 <= self.premium <= 1:
            raise InputError("{field} is {value!r}: give a share from 0 to 1", field="premium", value=self.premium)

    @property
    def turns(self) -> bool:
        """Whether the streets keep to the teams whose turn the draw made it: only where stops keep their days."""
        return self.days is Days.DRAWN

    def plain(self) -> dict[str, Any]:
        """Return plain JSON values; :meth:`of` reads them back."""
        return {**asdict(self), "days": str(self.days), "closures": sorted(self.closures)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Terms":
        """Read what :meth:`plain` wrote."""
        read = {"days": Days(kept["days"]), "shift": Shift(**kept["shift"]), "closures": frozenset(kept["closures"])}
        return cls(**{**kept, **read})


def terms_of(store: Store, round_id: str) -> Terms:
    """Return the terms of a round's plan; the usual ones before the first.

    Raises
    ------
    NotFoundError
        When there is no such round.
    StateError
        When the plan kept none, or what it kept cannot be read.
    """
    kept = store.plans.terms(round_id)
    if kept is None:
        return Terms()
    try:
        return Terms.of(kept)
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise StateError(
            "the terms of the plan of round {round!r} cannot be read ({why}): plan it again",
            round=round_id,
            why=str(error),
        ) from None

"""What a round found, read once for all its boards."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue
from geo.errors import StateError
from geo.model import Round, Scope
from geo.store import Store


@dataclass(frozen=True, slots=True)
class RoundFindings:
    """A drawn round with what its visits found.

    Parameters
    ----------
    round
        The round.
    catalogue
        Of the edition that the round was made under.
    sample
        Checkpoints to inspect, as :meth:`geo.store.draws.Draws.sample` gives them, and ``district_code``.
    visits, deductions
        Frames of these schemas: those of the round, up to the moment asked for.
    zones
        A ZONES frame, for names and maps.
    """

    round: Round
    catalogue: Catalogue
    sample: gpd.GeoDataFrame
    visits: gpd.GeoDataFrame
    deductions: pd.DataFrame
    zones: gpd.GeoDataFrame

    @property
    def possible(self) -> Mapping[str, float]:
        """Return the most that a visit of each category can cost."""
        return {code: category.points for code, category in self.catalogue.categories.items()}


def findings_state(store: Store, round_id: str) -> tuple[str, int]:
    """Return letters that change with what :func:`findings` reads of a round, and how many visits it has.

    Raises
    ------
    NotFoundError
        When there is no such round.
    """
    with store.snapshot():
        drawn, zones = store.plans.state(round_id).drawn, store.zones.state()
        sums = store.visits.summary(Scope(round_id=round_id)).iloc[0]
    return f"{int(sums['visits'])} {sums['points']:.6f} {sums['points_sq']:.6f} {drawn} {zones}", int(sums["visits"])


def findings(store: Store, round_id: str, *, until: dt.datetime | None = None) -> RoundFindings:
    """Read what a round found.

    Parameters
    ----------
    store
        The city.
    round_id
        A drawn round.
    until
        Visits from this moment on (UTC) don't count.

    Raises
    ------
    NotFoundError
        When there is no such round.
    StateError
        When it is not drawn, or not visited yet.
    """
    made, sample = store.rounds.get(round_id), store.draws.sample(round_id)
    scope = Scope(round_id=round_id, until=until)
    visits = store.visits.frame(scope)
    if not visits["checkpoint"].isin(sample.index).any():
        raise StateError(
            "no checkpoint of round {round!r} has been visited yet: come back after its first visits", round=round_id
        )
    zones = store.zones.frame()
    parent = zones["parent"].to_dict()
    sample["district_code"] = pd.array([parent.get(code, "") for code in sample["street_code"]], dtype="str")
    return RoundFindings(
        made, store.catalogues.get(made.edition), sample, visits, store.visits.deductions(scope), zones
    )

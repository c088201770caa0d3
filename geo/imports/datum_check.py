"""Is the datum that an import names the right one? What the file names is looked for where the file puts it.

The shift of a wrong datum is known: some 500 m for GCJ-02, 1,200 m for BD-09, the same direction over a whole city.
So the file is laid over the city under each datum, and each kind of evidence (:mod:`geo.imports.datum_evidence`)
scores how well it fits. The same score under a ring of other shifts of that size, which nobody uses, tells what
chance alone gives; the strength of a datum is how many standard deviations it stands above that, combined by the
method of Stouffer (Stouffer et al. 1949, The American Soldier, vol. 1). The distance to the nearest street of any
name is no evidence: streets are everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo.crs import Datum, frame_metric_crs, from_wgs84, in_china, project_xy, shift_frame, to_wgs84
from geo.errors import DatumError
from geo.imports.datum_evidence import City, Evidence, Layout, point_evidence
from geo.imports.datum_zones import zone_evidence
from geo.imports.elsewhere import away_km
from geo.notes import Note, Sentences

_HYPOTHESES = (Datum.WGS84, Datum.GCJ02, Datum.BD09)  # CGCS2000 equals WGS-84 here
_CONTROLS = 36  # shifts that nobody uses
_RINGS = (0.6, 1.0, 1.5)  # of the largest difference between datums
_APART = 0.3  # a control stays this part of that difference away from every datum
_CLEAR = 6.0  # standard deviations between two datums for a refusal
_SEEN = 4.0  # above chance for a datum to count as fitting
_WEAK = 2.0
_SURE = 40.0  # more than this no kind of evidence says, so that none can shout the others down
_COIN = 0.5  # most that the standard deviation of a yes or no can be
_FLOOR = 0.25  # least standard deviation of a score, over the root of its rows: few rows never prove much

AGAINST = "the coordinates fit {suggestion} better than {declared}: {evidence}; name {suggestion}, or pass --force"
STATED = "the file itself names {named}, the import {declared}"
STATED_ONLY = (
    "the file itself names {suggestion}, not {declared}, and nothing speaks against it: "
    "name {suggestion}, or pass --force"
)
NOTHING = "nothing in the city tells whether {declared} is the right datum: look at the points on the map"
FITS = "the coordinates fit {declared}: {evidence}"
WEAK = "the evidence on the datum is weak ({evidence}): look at the points on the map"
ELSEWHERE = "the file lies {km} km from the city: its CRS or its digits are wrong, or it is of another city"
ELSEWHERE_REFUSED = (
    "the file lies {km} km from the city: its CRS or its digits are wrong, or it is of another city; mend it, or pass "
    "--force"
)
CONTRADICTORY = "the evidence on the datum contradicts itself ({evidence}): look at the points on the map"
WEAK_OTHER = (
    "the coordinates seem to fit {suggestion} better than {declared}, but not clearly ({evidence}): look at the map"
)


class Strength(StrEnum):
    """How sure a verdict is."""

    CLEAR = "clear"
    WEAK = "weak"
    NONE = "none"  # there was nothing to compare


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence says about the declared datum."""

    declared: Datum
    fits: bool  # False: another fits clearly better, or the file names another; the import must stop
    suggestion: Datum | None  # what fits better
    strength: Strength
    evidence: tuple[Note, ...]  # one for each kind, the strongest first
    scores: Mapping[Datum, float]  # standard deviations above chance; empty without evidence
    summary: Note

    def raise_unless_fits(self) -> None:
        """Stop an import that names the wrong datum.

        Raises
        ------
        DatumError
            Naming the datum that fits, with the evidence.
        """
        if not self.fits:
            raise DatumError(self.summary.template, **self.summary.values)


def judge(points: gpd.GeoDataFrame, *, declared: Datum | str, city: City, named: Datum | None = None) -> Verdict:
    """Compare the datums for a roster.

    Parameters
    ----------
    points
        CHECKPOINTS frame, as it was read under the declared datum.
    declared
        The datum that the import names.
    city
        What is there already.
    named
        The datum that the file's own headings name, if any.
    """
    declared = Datum.parse(str(declared))
    points = points[~points.geometry.is_empty]
    if not len(points) or not _comparable(points):
        return _verdict(declared, [], named)
    crs = frame_metric_crs(points)
    kinds = point_evidence(points, city, crs)
    lon, lat = from_wgs84(points.geometry.x.to_numpy(), points.geometry.y.to_numpy(), declared)
    layouts = {datum: np.column_stack(project_xy(*to_wgs84(lon, lat, datum), crs)) for datum in _HYPOTHESES}
    return _verdict(declared, _measured(kinds, layouts, declared), named)


def judge_zones(zones: gpd.GeoDataFrame, *, declared: Datum | str, city: City, named: Datum | None = None) -> Verdict:
    """Compare the datums for a layer of zones, by zones and checkpoints that are there already.

    Parameters
    ----------
    zones
        ZONES frame, as it was read under the declared datum.
    declared, city, named
        As in :func:`judge`.
    """
    declared = Datum.parse(str(declared))
    if not len(zones) or not _comparable(zones):
        return _verdict(declared, [], named)
    crs = frame_metric_crs(zones)
    kinds = zone_evidence(zones, city, crs)
    raw = shift_frame(zones.geometry, declared, back=True)
    shapes = {datum: shift_frame(raw, datum).to_crs(crs) for datum in _HYPOTHESES}
    centres = {datum: np.column_stack((own.centroid.x, own.centroid.y)) for datum, own in shapes.items()}
    return _verdict(declared, _measured(kinds, centres, declared), named)


def elsewhere(frame: gpd.GeoDataFrame, declared: Datum, city: Iterable[gpd.GeoDataFrame]) -> Verdict | None:
    """Return the verdict on a file that lies farther from the city than any city is wide; None where it does not."""
    km = away_km(frame, city)
    if not km:
        return None
    note = Note(ELSEWHERE, {"km": round(km)})
    return Verdict(declared, False, None, Strength.CLEAR, (note,), {}, Note(ELSEWHERE_REFUSED, {"km": round(km)}))


def _comparable(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether the datums differ there: outside China they are one."""
    west, south, east, north = frame.total_bounds
    return bool(in_china((west + east) / 2, (south + north) / 2))


@dataclass(frozen=True, slots=True)
class _Measured:
    evidence: Evidence
    z: Mapping[Datum, float]
    said: Mapping[Datum, float]  # the figure that the sentence gives


def _measured(kinds: Sequence[Evidence], layouts: Mapping[Datum, Layout], declared: Datum) -> list[_Measured]:
    base = layouts[Datum.WGS84 if declared is Datum.CGCS2000 else declared]
    controls = _control_shifts(layouts, base)
    found = []
    for evidence in kinds:
        scores = {datum: float(evidence.score(xy).mean()) for datum, xy in layouts.items()}
        z = _above_chance(evidence, scores, layouts, [base + shift for shift in controls])
        found.append(_Measured(evidence, z, {datum: evidence.figure(xy) for datum, xy in layouts.items()}))
    return sorted(found, key=lambda one: -max(one.z.values()))


def _above_chance(
    evidence: Evidence, scores: Mapping[Datum, float], layouts: Mapping[Datum, Layout], controls: Sequence[Layout]
) -> dict[Datum, float]:
    """Count the standard deviations by which each score stands above what chance gives."""
    root = np.sqrt(evidence.independent)
    if evidence.chance is not None:
        expected = {datum: evidence.chance(xy) for datum, xy in layouts.items()}
        z = {datum: (score - expected[datum]) * root / _COIN for datum, score in scores.items()}
    else:
        chance = np.array([evidence.score(control).mean() for control in controls])
        spread = max(float(chance.std(ddof=1)), _FLOOR / root)
        z = {datum: (score - float(chance.mean())) / spread for datum, score in scores.items()}
    return {datum: min(height, _SURE) for datum, height in z.items()}


def _control_shifts(layouts: Mapping[Datum, Layout], base: Layout) -> npt.NDArray[np.float64]:
    """Spread shifts evenly over rings of the size of the datums' own, away from each of them."""
    own = np.array([np.median(xy - base, axis=0) for xy in layouts.values()])
    reach = max(float(np.hypot(*(a - b))) for a in own for b in own)
    angles = 2 * np.pi * (np.arange(_CONTROLS) + 0.5) / _CONTROLS
    radius = reach * np.resize(_RINGS, _CONTROLS)
    shifts = np.column_stack((radius * np.cos(angles), radius * np.sin(angles)))
    near = np.min(np.hypot(*(shifts[:, None, :] - own[None, :, :]).transpose(2, 0, 1)), axis=1)
    return np.asarray(shifts[near > _APART * reach])


def _verdict(declared: Datum, measured: list[_Measured], named: Datum | None) -> Verdict:
    own = Datum.WGS84 if declared is Datum.CGCS2000 else declared
    stated = None if named is None else Datum.WGS84 if named is Datum.CGCS2000 else named
    if not measured:
        return _without_evidence(declared, own, named, stated)
    root = np.sqrt(len(measured))
    total = {datum: float(sum(one.z[datum] for one in measured) / root) for datum in _HYPOTHESES}
    best = max(_HYPOTHESES, key=lambda datum: (total[datum], datum is own))
    evidence = tuple(
        _sentence(one, declared, own, best if best is not own else _runner_up(total, own)) for one in measured
    )
    if stated not in (None, own):
        evidence = (Note(STATED, {"named": str(named), "declared": str(declared)}), *evidence)
    lead = total[best] - total[own]
    disputed = any(one.z[own] - one.z[best] >= _CLEAR for one in measured)
    fits = best is own or lead < _CLEAR or total[best] < _SEEN or disputed
    if fits and stated not in (None, own) and total[own] - total[stated] < _CLEAR:  # type: ignore[index]
        fits, best = False, stated  # type: ignore[assignment]
    strength, template = _grade(fits=fits, own=best is own, height=total[own], lead=lead, runner=_lead(total, own))
    template = CONTRADICTORY if disputed and fits else template
    values = {
        "declared": str(declared),
        "suggestion": str(best),
        "evidence": Sentences(evidence),
    }
    return Verdict(declared, fits, None if best is own else best, strength, evidence, total, Note(template, values))


def _grade(*, fits: bool, own: bool, height: float, lead: float, runner: float) -> tuple[Strength, str]:
    if not fits:
        return Strength.CLEAR, AGAINST
    if own:
        return (Strength.CLEAR, FITS) if height >= _SEEN and runner >= _WEAK else (Strength.WEAK, WEAK)
    return Strength.WEAK, WEAK_OTHER if lead >= _WEAK else WEAK


def _lead(total: Mapping[Datum, float], own: Datum) -> float:
    return total[own] - max(score for datum, score in total.items() if datum is not own)


def _runner_up(total: Mapping[Datum, float], own: Datum) -> Datum:
    return max((datum for datum in total if datum is not own), key=lambda datum: total[datum])


def _without_evidence(declared: Datum, own: Datum, named: Datum | None, stated: Datum | None) -> Verdict:
    values = {"declared": str(declared), "suggestion": str(named), "evidence": ""}
    if stated in (None, own):
        return Verdict(declared, True, None, Strength.NONE, (), {}, Note(NOTHING, values))
    note = Note(STATED, {"named": str(named), "declared": str(declared)})
    return Verdict(declared, False, named, Strength.CLEAR, (note,), {}, Note(STATED_ONLY, values))


def _sentence(one: _Measured, declared: Datum, own: Datum, other: Datum) -> Note:
    values = {"rows": one.evidence.rows, "own": str(declared), "other": str(other)}
    return Note(one.evidence.template, {**values, "here": round(one.said[own]), "there": round(one.said[other])})

"""Barriers and closed points on streets: who passes them, and the short stretch of street that holds everybody else.

A barrier belongs to one node, which two streets or more may share. Each street's last metre before that node becomes
an edge of its own that lets only those through who may pass: every mode, every engine and every closed turn knows it.

Who passes what without further tags follows the OSM wiki (Key:barrier) as routing engines read it: gates and lift
gates of compounds open to those who ask, bollards, blocks and chains hold cars, stiles hold wheels, walls hold all.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from geo.model import Mode
from geo.streets.access import BOTH, CLOSED, KEYS, Masks, said

Ints = npt.NDArray[np.int64]

TAGS = frozenset({"barrier", "bollard", "kerb", "locked", "highway", "crossing", "railway", *KEYS})
"""The tags of a node that :func:`passing` reads."""
STRETCH_DEG = 1e-5
"""How long the stretch before a barrier is: about a metre, at most half of the street's last piece."""

EVERYBODY = Masks(BOTH, BOTH, BOTH)

_OPEN_TO_CARS = {
    *("gate", "lift_gate", "swing_gate", "sliding_gate", "hampshire_gate", "entrance", "toll_booth", "border_control"),
    *("checkpoint", "cattle_grid", "sally_port", "spikes", "height_restrictor", "arch", "no", "rope"),
}
_HOLDS_WHEELS = {"stile", "turnstile", "full-height_turnstile", "kissing_gate", "horse_stile", "wicket_gate"}
_HOLDS_ALL = {
    *("wall", "fence", "hedge", "retaining_wall", "city_wall", "guard_rail", "ditch", "handrail", "wire_fence"),
}
_LOW_KERB = {"lowered", "flush", "no", "rolled"}


def passing(tags: Mapping[str, str]) -> Masks:
    """Return for each mode 3 when it passes a node, 0 when the node holds it."""
    barrier = tags.get("barrier", "").lower()
    crossing = tags.get("highway") == "crossing" or "crossing" in tags or "crossing" in tags.get("railway", "")
    if not barrier and crossing:  # its tags are about those who cross the street, not those who follow it
        return EVERYBODY
    passes = (_passes(tags, barrier, mode, crossing=crossing) for mode in (Mode.WALK, Mode.EBIKE, Mode.CAR))
    return Masks(*(BOTH if passed else CLOSED for passed in passes))


def _passes(tags: Mapping[str, str], barrier: str, mode: Mode, *, crossing: bool) -> bool:
    let_in = said(tags, mode)
    if let_in is not None:
        return let_in
    if tags.get("locked", "").lower() == "yes" or barrier in _HOLDS_ALL:
        return False
    if mode is Mode.WALK or not barrier:
        return True
    if mode is Mode.EBIKE:
        return barrier not in _HOLDS_WHEELS
    if barrier == "kerb":
        return crossing or tags.get("kerb", "") in _LOW_KERB
    return barrier in _OPEN_TO_CARS or (barrier == "bollard" and tags.get("bollard") == "rising")


def meeting(ends: Ints, nodes: Ints) -> dict[int, list[int]]:
    """List the pieces of street that end at each of some nodes, a ring twice.

    Parameters
    ----------
    ends
        Nodes at the two ends of each piece, shape (pieces, 2).
    nodes
        Those that are asked for.
    """
    found: dict[int, list[int]] = {node: [] for node in nodes.tolist()}
    for piece, end in np.argwhere(np.isin(ends, nodes)).tolist():
        found[int(ends[piece, end])].append(piece)
    return found


def holds(passed: Masks, pieces: Sequence[int], masks: Ints) -> bool:
    """Tell whether a node holds somebody who comes along one of its pieces and would go on along another.

    Parameters
    ----------
    passed
        What :func:`passing` says of the node.
    pieces
        That meet there.
    masks
        Of all pieces, shape (pieces, 3).
    """
    come = (masks[list(pieces)] > 0).sum(axis=0)
    return bool(((np.array(passed) == CLOSED) & (come > 1)).any())


def cut_before(line: shapely.LineString, *, first: bool, last: bool) -> list[shapely.LineString]:
    """Cut the last metre off one end of a street or both; the parts in order along it."""
    if not first and not last:
        return [line]
    step = min(STRETCH_DEG, line.length / 3)
    begin, end = step if first else 0.0, line.length - step if last else line.length
    parts = [substring(line, 0.0, begin)] if first else []
    parts.append(substring(line, begin, end))
    return [*parts, substring(line, end, line.length)] if last else parts

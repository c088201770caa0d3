"""Join the polygons of a coverage into connected regions of about the same weight."""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class RegionPieces:
    """What region growing needs to know of the polygons."""

    xy: Floats  # (n, 2) centres in metres
    weight: Floats  # (n,) above 0: what regions share evenly
    near: tuple[tuple[int, ...], ...]  # neighbours along a line

    def part(self, members: Ints) -> "RegionPieces":
        """Return the pieces ``members``, numbered anew in their order."""
        new = {int(old): i for i, old in enumerate(members)}
        near = tuple(tuple(new[other] for other in self.near[old] if other in new) for old in members)
        return RegionPieces(self.xy[members], self.weight[members], near)


def neighbours(borders: pd.DataFrame, count: int) -> tuple[tuple[int, ...], ...]:
    """Turn rows ``left, right`` into a tuple of neighbours for each of ``count`` pieces."""
    near: list[list[int]] = [[] for _ in range(count)]
    for left, right in zip(borders["left"].tolist(), borders["right"].tolist(), strict=True):
        near[left].append(right)
        near[right].append(left)
    return tuple(tuple(sorted(others)) for others in near)


def regions(pieces: RegionPieces, count: int, rng: np.random.Generator) -> Ints:
    """Assign each piece the number of its region, ``0..count-1``.

    Regions grow piece by piece from seeds, the lightest first, each taking the free neighbour nearest to its centre;
    then the seeds move to the regions' centres and they grow again (Lloyd's iteration). The best result is kept.

    Parameters
    ----------
    pieces
        Must be connected; ``count`` at most their number.
    """
    if count <= 1:
        return np.zeros(len(pieces.weight), np.int64)
    centres = _first_centres(pieces, count, rng)
    best: tuple[float, Ints] | None = None
    for _ in range(_ROUNDS):
        region = _even_out(pieces, _grown(pieces, centres), count)
        total = np.bincount(region, pieces.weight, count)
        centres = np.column_stack([np.bincount(region, pieces.weight * axis, count) / total for axis in pieces.xy.T])
        away = np.hypot(*(pieces.xy - centres[region]).T)
        score = float(np.average(away, weights=pieces.weight) * (1 + total.std() / total.mean()))
        if best is None or score < best[0]:
            best = score, region
    if best is None:
        raise AssertionError
    return best[1]


def _first_centres(pieces: RegionPieces, count: int, rng: np.random.Generator) -> Floats:
    """Spread centres as k-means++ does (Arthur and Vassilvitskii 2007)."""
    chosen = [int(rng.choice(len(pieces.weight), p=pieces.weight / pieces.weight.sum()))]
    away = np.full(len(pieces.weight), np.inf)
    while len(chosen) < count:
        away = np.minimum(away, ((pieces.xy - pieces.xy[chosen[-1]]) ** 2).sum(axis=1))
        chance = away * pieces.weight
        chosen.append(int(rng.choice(len(chance), p=chance / chance.sum())))
    return pieces.xy[chosen]


def _grown(pieces: RegionPieces, centres: Floats) -> Ints:
    region = np.full(len(pieces.weight), -1, np.int64)
    away = np.hypot(*(pieces.xy[:, None, :] - centres[None, :, :]).transpose(2, 0, 1))
    fringe: list[list[tuple[float, int]]] = [[] for _ in centres]
    light = [(0.0, number) for number in range(len(centres))]
    for number in range(len(centres)):
        start = int(np.argmin(np.where(region < 0, away[:, number], np.inf)))
        region[start] = number
        light[number] = (float(pieces.weight[start]), number)
        _push(fringe[number], pieces.near[start], away[:, number], region)
    heapq.heapify(light)
    while light:
        total, number = heapq.heappop(light)
        taken = _take(fringe[number], region)
        if taken is None:
            continue  # walled in
        region[taken] = number
        _push(fringe[number], pieces.near[taken], away[:, number], region)
        heapq.heappush(light, (total + float(pieces.weight[taken]), number))
    return region


def _push(fringe: list[tuple[float, int]], near: tuple[int, ...], away: Floats, region: Ints) -> None:
    for other in near:
        if region[other] < 0:
            heapq.heappush(fringe, (float(away[other]), other))


def _take(fringe: list[tuple[float, int]], region: Ints) -> int | None:
    while fringe:
        _, piece = heapq.heappop(fringe)
        if region[piece] < 0:
            return piece
    return None


def _even_out(pieces: RegionPieces, region: Ints, count: int) -> Ints:
    """Pass border pieces from heavy to light regions where that leaves the heavy one connected."""
    region = region.copy()
    total = np.bincount(region, pieces.weight, count).astype(float)
    for _ in range(3 * len(region)):
        move = _best_move(pieces, region, total)
        if move is None:
            break
        piece, target = move
        total[region[piece]] -= pieces.weight[piece]
        total[target] += pieces.weight[piece]
        region[piece] = target
    return region


def _best_move(pieces: RegionPieces, region: Ints, total: Floats) -> tuple[int, int] | None:
    """Find a move out of the heaviest region that has one; it must even the two regions out."""
    for heavy in np.argsort(-total, kind="stable")[: max(1, len(total) // 3)]:
        moves = []
        for piece in np.flatnonzero(region == heavy).tolist():
            for target in {int(region[other]) for other in pieces.near[piece]} - {int(heavy)}:
                gain = total[heavy] - total[target] - pieces.weight[piece]
                if gain > 0.05 * total[heavy]:
                    moves.append((-gain, piece, target))
        for _, piece, target in sorted(moves):
            if _stays_connected(pieces, region, piece):
                return piece, target
    return None


def _stays_connected(pieces: RegionPieces, region: Ints, piece: int) -> bool:
    own = region[piece]
    rest = np.flatnonzero(region == own)
    rest = rest[rest != piece]
    if not len(rest):
        return False
    seen, queue = {int(rest[0])}, [int(rest[0])]
    while queue:
        for other in pieces.near[queue.pop()]:
            if other != piece and region[other] == own and other not in seen:
                seen.add(other)
                queue.append(other)
    return len(seen) == len(rest)

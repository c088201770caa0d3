"""How many of the places and cells that are called hot may be false: rates of false discovery, test by test."""

import numpy as np

from geo.hotspots.places import HotPlace
from geo.rasters.lattice import Floats

CLUMPED = 0.6


def false_discovery_rate(p: Floats) -> Floats:
    """Return the q of each test: the smallest false discovery rate at which it is a discovery.

    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    order = np.argsort(p, kind="stable")
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate((p[order] * p.size / np.arange(1, p.size + 1))[::-1])[::-1]
    return np.minimum(q, 1.0)


def places_q(places: list[HotPlace]) -> Floats:
    """Go through the list as Benjamini-Hochberg does, the score being an expected number of windows by chance.

    Of the windows by chance about ``CLUMPED`` are places of their own, the others lie over them. A place that must
    stand alone is held to the number of windows all the same: where nothing is bad, a list seldom holds two.
    """
    if not places:
        return np.empty(0)
    score = np.array([place.score for place in places])
    step = CLUMPED * score / np.arange(1, score.size + 1)
    step[0] = score[0]
    return np.minimum(np.minimum.accumulate(step[::-1])[::-1], 1.0)

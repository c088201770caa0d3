"""GCJ-02 and BD-09 back to WGS-84: error and time against prcoords, geocoordinates-rs and eviltransform.

``python tests/bench/datum.py``; peers that are not installed are said so (``pip install prcoords geocoordinates-rs
eviltransform``). The error is that of going there and back: points are moved to the datum by our forward formula, which
is the published one (tests/geo/test_crs.py), and each library brings them back.
"""

import importlib
import time
from collections.abc import Callable

import numpy as np

from geo.crs import Datum, from_wgs84, to_wgs84

POINTS = 1_000_000
PEER_POINTS = 20_000  # peers go point by point; their time is scaled up
Floats = np.ndarray
Turn = Callable[[Floats, Floats], tuple[Floats, Floats]]


def one_by_one(turn: Callable[[float, float], tuple[float, float]]) -> Turn:
    """Let a function of one latitude and longitude work on arrays of longitudes and latitudes."""

    def turned(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        pairs = np.array([turn(y, x) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)])
        return pairs[:, 1], pairs[:, 0]

    return turned


def prcoords_turns() -> dict[tuple[str, Datum], Turn]:
    peer = importlib.import_module("prcoords")
    return {
        ("prcoords", Datum.GCJ02): one_by_one(lambda lat, lon: tuple(peer.gcj_wgs_bored(peer.Coords(lat, lon)))),
        ("prcoords", Datum.BD09): one_by_one(lambda lat, lon: tuple(peer.bd_wgs_bored(peer.Coords(lat, lon)))),
    }


def eviltransform_turns() -> dict[tuple[str, Datum], Turn]:
    peer = importlib.import_module("eviltransform")
    return {
        ("eviltransform exact", Datum.GCJ02): one_by_one(peer.gcj2wgs_exact),
        ("eviltransform", Datum.GCJ02): one_by_one(peer.gcj2wgs),
        ("eviltransform", Datum.BD09): one_by_one(peer.bd2wgs),
    }


def geocoordinates_turns() -> dict[tuple[str, Datum], Turn]:
    peer = importlib.import_module("geocoordinates_ffi")

    def gcj(lat: float, lon: float) -> tuple[float, float]:
        found = peer.gcj02_to_wgs84_refined(peer.Gcj02(lat=lat, lon=lon))
        return found.lat, found.lon

    def bd(lat: float, lon: float) -> tuple[float, float]:
        found = peer.bd09_to_wgs84_refined(peer.Bd09(lat=lat, lon=lon))
        return found.lat, found.lon

    return {
        ("geocoordinates-rs", Datum.GCJ02): one_by_one(gcj),
        ("geocoordinates-rs", Datum.BD09): one_by_one(bd),
    }


def error_mm(lon: Floats, lat: Floats, back: tuple[Floats, Floats]) -> float:
    """Return the largest distance in millimetres."""
    east = (back[0] - lon) * 111_320 * np.cos(np.radians(lat))
    return float(np.hypot(east, (back[1] - lat) * 111_320).max() * 1000)


def measure(name: str, datum: Datum, turn: Turn, points: int) -> float:
    """Print one line; give the seconds for a million points."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(73.6, 135.0, points), rng.uniform(18.2, 53.5, points)
    there = from_wgs84(lon, lat, datum)
    start = time.perf_counter()
    back = turn(*there)
    seconds = (time.perf_counter() - start) * POINTS / points
    print(f"{datum:6} {name:22} {error_mm(lon, lat, back):14.3e} mm {seconds:9.2f} s")
    return seconds


def main() -> None:
    print(f"datum  library                largest error        a million points ({PEER_POINTS} measured of a peer)")
    own = {}
    for datum in (Datum.GCJ02, Datum.BD09):
        own[datum] = measure("xundian", datum, lambda x, y, datum=datum: to_wgs84(x, y, datum), POINTS)
    for turns in (prcoords_turns, geocoordinates_turns, eviltransform_turns):
        try:
            peers = turns()
        except ImportError as error:
            print(f"{error.name} is not installed")
            continue
        for (name, datum), turn in peers.items():
            seconds = measure(name, datum, turn, PEER_POINTS)
            print(f"{'':6} {'':22} {seconds / own[datum]:.1f} times our time")


if __name__ == "__main__":
    main()

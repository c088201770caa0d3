"""Tiles that were made, kept while what they show is so: twenty people who look at one city ask for the same ones."""

import threading
from collections import OrderedDict
from collections.abc import Callable

MOST = 512  # tiles, of some 20 kB each


class KeptTiles:
    """The tiles that were asked for last, by what they show."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._tiles: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return a tile, which is made when it isn't kept."""
        with self._lock:
            kept = self._tiles.get(key)
            if kept is not None:
                self._tiles.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            self._tiles[key] = made
            while len(self._tiles) > self._most:
                self._tiles.popitem(last=False)
        return made

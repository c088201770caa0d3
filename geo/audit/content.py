"""The hash of the rows that an import brings, which stands in its row of the log."""

import hashlib
import json

import geopandas as gpd
import pandas as pd
import shapely


class RowsHash:
    """SHA-256 over rows that come in parts; each part is JSON behind its length."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, rows: object) -> None:
        """Take plain values, as JSON has them."""
        self.add_bytes(json.dumps(rows, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))

    def add_bytes(self, content: bytes) -> None:
        """Take bytes."""
        self._hash.update(len(content).to_bytes(8, "big") + content)

    def hexdigest(self) -> str:
        """Return the hash of all so far, in hexadecimal."""
        return self._hash.hexdigest()


def frame_sha256(frame: pd.DataFrame) -> str:
    """Hash a frame: its keys, its columns by name, and its places as WKB; the order of rows counts."""
    found = RowsHash()
    found.add(frame.index.tolist())
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    for name in sorted(plain.columns):
        found.add([name, plain[name].tolist()])
    if isinstance(frame, gpd.GeoDataFrame):
        for shape in shapely.to_wkb(frame.geometry.to_numpy()):
            found.add_bytes(shape or b"")
    return found.hexdigest()

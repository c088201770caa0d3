"""Vector tiles of what is large and seldom changes: streets and zones, one PMTiles file each, made at first need."""

import contextlib
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from flask import Blueprint, Response, send_file, send_from_directory, url_for

from geo import private
from geo.errors import NotFoundError
from geo.model import Action
from geo.store import Store
from geo.store.streets import KeptStreets
from webmap.accounts import access

pages = Blueprint("tiles", __name__, url_prefix="/tiles")

LOWEST_ZOOM, HIGHEST_ZOOM = 8, 14
MIME = "application/vnd.pmtiles"
YEAR_S = 365 * 24 * 3600
FORMAT = 1  # raised when the tiles of the same input change, so that old caches are left behind
# From the widest to the smallest: what a map shows first. OSM's link classes go with their roads.
RANKS = {
    "motorway": 0,
    "trunk": 0,
    "primary": 1,
    "secondary": 2,
    "tertiary": 3,
    "residential": 4,
    "unclassified": 4,
    "living_street": 4,
}
SMALLEST = 5
ZONE_COLUMNS = ("level", "name", "parent", "unit")
_making = threading.Lock()


class StreetMap(Protocol):
    """What has streets to draw: :class:`geo.store.Store`, or what an account may see of it."""

    @property
    def streets(self) -> KeptStreets:
        """The streets."""

    @property
    def cache_dir(self) -> Path:
        """A folder for what can be made again."""

    @property
    def in_memory(self) -> dict[str, bytes]:
        """What has no place in that folder."""


@dataclass(frozen=True, slots=True)
class HeldArchive:
    """A PMTiles file in memory, where the disk has no place for it."""

    name: str
    content: bytes

    def read_bytes(self) -> bytes:
        """Return the whole file."""
        return self.content


Archive = Path | HeldArchive


def street_archive(city: StreetMap) -> Archive:
    """Return the PMTiles file of the streets, making it when the streets are new.

    Layer ``streets`` with ``rank`` (0 the widest to 5), ``name``, ``bridge`` and ``tunnel``.
    """
    digest = (city.streets.sha256() or "none")[:16]
    return _kept(city, "streets", digest, lambda: street_lines(city.streets.frame()))


def zone_archive(store: Store) -> Archive:
    """Return the PMTiles file of the zones, rebuilt when a zone changed; layer ``zones`` with code, level, names."""
    with store.snapshot():
        digest = _zone_digest(store, store.zones.state())
        return _kept(store, "zones", digest, lambda: _tiled(store.zones.frame()))


def prepare(store: Store) -> None:
    """Make the archives that are missing, so that nobody waits for them later."""
    if store.streets.sha256():
        street_archive(store)
    if store.zones.counts():
        zone_archive(store)


def street_address(city: StreetMap) -> str:
    """Return the address of the streets' tiles, which changes with them; empty when the city has no streets."""
    return url_for("tiles.streets", name=street_archive(city).name) if city.streets.sha256() else ""


def zone_address(store: Store) -> str:
    """Return the address of the zones' tiles, which changes with them; empty when the city has no zones."""
    return url_for("tiles.zones", name=zone_archive(store).name) if store.zones.counts() else ""


@pages.get("/streets/<name>")
@access.needs(Action.SEE_STREETS)
def streets(name: str) -> Response:
    """Serve the streets' tiles, by byte ranges."""
    return _serve(street_archive(access.visible()), name)


@pages.get("/zones/<name>")
@access.needs(Action.PLAN)
def zones(name: str) -> Response:
    """Serve the zones' tiles, by byte ranges, to planners: a street office gets its own zone as GeoJSON."""
    return _serve(zone_archive(access.visible().store), name)


@lru_cache(maxsize=4)
def _zone_digest(store: Store, _state: str) -> str:
    """Hash the zones, once for each state of them: a restored backup may count to the same number again."""
    zones = store.zones.frame()
    rows = zones[[*ZONE_COLUMNS]].reset_index().to_csv(index=False).encode()
    return hashlib.sha256(rows + b"".join(shapely.to_wkb(zones.geometry.to_numpy()))).hexdigest()[:16]


def _tiled(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the zones as a map draws them; their codes go out too."""
    plain = zones[[*ZONE_COLUMNS]].reset_index()
    return gpd.GeoDataFrame(plain, geometry=zones.geometry.to_numpy(), crs=zones.crs)


def _serve(archive: Archive, name: str) -> Response:
    if archive.name != name:
        raise NotFoundError("there are no tiles {name}: reload the page", name=name)
    if isinstance(archive, Path):
        response = send_from_directory(archive.parent, archive.name, mimetype=MIME, conditional=True)
    else:
        response = send_file(BytesIO(archive.content), mimetype=MIME, conditional=True, etag=archive.name)
    response.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
    return response


def street_lines(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the streets as a map draws them: each once, with its ``rank``, 0 the widest to 5."""
    rank = edges["highway"].str.removesuffix("_link").map(RANKS).fillna(SMALLEST).astype(int)
    frame = edges[["name", "bridge", "tunnel", "geometry"]].assign(rank=rank)
    # Both directions of a street are one line on a map.
    shape = shapely.to_wkb(shapely.normalize(frame.geometry.to_numpy()))
    _, first = np.unique(shape, return_index=True)
    return frame.iloc[np.sort(first)]


def _kept(city: StreetMap, layer: str, digest: str, frame_of: Callable[[], gpd.GeoDataFrame]) -> Archive:
    folder = city.cache_dir / "tiles"
    path = folder / f"{layer}-{FORMAT}-{digest}.pmtiles"
    with _making:
        if path.exists():
            return path
        if path.name in city.in_memory:
            return HeldArchive(path.name, city.in_memory[path.name])
        content = _made(layer, frame_of())
        try:
            private.make_folder(folder)
            private.write(path, content)
        except OSError:  # a read-only or full disk
            for old in [name for name in city.in_memory if name.startswith(f"{layer}-")]:
                del city.in_memory[old]
            city.in_memory[path.name] = content
            return HeldArchive(path.name, content)
        _tidy(folder, layer, path)
    return path


def _made(layer: str, frame: gpd.GeoDataFrame) -> bytes:
    if not len(frame):
        raise NotFoundError("the city has no {layer} yet: import them first", layer=layer)
    made = BytesIO()
    zooms = {"MINZOOM": str(LOWEST_ZOOM), "MAXZOOM": str(HIGHEST_ZOOM)}
    pyogrio.write_dataframe(frame, made, driver="PMTiles", layer=layer, dataset_options=zooms)
    return made.getvalue()


def _tidy(folder: Path, layer: str, newest: Path) -> None:
    for old in folder.glob(f"{layer}-*.pmtiles"):
        if old != newest:
            with contextlib.suppress(OSError):  # Windows keeps a file that is being read
                old.unlink()

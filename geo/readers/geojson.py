"""GeoJSON of any shape, as the one collection of features that its reader takes.

GDAL takes a collection inside a collection for a feature without a place, stops at an array, and passes over a line of
a sequence that it cannot parse; each time fewer rows would arrive, and nobody would say so.
"""

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from geo.notes import Note
from geo.readers import messages

GEOJSON = {".geojson", ".json", ".geojsonl", ".geojsons"}
_CHUNK = 1 << 20
_OVERLAP = 32  # bytes of a word that two chunks may share
_COLLECTION, _FEATURE = b'"FeatureCollection"', re.compile(rb'"type"\s*:\s*"Feature"')
_PLACE = b'"geometry"'
_OTHER_ENCODING = "gb18030"
_BETWEEN = re.compile(r"[\s\x1e,]*")  # records of a sequence: RFC 8142, a line each, or one after the other
_GEOMETRIES = {
    *("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"),
}


@dataclass(frozen=True, slots=True)
class Collection:
    """A file that holds one collection of features, or whatever its reader knows better."""

    path: Path
    notes: tuple[Note, ...] = ()


@contextmanager
def one_collection(path: Path) -> Iterator[Collection]:
    """Open a vector file; GeoJSON of another shape or encoding as a copy that is one collection.

    Raises
    ------
    InputError
        When it is no JSON to its end, or holds what is no feature.
    """
    encoding = _encoding(path) if path.suffix.lower() in GEOJSON else ""
    if not encoding or (encoding == "utf-8" and _is_usual(path)):
        yield Collection(path)
        return
    notes = (Note(messages.ENCODING, {"file": path.name, "encoding": encoding}),) if encoding != "utf-8" else ()
    with TemporaryDirectory(prefix="xundian-") as folder:
        copy = Path(folder) / f"{path.stem}.geojson"
        _write(path.read_bytes().decode(encoding), copy, path.name)
        yield Collection(copy, notes)


def _encoding(path: Path) -> str:
    """Return the encoding of a JSON text: UTF of any width, or what Chinese Windows writes."""
    with path.open("rb") as file:
        said = json.detect_encoding(file.read(4)).removesuffix("-sig")
        if said != "utf-8":
            return said
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _OTHER_ENCODING
    return "utf-8"


def _is_usual(path: Path) -> bool:
    """Tell whether a file is one collection, one feature, or none of both: what its reader takes as it is."""
    total = np.zeros(3, np.int64)
    rest = first = b""
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            first = first or chunk.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
            text = rest + chunk
            rest = text[-_OVERLAP:]  # counted with the next chunk, so that no word is cut
            total += _counts(text) - _counts(rest)
            if first != b"{" or total[0] > 1 or (total[1] > 1 and not total[0]):
                return False
    collections, features, places = total + _counts(rest)
    return bool(collections == 1 or features <= 1) and bool(places <= features or not collections)


def _counts(text: bytes) -> npt.NDArray[np.int64]:
    """Count what says that something is a collection, a feature, or has a place."""
    return np.array([text.count(_COLLECTION), len(_FEATURE.findall(text)), text.count(_PLACE)])


def _write(text: str, copy: Path, file: str) -> None:
    systems: dict[str, Any] = {}
    first = True
    with copy.open("w", encoding="utf-8") as out:
        out.write('{"type": "FeatureCollection", "features": [\n')
        for document in _documents(text, file):
            for feature in _features(document, systems, file):
                out.write(("" if first else ",\n") + json.dumps(feature, ensure_ascii=False))
                first = False
        crs = f', "crs": {next(iter(systems))}' if systems else ""
        out.write(f"\n]{crs}}}\n")
    if len(systems) > 1:
        raise InputError(messages.SYSTEMS_DIFFER, file=file, systems=", ".join(sorted(systems)))


def _documents(text: str, file: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=_object)
    at = _between(text, 1 if text[:1] == "\ufeff" else 0)
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            raise InputError(messages.NO_JSON, file=file, line=line) from error
        yield document
        at = _between(text, at)


def _between(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep what stands under a name that is there twice, where it holds rows."""
    made = dict(pairs)
    if len(made) < len(pairs):
        lists = [value for name, value in pairs if name == "features" and isinstance(value, list)]
        made |= {"features": [one for each in lists for one in each]} if len(lists) > 1 else {}
    return made


def _features(given: Any, systems: dict[str, Any], file: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Yield the features of a document, those of collections in it one after the other."""
    waiting = [given]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += reversed(here)
            continue
        kind = here.get("type") if isinstance(here, dict) else here
        if isinstance(here, dict) and here.get("crs"):
            systems.setdefault(json.dumps(here["crs"], sort_keys=True), None)
        if isinstance(here, dict) and isinstance(here.get("features"), list):
            waiting += reversed(here["features"])
        elif isinstance(here, dict) and (kind == "Feature" or (kind is None and "geometry" in here)):
            yield here | {"type": "Feature"}
        elif isinstance(kind, str) and kind in _GEOMETRIES and isinstance(here, dict):
            yield {"type": "Feature", "properties": {}, "geometry": here}
        else:
            raise InputError(messages.NO_FEATURE, file=file, value=json.dumps(kind, ensure_ascii=False)[:60])

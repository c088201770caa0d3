"""The photos that a table names, in a folder or a ZIP archive: found by name, read one at a time.

Nothing is ever unpacked: what an archive calls its files is looked up and never used as a path.
"""

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from geo.errors import InputError
from geo.model import Photo
from geo.readers import messages
from geo.readers.pictures import as_photo

MOST_BYTES = 60 * 2**20  # of one file
MOST_UNPACKED = 8 * 2**30  # of an archive
MOST_ENTRIES = 20_000

_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED, _UTF8 = 0x1, 0x800  # flags of an entry
_STRANGE = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, UnicodeError)

Read = Callable[[], bytes]


class PhotoFiles(Mapping[str, Photo]):
    """Photos by the names that a table gives them, and those that were found by their hash.

    What was found waits in a private folder, which goes away on leaving: a city's photos may not fit into the memory.

    Parameters
    ----------
    place
        A folder with all that lies in it, or a ZIP archive.

    Raises
    ------
    InputError
        When it is neither, or an archive that nobody made in good faith.
    """

    def __init__(self, place: Path) -> None:
        self.name = place.name
        self._archive = None if place.is_dir() else _opened(place)
        listed = _of_folder(place) if self._archive is None else _of_archive(self._archive, place.name)
        self._files: list[tuple[str, Read]] = list(listed)
        self._by_name: dict[str, list[int]] = {}  # places in it, by the name without folders
        for at, (path, _) in enumerate(self._files):
            self._by_name.setdefault(_plain(path).rpartition("/")[2].casefold(), []).append(at)
        self._waiting = TemporaryDirectory(prefix="xundian-")
        self._found: dict[str, Photo] = {}  # without their bytes
        self._known: dict[int, str] = {}  # place to hash

    def find(self, name: str) -> str:
        """Return the hash of a photo by its name, with or without the folders in front of it.

        Raises
        ------
        InputError
            When it is not there, there more than once, too large, or no picture.
        """
        at = self._place(name)
        if at not in self._known:
            _, read = self._files[at]
            photo = as_photo(read(), name)
            if photo.sha256 not in self._found:
                self._file(photo.sha256, "large").write_bytes(photo.content)
                self._file(photo.sha256, "small").write_bytes(photo.thumbnail)
                self._found[photo.sha256] = replace(photo, content=b"", thumbnail=b"")
            self._known[at] = photo.sha256
        return self._known[at]

    def __getitem__(self, sha256: str) -> Photo:
        bare = self._found[sha256]
        large, small = (self._file(sha256, size).read_bytes() for size in ("large", "small"))
        return replace(bare, content=large, thumbnail=small)

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.cleanup()
        if self._archive is not None:
            self._archive.close()

    def _place(self, name: str) -> int:
        """Find a name as it stands, else in another case, else with more or fewer folders in front; never in others."""
        key = _plain(name)
        near = [] if ".." in key.split("/") else self._by_name.get(key.rpartition("/")[2].casefold(), [])
        paths = {at: _plain(self._files[at][0]) for at in near}
        same = [at for at, path in paths.items() if path == key]
        same = same or [at for at, path in paths.items() if path.casefold() == key.casefold()]
        same = same or [at for at, path in paths.items() if _ends_with(path, key)]
        same = same or (near if any(_ends_with(key, path) for path in paths.values()) else [])
        if not same:
            raise InputError(messages.NO_PHOTO, value=name, place=self.name)
        if len(same) > 1:
            first, second = (self._files[at][0] for at in same[:2])
            raise InputError(messages.PHOTO_TWICE, value=name, first=first, second=second)
        return same[0]

    def _file(self, sha256: str, size: str) -> Path:
        return Path(self._waiting.name) / f"{sha256}.{size}"


def _plain(name: str) -> str:
    """Bring a name to the form in which names are compared: tables and archives write the same one differently."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").strip().removeprefix("./")


def _ends_with(path: str, end: str) -> bool:
    """Say whether a path ends as another, folder by folder and in any case."""
    return f"/{path}".casefold().endswith(f"/{end}".casefold())


def _of_folder(folder: Path) -> Iterator[tuple[str, Read]]:
    """List the files in a folder and below it; links are not followed, as they may lead out of it."""
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(where, name)
            if not name.startswith(".") and stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(folder).as_posix(), partial(_read_file, path)


def _read_file(path: Path) -> bytes:
    _check_size(path.stat().st_size, path.name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(messages.NO_PICTURE, value=path.name) from error


def _opened(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except _STRANGE as error:
        raise InputError(messages.NO_PHOTO_PLACE, file=place.name) from error


def _of_archive(archive: zipfile.ZipFile, file: str) -> list[tuple[str, Read]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise InputError(messages.ZIP_ENTRIES, file=file, count=len(entries), most=MOST_ENTRIES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        raise InputError(messages.ZIP_SIZE, file=file, size=round(unpacked / 2**30), most=MOST_UNPACKED // 2**30)
    listed: list[tuple[str, Read]] = []
    for entry in entries:
        name = _entry_name(entry)
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or _DRIVE.match(name):
            raise InputError(messages.ZIP_PATH, file=file, value=name)
        if entry.flag_bits & _ENCRYPTED:
            raise InputError(messages.ZIP_LOCKED, file=file, value=name)
        if not parts[-1].startswith(".") and "__MACOSX" not in parts:
            listed.append((name, partial(_read_entry, archive, entry)))
    return listed


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; where it does not say its encoding, it is UTF-8 or that of a Chinese Windows."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    return next(_readings(raw), entry.filename)


def _readings(raw: bytes, encodings: Iterable[str] = ("utf-8", "gb18030")) -> Iterator[str]:
    for encoding in encodings:
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError:
            continue


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = _entry_name(entry)
    _check_size(entry.file_size, name)
    try:
        with archive.open(entry) as file:
            data = file.read(MOST_BYTES + 1)  # whatever its head says
    except _STRANGE as error:
        raise InputError(messages.NO_PICTURE, value=name) from error
    _check_size(len(data), name)
    return data


def _check_size(size: int, name: str) -> None:
    if size > MOST_BYTES:
        raise InputError(messages.LARGE_PHOTO, value=name, size=round(size / 2**20), most=MOST_BYTES // 2**20)

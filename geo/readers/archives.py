"""ZIP archives with vector files as parts: each shapefile, layer or folder in it is one."""

import shutil
import weakref
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from geo.errors import InputError
from geo.failures import reason_of
from geo.readers import messages
from geo.readers.layers import LAYERS, layer_parts
from geo.readers.parts import Loaded, Part

MOST_UNPACKED = 2 * 1024**3
MOST_ENTRIES = 10_000
_BESIDE = {".dbf", ".shx", ".prj", ".cpg", ".dat", ".map", ".id", ".ind", ".mid"}
_LOCKED = 0x1  # flag of an entry
_UTF8 = 0x800


class _Folder:
    """A folder that is there as long as somebody may read in it."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="xundian-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def archive_parts(path: Path) -> list[Part]:
    """Unpack the vector files of an archive into a folder that lives as long as its parts, and return their layers.

    Names inside are never paths: every file is written under a number.

    Raises
    ------
    InputError
        When it is broken, too large, has a password, or holds no vector file.
    """
    folder = _Folder()
    try:
        with zipfile.ZipFile(path) as archive:
            files = _unpacked(archive, folder.path, path.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=reason_of(error)) from error
    if not files:
        raise InputError(messages.ZIP_WITHOUT_LAYERS, file=path.name, kinds=" ".join(sorted(LAYERS)))
    found = []
    stems = Counter(PurePosixPath(name).stem for name in files)
    for name, file in files.items():
        stem = PurePosixPath(name).stem
        own = stem if stems[stem] == 1 else name
        with _called(f"{path.name}/{name}"):
            parts = layer_parts(file)
        for part in parts:
            read = partial(_read, part, folder, f"{path.name}/{name}")
            found.append(replace(part, name=own if len(parts) == 1 else f"{own}/{part.name}", read=read))
    return found


@contextmanager
def _called(name: str) -> Iterator[None]:
    """Let errors call a file as it is called in its archive."""
    try:
        yield
    except InputError as error:
        error.values = {**error.values, "file": name}
        raise


def _read(part: Part, _folder: _Folder, name: str) -> Loaded:
    """Read a part while its folder is there."""
    with _called(name):
        return part.read()


def _unpacked(archive: zipfile.ZipFile, folder: Path, file: str) -> dict[str, Path]:
    """Write what belongs to vector files, and return these by the names that the archive has for them."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise InputError(messages.ZIP_ENTRIES, file=file, count=len(entries), most=MOST_ENTRIES)
    if size > MOST_UNPACKED:
        raise InputError(messages.ZIP_SIZE, file=file, size=round(size / 1024**3, 1), most=MOST_UNPACKED // 1024**3)
    found: dict[str, Path] = {}
    numbers: dict[str, int] = {}
    for entry in entries:
        name = PurePosixPath(_name(entry).replace("\\", "/"))
        inside = next((one for one in name.parents if one.suffix.lower() == ".gdb"), None)
        kept = inside is not None or name.suffix.lower() in LAYERS | _BESIDE
        if not kept or "__MACOSX" in name.parts:
            continue
        if entry.flag_bits & _LOCKED:
            raise InputError(messages.ZIP_LOCKED, file=file, value=str(name))
        group = str(inside or name.with_suffix("")).lower()
        number = numbers.setdefault(group, len(numbers))
        suffix = name.suffix.lower()
        target = folder / f"{number}.gdb" / name.name if inside else folder / f"{number}{suffix}"
        target.parent.mkdir(exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        if inside:
            found[str(inside)] = target.parent
        elif suffix in LAYERS:
            found[str(name)] = target
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; without the mark of UTF-8, archives of Chinese Windows are in GB18030."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename

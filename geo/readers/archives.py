"""ZIP archives as parts: each sheet, shapefile, layer or folder in one is a part, and so is what nobody can read."""

import shutil
import weakref
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from geo.errors import InputError
from geo.failures import reason_of
from geo.notes import Note
from geo.readers import messages
from geo.readers.companions import SIDECARS, may_hold_data
from geo.readers.grids import TEXTS
from geo.readers.layers import LAYERS
from geo.readers.part import Loaded, Part, closed_part
from geo.workbooks import WORKBOOKS

READ = LAYERS | TEXTS | WORKBOOKS
MOST_UNPACKED = 2 * 1024**3
MOST_ENTRIES = 10_000
_LOCKED = 0x1  # flag of an entry
_UTF8 = 0x800


class _Folder:
    """A folder that is there as long as somebody may read in it."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="xundian-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def archive_parts(path: Path, opened: Callable[[Path], Sequence[Part]]) -> list[Part]:
    """Unpack the files of an archive into a folder that lives as long as its parts, and return all their parts.

    Names inside are never paths: every file is written under a number.

    Parameters
    ----------
    path
        Of the archive.
    opened
        Gives the parts of a file inside.

    Raises
    ------
    InputError
        When it is broken, too large, has a password, or holds no file that is read.
    """
    folder = _Folder()
    try:
        with zipfile.ZipFile(path) as archive:
            files = _unpacked(archive, folder.path, path.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InputError(messages.UNREADABLE, file=path.name, reason=reason_of(error)) from error
    if not any(files.values()):
        raise InputError(messages.ZIP_WITHOUT_LAYERS, file=path.name, kinds=" ".join(sorted(READ)))
    found = []
    stems = Counter(PurePosixPath(name).stem for name in files)
    for name, file in files.items():
        if file is None:
            found.append(closed_part(name, Note(messages.FILE_UNREAD, {"name": name})))
            continue
        stem = PurePosixPath(name).stem
        own = stem if stems[stem] == 1 else name
        parts = _parts(file, f"{path.name}/{name}", opened)
        for part in parts:
            read = partial(_read, part, folder, f"{path.name}/{name}")
            called = own if len(parts) == 1 else f"{own}/{part.name}"
            found.append(replace(part, name=called, read=read, texts=partial(_texts, part, folder)))
    return found


def _parts(file: Path, name: str, opened: Callable[[Path], Sequence[Part]]) -> Sequence[Part]:
    """Return the parts of a file inside; a text that is no table stays closed, and an empty file has none."""
    if file.is_file() and not file.stat().st_size:
        return []
    try:
        with _called(name):
            return opened(file)
    except InputError as error:
        if file.suffix not in TEXTS:
            raise
        return [closed_part(name, Note(error.template, error.values))]


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
        loaded = part.read()
    notes = tuple(
        Note(note.template, {**note.values, "file": PurePosixPath(name).name}) if "file" in note.values else note
        for note in loaded.notes
    )
    return replace(loaded, notes=notes)


def _texts(part: Part, _folder: _Folder) -> frozenset[str]:
    """Return the texts of a part while its folder is there."""
    return part.texts()


def _unpacked(archive: zipfile.ZipFile, folder: Path, file: str) -> dict[str, Path | None]:
    """Write what belongs to tables and vector files, and return these by their names inside; None: of no known kind."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise InputError(messages.ZIP_ENTRIES, file=file, count=len(entries), most=MOST_ENTRIES)
    if size > MOST_UNPACKED:
        raise InputError(messages.ZIP_SIZE, file=file, size=round(size / 1024**3, 1), most=MOST_UNPACKED // 1024**3)
    found: dict[str, Path | None] = {}
    numbers: dict[str, int] = {}
    tables: dict[PurePosixPath, int] = {}  # that may have no shapes
    for entry in entries:
        name = PurePosixPath(_name(entry).replace("\\", "/"))
        inside = next((one for one in name.parents if one.suffix.lower() == ".gdb"), None)
        suffix = name.suffix.lower()
        kept = inside is not None or suffix in READ | SIDECARS
        if not kept and may_hold_data(name):
            found[str(name)] = None
        if not kept or "__MACOSX" in name.parts or not (inside or suffix in SIDECARS or may_hold_data(name)):
            continue
        if entry.flag_bits & _LOCKED:
            raise InputError(messages.ZIP_LOCKED, file=file, value=str(name))
        group = str(inside or name.with_suffix("")).lower()
        number = numbers.setdefault(group, len(numbers))
        target = folder / f"{number}.gdb" / name.name if inside else folder / f"{number}{suffix}"
        target.parent.mkdir(exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        if suffix == ".dbf" and not inside:
            tables[name] = number
        if inside:
            found[str(inside)] = target.parent
        elif suffix in READ:
            found[str(name)] = target
    read = {file.stem for file in found.values() if file is not None}
    return found | {str(name): None for name, number in tables.items() if str(number) not in read}


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

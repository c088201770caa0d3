"""Files that somebody sent and that wait to be confirmed: in a private folder, by a random name, for a day.

The name that a browser gives is only shown, never used as a path; of a file's kind only its content is believed.
"""

import json
import re
import secrets
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from geo import private
from geo.errors import InputError, NotFoundError, XundianError
from geo.readers.layers import LAYERS
from webmap.intake.archives import MOST_ENTRIES, CrowdedError, unpacked_bytes

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage  # a child that reads a file does not need it

TOKEN_BYTES = 16
KEPT_S = 24 * 3600
MOST_BYTES = 60 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_PHOTOS = 1024 * 1024 * 1024  # of an archive of photos, which is read one at a time
REFUSED_VISITS = "rejected.xlsx"
GONE = "this upload is not here any more: upload the file again"
SHAPE_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
KINDS = (
    *(".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt"),
    *(".geojson", ".json", ".gpkg", ".kml", ".kmz", ".gpx", ".fgb", ".shp", ".zip"),
)
_ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods", ".kmz", ".zip")

_TOKEN = re.compile(r"[0-9a-f]{32}")
_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that waits."""

    token: str
    folder: Path
    name: str  # as the browser called it; for showing only
    file: str  # its name in the folder
    user: str
    choices: Mapping[str, Any] = field(default_factory=dict)  # kind, datum, columns... as the page asked for them
    archive_name: str = ""  # of the photos, as the browser called it

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.file

    @property
    def archive(self) -> Path:
        """The ZIP archive of photos that came with it; not there when none did."""
        return self.folder / "photos.zip"

    def named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a sentence with the files called as their user calls them."""
        return {key: self._named(value) if isinstance(value, str) else value for key, value in values.items()}

    @contextmanager
    def by_name(self) -> Iterator[None]:
        """Let errors call the files as their user calls them."""
        try:
            yield
        except XundianError as error:
            error.values = self.named(error.values)
            raise

    def _named(self, text: str) -> str:
        for path, name in ((self.path, self.name), (self.archive, self.archive_name)):
            text = text.replace(str(path), name).replace(path.name, name)
        return text


class Uploads:
    """The waiting files of one city.

    Parameters
    ----------
    folder
        Made for its owner alone when it is missing.
    clock
        Seconds since 1970.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock

    def save(self, files: "Iterable[FileStorage]", *, user: str, choices: Mapping[str, Any]) -> Upload:
        """Keep what was sent: one file, or the parts of one shapefile.

        Raises
        ------
        InputError
            When it is none of the kinds that can be read, too large, or not what its name says.
        """
        sent = [one for one in files if one.filename]
        token = secrets.token_hex(TOKEN_BYTES)
        private.make_folder(self._folder)
        self.tidy()
        folder = self._folder / token
        private.make_folder(folder)
        try:
            file = _keep(sent, folder)
            upload = Upload(token, folder, _shown(_main(sent)), file, user, dict(choices))
            self._write(upload)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return upload

    def add_archive(self, upload: Upload, sent: "FileStorage | None") -> Upload:
        """Keep the archive of photos that was sent with a file, if one was; it is never unpacked.

        Raises
        ------
        InputError
            When it is no ZIP archive, or too large; the file is forgotten with it.
        """
        if sent is None or not sent.filename:
            return upload
        try:
            with private.open_new(upload.archive) as file:
                sent.save(file)
            _check(upload.archive, _shown(sent.filename), unpacked=MOST_PHOTOS)
            kept = replace(upload, archive_name=_shown(sent.filename))
            self._write(kept)
        except BaseException:
            self.discard(upload)
            raise
        return kept

    def get(self, token: str, user: str) -> Upload:
        """Return a waiting file of an account.

        Raises
        ------
        NotFoundError
            When there is none: it was confirmed or discarded, a day went by, or it is somebody else's.
        """
        folder = self._folder / token
        if _TOKEN.fullmatch(token) and (folder / "upload.json").is_file():
            said = json.loads((folder / "upload.json").read_text("utf-8"))
            if said["user"] == user and self._clock() - said.pop("at") < KEPT_S:
                return Upload(token=token, folder=folder, **said)
        raise NotFoundError(GONE)

    def choose(self, upload: Upload, choices: Mapping[str, Any]) -> Upload:
        """Keep other choices for a waiting file."""
        changed = replace(upload, choices=dict(choices))
        self._write(changed)
        return changed

    def discard(self, upload: Upload) -> None:
        """Remove a waiting file."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what waited for more than a day."""
        if not self._folder.is_dir():
            return
        for folder in self._folder.iterdir():
            if folder.is_dir() and self._clock() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)

    def _write(self, upload: Upload) -> None:
        said = {k: v for k, v in asdict(upload).items() if k not in ("token", "folder")} | {"at": self._clock()}
        private.write(upload.folder / "upload.json", json.dumps(said, ensure_ascii=False).encode())


def roster_uploads(caches: Path) -> Uploads:
    """Return the rosters and zones that wait, in a city's folder of caches."""
    return Uploads(caches / "uploads")


def visit_uploads(caches: Path) -> Uploads:
    """Return the visits that wait; the pages of the roster cannot open these."""
    return Uploads(caches / "visit-uploads")


def _main(sent: "list[FileStorage]") -> str:
    """Name the one file that matters: of a shapefile's parts the .shp."""
    names = [one.filename or "" for one in sent]
    return next((name for name in names if name.lower().endswith(".shp")), names[0])


def _shown(name: str) -> str:
    """Keep what is printable of a name's last part."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[:120] or "upload"


def _keep(sent: "list[FileStorage]", folder: Path) -> str:
    """Write what was sent, checked, and give the name of the file to read."""
    if not sent:
        raise InputError("no file was chosen: choose one and upload it again")
    for one in sent:
        suffix = _suffix(one.filename or "")
        if suffix not in KINDS and suffix not in SHAPE_PARTS:
            kinds = " ".join(KINDS)
            raise InputError(
                "{file} cannot be imported: bring one of {kinds}", file=_shown(one.filename or ""), kinds=kinds
            )
    if len(sent) > 1 and not all(_suffix(one.filename or "") in SHAPE_PARTS for one in sent):
        raise InputError("several files were sent: choose one, or all the parts of one shapefile")
    for one in sent:
        suffix = _suffix(one.filename or "")
        target = folder / f"upload{'.geojson' if suffix == '.json' else suffix}"  # upload.json holds the choices
        with private.open_new(target) as file:
            one.save(file)
        _check(target, _shown(one.filename or ""))
    if (folder / "upload.zip").exists():
        _unpack(folder / "upload.zip", folder, _shown(_main(sent)))
    kept = [path for path in folder.iterdir() if path.suffix in KINDS]
    if not kept:
        raise InputError("the .shp of the shapefile is missing: choose all of its parts, .shp .dbf .shx .prj .cpg")
    return kept[0].name


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def _check(path: Path, name: str, *, unpacked: int | None = None) -> None:
    """Compare what a file holds with what its name says.

    Raises
    ------
    InputError
        When the two differ, or it is too large.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InputError("{file} is too large: at most {most} MB", file=name, most=MOST_BYTES // 2**20)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head and not _MATCHES.get(path.suffix, _any)(head):
        raise _damaged(path, name)
    if path.suffix in _ZIPPED:
        _check_zip(path, name, unpacked or MOST_UNPACKED)
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path, name)


def _damaged(path: Path, name: str) -> InputError:
    return InputError(
        "{file} is no {suffix} file, or it is damaged: open it in the program that made it and save it anew",
        file=name,
        suffix=path.suffix,
    )


def _check_zip(path: Path, name: str, most: int) -> None:
    """Refuse an archive that would fill the disk or the memory when unpacked."""
    try:
        size = unpacked_bytes(path)
    except CrowdedError as error:
        raise InputError("{file} holds more than {most} files: split it", file=name, most=MOST_ENTRIES) from error
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, ValueError, OSError) as error:
        raise _damaged(path, name) from error
    if size > most:
        raise InputError("{file} is too large: at most {most} MB", file=name, most=most // 2**20)


def _unpack(path: Path, folder: Path, name: str) -> None:
    """Take the parts of a lone shapefile out of an archive; names inside are never paths.

    An archive with several shapefiles, or with other vector files, stays as it is: its reader goes through all of them.
    """
    with zipfile.ZipFile(path) as archive:
        parts = [entry for entry in archive.infolist() if _suffix(entry.filename) in SHAPE_PARTS]
        shapes = [entry for entry in parts if _suffix(entry.filename) == ".shp"]
        others = [entry for entry in archive.infolist() if _suffix(entry.filename) in LAYERS - {".shp"}]
        others += [entry for entry in archive.infolist() if ".gdb/" in entry.filename.lower()]
        if not shapes and not others:
            raise InputError("{file} holds no shapefile or other vector file: pack one with all its parts", file=name)
        if others or len(shapes) > 1:
            _check_members(archive, path, name)
            return
        stem = shapes[0].filename[: -len(".shp")].lower()
        for entry in parts:
            if entry.filename.lower().removesuffix(_suffix(entry.filename)) == stem:
                target = folder / f"upload{_suffix(entry.filename)}"
                _copy(archive, entry, target, name)
                _check(target, name)
    path.unlink()


def _check_members(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    """Compare what the vector files of an archive hold with what their names say.

    Raises
    ------
    InputError
        When they differ, or a shapefile lacks its table.
    """
    names = {entry.filename.lower() for entry in archive.infolist()}
    for entry in archive.infolist():
        suffix = _suffix(entry.filename)
        if suffix == ".shp" and entry.filename.lower().removesuffix(".shp") + ".dbf" not in names:
            raise InputError("{file} lacks the .dbf of a shapefile: pack it with all its parts", file=name)
        if suffix in _MATCHES and suffix in LAYERS and entry.file_size:
            try:
                with archive.open(entry) as packed:
                    head = packed.read(_HEAD_BYTES)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
                raise _damaged(path, name) from error
            if not _MATCHES[suffix](head):
                raise _damaged(path, name)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str) -> None:
    """Write a file of an archive, a piece at a time; it may not be what its archive says."""
    try:
        with archive.open(entry) as packed, private.open_new(target) as plain:
            shutil.copyfileobj(packed, plain)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(target, name) from error


def _any(_head: bytes) -> bool:
    return True


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head[:4096] or head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_json(head: bytes) -> bool:
    """Tell whether it may be GeoJSON; another JSON that GDAL takes holds a command to run."""
    return b"gdal_streamed_alg" not in head and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def _is_gpx(head: bytes) -> bool:
    """Tell whether the root is ``gpx``."""
    root = _GPX.match(head.removeprefix(b"\xef\xbb\xbf"))
    return root is not None and b"<!DOCTYPE" not in head


def _is_kml(head: bytes) -> bool:
    """Tell whether the root is ``kml``: GDAL goes by content, and other XML could name files of this server."""
    root = _KML.match(head.removeprefix(b"\xef\xbb\xbf"))
    return root is not None and b"<!DOCTYPE" not in head and b"<OGRVRT" not in head


# What stands before the root is never gone through twice (*+), however many comments somebody begins.
_KML = re.compile(rb"(?:\s++|<!--.*?-->|<\?.*?\?>)*+<(?:\w{1,40}:)?kml[\s>]", re.DOTALL)
_GPX = re.compile(_KML.pattern.replace(b"kml", b"gpx"), re.DOTALL)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MATCHES: Mapping[str, Callable[[bytes], bool]] = {
    ".xlsx": _starts(_ZIP),
    ".xlsm": _starts(_ZIP),
    ".xlsb": _starts(_ZIP),
    ".ods": _starts(_ZIP),
    ".kmz": _starts(_ZIP),
    ".zip": _starts(_ZIP),
    ".fgb": _starts(b"fgb"),
    ".gpx": _is_gpx,
    ".xls": _starts(_OLE, b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"),
    ".gpkg": _starts(b"SQLite format 3\x00"),
    ".shp": _starts(b"\x00\x00\x27\x0a"),
    ".shx": _starts(b"\x00\x00\x27\x0a"),
    ".csv": _is_text,
    ".tsv": _is_text,
    ".txt": _is_text,
    ".geojson": _is_json,
    ".json": _is_json,
    ".kml": _is_kml,
}

"""What the system or a library says of a failure, in words that name no place on the disk.

Libraries write whole paths into their messages: where a city lies, under whose home, on which server. On a page, in a
JSON answer or in a file of rejected rows that is nobody's business. Whatever makes text of a failure asks here.
"""

import errno
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from geo.errors import StoreError, XundianError
from geo.notes import Note, Sentences

# In quotes a path may hold blanks; elsewhere it ends at one. The look back keeps URLs and dates (a/b/c) whole.
_ROOT = r"(?:[A-Za-z]:[\\/]|\\\\|/)"
_PART = r"""[^\s'":;,()<>|*?/\\]++"""
_QUOTED = re.compile(rf"""(['"]){_ROOT}[^'"\n]*+\1""")
_BARE = re.compile(rf"(?<![\w/.\\-]){_ROOT}{_PART}(?:[/\\]++{_PART})++")
FULL = "the disk is full: nothing was changed. Make room, then try again"
READ_ONLY = "this disk can only be read: nothing was changed. Name another place, or have the disk opened for writing"
FORBIDDEN = "{file} may not be opened by this program ({reason}): have the rights of the file and its folder changed"
BROKEN = "the disk failed ({reason}): nothing was changed. Look after the disk, and after the newest backup"
OTHER = "the system refused: {reason}"
OF_FILE = "the system refused {file}: {reason}"
_WORDS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EIO: BROKEN,
}


def reason_of(error: BaseException) -> str:
    """Return what an exception says in one line without paths; its kind when it says nothing."""
    if isinstance(error, OSError) and error.strerror:
        return without_paths(error.strerror)
    return without_paths(next(iter(str(error).splitlines()), "") or type(error).__name__)


def without_paths(text: str) -> str:
    """Shorten every absolute path in a text to its last part."""
    quoted = _QUOTED.sub(lambda found: f"{found[1]}{_last(found[0][1:-1])}{found[1]}", text)
    return _BARE.sub(lambda found: _last(found[0]), quoted)


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a sentence as somebody may read them who doesn't sit at this machine."""
    return {key: _told(value) for key, value in values.items()}


def refused(error: OSError) -> XundianError:
    """Make the error that says why the system refused, and what to do."""
    template = _WORDS.get(error.errno or 0, OTHER)
    if isinstance(error.filename, str | PurePath) and template is OTHER:
        template = OF_FILE
    values = {"file": PurePath(str(error.filename or "?")), "reason": reason_of(error)}
    return StoreError(template, **{key: value for key, value in values.items() if f"{{{key}}}" in template})


def _told(value: Any) -> Any:  # noqa: ANN401 - whatever a sentence holds
    if isinstance(value, PurePath):
        return value.name
    if isinstance(value, Sentences):
        return Sentences(Note(note.template, told(note.values)) for note in value)
    if isinstance(value, BaseException):
        return reason_of(value)
    return without_paths(value) if isinstance(value, str) else value


def _last(path: str) -> str:
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]

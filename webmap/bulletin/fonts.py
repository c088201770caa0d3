"""A font for pictures that are drawn on the server: it must have the Chinese characters, or there are no names."""

import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

VARIABLE = "XUNDIAN_FONT"
FOLDERS = {
    "win32": ("C:/Windows/Fonts",),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts"),
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
}
FILES = (
    *("msyh.ttc", "Deng.ttf", "simhei.ttf", "simsun.ttc"),  # Windows
    *("PingFang.ttc", "Hiragino Sans GB.ttc", "STHeiti Light.ttc"),  # macOS
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "SourceHanSansCN-Regular.otf"),
    *("SourceHanSansSC-Regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "uming.ttc"),
)
"""The first of these that the machine has."""

_MOST_FACES = 12


def chinese_font() -> Path | None:
    """Find the font that ``XUNDIAN_FONT`` names, else one that systems come with; None when there is none."""
    named = os.environ.get(VARIABLE)
    return _found(named or "")


@lru_cache(maxsize=4)
def _found(named: str) -> Path | None:
    if named:
        return Path(named) if Path(named).is_file() else None
    there = {path.name: path for path in _files()}
    return next((there[name] for name in FILES if name in there), None)


def _files() -> Iterator[Path]:
    for folder in FOLDERS.get(sys.platform, FOLDERS["linux"]):
        yield from (path for path in Path(folder).expanduser().rglob("*") if path.name in FILES)


@lru_cache(maxsize=32)
def font(size_px: int) -> Font:
    """Return the font of pictures in a size; without a Chinese one, Pillow's own, which has Latin letters only."""
    path = chinese_font()
    if path is None:
        return ImageFont.load_default(size_px)
    return ImageFont.truetype(str(path), size_px, index=_simplified(path))


@lru_cache(maxsize=4)
def _simplified(path: Path) -> int:
    """Find the face for simplified Chinese in a collection."""
    for index in range(_MOST_FACES):
        try:
            name = ImageFont.truetype(str(path), 12, index=index).getname()[0] or ""
        except OSError:
            break
        if name.endswith((" SC", " CN", " GB")):
            return index
    return 0

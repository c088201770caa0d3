"""The colours of the stylesheet, for pictures that are made without a browser."""

import functools
import re
from pathlib import Path

STYLESHEET = Path(__file__).parents[1] / "static" / "xundian.css"


@functools.cache
def colour(name: str) -> str:
    """Return the light colour of a variable of the stylesheet: ``team-3`` -> ``#00845f``."""
    root = STYLESHEET.read_text(encoding="utf-8").partition("@media")[0]
    return str(re.findall(rf"--{re.escape(name)}: (#[0-9a-f]{{6}});", root)[0])


def rgb(name: str) -> tuple[int, int, int]:
    """Return the same as red, green and blue from 0 to 255."""
    red, green, blue = bytes.fromhex(colour(name)[1:])
    return red, green, blue

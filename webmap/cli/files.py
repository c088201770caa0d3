"""Files that commands write."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from webmap.cli.session import bad_value

F = TypeVar("F", bound=Callable[..., Any])


def parts_option() -> Callable[[F], F]:
    """Add ``--sheet``, by which the parts of a file are named."""
    text = "Sheet, layer or folder of the file to read, once for each; by default all with the same headings."
    return click.option("--sheet", "--layer", "parts", multiple=True, metavar="NAME", help=text)


class OutFile(click.Path):
    """A file to write, whose folder must be there before the work begins, not after it."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse a path without a folder, and a city that is in use."""
        path = Path(super().convert(value, param, ctx))  # type: ignore[arg-type]
        if not path.parent.is_dir():
            raise bad_value("there is no folder {folder!r}: make it, or name another file", folder=str(path.parent))
        city = ctx.params.get("city") if ctx else None
        if city and Path(str(city)).absolute() == path.absolute():
            raise bad_value("{path!r} is the city itself: name another file", path=str(path))
        return path

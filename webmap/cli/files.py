"""Files that commands write."""

from pathlib import Path

import click


class OutFile(click.Path):
    """A file to write, whose folder must be there before the work begins, not after it."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse a path without a folder, and a city that is in use."""
        path = Path(super().convert(value, param, ctx))  # type: ignore[arg-type]
        if not path.parent.is_dir():
            self.fail(f"there is no folder {str(path.parent)!r}: make it, or name another file", param, ctx)
        city = ctx.params.get("city") if ctx else None
        if city and Path(str(city)).absolute() == path.absolute():
            self.fail(f"{str(path)!r} is the city itself: name another file", param, ctx)
        return path

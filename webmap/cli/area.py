"""Streets by their name or by an area, as the commands ask for them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import shapely

from geo.crs import Datum
from geo.errors import InputError
from geo.readers.areas import read_area
from geo.readers.chosen_file import ChosenFile
from webmap.cli.apart import read_apart
from webmap.cli.files import parts_option
from webmap.cli.session import Result, Session


@dataclass(frozen=True, slots=True)
class ClosedArea:
    """The streets that are closed: one by its name, those that an area touches, or both."""

    street: str
    area: Path | None
    datum: str | None
    parts: tuple[str, ...] = ()

    def shape(self, session: Session) -> shapely.Geometry | None:
        """Read the area of the file, if one is named.

        Raises
        ------
        InputError
            When its datum is not named, or the file is no area.
        """
        if self.area is None:
            return None
        if self.datum is None:
            raise InputError("datum is missing: name the datum of the area, {kinds}", kinds=", ".join(Datum))
        return read_apart(session, self.area, partial(read_area, ChosenFile(self.area, self.parts), datum=self.datum))


_OPTIONS = (
    click.option("--street", default="", help="A street by its name, whole; with --area only what touches the area."),
    click.option(
        "--area",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A file with polygons: GeoJSON, GeoPackage, KML or Shapefile.",
    ),
    parts_option(),
    click.option(
        "--datum", type=click.Choice([datum.value for datum in Datum]), help="Datum of --area; it is never guessed."
    ),
)


def area_options(function: Callable[..., Result]) -> Callable[..., Result]:
    """Add the options of a :class:`ClosedArea`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function

"""An area that somebody drew in another program, as one polygon."""

from pathlib import Path
from typing import Any

import shapely

from geo.crs import Datum
from geo.errors import InputError
from geo.readers.chosen_file import ChosenFile
from geo.readers.columns import ZONE_FIELDS, Headings
from geo.readers.faults import log_of
from geo.readers.tables import read_table
from geo.readers.zones import areas_only, outlines_of


def read_area(path: ChosenFile | Path | str, *, datum: Datum | str, crs: Any = None) -> shapely.Geometry:  # noqa: ANN401 - whatever pyproj takes
    """Read all polygons of a file as one area in EPSG:4326; outlines that cross themselves are repaired.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, KML, or a table with WKT.
    datum
        What its degrees are measured from.
    crs
        CRS of the file where it names none.

    Raises
    ------
    InputError
        When the file cannot be read, or something in it is no area.
    DatumError
        When the datum does not exist there.
    """
    table = read_table(path, Headings(ZONE_FIELDS, {}, (("geometry",),), shapes="Polygon"))
    log = log_of(table)
    outlines, _ = outlines_of(table, log, Datum.parse(str(datum)), crs)
    if log.faults:
        fault = log.faults[0]
        raise InputError("row {row} of {file} is no area: draw polygons", row=fault.source_row, file=table.file)
    sound = shapely.make_valid(outlines.to_numpy(), method="structure", keep_collapsed=False)
    return areas_only(shapely.union_all(sound))

"""Square cells as rows and columns, and the discs of cells around one of them."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_metric
from geo.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_CORNERS = 5  # of the closed ring of a square
_OFF_LATTICE = 0.1  # of a cell: how far a centre may lie from its place on the lattice
_LARGEST = 20_000_000  # cells of the box around them all
RADIUS_TOLERANCE = 0.001
"""Share by which a distance may exceed a radius and still count: a projection's scale isn't exactly 1.

A disc of up to 22 cells doesn't grow by it: the next distance is farther off."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where each cell of a frame lies.

    Parameters
    ----------
    row, col
        From the south and from the west, shape (cells,).
    n_rows, n_cols
        The box around the cells.
    cell_m
        The side of a cell in metres.
    """

    row: Ints
    col: Ints
    n_rows: int
    n_cols: int
    cell_m: float

    @property
    def flat(self) -> Ints:
        """Return each cell's place in the raveled box."""
        return self.row * self.n_cols + self.col


def lattice_of(squares: gpd.GeoSeries) -> Lattice:
    """Find the rows and columns of square cells, turned or not, in degrees or metres.

    Parameters
    ----------
    squares
        One polygon a cell; without a CRS its units are metres.

    Raises
    ------
    InputError
        When the cells are no squares of one lattice, or two lie on one place.
    """
    if squares.crs is not None:
        squares = to_metric(gpd.GeoDataFrame(geometry=squares)).geometry
    rings, owner = shapely.get_coordinates(shapely.get_exterior_ring(squares.array), return_index=True)
    if squares.isna().any() or (np.bincount(owner, minlength=len(squares)) != _CORNERS).any():
        raise InputError("geometry holds cells that are no squares: give polygons of four corners", field="geometry")
    corners = rings.reshape(-1, _CORNERS, 2)
    centre = corners[:, :4].mean(axis=1)
    cell_m = float(np.median(np.sqrt(shapely.area(squares.array))))
    row, col = _places(centre, corners, cell_m)
    n_rows, n_cols = int(row.max()) + 1, int(col.max()) + 1
    if n_rows * n_cols > _LARGEST:
        raise InputError(
            "the cells spread over {rows} x {cols} places: give the cells of one district",
            field="geometry",
            rows=n_rows,
            cols=n_cols,
        )
    if np.unique(row * n_cols + col).size < row.size:
        raise InputError("two cells lie on the same place: give one geometry a cell", field="geometry")
    return Lattice(row, col, n_rows, n_cols, cell_m)


def _places(centre: Floats, corners: Floats, cell_m: float) -> tuple[Ints, Ints]:
    """Fit centre = origin + steps @ basis: the sides give the basis, least squares takes out the projection's drift."""
    side = np.median(_eastward(corners), axis=0)
    basis = cell_m * np.array([side, [-side[1], side[0]]]) / np.hypot(*side)
    origin = centre[np.argmin(centre @ [1.0, 1.0])]
    for _ in range(3):
        at = (centre - origin) @ np.linalg.inv(basis)
        step = np.rint(at)
        design = np.column_stack([np.ones(len(step)), step])
        if np.linalg.matrix_rank(design) < 3:  # noqa: PLR2004 - one row or column of cells: the sides are all there is
            break
        fit = np.linalg.lstsq(design, centre, rcond=None)[0]
        origin, basis = fit[0], fit[1:]
    at = (centre - origin) @ np.linalg.inv(basis)
    step = np.rint(at)
    if np.abs(at - step).max() > _OFF_LATTICE:
        raise InputError(
            "the cells do not lie on one lattice of {cell_m:.1f} m squares: give cells of one raster",
            field="geometry",
            cell_m=cell_m,
        )
    step = step.astype(np.int64) - step.astype(np.int64).min(axis=0)
    return step[:, 1], step[:, 0]


def _eastward(corners: Floats) -> Floats:
    """Return the side of each square that points most to the east, whichever corner its ring starts at."""
    sides = np.diff(corners, axis=1)
    best = np.argmax(sides[:, :, 0], axis=1)
    return np.asarray(sides[np.arange(len(sides)), best])


def half_widths(radius_cells: float) -> Ints:
    """Return the columns that a disc reaches to either side, one number a row from south to north.

    Parameters
    ----------
    radius_cells
        Between cell centres, inclusive.
    """
    reach = int(np.floor(radius_cells))
    rows = np.arange(-reach, reach + 1)
    return np.asarray(np.floor(np.sqrt(radius_cells**2 - rows**2) + 1e-9), np.int64)


def checked_radii(radii_m: object) -> Floats:
    """Return the radii in metres, rising, each once.

    Raises
    ------
    InputError
        When a radius is no number, negative, or there is none.
    """
    try:
        radii = np.unique(np.atleast_1d(np.asarray(radii_m, np.float64)))
    except (TypeError, ValueError):
        radii = np.array([np.nan])
    if not radii.size or not np.isfinite(radii).all() or (radii < 0).any():
        raise InputError("radii_m is {value!r}: give one or more radii in metres", field="radii_m", value=radii_m)
    return radii


def radii_in_cells(radii_m: object, cell_m: float) -> Floats:
    """Return the radii in cells, widened by the tolerance, rising, each once; see :func:`checked_radii`."""
    return np.asarray(checked_radii(radii_m) / cell_m * (1 + RADIUS_TOLERANCE))


def halves_of(radii_m: object, lattice: Lattice) -> list[Ints]:
    """Return the half widths of each radius; a disc that holds the whole lattice is the largest."""
    whole = float(np.hypot(lattice.n_rows, lattice.n_cols))
    return [half_widths(min(float(radius), whole)) for radius in radii_in_cells(radii_m, lattice.cell_m)]

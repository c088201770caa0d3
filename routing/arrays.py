"""The arrays of a routing problem, read as they come and said when they cannot be taken."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from geo.model import Mode

DAY_S = 24 * 3600
UNREACHABLE_S = 100_000_000  # a travel time from here on means: no way there

Seconds: TypeAlias = npt.NDArray[np.int64]
Window: TypeAlias = tuple[int, int]
DayWindows: TypeAlias = tuple[tuple[Window, ...], ...]  # of one stop, day by day

_Value = TypeVar("_Value")
ByStop: TypeAlias = Mapping[int, _Value] | Sequence[_Value]  # for each stop: by its row, or in order of the rows
Number: TypeAlias = int | float | None
PerStop: TypeAlias = ByStop[Number] | npt.NDArray[np.number]
Windows: TypeAlias = ByStop[Sequence[Sequence[Window]] | None]


def matrices(travel_s: object, modes: Collection[str]) -> Mapping[str, Seconds]:
    """Return a matrix for each mode."""
    if isinstance(travel_s, Mapping):
        missing = [mode for mode in modes if mode not in travel_s]
        if missing:
            raise InputError(
                "travel_s has matrices for {value}: a team goes by {mode}, add its matrix",
                value=", ".join(map(str, travel_s)),
                mode=missing[0],
            )
        found = {mode: _square(matrix) for mode, matrix in travel_s.items()}
        shapes = dict.fromkeys(matrix.shape for matrix in found.values())
        if len(shapes) > 1:
            raise InputError(
                "travel_s has matrices of shapes {value}: all modes have the same rows",
                value=", ".join(map(str, shapes)),
            )
        return found
    matrix = _square(travel_s)
    return dict.fromkeys(modes or [Mode.CAR], matrix)


def _square(matrix: object) -> Seconds:
    seconds = whole(matrix, "travel_s")
    if seconds.ndim != 2 or seconds.shape[0] != seconds.shape[1]:  # noqa: PLR2004 - a matrix has two sides
        raise InputError(
            "travel_s has shape {value}: give one row and one column per stop and base", value=seconds.shape
        )
    square = np.ascontiguousarray(np.minimum(seconds, UNREACHABLE_S))
    np.fill_diagonal(square, 0)  # who is there need not go; some callers mark the diagonal as no way
    return square


def whole(values: object, name: str) -> Seconds:
    """Return whole seconds from 0 on."""
    array = np.asarray(values)
    if array.size and (not np.issubdtype(array.dtype, np.integer) or array.min() < 0):
        raise InputError("{field} holds {value}: give whole seconds from 0 on", field=name, value=array.dtype)
    return array.astype(np.int64)


def stops_of(stops: object, size: int, dwell_s: Seconds, bases: Collection[int | None]) -> tuple[int, ...]:
    """Tell which rows are stops: those named, else those with dwell times, without bases where every row has one.

    Raises
    ------
    InputError
        When there are too many dwell times, or a base among those of the first rows, which may be a stop or not.
    """
    if len(dwell_s) > size:
        raise InputError("dwell_s has {value} entries: the matrix has {size} rows", value=len(dwell_s), size=size)
    if stops is None and len(dwell_s) < size:
        _refuse_bases(sorted(row for row in bases if row is not None and 0 <= row < len(dwell_s)), size, len(dwell_s))
    if stops is None:
        return tuple(row for row in range(len(dwell_s)) if len(dwell_s) < size or row not in bases)
    rows = tuple(int(row) for row in np.asarray(stops).ravel())
    if rows and not 0 <= min(rows) <= max(rows) < len(dwell_s):
        raise InputError("stops names row {value}: dwell_s has {size} entries", value=max(rows), size=len(dwell_s))
    return rows


def _refuse_bases(among: Sequence[int], size: int, count: int) -> None:
    """Refuse bases among the rows of a short ``dwell_s``: nobody can tell whether they are stops too."""
    if among:
        raise InputError(
            "dwell_s has {value} entries for the {size} rows of the matrix, and row {row} of them is a team's base: "
            "give dwell_s for every row, or name the stops with stops=...",
            value=count,
            size=size,
            row=among[0],
        )


def per_stop(values: PerStop | None, stops: Collection[int], name: str) -> dict[int, int | None]:
    """Return one number for each stop; None where there is none, or none that is finite and not negative."""
    if values is None:
        return dict.fromkeys(stops)
    try:
        found = {stop: values.get(stop) if isinstance(values, Mapping) else values[stop] for stop in stops}
    except IndexError as error:
        raise InputError("{field} has {value} entries: give one per stop", field=name, value=len(values)) from error
    return {stop: None if value is None or not 0 <= value < np.inf else int(value) for stop, value in found.items()}


def windows_of(windows: Windows | None, stops: Collection[int], days: int) -> dict[int, DayWindows]:
    """Return the windows of each stop on each day, in order.

    Windows that touch or overlap stay apart: a visit lies in one of them.
    """
    always = (((0, DAY_S),),) * days
    found: dict[int, DayWindows] = dict.fromkeys(stops, always)
    if windows is None:
        return found
    if not isinstance(windows, Mapping) and len(windows) <= max(stops, default=-1):
        raise InputError("windows has {value} entries: give one list of days per stop", value=len(windows))
    for stop in stops:
        own = windows.get(stop) if isinstance(windows, Mapping) else windows[stop]
        if own is None:
            continue
        if len(own) != days:
            raise InputError(
                "windows[{stop}] has {value} days: give one list of windows for each of the {days} days",
                stop=stop,
                value=len(own),
                days=days,
            )
        found[stop] = tuple(_ordered(day) for day in own)
    return found


def _ordered(windows: Sequence[Window]) -> tuple[Window, ...]:
    return tuple(sorted({(int(begin), int(end)) for begin, end in windows}))

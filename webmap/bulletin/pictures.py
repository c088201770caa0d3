"""The pictures of a bulletin, drawn without a browser: scores and hotspots on the map, scores with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.model import Level
from webmap.bulletin.canvas import DIM, INK, Canvas
from webmap.bulletin.fonts import chinese_font
from webmap.bulletin.sections import speaking
from webmap.findings.classes import RATES
from webmap.formats import DASH
from webmap.maps.palette import colour

WIDTH = 1500
MARGIN = 24
TEXT = 24
SMALL = 20
TITLE = 30
SCORES = (0.80, 0.85, 0.90, 0.95)
"""Breaks of the scores: fixed, so that two bulletins can be compared."""

_HEAD, _FOOT = 64, 96
_KEY = 30
_WIDTHS = {"motorway": 3.0, "trunk": 3.0, "primary": 2.4, "secondary": 1.6, "tertiary": 1.1}
_STREET, _BLANK, _BORDER = "#c9ced2", "#eceeec", "#5c666f"
_BREAK_TEXT = 100.0


@dataclass(frozen=True, slots=True)
class BaseMap:
    """What every map lies on.

    Parameters
    ----------
    zones, streets
        ZONES and STREETS frames; either may be empty.
    language
        Of the words.
    """

    zones: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    language: str

    @property
    def offices(self) -> gpd.GeoDataFrame:
        """Return the zones of street offices."""
        return self.zones[self.zones["level"] == Level.STREET]

    def bounds(self, *shown: gpd.GeoSeries) -> Sequence[float]:
        """Return the extent of the street offices and of what is shown, in degrees."""
        every = np.array([shapes.total_bounds for shapes in (self.offices.geometry, *shown) if len(shapes)])
        return [*every[:, :2].min(axis=0), *every[:, 2:].max(axis=0)]

    def paper(self, *shown: gpd.GeoSeries) -> Canvas:
        """Lay paper over it."""
        return Canvas.over(self.bounds(*shown), width=WIDTH, margin=MARGIN, top=_HEAD, bottom=_FOOT)


def score_map(base_map: BaseMap, rows: pd.DataFrame, title: str) -> bytes | None:
    """Colour the street offices by their score; those without a visit stay blank.

    Parameters
    ----------
    base_map
        Zones and streets; None is drawn without street offices.
    rows
        Of the board by street: index the code, ``score``, ``rank``, ``name``.
    title
        Written above.
    """
    offices = base_map.offices
    if offices.empty:
        return None
    _ = speaking(base_map.language)
    canvas = base_map.paper()
    scores = rows["score"].reindex(offices.index)
    canvas.areas(offices.geometry, [_score_colour(score) for score in scores], edge=None)
    _draw_streets(canvas, base_map.streets, "#ffffff")
    canvas.areas(offices.geometry, [None] * len(offices), edge=INK, width=1.6)
    _label_offices(canvas, offices, rows)
    percent = [f"{at * _BREAK_TEXT:.0f}" for at in SCORES]
    names = [f"<{percent[0]}", *map(DASH.join, pairwise(percent)), f"≥{percent[-1]}"]
    keys = [(_score_colour(at), name) for at, name in zip((0.0, *SCORES), names, strict=True)]
    _legend(canvas, title, _("Score of 100"), [*keys, *([(_BLANK, _("no visit"))] if scores.isna().any() else [])])
    return canvas.png()


def hotspot_map(base_map: BaseMap, cells: gpd.GeoDataFrame, places: pd.DataFrame, title: str) -> bytes | None:
    """Colour the cells by their smoothed rate, and outline the flagged ones with the number of their place.

    Parameters
    ----------
    base_map
        Zones and streets.
    cells, places
        From :func:`geo.results.hotspot_cells` and :func:`geo.results.hotspot_places`; None is drawn without cells.
    title
        Written above.
    """
    if cells.empty:
        return None
    _ = speaking(base_map.language)
    canvas = base_map.paper(cells.geometry)
    _draw_streets(canvas, base_map.streets, _STREET)
    at = np.searchsorted(RATES, cells["rate_eb"].to_numpy(float), side="right")
    canvas.areas(cells.geometry, [colour(f"heat-{number + 1}") for number in at], edge=None)
    canvas.areas(base_map.offices.geometry, [None] * len(base_map.offices), edge=_BORDER, width=1.2)
    for kind in ("hot", "cold"):
        flagged = cells.geometry[cells[kind]]
        if len(flagged):
            whole = shapely.union_all(shapely.buffer(flagged.array, 1e-7, join_style="mitre"))
            canvas.areas(gpd.GeoSeries([whole]), [None], edge=colour(kind), width=4)
    for number, lon, lat in zip(places.index, places["lon"], places["lat"], strict=True):
        at_px = canvas.place(np.array([lon]), np.array([lat]))[0]
        canvas.text((at_px[0], at_px[1]), str(number), TITLE, anchor="mm", halo=True)
    names = [
        f"<{RATES[0]:g}",
        *(f"{a:g}{DASH}{b:g}" for a, b in pairwise(RATES)),
        f"≥{RATES[-1]:g}",
    ]
    keys = [(colour(f"heat-{number}"), name) for number, name in enumerate(names, start=1)]
    _legend(canvas, title, _("Points per visit, smoothed"), keys, outlines=_outlines(cells, base_map.language))
    return canvas.png()


def score_chart(rows: pd.DataFrame, overall: pd.Series, title: str, language: str) -> bytes | None:
    """Draw each score with its interval, the best above; the line is the score of all.

    Parameters
    ----------
    rows
        Of a board, ``name`` in words; those without a score are left out, and None is drawn without any.
    overall
        Its score.
    title
        Written above.
    language
        Of the words.
    """
    shown = rows[rows["score"].notna()]
    if shown.empty:
        return None
    _ = speaking(language)
    row_px, left = 40, 420
    canvas = Canvas.blank(WIDTH, _HEAD + row_px * len(shown) + _FOOT)
    canvas.text((MARGIN, _HEAD / 2), title, TITLE)
    bottom = _HEAD + row_px * len(shown)
    # One wide interval must not press all others together: it runs out of the picture on the left.
    low = float(np.floor(max(min(shown["score"].min(), shown["low"].quantile(0.25)) - 0.02, 0.0) * 20) / 20)
    span = WIDTH - left - 6 * MARGIN

    def x_of(score: float) -> float:
        return left + (max(score, low) - low) / (1 - low) * span

    for tick in np.arange(low, 1.0001, 0.05 if 1 - low <= 0.5 else 0.1):  # noqa: PLR2004 - ten ticks at most
        canvas.line(np.array([[x_of(tick), _HEAD], [x_of(tick), bottom]]), _BLANK, 2)
        canvas.text((x_of(tick), bottom + 8), f"{tick * _BREAK_TEXT:.0f}", SMALL, anchor="mt", colour=DIM)
    canvas.line(np.array([[x_of(overall["score"]), _HEAD], [x_of(overall["score"]), bottom]]), colour("accent"), 2)
    for number, row in enumerate(shown.to_dict("records")):
        y = _HEAD + row_px * (number + 0.5)
        tint = {"red": colour("hot"), "black": INK}.get(str(row["list"]), colour("accent"))
        canvas.line(np.array([[x_of(row["low"]), y], [x_of(row["high"]), y]]), tint, 4)
        at = x_of(row["score"])
        canvas.box((at - 7, y - 7, at + 7, y + 7), tint)
        canvas.text((left - 16, y), _fitting(canvas, _label(row), left - 16 - MARGIN), TEXT, anchor="rm")
        canvas.text((WIDTH - MARGIN, y), f"{row['score'] * _BREAK_TEXT:.1f}", TEXT, anchor="rm")
    said = _(
        "Line: 95 % interval. Upright line: the score of all, {score:.1f}. Red: red list; black: black list."
    ).format(score=overall["score"] * _BREAK_TEXT)
    canvas.text((MARGIN, bottom + _FOOT - 26), said, SMALL, colour=DIM)
    return canvas.png()


def _score_colour(score: float) -> str:
    if np.isnan(score):
        return _BLANK
    return colour(f"heat-{len(SCORES) + 2 - int(np.searchsorted(SCORES, score, side='right'))}")


def _draw_streets(canvas: Canvas, streets: gpd.GeoDataFrame, tint: str) -> None:
    kinds = streets["highway"].str.removesuffix("_link") if len(streets) else pd.Series(dtype="str")
    for kind in ("", *reversed(_WIDTHS)):
        mine = streets.geometry[~kinds.isin(list(_WIDTHS)) if not kind else kinds == kind]
        if len(mine):
            canvas.lines(mine, tint, _WIDTHS.get(kind, 0.6))


def _label_offices(canvas: Canvas, offices: gpd.GeoDataFrame, rows: pd.DataFrame) -> None:
    inside = offices.geometry.representative_point()
    places = canvas.place(inside.x.to_numpy(), inside.y.to_numpy())
    for code, (x, y) in zip(offices.index, places, strict=True):
        row = rows.loc[code].to_dict() if code in rows.index else {"name": offices.loc[code, "name"], "score": np.nan}
        canvas.text((x, y - 2), _label(row), TEXT, anchor="mb", halo=True)
        score = DASH if np.isnan(row["score"]) else f"{row['score'] * _BREAK_TEXT:.1f}"
        canvas.text((x, y + 2), score, TEXT, anchor="mt", halo=True)


def _label(row: Mapping[Any, Any]) -> str:
    """Name a row; without a Chinese font by its rank, which stands in the table."""
    name = str(row["name"])
    if chinese_font() is not None or name.isascii():
        return name
    rank = row.get("rank")
    return f"{rank:.0f}." if isinstance(rank, float) and not np.isnan(rank) else ""


def _fitting(canvas: Canvas, text: str, width: float) -> str:
    if canvas.width_of(text, TEXT) <= width:
        return text
    while text and canvas.width_of(text + "…", TEXT) > width:
        text = text[:-1]
    return text + "…"


def _outlines(cells: gpd.GeoDataFrame, language: str) -> list[tuple[str, str]]:
    _ = speaking(language)
    said = {"hot": _("Worse than the visits explain"), "cold": _("Better than the visits explain")}
    return [(colour(kind), text) for kind, text in said.items() if cells[kind].any()]


def _legend(
    canvas: Canvas,
    heading: str,
    title: str,
    keys: Sequence[tuple[str, str]],
    *,
    outlines: Sequence[tuple[str, str]] = (),
) -> None:
    """Write the heading of the map above it, and below it the title of its colours and what they mean."""
    canvas.frame(MARGIN, _FOOT)
    width, height = canvas.size
    y = height - _FOOT + 24
    x = float(MARGIN)
    canvas.text((x, _HEAD / 2), heading, TITLE)
    canvas.text((x, y), title, SMALL)
    x += canvas.width_of(title, SMALL) + MARGIN
    for tint, name in keys:
        canvas.box((x, y - 10, x + _KEY, y + 10), tint, DIM)
        canvas.text((x + _KEY + 8, y), name, SMALL)
        x += _KEY + 8 + canvas.width_of(name, SMALL) + MARGIN
    x = float(MARGIN)
    for tint, name in outlines:
        canvas.line(np.array([[x, y + 28], [x + _KEY, y + 28], [x + _KEY, y + 46], [x, y + 46], [x, y + 28]]), tint, 4)
        canvas.text((x + _KEY + 8, y + 37), name, SMALL)
        x += _KEY + 8 + canvas.width_of(name, SMALL) + MARGIN
    canvas.scale_bar((width - MARGIN, height - 20), SMALL)

"""What is kept of a choice once it is worked out: cells, surface and charts, without the visits that they rest on."""

import io
import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.progress import Progress
from geo.rasters.raster import Raster
from webmap.findings import charts
from webmap.findings.charts import Bar, Chart, ItemCost
from webmap.findings.choice import Choice
from webmap.findings.records import Records
from webmap.findings.work import ChoiceResult, find

FORMAT = 1
_TEXTS = ("class", "street_code", "community_code", "unit", "zone_code", "zone")
_NUMBERS = ("visits", "deductions", "expected", "rate", "rate_low", "rate_high", "rate_eb", "p", "q", "radius_m")
_FLAGS = ("hot", "cold")
_PLACE = ("lon", "lat", "hot", "cells", "radius_m", "visits", "rate", "q", "zones")


class FoundCells(Protocol):
    """Cells as maps draw them, of whoever has them."""

    @property
    def visits(self) -> int:
        """Count the visits that they rest on."""

    @property
    def cells(self) -> pd.DataFrame:
        """The columns of :func:`geo.results.hotspot_cells`."""

    @property
    def raster(self) -> Raster | None:
        """That covers the district too; None without visits."""

    @property
    def at(self) -> NDArray[np.int64]:
        """The cell in ``raster`` of each row of ``cells``."""

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether each cell of the raster lies in the district."""

    @property
    def density(self) -> NDArray[np.float64]:
        """Points per visit by kernel density, a number a cell."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands beside the map; groups by their codes, which a page names in its language.

    Parameters
    ----------
    months
        Visits of each month from the first to the last, with the month of the choice lifted.
    places
        Columns of :func:`webmap.findings.charts.places`.
    """

    visits: int
    points: float
    months: "pd.Series[int]"
    places: pd.DataFrame
    items: list[ItemCost]
    by_category: Chart
    by_street: Chart


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """What the visits of a choice say; the arrays are those of :class:`webmap.findings.work.ChoiceResult`."""

    panel: Panel
    cells: pd.DataFrame
    raster: Raster | None
    at: NDArray[np.int64]
    inside: NDArray[np.bool_]
    density: NDArray[np.float64]

    @property
    def visits(self) -> int:
        """Count the visits that are meant."""
        return self.panel.visits

    @classmethod
    def of(cls, found: ChoiceResult, records: Records, choice: Choice) -> Self:
        """Keep what a result says; ``records`` hold at least what :meth:`Choice.broad` means."""
        own = found.records
        panel = Panel(
            len(own.visits),
            float(own.visits["points"].sum()),
            records.of(choice.without("month")).months,
            _places(found),
            charts.items(records.of(choice.without("item")).deductions),
            charts.chart(records.of(choice.without("category", "item")).visits, "category", str),
            charts.chart(records.of(choice.without("street")).visits, "street_code", str),
        )
        cells = pd.DataFrame(found.cells.drop(columns="geometry"))
        cells = cells.assign(**{name: cells[name].astype("category") for name in _TEXTS})
        return cls(panel, cells, found.raster, found.at, found.inside, found.density)

    def to_bytes(self) -> bytes:
        """Write it as numbers and JSON: whoever reads it runs nothing."""
        cells, panel = self.cells, self.panel
        items = {one: place for place, one in enumerate(dict.fromkeys(cells["items"]))}
        head = {
            "format": FORMAT,
            "raster": None if self.raster is None else asdict(self.raster),
            "texts": {name: cells[name].cat.categories.tolist() for name in _TEXTS},
            "items": list(items),
            "panel": {
                "visits": panel.visits,
                "points": panel.points,
                "months": [[str(month), int(count)] for month, count in panel.months.items()],
                "places": panel.places.to_dict("list"),
                "items": [asdict(one) for one in panel.items],
                "by_category": asdict(panel.by_category),
                "by_street": asdict(panel.by_street),
            },
        }
        arrays: dict[str, Any] = {
            "head": np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8),
            "cell": cells.index.to_numpy(np.int64),
            "place": cells["place"].to_numpy(np.int64),
            "which_items": np.array([items[one] for one in cells["items"]], np.int32),
            "at": self.at,
            "inside": np.packbits(self.inside),
            "density": self.density,
            **{name: cells[name].to_numpy(np.float64) for name in _NUMBERS},
            **{name: cells[name].to_numpy(bool) for name in _FLAGS},
            **{f"code_{name}": cells[name].cat.codes.to_numpy(np.int32) for name in _TEXTS},
        }
        out = io.BytesIO()
        np.savez_compressed(out, **arrays)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self | None:
        """Read what :meth:`to_bytes` wrote; None when an earlier version did."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        head = json.loads(kept["head"].tobytes())
        if head["format"] != FORMAT:
            return None
        items = np.empty(len(head["items"]), object)
        items[:] = [tuple(one) for one in head["items"]]
        columns: dict[str, Any] = {name: kept[name] for name in (*_NUMBERS, *_FLAGS, "place")}
        columns["items"] = items[kept["which_items"]]
        for name in _TEXTS:
            columns[name] = pd.Categorical.from_codes(
                kept[f"code_{name}"], categories=pd.Index(head["texts"][name], dtype="str")
            )
        cells = pd.DataFrame(columns, index=pd.Index(kept["cell"], name="cell")).astype({"visits": "int64"})
        raster = None if head["raster"] is None else Raster(**head["raster"])
        size = kept["density"].size
        inside = np.unpackbits(kept["inside"], count=size).astype(bool)
        return cls(_panel(head["panel"]), cells, raster, kept["at"], inside, kept["density"])


def work_out(records: Records, choice: Choice, *, progress: Progress) -> KeptFinding:
    """Work out what the visits of a choice say, and keep that alone."""
    return KeptFinding.of(find(records, choice, progress=progress), records, choice)


def _places(found: ChoiceResult) -> pd.DataFrame:
    table = charts.places(found)
    return pd.DataFrame({name: list(table[name]) for name in _PLACE})


def _panel(head: dict[str, Any]) -> Panel:
    months = pd.Series(dict(head["months"]), dtype="int64")
    places = pd.DataFrame(head["places"], columns=list(_PLACE))
    items = [ItemCost(**one) for one in head["items"]]
    of_categories, of_streets = (_chart(head[name]) for name in ("by_category", "by_street"))
    return Panel(head["visits"], head["points"], months, places, items, of_categories, of_streets)


def _chart(head: dict[str, Any]) -> Chart:
    return Chart(tuple(Bar(**one) for one in head["bars"]), head["mean"], head["x_mean"])

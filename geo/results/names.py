"""The names of what a result speaks of: items of the catalogue, zones."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from geo.catalogue import Catalogue


def item_names(codes: Iterable[str], catalogue: Catalogue, lang: str) -> list[str]:
    """Name items in Chinese for ``zh...``, else in English; what the edition doesn't know stays as it is."""
    found = [(code, catalogue.item(code)) for code in codes]
    return [code if item is None else item.name(lang) for code, item in found]


def zone_names(codes: pd.Series, zones: gpd.GeoDataFrame) -> pd.Series:
    """Name zones by their code; a code without a zone stays as it is, and no code has no name."""
    names = zones["name"].to_dict()
    return pd.Series([names.get(code, code) for code in codes], index=codes.index, dtype="str")
